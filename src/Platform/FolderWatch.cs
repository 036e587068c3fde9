using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Spool.Platform;

/// <summary>
/// Tells of changes under folders, a burst at a time: a burst is over when nothing happened to its paths for 300 ms, and after five seconds in any
/// case. A file that was written to and is still open (inotify(7): IN_MODIFY without its IN_CLOSE_WRITE) is left for a later burst, until it is
/// closed or rests for ten seconds, so a recording under way holds up nothing else. Paths are only hints: what changed is found by facts and
/// digests afterwards. Where inotify is not to be had (other systems, too many folders, network disks) the
/// folders are looked through once a second.
/// </summary>
public sealed class FolderWatch : IDisposable
{
    private const uint Modify = 0x2, CloseWrite = 0x8, MovedFrom = 0x40, MovedTo = 0x80, Create = 0x100, Delete = 0x200, Overflow = 0x4000, IsFolder = 0x40000000;
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300), Abandoned = TimeSpan.FromSeconds(10), Longest = TimeSpan.FromSeconds(5), Period = TimeSpan.FromSeconds(1);
    private readonly IDisk _disk;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<string> _roots;
    private readonly Func<string, bool> _ignores;
    private readonly int _fd = -1;
    private readonly Dictionary<int, string> _folders = [];
    private readonly Dictionary<string, long> _pending = [];
    private readonly HashSet<string> _open = [];
    private Dictionary<string, FileStat>? _seen;
    private long _first;

    private FolderWatch(IDisk disk, TimeProvider time, IReadOnlyList<string> roots, Func<string, bool> ignores, bool poll)
    {
        (_disk, _time, _roots, _ignores) = (disk, time, roots, ignores);
        if (!poll && OperatingSystem.IsLinux() && (_fd = Libc.INotifyInit(0x80000 | 0x800)) >= 0 && roots.All(r => AddTree(r, report: false))) return;
        if (_fd >= 0) _ = Libc.Close(_fd);
        _fd = -1;
        _seen = Scan();
    }

    /// <summary>True when the folders are looked through instead of told about.</summary>
    public bool IsPolling => _fd < 0;

    /// <summary>Begins to watch.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="time">The clock.</param>
    /// <param name="roots">Absolute folders, watched with all below them.</param>
    /// <param name="ignores">Absolute paths (files and folders) that are of no interest.</param>
    /// <param name="poll">True: looks through the folders even where it need not.</param>
    public static FolderWatch Open(IDisk disk, TimeProvider time, IReadOnlyList<string> roots, Func<string, bool> ignores, bool poll = false) => new(disk, time, roots, ignores, poll);

    /// <summary>Names that editors and browsers use while they write; the file itself follows.</summary>
    public static bool IsTransient(string name) =>
        name.Length == 0 || name[0] is '.' or '#' || name == "4913" || name.EndsWith('~') || name.EndsWith(".swp", StringComparison.Ordinal) || name.EndsWith(".swx", StringComparison.Ordinal)
        || name.EndsWith(".part", StringComparison.Ordinal) || name.EndsWith(".crdownload", StringComparison.Ordinal);

    /// <summary>The paths of the next burst that is over. Throws <see cref="OperationCanceledException"/>.</summary>
    public Task<IReadOnlyList<string>> NextAsync(CancellationToken cancel) =>
        IsPolling ? PollAsync(cancel) : Task.Factory.StartNew(() => Next(cancel), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private IReadOnlyList<string> Next(CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var rests = _pending.Select(p => (p.Key, Left: (_open.Contains(p.Key) ? Abandoned : Quiet) - _time.GetElapsedTime(p.Value))).ToList();
            var ready = rests.Where(r => r.Left <= TimeSpan.Zero).Select(r => r.Key).ToList();
            var moving = rests.Where(r => r.Left > TimeSpan.Zero && !_open.Contains(r.Key)).ToList();
            if (ready.Count > 0 && (moving.Count == 0 || _time.GetElapsedTime(_first) >= Longest))
            {
                foreach (var path in ready)
                {
                    _pending.Remove(path);
                    _open.Remove(path);
                }
                _first = _time.GetTimestamp();
                ready.Sort(StringComparer.Ordinal);
                return ready;
            }
            var left = moving.Count > 0 ? Math.Clamp((int)Math.Ceiling(moving.Max(r => r.Left).TotalMilliseconds), 1, 100) : 100;
            if (IsReadable(left)) Read();
        }
    }

    private unsafe bool IsReadable(int milliseconds)
    {
        var entry = new Libc.PollEntry { Fd = _fd, Events = 1 };
        return Libc.Poll(&entry, 1, milliseconds) > 0;
    }

    private unsafe void Read()
    {
        var buffer = stackalloc byte[65536];
        var count = (int)Libc.Read(_fd, buffer, 65536);
        var bytes = new ReadOnlySpan<byte>(buffer, Math.Max(0, count));
        while (bytes.Length >= 16)
        {
            var watch = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            var mask = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
            var name = Encoding.UTF8.GetString(bytes.Slice(16, length)).TrimEnd('\0');
            bytes = bytes[(16 + length)..];
            // Events were lost: everything may have changed.
            if ((mask & Overflow) != 0) foreach (var root in _roots) Note(root);
            else if (_folders.TryGetValue(watch, out var folder) && name.Length > 0) Take(Path.Join(folder, name), name, mask);
        }
    }

    private void Take(string path, string name, uint mask)
    {
        if (IsTransient(name) || _ignores(path)) return;
        if ((mask & IsFolder) != 0)
        {
            if ((mask & (Create | MovedTo)) != 0) AddTree(path, report: true);
            Note(path);
            return;
        }
        if ((mask & Modify) != 0) _open.Add(path);
        if ((mask & (CloseWrite | MovedFrom | Delete)) != 0) _open.Remove(path);
        Note(path);
    }

    private void Note(string path)
    {
        if (_pending.Count == 0) _first = _time.GetTimestamp();
        _pending[path] = _time.GetTimestamp();
    }

    private bool AddTree(string folder, bool report)
    {
        var watch = Libc.INotifyAdd(_fd, folder, Modify | CloseWrite | MovedFrom | MovedTo | Create | Delete | 0x01000000);
        if (watch < 0) return Marshal.GetLastPInvokeError() == Errors.NotFound;
        _folders[watch] = folder;
        foreach (var entry in List(folder))
        {
            var path = Path.Join(folder, entry.Name);
            if (IsTransient(entry.Name) || _ignores(path)) continue;
            if (entry.Kind == FileKind.Folder)
            {
                if (!AddTree(path, report)) return false;
            }
            else if (report) Note(path);
        }
        return true;
    }

    private IReadOnlyList<DiskEntry> List(string folder)
    {
        try { return _disk.List(folder); }
        catch (DiskException) { return []; }
    }

    private async Task<IReadOnlyList<string>> PollAsync(CancellationToken cancel)
    {
        var changed = new HashSet<string>();
        while (true)
        {
            await Task.Delay(Period, _time, cancel);
            var now = Scan();
            var before = _seen!;
            _seen = now;
            var fresh = now.Where(f => !before.TryGetValue(f.Key, out var old) || !old.SameAs(f.Value)).Select(f => f.Key).Concat(before.Keys.Where(p => !now.ContainsKey(p))).ToList();
            changed.UnionWith(fresh);
            // One look without a change, so that a file is not taken while it grows.
            if (fresh.Count == 0 && changed.Count > 0) return [.. changed.Order(StringComparer.Ordinal)];
        }
    }

    private Dictionary<string, FileStat> Scan()
    {
        var found = new Dictionary<string, FileStat>();
        var stack = new Stack<string>(_roots);
        while (stack.TryPop(out var folder))
            foreach (var entry in List(folder))
            {
                var path = Path.Join(folder, entry.Name);
                if (IsTransient(entry.Name) || _ignores(path)) continue;
                if (entry.Kind == FileKind.Folder) stack.Push(path);
                else if (_disk.Stat(path) is { } stat) found[path] = stat;
            }
        return found;
    }

    public void Dispose()
    {
        if (_fd >= 0) _ = Libc.Close(_fd);
    }
}
