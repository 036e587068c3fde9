using Spool.Engine.Definition;
using Spool.Platform;

namespace Spool.Interchange.Export;

/// <summary>The workspace of a curation: its streams, and where the originals lie.</summary>
public sealed class CurationFolder(IDisk disk, string workspace)
{
    public IDisk Disk => disk;

    public string Workspace => workspace;

    /// <summary>The streams that have frames, in the natural order of their names.</summary>
    public IReadOnlyList<CuratedStream> Streams()
    {
        var folder = Path.Join(workspace, "out");
        if (disk.Stat(folder) is not { Kind: FileKind.Folder }) throw new CurationException($"{workspace} holds no curation (no folder 'out'); make one: spool curate INPUT, or name its folder");
        var streams = disk.List(folder).Where(e => e.Kind == FileKind.Folder && disk.Stat(Path.Join(folder, e.Name, "frames.jsonl")) is { Kind: FileKind.File })
            .Select(e => new CuratedStream(disk, workspace, e.Name)).ToList();
        if (streams.Count == 0) throw new CurationException($"{workspace} has no stream yet (out/STREAM/frames.jsonl); finish the curation: spool run");
        streams.Sort((a, b) => Paths.CompareNatural(a.Name, b.Name));
        return streams;
    }

    /// <summary>Those of these names; all without names.</summary>
    public IReadOnlyList<CuratedStream> Streams(IReadOnlyList<string> names)
    {
        var all = Streams();
        foreach (var name in names.Where(n => all.All(s => s.Name != n)))
            throw new CurationException($"there is no stream '{name}'; {Engine.NearestName.Hint(name, all.Select(s => s.Name)) ?? "streams: " + string.Join(", ", all.Take(20).Select(s => s.Name)) + (all.Count > 20 ? ", …" : "")}");
        return names.Count == 0 ? all : [.. all.Where(s => names.Contains(s.Name))];
    }
}

/// <summary>The files that a curation was made of. Only read, and only below the folder of the input, also after links.</summary>
public sealed class Originals(IDisk disk, string root)
{
    private const int MostLinks = 40;
    private readonly Dictionary<string, string?> _folders = [];
    private readonly string? _root = Real(disk, root, 0);

    public string Root => root;

    public bool IsThere => _root is not null && disk.Stat(_root) is { Kind: FileKind.Folder };

    /// <summary>Where a file really lies; or why it cannot be taken, as the end of a sentence that starts with its path.</summary>
    public (string? File, FileStat Stat, string? Why) Find(string path)
    {
        var slash = path.LastIndexOf('/');
        var folder = slash < 0 ? "" : path[..slash];
        if (!_folders.TryGetValue(folder, out var real)) _folders[folder] = real = Real(disk, Path.Join(root, folder), 0);
        if (real is null || !Below(real)) return (null, default, real is null ? "is not there" : "leads out of the input");
        var full = Path.Join(real, path[(slash + 1)..]);
        if (disk.Stat(full, followLinks: false) is { Kind: FileKind.Link }) full = Real(disk, full, 0);
        if (full is null || disk.Stat(full) is not { } stat) return (null, default, "is not there");
        if (!Below(full)) return (null, default, "leads out of the input");
        return stat.Kind == FileKind.File ? (full, stat, null) : (null, default, "is no ordinary file");
    }

    private bool Below(string real) => _root is not null && (real == _root || real.StartsWith(_root == "/" ? "/" : _root + "/", StringComparison.Ordinal));

    /// <summary>The path with every link in it followed; null where nothing is there, or links go round.</summary>
    private static string? Real(IDisk disk, string path, int links)
    {
        var at = "/";
        foreach (var part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Join(at, part);
            if (disk.Stat(next, followLinks: false) is not { } stat) return null;
            if (stat.Kind != FileKind.Link) at = next;
            else if (links >= MostLinks || disk.ReadLink(next) is not { } target || Real(disk, Path.Combine(at, target), ++links) is not { } real) return null;
            else at = real;
        }
        return at;
    }
}
