using System.Text;
using Spool.Platform;

namespace Spool.Tests.Support;

/// <summary>
/// A POSIX file system in memory, with the error numbers that Linux gives to the same calls of <see cref="PosixDisk"/>. It remembers what
/// no sync has made durable yet, so that <see cref="CrashStates"/> can list the disks a power cut may leave behind.
/// Modes are kept but not enforced; files have at most 2 GiB. Safe for many threads.
/// </summary>
public sealed partial class VirtualDisk : IDisk
{
    private const int TooLong = 36, Busy = 16, BadFile = 9;
    private readonly Lock _lock = new();
    private readonly FolderNode _root;
    private readonly HashSet<Node> _dirty = [];
    private readonly Random _order;
    private ulong _nextId = 1;
    private long _used;
    private int _process;

    /// <summary>An empty disk.</summary>
    /// <param name="time">The clock of file times; one of its own when none is given.</param>
    /// <param name="seed">The order in which <see cref="List"/> tells the names.</param>
    public VirtualDisk(FakeTime? time = null, int seed = 1)
    {
        Time = time ?? new FakeTime();
        _order = new Random(seed);
        _root = Stamp(new FolderNode(++_nextId, 0x1ed, null));
    }

    public FakeTime Time { get; }

    /// <summary>Bytes that fit; a write beyond writes what fits and then gives ENOSPC.</summary>
    public long Capacity { get; set; } = 1L << 50;

    /// <summary>How a power cut made this disk; empty for one that never crashed.</summary>
    public string Origin => _origin?.Invoke() ?? "";

    /// <summary>Ends the process that holds files open: its handles fail, its locks are free. What it wrote stays, synced or not.</summary>
    public void Kill()
    {
        lock (_lock) _process++;
    }

    /// <summary>Told the folder that was listed, before the list is handed on: the moment in which another program may change it.</summary>
    public Action<string>? Listed { get; set; }

    /// <summary>Moves the clock on, see <see cref="FakeTime.Tick"/>.</summary>
    public void Tick() => Time.Tick();

    /// <summary>Throws away the un-synced bytes of a file as a failed write-back does: programs still read them, no later sync writes them.</summary>
    public void LosePages(string path)
    {
        lock (_lock)
        {
            if (Walk(path, true, out var found) != 0 || found.Node is not FileNode file) return;
            file.LosePages();
            Note(file);
        }
    }

    public FileStat? Stat(string path, bool followLinks = true)
    {
        lock (_lock)
        {
            var errno = Walk(path, followLinks, out var found);
            if (errno is not (0 or Errors.NotFound or Errors.NotFolder)) throw new DiskException("stat", path, errno);
            return errno == 0 && found.Node is { } node ? FactsOf(node) : null;
        }
    }

    public IDiskFile OpenRead(string path)
    {
        lock (_lock)
        {
            var node = Existing("open", path, true).Node!;
            return new VirtualFile(this, node, path, writable: false);
        }
    }

    public IDiskFile OpenWrite(string path, OpenMode mode)
    {
        lock (_lock)
        {
            if (path.EndsWith('/')) throw new DiskException("create", path, Walk(path.TrimEnd('/'), false, out _) is var errno and not 0 ? errno : Errors.IsFolder);
            var found = Walked("create", path, mode != OpenMode.New);
            if (found.Node is not null && mode == OpenMode.New) throw new DiskException("create", path, Errors.Exists);
            if (found.Node is FolderNode || found.Name.Length == 0) throw new DiskException("create", path, Errors.IsFolder);
            if (found.Node is LinkNode) throw new DiskException("create", path, Errors.Loop);
            if (found.Node is not FileNode file)
            {
                file = Stamp(new FileNode(++_nextId, 0x1a4));
                Add("create", path, found, file);
            }
            else if (mode == OpenMode.Truncate) Cut(file, 0, path);
            return new VirtualFile(this, file, path, writable: true);
        }
    }

    public RenameOutcome Rename(string from, string to, RenameMode mode)
    {
        lock (_lock)
        {
            var text = $"{from} to {to}";
            var errno = Walk(from, false, out var source);
            if (errno == 0) errno = Walk(to, false, out var early) is var other and not 0 ? other : early.Name.Length == 0 || source.Name.Length == 0 ? Busy : 0;
            if (errno == 0 && source.Node is null) errno = Errors.NotFound;
            if (errno == Errors.NotFound && mode == RenameMode.Exchange) return RenameOutcome.NoSource;
            if (errno != 0) throw new DiskException("rename", text, errno);
            _ = Walk(to, false, out var target);
            var moved = source.Node!;
            if (mode == RenameMode.NoReplace && target.Node is not null) return RenameOutcome.TargetExists;
            if (mode == RenameMode.Exchange && target.Node is null) return RenameOutcome.NoSource;
            if (moved is FolderNode && IsWithin(target.Folder, moved)) return mode == RenameMode.Replace ? throw new DiskException("rename", text, Errors.Invalid) : RenameOutcome.NotSupported;
            if (ReferenceEquals(moved, target.Node)) return RenameOutcome.Done;
            if (mode == RenameMode.Exchange)
            {
                if (target.Node is FolderNode && IsWithin(source.Folder, target.Node)) return RenameOutcome.NotSupported;
                Move(source, target.Node, target, moved);
                return RenameOutcome.Done;
            }
            var refusal = (moved, target.Node) switch
            {
                (_, FolderNode above) when IsWithin(source.Folder, above) => Errors.NotEmpty,
                (FolderNode, FolderNode { Names.Count: > 0 }) => Errors.NotEmpty,
                (FolderNode, not (null or FolderNode)) => Errors.NotFolder,
                (not FolderNode, FolderNode) => Errors.IsFolder,
                (not FolderNode, null) when to.EndsWith('/') => Errors.NotFolder,
                _ => 0,
            };
            if (refusal != 0) throw new DiskException("rename", text, refusal);
            if (target.Node is { } replaced) Unlink(replaced);
            Move(source, null, target, moved);
            return RenameOutcome.Done;
        }
    }

    public void DeleteFile(string path)
    {
        lock (_lock)
        {
            var found = Existing("delete", path, false);
            if (found.Node is FolderNode) throw new DiskException("delete", path, Errors.IsFolder);
            Change(found.Folder, new NameChange(found.Name, found.Node, null));
            Unlink(found.Node!);
        }
    }

    public void DeleteFolder(string path)
    {
        lock (_lock)
        {
            var found = Existing("delete folder", path.TrimEnd('/'), false);
            if (path.EndsWith("/.", StringComparison.Ordinal)) throw new DiskException("delete folder", path, Errors.Invalid);
            if (found.Node is not FolderNode folder) throw new DiskException("delete folder", path, Errors.NotFolder);
            if (found.Name.Length == 0) throw new DiskException("delete folder", path, Busy);
            if (folder.Names.Count > 0) throw new DiskException("delete folder", path, Errors.NotEmpty);
            Change(found.Folder, new NameChange(found.Name, folder, null));
        }
    }

    public bool CreateFolder(string path)
    {
        lock (_lock)
        {
            var found = Walked("make folder", path.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : "/", false);
            if (found.Node is FolderNode) return false;
            if (found.Node is LinkNode && Stat(path) is { Kind: FileKind.Folder }) return false;
            if (found.Node is not null) throw new DiskException("make folder", path, Errors.Exists);
            Add("make folder", path, found, Stamp(new FolderNode(++_nextId, 0x1ed, found.Folder)));
            return true;
        }
    }

    public void SyncFolder(string path)
    {
        lock (_lock) Note(Folder("open folder", path), synced: true);
    }

    public void SyncFileSystem(string path)
    {
        lock (_lock)
        {
            Folder("open folder", path);
            foreach (var node in _dirty.ToList()) Note(node, synced: true);
        }
    }

    public void SymbolicLink(string target, string path)
    {
        lock (_lock)
        {
            var found = Walked("link", path, false);
            if (found.Node is not null) throw new DiskException("link", path, Errors.Exists);
            Add("link", path, found, Stamp(new LinkNode(++_nextId, target)));
        }
    }

    public string? ReadLink(string path)
    {
        lock (_lock) return Walk(path, false, out var found) == 0 && found.Node is LinkNode link ? link.Target : null;
    }

    public bool TryHardLink(string existing, string path)
    {
        lock (_lock)
        {
            var node = Existing("link", existing, false, path).Node!;
            var found = Walked("link", path, false);
            if (found.Node is not null) throw new DiskException("link", path, Errors.Exists);
            if (node is FolderNode) return false;
            Add("link", path, found, node);
            node.ChangedNs = Time.NowNs;
            return true;
        }
    }

    public bool TryReflink(string from, string to)
    {
        lock (_lock) Existing("open", from, true);
        return false;
    }

    public IReadOnlyList<DiskEntry> List(string folder)
    {
        var entries = ListNow(folder);
        Listed?.Invoke(folder);
        return entries;
    }

    private DiskEntry[] ListNow(string folder)
    {
        lock (_lock)
        {
            // The base library, which the real disk lists with, tells a file in the place of a folder as nothing there.
            if (Walk(folder, true, out var found) is 0 or Errors.NotFolder && found.Node is not FolderNode) throw new DiskException("list", folder, Errors.NotFound);
            var entries = Folder("list", folder).Names.Select(e => new DiskEntry(e.Key, e.Value.Kind)).ToArray();
            // Real file systems tell names in the order of their hashes: nobody may rely on any.
            _order.Shuffle(entries);
            return entries;
        }
    }

    public void SetMode(string path, uint mode)
    {
        lock (_lock)
        {
            var node = Existing("set mode", path, true).Node!;
            node.Mode = mode & 0xfff;
            node.ChangedNs = Time.NowNs;
        }
    }

    public long FreeBytes(string path)
    {
        lock (_lock) return Math.Max(0, Capacity - _used);
    }

    private FileStat FactsOf(Node node) =>
        new(node.Kind, node.Size, node.ModifiedNs, node.ChangedNs, node.Id, 1, node is FolderNode ? 2 : node.Links, node.Mode);

    private T Stamp<T>(T node) where T : Node
    {
        node.ModifiedNs = node.ChangedNs = Time.NowNs;
        return node;
    }

    private void Note(Node node, bool synced = false)
    {
        if (synced) node.Sync();
        if (node.IsDirty) _dirty.Add(node);
        else _dirty.Remove(node);
    }

    private void Change(FolderNode folder, params NameChange[] changes)
    {
        folder.Change(changes);
        Stamp(folder);
        Note(folder);
    }

    private void Add(string operation, string path, in Place place, Node node)
    {
        if (Encoding.UTF8.GetByteCount(place.Name) > 255) throw new DiskException(operation, path, TooLong);
        if (_used >= Capacity) throw new DiskException(operation, path, Errors.NoSpace);
        node.Links++;
        Change(place.Folder, new NameChange(place.Name, null, node));
    }

    // A rename within a folder is one operation of it. Between two folders it is one operation of each, and a crash may keep either alone:
    // POSIX promises no more, although ext4, xfs and btrfs write both in one transaction.
    private void Move(in Place from, Node? back, in Place to, Node moved)
    {
        var leaving = new NameChange(from.Name, moved, back);
        var arriving = new NameChange(to.Name, to.Node, moved);
        if (ReferenceEquals(from.Folder, to.Folder)) Change(from.Folder, leaving, arriving);
        else
        {
            Change(to.Folder, arriving);
            Change(from.Folder, leaving);
        }
        if (moved is FolderNode folder) folder.Parent = to.Folder;
        if (back is FolderNode other) other.Parent = from.Folder;
        moved.ChangedNs = Time.NowNs;
        if (back is not null) back.ChangedNs = Time.NowNs;
    }

    private void Unlink(Node node)
    {
        if (node is FolderNode) return;
        node.Links--;
        node.ChangedNs = Time.NowNs;
        Free(node);
    }

    private void Free(Node node)
    {
        if (node is FileNode { Links: 0, OpenCount: 0 }) _used -= node.Size;
    }

    private void Cut(FileNode file, int length, string path)
    {
        if (length - file.Size > Capacity - _used) throw new DiskException("truncate", path, Errors.NoSpace);
        _used += length - file.Size;
        file.Truncate(length);
        Stamp(file);
        Note(file);
    }

    private static bool IsWithin(FolderNode folder, Node above)
    {
        for (var at = folder; ; at = at.Parent)
        {
            if (ReferenceEquals(at, above)) return true;
            if (ReferenceEquals(at, at.Parent)) return false;
        }
    }
}
