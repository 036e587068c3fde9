using Spool.Engine;
using Spool.Engine.Artifacts;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;

namespace Spool.App.Cli;

/// <summary>
/// A person's decision about tasks: owns the workspace for a moment, knows the plan as it stands, and journals. While a run owns the
/// workspace it waits for its end, because a decision must not change what is being run.
/// </summary>
public sealed class Decision : IDisposable
{
    private readonly Composition _composition;
    private readonly WorkflowFile _file;
    private readonly Workspace _workspace;
    private DryPlan _look;

    private Decision(Composition composition, WorkflowFile file, Workspace workspace, DryPlan look)
    {
        (_composition, _file, _workspace, _look) = (composition, file, workspace, look);
    }

    public EventJournal Journal => _workspace.Journal;
    public WorkspaceState State => _workspace.State;
    public ObjectStore Store => _workspace.Store;
    public string WorkflowId => _look.World.WorkflowId;
    public string Who => Environment.UserName;
    public long Now => _workspace.Machine.Now;

    /// <summary>Null when the workflow has problems; they were printed.</summary>
    public static async Task<Decision?> OpenAsync(Composition composition, WorkflowFile file, string command, CancellationToken cancel)
    {
        var machine = composition.Machine(command, null);
        var paths = new WorkspacePaths(file.Workspace);
        Platform.FileLock? taken = null;
        for (var told = false; taken is null;)
        {
            try { taken = Workspace.Lock(machine, paths); }
            catch (WorkspaceBusyException e)
            {
                if (!told) await Console.Error.WriteLineAsync(e.Message + "; waiting for it to end");
                told = true;
                await Task.Delay(TimeSpan.FromMilliseconds(200), composition.Time, cancel);
            }
        }
        var problems = new ProblemList();
        var workspace = Workspace.Open(machine, paths, taken, WorkspaceIndex.Read(composition.Disk, paths.Index, paths.Workspace));
        var look = await LastArguments.PlanAsync(composition, file, problems, cancel);
        if (look is not null && !problems.Any) return new Decision(composition, file, workspace, look);
        workspace.Dispose();
        ProblemPrinter.Print(composition, Console.Error, problems.Problems, []);
        return null;
    }

    /// <summary>Over a workspace that the caller owns; it stays open when this is disposed. Null when the workflow has problems.</summary>
    public static async Task<Decision?> OverAsync(Composition composition, WorkflowFile file, Workspace workspace, CancellationToken cancel)
    {
        var problems = new ProblemList();
        var look = await LastArguments.PlanAsync(composition, file, problems, cancel);
        return look is null || problems.Any ? null : new Decision(composition, file, workspace, look) { _borrowed = true };
    }

    private bool _borrowed;

    /// <summary>Takes a decision about a review, with the edits of what it shows; gives what came of it.</summary>
    public (bool Taken, string Said) Take(TaskState review, ReviewDecision wanted)
    {
        // Edited bytes are kept like approvals, so an edit is taken into the store before it is decided on.
        foreach (var maker in review.Node.Producers) EditsOf(StateOf(maker));
        var decided = Deciding.Decide(State, WorkflowId, review, StateOf, wanted, Now);
        if (decided.Refusal is { } refusal) return (false, refusal);
        foreach (var made in decided.Events) Journal.Append(made);
        Journal.Commit();
        return (true, wanted.Verdict == "approve" ? $"{review.Node.Address}: approved"
            : decided.Regenerated.Count > 0 ? $"{review.Node.Address}: rejected; the next run makes anew: {string.Join(", ", decided.Regenerated)}" : $"{review.Node.Address}: rejected");
    }

    /// <summary>The reviews that a verdict can be given on: by name or pattern, else the only ones that ask.</summary>
    public IReadOnlyList<TaskState> Open(string? name, string verdict)
    {
        var reviews = Find([], all: true).Where(t => t.Node.Step.Kind.Traits.IsReview).ToList();
        var open = (name is null ? reviews : Matching.Tasks(reviews, name)).Where(t => Deciding.IsOpen(t, verdict)).ToList();
        // Without a name it is the one that asks, not one that was rejected and may still be approved.
        return name is null && open.Exists(t => Deciding.IsOpen(t, "reject")) ? [.. open.Where(t => Deciding.IsOpen(t, "reject"))] : open;
    }

    public TaskState StateOf(Engine.Graph.TaskNode node) => _look.Core.Tasks[node.Index];

    public async Task LookAgainAsync(CancellationToken cancel) => _look = (await LastArguments.PlanAsync(_composition, _file, new ProblemList(), cancel))!;

    public IReadOnlyList<TaskState> Find(IReadOnlyList<string> names, bool all)
    {
        if (all) return _look.Tasks;
        var found = new List<TaskState>();
        foreach (var name in names)
        {
            var tasks = Matching.Tasks(_look.Tasks, name);
            if (tasks.Count == 0) throw new UsageException($"there is no task '{name}'; {NearestName.Hint(name, _look.Tasks.Select(t => t.Node.Address)) ?? "see: spool plan --verbose"}");
            found.AddRange(tasks);
        }
        return found;
    }

    /// <summary>Edits by hand of a task's outputs, also of files in its output folders, seen now or before.</summary>
    public IReadOnlyList<SeenEdit> EditsOf(TaskState task)
    {
        TakeNewEdits(task);
        return [.. State.Edits.Values.Where(e => task.Node.Outputs.Any(o => o.Path == e.Path || (o.IsFolder && e.Path.StartsWith(o.Path + "/", StringComparison.Ordinal))))];
    }

    // Edits made since the last run are not in the journal yet: they are taken into the store first, so that giving one up loses nothing.
    private void TakeNewEdits(TaskState task)
    {
        var disk = _composition.Disk;
        foreach (var owned in State.Paths.Values.Where(p => task.Node.Outputs.Any(o => o.Path == p.Path || (o.IsFolder && p.Path.StartsWith(o.Path + "/", StringComparison.Ordinal)))).ToList())
        {
            var full = Path.Join(_file.Workspace, owned.Path);
            if (disk.Stat(full, followLinks: false) is not { Kind: Platform.FileKind.File } stat) continue;
            var stands = _workspace.Stats.DigestOf(full, stat, null, CancellationToken.None);
            var text = stands.ToString();
            if (text == owned.Digest || text == owned.Was || State.Edits.GetValueOrDefault(owned.Path)?.Edit == text) continue;
            if (Store.PrepareShard(stands)) disk.SyncFolder(Store.Folder);
            Platform.DurableFile.Write(disk, Store.PathOf(stands), Platform.DurableFile.Read(disk, full));
            Journal.Append(new EditSeen(owned.Path, owned.Digest, text, stat.Size, Now));
            Journal.Commit();
        }
    }

    public void Dispose()
    {
        if (!_borrowed) _workspace.Dispose();
    }
}
