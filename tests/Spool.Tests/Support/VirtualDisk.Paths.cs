using System.Text;
using Spool.Platform;

namespace Spool.Tests.Support;

public sealed partial class VirtualDisk
{
    /// <summary>Where a path ends: the folder, the name in it, and what is there. The name is empty for the root and after a last dot.</summary>
    private readonly record struct Place(FolderNode Folder, string Name, Node? Node);

    /// <summary>Writes a text file and its missing folders, un-synced.</summary>
    public void Write(string path, string text) => WriteBytes(path, Encoding.UTF8.GetBytes(text));

    public void WriteBytes(string path, ReadOnlySpan<byte> bytes)
    {
        DurableFile.CreateFolders(this, Path.GetDirectoryName(path)!);
        DurableFile.WritePlain(this, path, bytes);
    }

    public string Read(string path) => DurableFile.ReadText(this, path);

    public byte[] ReadBytes(string path) => DurableFile.Read(this, path);

    public bool Exists(string path) => Stat(path, followLinks: false) is not null;

    /// <summary>Every path under a folder with its text, sorted: for comparing two disks and for messages.</summary>
    public string Dump(string folder = "/")
    {
        var text = new StringBuilder();
        lock (_lock) Dump(Folder("list", folder), folder.TrimEnd('/'), text);
        return text.ToString();
    }

    private static void Dump(FolderNode folder, string path, StringBuilder text)
    {
        foreach (var (name, node) in folder.Names.OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            text.Append(path).Append('/').Append(name);
            switch (node)
            {
                case FolderNode inner:
                    text.Append("/\n");
                    Dump(inner, $"{path}/{name}", text);
                    break;
                case LinkNode link:
                    text.Append(" -> ").Append(link.Target).Append('\n');
                    break;
                case FileNode file:
                    text.Append(": ").Append(Encoding.UTF8.GetString(file.Bytes)).Append('\n');
                    break;
            }
        }
    }

    private Place Walked(string operation, string path, bool follow)
    {
        var errno = Walk(path, follow, out var found);
        return errno == 0 ? found : throw new DiskException(operation, path, errno);
    }

    private Place Existing(string operation, string path, bool follow, string? to = null)
    {
        var found = Walked(operation, path, follow);
        return found.Node is null ? throw new DiskException(operation, to ?? path, Errors.NotFound) : found;
    }

    private FolderNode Folder(string operation, string path) =>
        Existing(operation, path, true).Node as FolderNode ?? throw new DiskException(operation, path, Errors.NotFolder);

    /// <summary>Follows a path; 0, or the errno. A last name that is not there is no error, its place has no node.</summary>
    private int Walk(string path, bool follow, out Place found)
    {
        found = default;
        if (path.Length == 0) return Errors.NotFound;
        if (path[0] != '/') throw new ArgumentException($"not absolute: {path}", nameof(path));
        if (path.Length > 1365 && Encoding.UTF8.GetByteCount(path) > 4095) return TooLong;
        if (path.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException("a NUL ends a path", nameof(path));
        var folder = _root;
        var links = 0;
        for (var at = 0; ;)
        {
            while (at < path.Length && path[at] == '/') at++;
            if (at >= path.Length)
            {
                found = new Place(folder.Parent, "", folder);
                return 0;
            }
            var end = path.IndexOf('/', at);
            if (end < 0) end = path.Length;
            var name = path.AsSpan(at, end - at);
            var next = end;
            while (next < path.Length && path[next] == '/') next++;
            var last = next >= path.Length;
            at = next;
            if (name is ".") continue;
            if (name is "..")
            {
                folder = folder.Parent;
                continue;
            }
            if (name.Length > 85 && Encoding.UTF8.GetByteCount(name) > 255) return TooLong;
            var node = folder[name];
            if (node is LinkNode link && (!last || follow || end < path.Length))
            {
                if (++links > 40) return Errors.Loop;
                if (link.Target.StartsWith('/')) folder = _root;
                path = link.Target + path[end..];
                at = 0;
                continue;
            }
            if (last)
            {
                if (end < path.Length && node is not (null or FolderNode)) return Errors.NotFolder;
                found = new Place(folder, name.ToString(), node);
                return 0;
            }
            if (node is null) return Errors.NotFound;
            if (node is not FolderNode inner) return Errors.NotFolder;
            folder = inner;
        }
    }

    /// <summary>An open file description: it keeps its inode, whatever happens to the name, and carries the lock.</summary>
    private sealed class VirtualFile : IDiskFile
    {
        private readonly VirtualDisk _disk;
        private readonly Node _node;
        private readonly string _path;
        private readonly bool _writable;
        private readonly int _process;
        private bool _closed;

        internal VirtualFile(VirtualDisk disk, Node node, string path, bool writable)
        {
            (_disk, _node, _path, _writable, _process) = (disk, node, path, writable, disk._process);
            if (node is FileNode file) file.OpenCount++;
        }

        public int Read(long offset, Span<byte> buffer)
        {
            lock (_disk._lock)
            {
                var file = Open("read", write: false);
                if (offset >= file.Size) return 0;
                var bytes = file.Bytes[(int)offset..];
                var count = Math.Min(bytes.Length, buffer.Length);
                bytes[..count].CopyTo(buffer);
                return count;
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            // The real one makes no call for no bytes.
            if (bytes.Length == 0) return;
            lock (_disk._lock)
            {
                var file = Open("write", write: true);
                var grows = Math.Max(0, offset + bytes.Length - file.Size);
                var fits = grows <= _disk.Capacity - _disk._used ? bytes.Length : (int)Math.Clamp(file.Size + Math.Max(0, _disk.Capacity - _disk._used) - offset, 0, bytes.Length);
                if (fits > 0)
                {
                    var before = file.Size;
                    file.Write(checked((int)offset), bytes[..fits]);
                    _disk._used += file.Size - before;
                    _disk.Stamp(file);
                    _disk.Note(file);
                }
                if (fits < bytes.Length) throw new DiskException("write", _path, Errors.NoSpace);
            }
        }

        public void Sync()
        {
            lock (_disk._lock)
            {
                Check("sync");
                _disk.Note(_node, synced: true);
            }
        }

        public void Truncate(long length)
        {
            lock (_disk._lock)
            {
                Check("truncate");
                if (!_writable || length < 0) throw new DiskException("truncate", _path, Errors.Invalid);
                _disk.Cut((FileNode)_node, checked((int)length), _path);
            }
        }

        public FileStat Stat()
        {
            lock (_disk._lock)
            {
                Check("stat");
                return _disk.FactsOf(_node);
            }
        }

        public bool TryLock()
        {
            lock (_disk._lock)
            {
                Check("lock");
                if (_node.LockedBy is VirtualFile holder && holder != this && !holder._closed && holder._process == _disk._process) return false;
                _node.LockedBy = this;
                return true;
            }
        }

        public void Dispose()
        {
            lock (_disk._lock)
            {
                if (_closed) return;
                _closed = true;
                if (_node.LockedBy == this) _node.LockedBy = null;
                if (_node is not FileNode file) return;
                file.OpenCount--;
                _disk.Free(file);
            }
        }

        private FileNode Open(string operation, bool write)
        {
            Check(operation);
            if (write && !_writable) throw new DiskException(operation, _path, BadFile);
            return _node as FileNode ?? throw new DiskException(operation, _path, Errors.IsFolder);
        }

        private void Check(string operation)
        {
            if (_closed || _process != _disk._process) throw new DiskException(operation, _path, BadFile);
        }
    }
}
