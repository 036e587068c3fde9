using System.Text.Json;
using Spool.Engine.Journal;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>The journal of a workspace read without owning it, and the engine that owns it, when there is one.</summary>
public sealed class PastRuns
{
    private PastRuns(Composition composition, WorkspacePaths paths, WorkspaceState state, LockOwner? owner)
    {
        (Composition, Paths, State, Owner) = (composition, paths, state, owner);
    }

    public Composition Composition { get; }
    public WorkspacePaths Paths { get; }
    public WorkspaceState State { get; }

    /// <summary>The living engine that owns the workspace; null when nobody does.</summary>
    public LockOwner? Owner { get; }

    public static PastRuns Read(Composition composition, string? workspace)
    {
        var paths = new WorkspacePaths(WorkflowFile.FindWorkspace(composition, workspace));
        if (composition.Disk.Stat(paths.Journal) is null) throw new UsageException($"nothing was run in {paths.Workspace} yet");
        return new PastRuns(composition, paths, EventJournal.ReadOnly(composition.Disk, paths.Journal).State, LivingOwner(composition, paths));
    }

    public static LockOwner? LivingOwner(Composition composition, WorkspacePaths paths)
    {
        if (composition.Disk.Stat(paths.Lock) is null) return null;
        // Trying the lock holds it for a moment, in which an engine that starts would be refused; so only where somebody may have it.
        var me = ProcessIdentity.Current;
        if (FileLock.ReadOwner(composition.Disk, paths.Lock) is { } last && last.BootId == me.BootId && last.Host == me.Host && ProcessIdentity.Of(last.Pid)?.StartTicks != last.StartTicks) return null;
        using (var file = composition.Disk.OpenRead(paths.Lock))
            if (file.TryLock()) return null;
        return FileLock.ReadOwner(composition.Disk, paths.Lock);
    }

    /// <summary>The run that is meant: given, or the last one.</summary>
    public RunSummary Run(string? id)
    {
        if (id is not null) return State.Run(id) ?? throw new UsageException($"there is no run {id} here; see: spool list");
        return State.Runs.LastOrDefault() ?? throw new UsageException("nothing was run here yet");
    }

    /// <summary>A run is only running while somebody owns the workspace; else its engine is gone and the next one closes it.</summary>
    public string StatusOf(RunSummary run) => run.Status == "running" && Owner is null ? "interrupted" : run.Status;

    /// <summary>The tasks of a finished run as its plan has them.</summary>
    public IReadOnlyList<JsonElement> TasksOf(RunSummary run)
    {
        if (run.Plan is null || !Digest.TryParse(run.Plan, out var digest)) return [];
        var path = new Engine.Artifacts.ObjectStore(Composition.Disk, Paths.Store).PathOf(digest);
        return Composition.Disk.Stat(path) is null ? [] : RunExport.ReadPlan(DurableFile.Read(Composition.Disk, path));
    }

    public static void WriteRun(Utf8JsonWriter write, RunSummary run, string workspace, string status)
    {
        write.WriteString("id", run.Run);
        write.WriteString("workflow", run.Name);
        write.WriteString("workspace", workspace);
        write.WriteString("status", status);
        if (run.Tasks is { } tasks) JsonOut.Counts(write, tasks);
        else write.WriteNull("tasks");
        write.WriteString("started_at", RunExport.Time(run.StartedAt));
        if (run.FinishedAt is { } at) write.WriteString("finished_at", RunExport.Time(at));
        else write.WriteNull("finished_at");
    }
}
