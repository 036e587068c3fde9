using System.Text.Json;

namespace Spool.Platform;

/// <summary>Who holds a lock: for the message to whoever has to wait, never for deciding.</summary>
public sealed record LockOwner(int Pid, long StartTicks, string BootId, string Host, string Started, string Command, string? Socket);

/// <summary>
/// An advisory lock on a file that is kept for ever: flock(2), so it goes with the process and no stale lock is ever cleaned up.
/// The body says who holds it. Deleting the file while it is held would let a second holder in, hence <see cref="StillHeld"/>.
/// </summary>
public sealed class FileLock : IDisposable
{
    private readonly IDisk _disk;
    private readonly string _path;
    private readonly IDiskFile _file;
    private readonly ulong _inode;

    private FileLock(IDisk disk, string path, IDiskFile file)
    {
        _disk = disk;
        _path = path;
        _file = file;
        _inode = file.Stat().Inode;
    }

    /// <summary>The lock, or null when somebody else has it.</summary>
    public static FileLock? TryTake(IDisk disk, string path, LockOwner owner)
    {
        while (true)
        {
            var file = disk.OpenWrite(path, OpenMode.Keep);
            try
            {
                if (!file.TryLock())
                {
                    file.Dispose();
                    return null;
                }
                // Between open and lock another process may have replaced the file; only the file at the path counts.
                if (disk.Stat(path) is { } there && there.Inode == file.Stat().Inode)
                {
                    var body = JsonSerializer.SerializeToUtf8Bytes(owner, PlatformJson.Default.LockOwner);
                    file.Truncate(0);
                    file.Write(0, body);
                    return new FileLock(disk, path, file);
                }
            }
            catch (DiskException)
            {
                file.Dispose();
                throw;
            }
            file.Dispose();
        }
    }

    /// <summary>Who wrote the body of the lock last; null when it cannot be read.</summary>
    public static LockOwner? ReadOwner(IDisk disk, string path)
    {
        try { return JsonSerializer.Deserialize(DurableFile.Read(disk, path), PlatformJson.Default.LockOwner); }
        catch (JsonException) { return null; }
        catch (DiskException) { return null; }
    }

    /// <summary>False when the file was deleted or replaced under us: the holder must stop before its next commit.</summary>
    public bool StillHeld => _file.Stat().Links > 0 && _disk.Stat(_path) is { } there && there.Inode == _inode;

    public void Dispose() => _file.Dispose();
}

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.SnakeCaseLower)]
[System.Text.Json.Serialization.JsonSerializable(typeof(LockOwner))]
internal sealed partial class PlatformJson : System.Text.Json.Serialization.JsonSerializerContext;
