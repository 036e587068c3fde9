using Spool.Platform;

namespace Spool.Tests.Support;

public enum DiskCallKind
{
    Stat, OpenRead, OpenWrite, Rename, DeleteFile, DeleteFolder, CreateFolder, SyncFolder, SyncFileSystem, SymbolicLink, ReadLink, HardLink, Reflink,
    List, SetMode, FreeBytes, Read, Write, Sync, Truncate, StatFile, Lock,
}

/// <summary>One call of a disk, before it happens. <paramref name="Size"/>: of the open file, for calls on one.</summary>
public readonly record struct DiskCall(DiskCallKind Kind, string Path, string? To, long Size)
{
    /// <summary>True when the call can change what a power cut leaves.</summary>
    public bool IsEffect => Kind is DiskCallKind.OpenWrite or DiskCallKind.Rename or DiskCallKind.DeleteFile or DiskCallKind.DeleteFolder or DiskCallKind.CreateFolder
        or DiskCallKind.SyncFolder or DiskCallKind.SyncFileSystem or DiskCallKind.SymbolicLink or DiskCallKind.HardLink or DiskCallKind.Write or DiskCallKind.Sync
        or DiskCallKind.Truncate;

    public override string ToString() => $"{Kind} {Path}{(To is null ? "" : $" -> {To}")}";
}

/// <summary>A disk that passes every call on and lets a subclass look at it, leave it out, or throw before or after it.</summary>
public abstract class TappedDisk(IDisk inner) : IDisk
{
    protected IDisk Inner { get; } = inner;

    /// <summary>False: the call is left out and pretends to have worked (only for calls without a result).</summary>
    protected abstract bool Before(in DiskCall call);

    protected virtual void After(in DiskCall call) { }

    public FileStat? Stat(string path, bool followLinks = true) => Run(DiskCallKind.Stat, path, () => Inner.Stat(path, followLinks));
    public IDiskFile OpenRead(string path) => Run(DiskCallKind.OpenRead, path, () => new TappedFile(this, Inner.OpenRead(path), path));
    public IDiskFile OpenWrite(string path, OpenMode mode) => Run(DiskCallKind.OpenWrite, path, () => new TappedFile(this, Inner.OpenWrite(path, mode), path));
    public RenameOutcome Rename(string from, string to, RenameMode mode) => Run(DiskCallKind.Rename, from, () => Inner.Rename(from, to, mode), to);
    public void DeleteFile(string path) => Do(DiskCallKind.DeleteFile, path, () => Inner.DeleteFile(path));
    public void DeleteFolder(string path) => Do(DiskCallKind.DeleteFolder, path, () => Inner.DeleteFolder(path));
    public bool CreateFolder(string path) => Run(DiskCallKind.CreateFolder, path, () => Inner.CreateFolder(path));
    public void SyncFolder(string path) => Do(DiskCallKind.SyncFolder, path, () => Inner.SyncFolder(path));
    public void SyncFileSystem(string path) => Do(DiskCallKind.SyncFileSystem, path, () => Inner.SyncFileSystem(path));
    public void SymbolicLink(string target, string path) => Do(DiskCallKind.SymbolicLink, path, () => Inner.SymbolicLink(target, path));
    public string? ReadLink(string path) => Run(DiskCallKind.ReadLink, path, () => Inner.ReadLink(path));
    public bool TryHardLink(string existing, string path) => Run(DiskCallKind.HardLink, existing, () => Inner.TryHardLink(existing, path), path);
    public bool TryReflink(string from, string to) => Run(DiskCallKind.Reflink, from, () => Inner.TryReflink(from, to), to);
    public IReadOnlyList<DiskEntry> List(string folder) => Run(DiskCallKind.List, folder, () => Inner.List(folder));
    public void SetMode(string path, uint mode) => Do(DiskCallKind.SetMode, path, () => Inner.SetMode(path, mode));
    public long FreeBytes(string path) => Run(DiskCallKind.FreeBytes, path, () => Inner.FreeBytes(path));

    private T Run<T>(DiskCallKind kind, string path, Func<T> call, string? to = null)
    {
        var told = new DiskCall(kind, path, to, 0);
        if (!Before(told)) throw new InvalidOperationException($"{told} has a result and cannot be left out");
        var result = call();
        try { After(told); }
        catch
        {
            (result as IDisposable)?.Dispose();
            throw;
        }
        return result;
    }

    private void Do(DiskCallKind kind, string path, Action call)
    {
        var told = new DiskCall(kind, path, null, 0);
        if (Before(told)) call();
        After(told);
    }

    /// <summary>A write that stops half way, as on a full disk; called instead of the write when <see cref="Before"/> throws.</summary>
    protected virtual bool WritesHalf => false;

    private sealed class TappedFile(TappedDisk disk, IDiskFile inner, string path) : IDiskFile
    {
        public int Read(long offset, Span<byte> buffer)
        {
            var call = Tell(DiskCallKind.Read);
            var count = disk.Before(call) ? inner.Read(offset, buffer) : 0;
            disk.After(call);
            return count;
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            var call = Tell(DiskCallKind.Write);
            bool real;
            try { real = disk.Before(call); }
            catch (DiskException) when (disk.WritesHalf)
            {
                inner.Write(offset, bytes[..(bytes.Length / 2)]);
                throw;
            }
            if (real) inner.Write(offset, bytes);
            disk.After(call);
        }

        public void Sync()
        {
            var call = Tell(DiskCallKind.Sync);
            if (disk.Before(call)) inner.Sync();
            disk.After(call);
        }

        public void Truncate(long length)
        {
            var call = Tell(DiskCallKind.Truncate);
            if (disk.Before(call)) inner.Truncate(length);
            disk.After(call);
        }

        public FileStat Stat()
        {
            var call = Tell(DiskCallKind.StatFile);
            disk.Before(call);
            var stat = inner.Stat();
            disk.After(call);
            return stat;
        }

        public bool TryLock()
        {
            var call = Tell(DiskCallKind.Lock);
            disk.Before(call);
            var taken = inner.TryLock();
            disk.After(call);
            return taken;
        }

        public void Dispose() => inner.Dispose();

        private DiskCall Tell(DiskCallKind kind) => new(kind, path, null, kind is DiskCallKind.Sync or DiskCallKind.Write ? inner.Stat().Size : 0);
    }
}
