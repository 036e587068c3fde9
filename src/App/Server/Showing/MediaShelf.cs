using Spool.Platform;

namespace Spool.App.Server.Showing;

/// <summary>
/// What was made for looking at artifacts: <c>media/DIGEST/NAME</c> under the state root. All of it can be deleted at any time; it is made again
/// when it is asked for. A file is written in <c>media/tmp</c> and renamed, so that what lies under a digest is whole. Above the limit the digests
/// whose last use is the oldest go; a use is noted in a file <c>used</c>, at most once in ten minutes.
/// </summary>
internal sealed class MediaShelf(IDisk disk, string root, TimeProvider time)
{
    internal const long UsualBytes = 5_000_000_000;
    private static readonly TimeSpan Noted = TimeSpan.FromMinutes(10);
    private readonly Lock _gate = new();
    private Dictionary<Digest, Shelved>? _all;
    private long _number;

    /// <summary>How many bytes may lie here.</summary>
    internal long MostBytes { get; init; } = UsualBytes;

    internal string Temporaries => Path.Join(root, "tmp");

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The path of something that was made before; null when it is not there.</summary>
    internal string? Find(Digest digest, string name)
    {
        var path = Path.Join(FolderOf(digest), name);
        if (disk.Stat(path) is not { Kind: FileKind.File, Size: > 0 }) return null;
        lock (_gate) Use(digest);
        return path;
    }

    /// <summary>A path for something that is being made.</summary>
    internal string Temporary(string name)
    {
        lock (_gate)
        {
            Load();
            DurableFile.CreateFolders(disk, Temporaries);
            return Path.Join(Temporaries, $"{++_number}-{name}");
        }
    }

    /// <summary>Puts what was made in its place and makes room; gives its path.</summary>
    internal string Keep(Digest digest, string name, string temporary)
    {
        lock (_gate)
        {
            var all = Load();
            var folder = FolderOf(digest);
            DurableFile.CreateFolders(disk, folder);
            var path = Path.Join(folder, name);
            disk.Rename(temporary, path, RenameMode.Replace);
            all[digest] = new Shelved(BytesIn(folder), Now, 0);
            Use(digest);
            while (all.Values.Sum(s => s.Bytes) > MostBytes && all.Count > 1)
            {
                var oldest = all.Where(s => s.Key != digest).MinBy(s => s.Value.Used).Key;
                DurableFile.DeleteTree(disk, FolderOf(oldest));
                all.Remove(oldest);
            }
            return path;
        }
    }

    /// <summary>Removes what a maker left; nothing there is fine.</summary>
    internal void Discard(string temporary) => DurableFile.DeleteTree(disk, temporary);

    private string FolderOf(Digest digest) => Path.Join(root, digest.ToString());

    /// <summary>Reads what lies there; what was being made when a server ended is thrown away.</summary>
    private Dictionary<Digest, Shelved> Load()
    {
        if (_all is not null) return _all;
        _all = [];
        DurableFile.DeleteTree(disk, Temporaries);
        foreach (var entry in disk.Stat(root) is null ? [] : disk.List(root))
        {
            if (!Digest.TryParse(entry.Name, out var digest)) continue;
            var used = disk.List(FolderOf(digest)).Max(f => disk.Stat(Path.Join(FolderOf(digest), f.Name))?.ModifiedNs) ?? 0;
            _all[digest] = new Shelved(BytesIn(FolderOf(digest)), used / 1_000_000, used / 1_000_000);
        }
        return _all;
    }

    private long BytesIn(string folder) => disk.List(folder).Sum(f => disk.Stat(Path.Join(folder, f.Name))?.Size ?? 0);

    private void Use(Digest digest)
    {
        var all = Load();
        if (!all.TryGetValue(digest, out var shelved)) return;
        var now = Now;
        var note = now - shelved.Noted >= Noted.TotalMilliseconds;
        all[digest] = shelved with { Used = now, Noted = note ? now : shelved.Noted };
        if (note) DurableFile.WritePlain(disk, Path.Join(FolderOf(digest), "used"), ReadOnlySpan<byte>.Empty);
    }

    /// <summary>Bytes of a digest, when it was last used, and when that was last noted (Unix milliseconds).</summary>
    private readonly record struct Shelved(long Bytes, long Used, long Noted);
}
