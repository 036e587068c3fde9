namespace Spool.Platform;

/// <summary>What a path is.</summary>
public enum FileKind { File, Folder, Link, Other }

/// <summary>The facts by which an unchanged file is recognised without reading it. Times are nanoseconds since 1970.</summary>
public readonly record struct FileStat(FileKind Kind, long Size, long ModifiedNs, long ChangedNs, ulong Inode, ulong Device, uint Links, uint Mode)
{
    /// <summary>True when the two observations may stand for the same bytes (size, both times and the inode agree).</summary>
    public bool SameAs(in FileStat other) =>
        Kind == other.Kind && Size == other.Size && ModifiedNs == other.ModifiedNs && ChangedNs == other.ChangedNs && Inode == other.Inode;
}

/// <summary>One name in a folder.</summary>
public readonly record struct DiskEntry(string Name, FileKind Kind);

/// <summary>How a rename treats a file at the new name.</summary>
public enum RenameMode { Replace, NoReplace, Exchange }

/// <summary>Whether the rename happened, or why not.</summary>
public enum RenameOutcome { Done, TargetExists, NotSupported, NoSource }

/// <summary>How a file is opened for writing.</summary>
public enum OpenMode { New, Truncate, Keep }

/// <summary>
/// The one seam to the file system: the real disk, the virtual disk of the tests and the faulty disks of the crash suites.
/// Every error is a <see cref="DiskException"/> with its errno; nothing is swallowed, an error of a sync least of all.
/// Paths are absolute.
/// </summary>
public interface IDisk
{
    /// <summary>The facts of a path, or null when nothing is there.</summary>
    FileStat? Stat(string path, bool followLinks = true);
    IDiskFile OpenRead(string path);
    IDiskFile OpenWrite(string path, OpenMode mode);
    RenameOutcome Rename(string from, string to, RenameMode mode);
    void DeleteFile(string path);
    /// <summary>Deletes an empty folder.</summary>
    void DeleteFolder(string path);
    /// <summary>Makes one folder; false when it was there. Parents must exist.</summary>
    bool CreateFolder(string path);
    /// <summary>Makes the names in a folder durable.</summary>
    void SyncFolder(string path);
    /// <summary>Makes everything written so far on the file system of this path durable, in one call.</summary>
    void SyncFileSystem(string path);
    void SymbolicLink(string target, string path);
    string? ReadLink(string path);
    /// <summary>False when the two paths lie on different file systems or the file system has no hard links.</summary>
    bool TryHardLink(string existing, string path);
    /// <summary>A copy that shares its blocks (btrfs, xfs); false where the file system cannot.</summary>
    bool TryReflink(string from, string to);
    IReadOnlyList<DiskEntry> List(string folder);

    /// <summary>The names alone, in no order: no entry is looked at, which is several times quicker for large folders.</summary>
    /// <exception cref="DiskException">The folder cannot be read.</exception>
    IReadOnlyList<string> Names(string folder) => [.. List(folder).Select(e => e.Name)];
    void SetMode(string path, uint mode);
    /// <summary>Bytes an ordinary user can still write.</summary>
    long FreeBytes(string path);
}

/// <summary>An open file. Not thread-safe, but for <see cref="Stat"/>.</summary>
public interface IDiskFile : IDisposable
{
    /// <summary>Reads at an offset; 0 at the end.</summary>
    int Read(long offset, Span<byte> buffer);
    /// <summary>Writes all bytes at an offset.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);
    /// <summary>Makes the bytes durable; after an error the file must not be used for another acknowledgement.</summary>
    void Sync();
    void Truncate(long length);
    FileStat Stat();
    /// <summary>Takes the exclusive advisory lock of the file without waiting; it goes with the process.</summary>
    bool TryLock();
}

/// <summary>An operation of the file system failed: which, on what, and the errno.</summary>
public sealed class DiskException : IOException
{
    public DiskException(string operation, string path, int errno)
        : base($"{operation} {path}: {Describe(errno)}")
    {
        Operation = operation;
        Path = path;
        Errno = errno;
    }

    public string Operation { get; }
    public string Path { get; }
    public int Errno { get; }

    /// <summary>ENOSPC or EDQUOT.</summary>
    public bool IsDiskFull => Errno is Errors.NoSpace or Errors.Quota;

    private static string Describe(int errno) => errno switch
    {
        Errors.NotFound => "no such file or folder",
        Errors.Denied => "permission denied",
        Errors.NoSpace => "the disk is full",
        Errors.Quota => "the disk quota is used up",
        Errors.ReadOnly => "the file system is read-only",
        Errors.Io => "input/output error",
        Errors.TooManyFiles => "too many open files",
        Errors.Exists => "it exists already",
        _ => Errors.Text(errno),
    };
}

/// <summary>The errno values that Spool tells apart (Linux).</summary>
public static class Errors
{
    public const int NotPermitted = 1, NotFound = 2, Interrupted = 4, Io = 5, Again = 11, Denied = 13, Exists = 17, CrossDevice = 18,
        NotFolder = 20, IsFolder = 21, Invalid = 22, TooManyFiles = 24, NoSpace = 28, ReadOnly = 30, TooManyLinks = 31, NameTooLong = 36, NotEmpty = 39, Loop = 40,
        NoSystemCall = 38, NotSupported = 95, Quota = 122;

    public static string Text(int errno) => System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno);
}
