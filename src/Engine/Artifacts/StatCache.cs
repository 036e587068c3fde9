using Spool.Platform;

namespace Spool.Engine.Artifacts;

/// <summary>
/// Digests of files by the facts of the file, so that an unchanged file costs one stat. A file whose time of change lies too near the moment
/// it was looked at may be changed again without showing ("racy", as git calls it): its digest is not remembered beyond the run.
/// </summary>
public sealed class StatCache(IDisk disk, TimeProvider time)
{
    // The kernel's clock for file times ticks every 4 ms at most; file systems without nanoseconds have 1 or 2 s.
    private const long RacyNs = 20_000_000, CoarseNs = 2_000_000_000;
    private readonly Dictionary<string, Entry> _entries = [];

    public readonly record struct Entry(FileStat Stat, Digest Digest, bool Racy);

    public int Count => _entries.Count;

    public IEnumerable<KeyValuePair<string, Entry>> Entries => _entries;

    /// <summary>Bytes that were read to take digests, for progress and tests.</summary>
    public long BytesHashed { get; private set; }

    public bool TryGet(string fullPath, out Entry entry) => _entries.TryGetValue(fullPath, out entry);

    /// <summary>True when a change at this moment might not show in the facts of a file later.</summary>
    public bool IsRacy(in FileStat stat)
    {
        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        var margin = stat.ModifiedNs % 1_000_000_000 == 0 && stat.ChangedNs % 1_000_000_000 == 0 ? CoarseNs : RacyNs;
        return now - Math.Max(stat.ModifiedNs, stat.ChangedNs) < margin || stat.Inode == 0;
    }

    public void Load(string path, FileStat stat, Digest digest) => _entries[path] = new Entry(stat, digest, false);

    /// <summary>The digest of a file whose facts were just taken; reads it only when they are new.</summary>
    public Digest DigestOf(string fullPath, in FileStat stat, Action<long>? progress, CancellationToken cancel)
    {
        if (_entries.TryGetValue(fullPath, out var known) && known.Stat.SameAs(stat)) return known.Digest;
        var digest = ContentHash.OfFile(disk, fullPath, progress, cancel);
        BytesHashed += stat.Size;
        // The facts after reading must be those before, else the digest belongs to neither.
        var after = disk.Stat(fullPath);
        Put(fullPath, after is { } now && now.SameAs(stat) ? stat : stat with { Inode = 0 }, digest);
        return digest;
    }

    /// <summary>The digest when it is known without reading; null else.</summary>
    public Digest? Known(string fullPath, in FileStat stat) => _entries.TryGetValue(fullPath, out var known) && known.Stat.SameAs(stat) ? known.Digest : null;

    public void Put(string fullPath, in FileStat stat, Digest digest) => _entries[fullPath] = new Entry(stat, digest, IsRacy(stat));

    /// <summary>
    /// Looks again at files that were too young to be sure of, now that they are older: each is read once more, because a change in the same
    /// tick of the clock would not show in its facts.
    /// </summary>
    public void Ripen()
    {
        foreach (var (path, entry) in _entries.Where(e => e.Value.Racy).ToList())
        {
            if (disk.Stat(path, followLinks: false) is { Kind: FileKind.File } stat) Put(path, stat, ContentHash.OfFile(disk, path, null, CancellationToken.None));
            else _entries.Remove(path);
        }
    }

    public void Forget(string fullPath) => _entries.Remove(fullPath);
}
