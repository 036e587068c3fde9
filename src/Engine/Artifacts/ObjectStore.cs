using System.Globalization;
using System.Text;
using Spool.Platform;

namespace Spool.Engine.Artifacts;

/// <summary>One file of a folder artifact.</summary>
public sealed record ManifestEntry(string Name, Digest Digest, long Bytes);

/// <summary>
/// A folder as text: one line <c>digest size name</c> per regular file, sorted by the UTF-8 bytes of the names, names with their control
/// characters and backslashes escaped. Its digest is the digest of the folder.
/// </summary>
public static class Manifest
{
    public static byte[] Write(IEnumerable<ManifestEntry> entries)
    {
        var text = new StringBuilder();
        foreach (var entry in entries.OrderBy(e => Encoding.UTF8.GetBytes(e.Name), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))))
            text.Append(CultureInfo.InvariantCulture, $"{entry.Digest} {entry.Bytes} {Escape(entry.Name)}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The order of names in a folder artifact: by their UTF-8 bytes.</summary>
    public static int CompareNames(string a, string b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));

    public static IReadOnlyList<ManifestEntry> Read(ReadOnlySpan<byte> bytes)
    {
        var entries = new List<ManifestEntry>();
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(' ', 3);
            entries.Add(new ManifestEntry(Unescape(parts[2]), Digest.Parse(parts[0]), long.Parse(parts[1], CultureInfo.InvariantCulture)));
        }
        return entries;
    }

    private static string Escape(string name) =>
        name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal);

    private static string Unescape(string name)
    {
        if (!name.Contains('\\', StringComparison.Ordinal)) return name;
        var text = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
            text.Append(name[i] == '\\' && i + 1 < name.Length ? name[++i] switch { 'n' => '\n', 'r' => '\r', var c => c } : name[i]);
        return text.ToString();
    }
}

/// <summary>
/// Objects by digest under <c>.spool/store/aa/</c>, read-only. An object is trusted when a durable event names it; one that merely lies there
/// (a crash came before its event) is written again, because its bytes may never have reached the disk.
/// </summary>
public sealed class ObjectStore(IDisk disk, string folder)
{
    private readonly HashSet<string> _shards = [];
    private readonly System.Collections.Concurrent.ConcurrentDictionary<Digest, IReadOnlyList<ManifestEntry>> _manifests = new();

    public string Folder { get; } = folder;

    public string PathOf(Digest digest)
    {
        var name = digest.ToString();
        return Path.Join(Folder, name[..2], name);
    }

    public bool Has(Digest digest) => disk.Stat(PathOf(digest)) is { Kind: FileKind.File };

    /// <summary>The folder of a digest, made when missing; its parent must be synced by the caller when this says true.</summary>
    public bool PrepareShard(Digest digest)
    {
        var shard = digest.ToString()[..2];
        lock (_shards)
        {
            if (!_shards.Add(shard)) return false;
            return disk.CreateFolder(Path.Join(Folder, shard));
        }
    }

    /// <summary>The files of a folder artifact.</summary>
    public IReadOnlyList<ManifestEntry> ReadManifest(Digest digest) =>
        _manifests.TryGetValue(digest, out var known) ? known : _manifests[digest] = Manifest.Read(DurableFile.Read(disk, PathOf(digest)));

    public void Remember(Digest digest, IReadOnlyList<ManifestEntry> entries) => _manifests[digest] = entries;

    /// <summary>Deletes an object; nothing there is fine.</summary>
    public void Drop(Digest digest)
    {
        if (disk.Stat(PathOf(digest), followLinks: false) is not null) disk.DeleteFile(PathOf(digest));
    }

    /// <summary>All objects that lie in the store, with their sizes.</summary>
    public IEnumerable<(Digest Digest, long Bytes)> All()
    {
        if (disk.Stat(Folder) is null) yield break;
        foreach (var shard in disk.List(Folder))
        {
            if (shard.Kind != FileKind.Folder) continue;
            foreach (var entry in disk.List(Path.Join(Folder, shard.Name)))
                if (Digest.TryParse(entry.Name, out var digest)) yield return (digest, disk.Stat(PathOf(digest))?.Size ?? 0);
        }
    }
}
