using Spool.Engine.Artifacts;
using Spool.Engine.Definition;
using Spool.Platform;

namespace Spool.Engine.Graph;

/// <summary>
/// The files of the workspace and its roots as steps may read them. Names under <c>.spool</c> and hidden names are not listed; files that a
/// task made are told apart, so that a glob never takes a leftover for a source. Links that lead outside are refused.
/// </summary>
public sealed class SourceTree(IDisk disk, string workspace, IReadOnlyDictionary<string, string> roots, Func<string, bool> isOwned)
{
    private readonly Dictionary<string, IReadOnlyList<DiskEntry>> _folders = [];
    private readonly Dictionary<string, bool> _inside = [];

    /// <summary>The page that every run writes: no source, so a glob over the workspace does not take it for one.</summary>
    private const string ReportName = "report.html";

    public string Workspace { get; } = workspace;

    /// <summary>Every folder listed so far, absolute: what a remembered plan depends on.</summary>
    public IEnumerable<string> ListedFolders => _folders.Keys;

    /// <summary>The absolute path of a workflow path.</summary>
    public string Full(string path) => TryRoot(path, out var folder, out var rest) ? System.IO.Path.Join(folder, rest) : System.IO.Path.Join(Workspace, path);

    /// <summary>True for <c>root:path</c> of a declared root.</summary>
    public bool TryRoot(string path, out string folder, out string rest)
    {
        var colon = path.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && roots.TryGetValue(path[..colon], out folder!))
        {
            rest = path[(colon + 1)..];
            return true;
        }
        (folder, rest) = ("", path);
        return false;
    }

    /// <summary>All source files that match a glob, in natural order, as workflow paths.</summary>
    public List<string> Match(string glob)
    {
        var prefix = TryRoot(glob, out _, out var pattern) ? glob[..(glob.Length - pattern.Length)] : "";
        var matcher = Paths.Matcher(pattern);
        var found = new List<string>();
        var deep = pattern.Contains("**/", StringComparison.Ordinal);
        var levels = pattern.Count(c => c == '/');
        Walk(Paths.FixedPart(pattern));
        found.Sort(Paths.CompareNatural);
        return found;

        void Walk(string folder)
        {
            foreach (var entry in List(prefix + folder))
            {
                var path = folder + entry.Name;
                if (entry.Name[0] == '.' && !pattern.Contains("/.", StringComparison.Ordinal) && pattern[0] != '.') continue;
                var kind = entry.Kind == FileKind.Link ? disk.Stat(Full(prefix + path))?.Kind : entry.Kind;
                if (kind == FileKind.Folder)
                {
                    if (path != ".spool" && entry.Kind != FileKind.Link && (deep || path.Count(c => c == '/') < levels)) Walk(path + "/");
                }
                else if (kind == FileKind.File && path != ReportName && matcher.IsMatch(path) && (prefix.Length > 0 || !isOwned(path))) found.Add(prefix + path);
            }
        }
    }

    /// <summary>All regular files under a folder, relative to it, sorted by UTF-8 bytes; files made by tasks too.</summary>
    public List<string> FilesUnder(string folder)
    {
        var files = new List<string>();
        Walk("");
        files.Sort(Manifest.CompareNames);
        return files;

        void Walk(string prefix)
        {
            foreach (var entry in List(folder.TrimEnd('/') + "/" + prefix))
            {
                if (entry.Kind == FileKind.Folder) Walk(prefix + entry.Name + "/");
                else if (entry.Kind == FileKind.File && entry.Name[0] != '.') files.Add(prefix + entry.Name);
            }
        }
    }

    /// <summary>
    /// All that lies under a folder of footage (or the file itself), sorted by UTF-8 bytes. What is no readable file carries the reason. Hidden
    /// names and folders that are workspaces themselves are passed over; links are followed only to files inside.
    /// </summary>
    public IReadOnlyList<(string Name, string Full, FileStat Stat, string? Why)> Tree(string path)
    {
        var found = new List<(string Name, string Full, FileStat Stat, string? Why)>();
        var full = Full(path).TrimEnd('/');
        if (disk.Stat(full) is { Kind: FileKind.File } single) found.Add((System.IO.Path.GetFileName(full), full, single, null));
        else Walk("", path.EndsWith(':') ? path : path.TrimEnd('/') + "/");
        found.Sort((a, b) => Manifest.CompareNames(a.Name, b.Name));
        return found;

        void Walk(string prefix, string place)
        {
            IReadOnlyList<DiskEntry> entries;
            try { entries = List(place); }
            catch (DiskException e)
            {
                found.Add((prefix.TrimEnd('/'), Full(place), default, $"cannot be listed: {e.Message}"));
                return;
            }
            if (prefix.Length > 0 && entries.Any(e => e.Name == ".spool")) return;
            foreach (var entry in entries)
            {
                if (entry.Name[0] == '.') continue;
                var one = Full(place + entry.Name);
                if (entry.Kind == FileKind.Folder)
                {
                    found.Add((prefix + entry.Name, one, default, "is a folder"));
                    Walk(prefix + entry.Name + "/", place + entry.Name + "/");
                    continue;
                }
                var stat = disk.Stat(one);
                var why = stat is null ? "is a link to nothing"
                    : entry.Kind == FileKind.Link && !IsInside(place + entry.Name) ? "is a link that leads out of the folder"
                    : entry.Kind == FileKind.Link && stat.Value.Kind == FileKind.Folder ? "is a link to a folder"
                    : stat.Value.Kind != FileKind.File ? "is no ordinary file (a pipe, socket or device)" : null;
                found.Add((prefix + entry.Name, one, stat ?? default, why));
            }
        }
    }

    private IReadOnlyList<DiskEntry> List(string folder)
    {
        var full = Full(folder).TrimEnd('/');
        if (_folders.TryGetValue(full, out var known)) return known;
        return _folders[full] = disk.Stat(full) is { Kind: FileKind.Folder } ? disk.List(full) : [];
    }

    /// <summary>The nearest existing name beside a missing path, as a hint.</summary>
    public string? Near(string path)
    {
        var slash = path.LastIndexOf('/');
        var folder = slash < 0 ? "" : path[..(slash + 1)];
        return NearestName.Hint(path, List(folder).Where(e => e.Name[0] != '.').Select(e => folder + e.Name));
    }

    /// <summary>False when the path leads out of the workspace and the roots through a link.</summary>
    public bool IsInside(string path)
    {
        var full = Full(path);
        var home = TryRoot(path, out var folder, out _) ? folder : Workspace;
        if (disk.Stat(full, followLinks: false) is { Kind: FileKind.Link }) return Resolve(full, 0) is { } target && Allowed(target);
        var parent = System.IO.Path.GetDirectoryName(full)!;
        if (_inside.TryGetValue(parent, out var inside)) return inside;
        return _inside[parent] = parent.Length <= home.Length || (Resolve(parent, 0) is { } real && Allowed(real));
    }

    private bool Allowed(string real) => roots.Values.Append(Workspace).Any(home =>
        Resolve(home, 0) is { } place && (real == place || real.StartsWith(place + "/", StringComparison.Ordinal)));

    // The path with every link in it followed; null for loops.
    private string? Resolve(string path, int depth)
    {
        if (depth > 40) return null;
        var done = "";
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            var next = done + "/" + parts[i];
            if (disk.Stat(next, followLinks: false) is { Kind: FileKind.Link } && disk.ReadLink(next) is { } target)
            {
                var rest = string.Join('/', parts[(i + 1)..]);
                var joined = System.IO.Path.GetFullPath(System.IO.Path.Join(target.StartsWith('/') ? target : done + "/" + target, rest));
                return Resolve(joined.TrimEnd('/'), depth + 1);
            }
            done = next;
        }
        return done;
    }
}
