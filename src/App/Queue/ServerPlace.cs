using System.Security.Cryptography;
using System.Text;
using Spool.Platform;

namespace Spool.App.Queue;

/// <summary>
/// Where the server keeps what it knows, in the user's state root: <c>queue/{pending,running,done,failed}</c>, a folder <c>runs/ID</c> for each run,
/// <c>runtime/{pid,heartbeat}</c>. Files are the only truth: a server that dies leaves everything as it stands, and the next one goes on from there.
/// </summary>
public sealed class ServerPlace(IDisk disk, string root)
{
    public const string Pending = "pending", Running = "running", Done = "done", Failed = "failed";
    public static IReadOnlyList<string> Stages { get; } = [Pending, Running, Done, Failed];

    public IDisk Disk { get; } = disk;
    public string Root { get; } = root;
    public string Queue => Path.Join(Root, "queue");
    public string Runs => Path.Join(Root, "runs");
    public string Runtime => Path.Join(Root, "runtime");
    public string Lock => Path.Join(Runtime, "server.lock");
    public string Logs => Path.Join(Root, "logs");

    /// <summary>What the server says, one JSON object a line.</summary>
    public string Log => Path.Join(Logs, "server.log");

    public string Stage(string stage) => Path.Join(Queue, stage);

    public string RunFolder(long id) => Path.Join(Runs, Name(id));

    /// <summary>The number of a run as its files are named: in order of submission, also as text.</summary>
    public static string Name(long id) => id.ToString("00000000", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Makes the folders, which only the user may enter. What an earlier version left open to others is closed.</summary>
    public void Make()
    {
        foreach (var stage in Stages) DurableFile.CreateFolders(Disk, Stage(stage));
        foreach (var own in (string[])[Runs, Runtime, Logs]) DurableFile.CreateFolders(Disk, own);
        foreach (var own in (string[])[Root, Queue, Runs, Runtime, Logs]) Close(own, 0x1c0);
        // SQLite gives its two other files the mode of the first when it makes them.
        foreach (var name in (string[])["", "-wal", "-shm"]) Close(Path.Join(Root, "index.db" + name), 0x180);
    }

    /// <summary>Takes what others may do with a file or a folder of ours; a root of somebody else's stays as its owner has it.</summary>
    private void Close(string path, uint mode)
    {
        if (Disk.Stat(path) is not { } stat || (stat.Mode & 0x3f) == 0) return;
        try { Disk.SetMode(path, mode); }
        catch (DiskException e) when (e.Errno == Errors.NotFound || (e.Errno == Errors.NotPermitted && path == Root)) { return; }
    }

    /// <summary>Takes the lock of the queue's numbers for a moment.</summary>
    public T Locked<T>(Func<T> work)
    {
        Make();
        var path = Path.Join(Queue, "numbers.lock");
        using var file = Disk.OpenWrite(path, OpenMode.Keep);
        // Whoever holds it does so for milliseconds; there is no event to wait for.
        using var never = new ManualResetEventSlim();
        for (var tries = 0; !file.TryLock(); tries++)
        {
            if (tries > 2000) throw new DiskException("lock", path, Errors.Again);
            never.Wait(5);
        }
        return work();
    }

    /// <summary>The next number of a run; the caller holds the lock.</summary>
    public long TakeNumber()
    {
        var path = Path.Join(Queue, "next");
        long next = 1;
        if (Disk.Stat(path) is not null && long.TryParse(DurableFile.ReadText(Disk, path).Trim(), out var kept)) next = kept;
        // The counter may be lost; numbers that were given are not given again.
        foreach (var stage in Stages)
            foreach (var entry in Disk.List(Stage(stage)))
                if (NumberOf(entry.Name) is { } used && used >= next) next = used + 1;
        DurableFile.Write(Disk, path, Encoding.ASCII.GetBytes((next + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return next;
    }

    /// <summary>The number in the name of a job's file; null for a name that somebody else gave.</summary>
    public static long? NumberOf(string name) =>
        name.Length == 12 && name.EndsWith(".job", StringComparison.Ordinal) && long.TryParse(name.AsSpan(0, 8), System.Globalization.NumberStyles.None, null, out var number) ? number : null;

    /// <summary>Where the run of an idempotency key is noted.</summary>
    public string KeyFile(string key) => Path.Join(Queue, "keys", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))));
}
