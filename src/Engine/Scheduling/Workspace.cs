using System.Globalization;
using System.Text;
using Spool.Engine.Artifacts;
using Spool.Engine.Journal;
using Spool.Platform;

namespace Spool.Engine.Scheduling;

/// <summary>Somebody else owns the workspace.</summary>
public sealed class WorkspaceBusyException(LockOwner? owner) : Exception(owner is null ? "another engine owns this workspace"
    : $"pid {owner.Pid} on {owner.Host} owns this workspace since {owner.Started} ({owner.Command})")
{
    public LockOwner? Owner { get; } = owner;
}

/// <summary>What the engine takes from the machine around it.</summary>
public sealed record Machine(IDisk Disk, TimeProvider Time, ProcessIdentity Identity, string Mark)
{
    public required string Command { get; init; }
    /// <summary>Ends the tools of an engine that is gone; returns how many there were.</summary>
    public Func<string, int> Sweep { get; init; } = _ => 0;
    /// <summary>The address at which this engine can be reached, for the lock's body.</summary>
    public string? Socket { get; init; }

    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>
/// A workspace owned by this engine: the lock, the journal, the store, the index. Opening it is recovery: a torn end is cut, leftovers of dead
/// attempts go, tools of the dead engine are ended, its open runs are closed as interrupted. There is no other kind of start.
/// </summary>
public sealed class Workspace : IDisposable
{
    private const string FormatText = "spool-state 1\n";
    private const int MostSegments = 64;
    private readonly FileLock _lock;
    private readonly HashSet<Digest> _trusted = [];

    private Workspace(Machine machine, WorkspacePaths paths, FileLock fileLock, EventJournal journal, WorkspaceIndex? index)
    {
        Machine = machine;
        Paths = paths;
        _lock = fileLock;
        Journal = journal;
        Store = new ObjectStore(machine.Disk, paths.Store);
        Stats = new StatCache(machine.Disk, machine.Time);
        Index = index;
        foreach (var (path, stat, digest) in index?.Digests ?? []) Stats.Load(path, stat, digest);
        foreach (var record in State.Records.Values) Trust(record.Record);
        foreach (var edit in State.Edits.Values) _trusted.Add(Digest.Parse(edit.Edit));
    }

    public Machine Machine { get; }
    public WorkspacePaths Paths { get; }
    public EventJournal Journal { get; }
    public WorkspaceState State => Journal.State;
    public ObjectStore Store { get; }
    public StatCache Stats { get; }
    public WorkspaceIndex? Index { get; }
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Objects that a durable event names: they need not be written again.</summary>
    public bool Trusts(Digest digest) => _trusted.Contains(digest) && !State.Gone.Contains(digest.ToString());

    public void Trust(CacheRecord record)
    {
        foreach (var output in record.Outputs)
        {
            var digest = Digest.Parse(output.Digest);
            _trusted.Add(digest);
        }
    }

    public void Trust(Digest digest) => _trusted.Add(digest);

    /// <summary>Takes the lock without waiting. Throws <see cref="WorkspaceBusyException"/>, <see cref="JournalException"/> or <see cref="DiskException"/>.</summary>
    public static FileLock Lock(Machine machine, WorkspacePaths paths)
    {
        var disk = machine.Disk;
        DurableFile.CreateFolders(disk, paths.Spool);
        RefuseOtherFormat(disk, paths);
        var owner = new LockOwner(machine.Identity.Pid, machine.Identity.StartTicks, machine.Identity.BootId, machine.Identity.Host,
            machine.Time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture), machine.Command, machine.Socket);
        var taken = FileLock.TryTake(disk, paths.Lock, owner) ?? throw new WorkspaceBusyException(FileLock.ReadOwner(disk, paths.Lock));
        // Only the holder writes FORMAT: of engines that start at once in a new folder, the others would rename each other's new file away.
        try { CheckFormat(disk, paths); }
        catch
        {
            taken.Dispose();
            throw;
        }
        return taken;
    }

    /// <summary>Refuses state of another version; a new workspace gets its FORMAT file. Needs the lock where FORMAT may be missing.</summary>
    public static void CheckFormat(IDisk disk, WorkspacePaths paths)
    {
        if (disk.Stat(paths.Format) is null)
        {
            if (disk.Stat(paths.Journal) is not null) throw new JournalException($"{paths.Spool} holds a journal but no FORMAT file: it was damaged; restore FORMAT with the line '{FormatText.Trim()}' if you know this version wrote it");
            DurableFile.Write(disk, paths.Format, Encoding.UTF8.GetBytes(FormatText));
            return;
        }
        RefuseOtherFormat(disk, paths);
    }

    private static void RefuseOtherFormat(IDisk disk, WorkspacePaths paths)
    {
        if (disk.Stat(paths.Format) is null) return;
        var text = DurableFile.ReadText(disk, paths.Format);
        if (text != FormatText) throw new JournalException($"{paths.Spool} is of format '{text.Trim()}', this program reads '{FormatText.Trim()}'; nothing was changed");
    }

    /// <summary>Opens with the lock held; the workspace then owns the lock.</summary>
    public static Workspace Open(Machine machine, WorkspacePaths paths, FileLock fileLock, WorkspaceIndex? index)
    {
        var disk = machine.Disk;
        foreach (var folder in (ReadOnlySpan<string>)[paths.Store, paths.Runs]) DurableFile.CreateFolders(disk, folder);
        foreach (var folder in (ReadOnlySpan<string>)[paths.Temporary, paths.Attempts])
        {
            DurableFile.DeleteTree(disk, folder);
            disk.CreateFolder(folder);
        }
        var before = EventJournalEpoch(disk, paths);
        if (before is not null) machine.Sweep(before.Mark);
        var journal = EventJournal.Open(disk, paths.Journal, fileLock, machine.Identity, machine.Mark, machine.Now, index?.JournalSeq ?? 0, out var warnings);
        var workspace = new Workspace(machine, paths, fileLock, journal, index) { Warnings = warnings };
        workspace.CloseInterrupted();
        if (journal.SegmentCount > MostSegments) journal.Rotate();
        return workspace;
    }

    private static EpochStarted? EventJournalEpoch(IDisk disk, WorkspacePaths paths) =>
        disk.Stat(paths.Journal) is null ? null : EventJournal.ReadOnly(disk, paths.Journal).State.LastEpoch;

    private void CloseInterrupted()
    {
        var open = State.OpenRuns.ToList();
        var unsettled = State.Payments.Where(p => p.Settled is null).ToList();
        foreach (var payment in unsettled) Journal.Append(new MoneyReleased(payment.Reserved.Id, "the engine ended before the answer"));
        if (unsettled.Count > 0) Journal.Commit();
        if (open.Count == 0) return;
        foreach (var run in open) Journal.Append(new RunFinished(run.Run, "failed", Machine.Now, new TaskCounts(0, 0, 0, 0, 0, 0, 0, 0)));
        Journal.Commit();
        foreach (var run in open) RunExport.WriteInterrupted(Machine.Disk, Paths, State.Run(run.Run)!);
        Warnings = [.. Warnings, .. open.Select(r => $"run {r.Run} was interrupted; its finished tasks are kept")];
    }

    /// <summary>Writes the derived index; a failure to do so loses nothing.</summary>
    public void SaveIndex(QuietPlan? quiet, IEnumerable<ProbedTool> tools)
    {
        var (segment, size) = Journal.Position;
        var index = new WorkspaceIndex(Journal.SyncedSeq, Journal.Epoch, size)
        {
            LastSegment = segment,
            Quiet = quiet,
            Tools = [.. tools],
            Digests = [.. Stats.Entries.Where(e => !e.Value.Racy).Select(e => (e.Key, e.Value.Stat, e.Value.Digest))],
        };
        try { index.Write(Machine.Disk, Paths.Index, Paths.Workspace); }
        catch (DiskException)
        {
            // The old index does not fit the journal any more, so the next start makes it again.
        }
    }

    public void Dispose()
    {
        Journal.Dispose();
        _lock.Dispose();
    }
}
