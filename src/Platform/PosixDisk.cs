using System.Runtime.InteropServices;

namespace Spool.Platform;

/// <summary>The real file system, by direct calls whose errors are all checked. Tried on Linux.</summary>
public sealed unsafe class PosixDisk : IDisk
{
    private const uint BasicStats = 0x7ff;

    public FileStat? Stat(string path, bool followLinks = true)
    {
        Libc.StatXBuffer buffer;
        if (Libc.StatX(Libc.AtCurrent, path, followLinks ? 0 : Libc.AtNoFollow, BasicStats, &buffer) == 0) return ToStat(buffer);
        var errno = Marshal.GetLastPInvokeError();
        // A link that leads in a circle and a name longer than any file's lead to nothing, too.
        return errno is Errors.NotFound or Errors.NotFolder or Errors.Loop or Errors.NameTooLong ? null : throw new DiskException("stat", path, errno);
    }

    public IDiskFile OpenRead(string path) => new PosixFile(path, Open("open", path, Libc.ReadOnly | Libc.NonBlock));

    public IDiskFile OpenWrite(string path, OpenMode mode) => new PosixFile(path, Open("create", path, Libc.ReadWrite | Libc.Create | mode switch
    {
        OpenMode.New => Libc.Exclusive,
        OpenMode.Truncate => Libc.Truncate,
        _ => 0,
    }));

    public RenameOutcome Rename(string from, string to, RenameMode mode)
    {
        var flags = mode switch { RenameMode.NoReplace => Libc.FlagNoReplace, RenameMode.Exchange => Libc.FlagExchange, _ => 0 };
        var result = flags == 0 ? Libc.Rename(from, to) : Libc.RenameAt2(Libc.AtCurrent, from, Libc.AtCurrent, to, (uint)flags);
        if (result == 0) return RenameOutcome.Done;
        var errno = Marshal.GetLastPInvokeError();
        return errno switch
        {
            Errors.Exists when mode == RenameMode.NoReplace => RenameOutcome.TargetExists,
            Errors.NotFound when mode == RenameMode.Exchange => RenameOutcome.NoSource,
            Errors.Invalid or Errors.NoSystemCall or Errors.NotSupported when flags != 0 => RenameOutcome.NotSupported,
            _ => throw new DiskException("rename", $"{from} to {to}", errno),
        };
    }

    public void DeleteFile(string path) => Check(Libc.Unlink(path), "delete", path);

    public void DeleteFolder(string path) => Check(Libc.RmDir(path), "delete folder", path);

    public bool CreateFolder(string path)
    {
        if (Libc.MkDir(path, 0x1ff) == 0) return true;
        var errno = Marshal.GetLastPInvokeError();
        if (errno == Errors.Exists && Stat(path) is { Kind: FileKind.Folder }) return false;
        throw new DiskException("make folder", path, errno);
    }

    public void SyncFolder(string path)
    {
        var fd = Open("open folder", path, Libc.ReadOnly | Libc.Directory);
        var result = Libc.FSync(fd);
        var errno = Marshal.GetLastPInvokeError();
        _ = Libc.Close(fd);
        if (result != 0) throw new DiskException("sync folder", path, errno);
    }

    public void SyncFileSystem(string path)
    {
        var fd = Open("open folder", path, Libc.ReadOnly | Libc.Directory);
        var result = Libc.SyncFs(fd);
        var errno = Marshal.GetLastPInvokeError();
        _ = Libc.Close(fd);
        if (result != 0) throw new DiskException("sync file system", path, errno);
    }

    public void SymbolicLink(string target, string path) => Check(Libc.SymLink(target, path), "link", path);

    public string? ReadLink(string path)
    {
        var buffer = stackalloc byte[4096];
        var length = Libc.ReadLink(path, buffer, 4096);
        return length < 0 ? null : System.Text.Encoding.UTF8.GetString(buffer, (int)length);
    }

    public bool TryHardLink(string existing, string path)
    {
        if (Libc.Link(existing, path) == 0) return true;
        var errno = Marshal.GetLastPInvokeError();
        return errno is Errors.CrossDevice or Errors.NotPermitted or Errors.NotSupported or Errors.TooManyLinks
            ? false : throw new DiskException("link", path, errno);
    }

    public bool TryReflink(string from, string to)
    {
        const nuint clone = 0x40049409; // FICLONE of linux/fs.h
        var source = Open("open", from, Libc.ReadOnly);
        var target = Libc.Open(to, Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.CloseOnExec, 0x1b6);
        var done = target >= 0 && Libc.IoCtl(target, clone, source) == 0;
        if (target >= 0)
        {
            _ = Libc.Close(target);
            if (!done) _ = Libc.Unlink(to);
        }
        _ = Libc.Close(source);
        return done;
    }

    public IReadOnlyList<DiskEntry> List(string folder)
    {
        return Entries(folder, Read);

        static DiskEntry Read(ref System.IO.Enumeration.FileSystemEntry entry)
        {
            var name = entry.FileName.ToString();
            var kind = entry.Attributes.HasFlag(FileAttributes.ReparsePoint) ? FileKind.Link : entry.IsDirectory ? FileKind.Folder : FileKind.File;
            if (kind == FileKind.File && entry.Attributes.HasFlag(FileAttributes.Device)) kind = FileKind.Other;
            return new(name, kind);
        }
    }

    public IReadOnlyList<string> Names(string folder) => Entries(folder, (ref System.IO.Enumeration.FileSystemEntry entry) => entry.FileName.ToString());

    private static List<T> Entries<T>(string folder, System.IO.Enumeration.FileSystemEnumerable<T>.FindTransform read)
    {
        try
        {
            var entries = new System.IO.Enumeration.FileSystemEnumerable<T>(folder, read,
                new EnumerationOptions { AttributesToSkip = 0, RecurseSubdirectories = false, ReturnSpecialDirectories = false, IgnoreInaccessible = false });
            return [.. entries];
        }
        catch (DirectoryNotFoundException) { throw new DiskException("list", folder, Errors.NotFound); }
        catch (UnauthorizedAccessException) { throw new DiskException("list", folder, Errors.Denied); }
        // On Unix the base library puts the errno there: EIO, EMFILE, ELOOP.
        catch (IOException e) { throw new DiskException("list", folder, e.HResult); }
    }

    public void SetMode(string path, uint mode) => Check(Libc.ChMod(path, mode), "set mode", path);

    public long FreeBytes(string path)
    {
        try { return new DriveInfo(path).AvailableFreeSpace; }
        catch (DriveNotFoundException) { throw new DiskException("read free space", path, Errors.NotFound); }
    }

    internal static FileStat ToStat(in Libc.StatXBuffer b) => new(
        (b.Mode & 0xf000) switch { 0x8000 => FileKind.File, 0x4000 => FileKind.Folder, 0xa000 => FileKind.Link, _ => FileKind.Other },
        b.Size, b.ModifiedSeconds * 1_000_000_000 + b.ModifiedNs, b.ChangedSeconds * 1_000_000_000 + b.ChangedNs,
        b.Inode, ((ulong)b.DeviceMajor << 32) | b.DeviceMinor, b.Links, b.Mode & 0xfffu);

    private static int Open(string operation, string path, int flags)
    {
        while (true)
        {
            var fd = Libc.Open(path, flags | Libc.CloseOnExec, 0x1b6);
            if (fd >= 0) return fd;
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Errors.Interrupted) throw new DiskException(operation, path, errno);
        }
    }

    private static void Check(int result, string operation, string path)
    {
        if (result != 0) throw new DiskException(operation, path, Marshal.GetLastPInvokeError());
    }

    private sealed class PosixFile(string path, int fd) : IDiskFile
    {
        private int _fd = fd;

        public int Read(long offset, Span<byte> buffer)
        {
            fixed (byte* start = buffer)
            {
                while (true)
                {
                    var count = Libc.PRead(_fd, start, buffer.Length, offset);
                    if (count >= 0) return (int)count;
                    if (Marshal.GetLastPInvokeError() != Errors.Interrupted) throw new DiskException("read", path, Marshal.GetLastPInvokeError());
                }
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            fixed (byte* start = bytes)
            {
                var done = 0;
                while (done < bytes.Length)
                {
                    var count = Libc.PWrite(_fd, start + done, bytes.Length - done, offset + done);
                    if (count > 0) { done += (int)count; continue; }
                    var errno = count == 0 ? Errors.NoSpace : Marshal.GetLastPInvokeError();
                    if (errno != Errors.Interrupted) throw new DiskException("write", path, errno);
                }
            }
        }

        public void Sync()
        {
            if (Libc.FDataSync(_fd) != 0) throw new DiskException("sync", path, Marshal.GetLastPInvokeError());
        }

        public void Truncate(long length)
        {
            if (Libc.FTruncate(_fd, length) != 0) throw new DiskException("truncate", path, Marshal.GetLastPInvokeError());
        }

        public FileStat Stat()
        {
            Libc.StatXBuffer buffer;
            const int emptyPath = 0x1000;
            if (Libc.StatX(_fd, "", emptyPath, BasicStats, &buffer) != 0) throw new DiskException("stat", path, Marshal.GetLastPInvokeError());
            return ToStat(buffer);
        }

        public bool TryLock()
        {
            const int exclusive = 2, noWait = 4;
            if (Libc.FLock(_fd, exclusive | noWait) == 0) return true;
            var errno = Marshal.GetLastPInvokeError();
            return errno == Errors.Again ? false : throw new DiskException("lock", path, errno);
        }

        public void Dispose()
        {
            if (_fd >= 0) _ = Libc.Close(_fd);
            _fd = -1;
        }
    }
}
