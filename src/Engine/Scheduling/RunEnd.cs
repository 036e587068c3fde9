using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Engine.Journal;
using Spool.Platform;

namespace Spool.Engine.Scheduling;

/// <summary>Closes a run: its status, its finals, what a full run clears away, its record in the journal and its exports.</summary>
internal sealed class RunEnd(Workspace workspace, TaskGraph graph, RunCore core, string id, string workflowId, Func<TaskCounts> count)
{
    internal RunResult Finish(long startedAt, string? stopped, bool fullRun)
    {
        var now = workspace.Machine.Now;
        var counts = count();
        var status = stopped is not null ? "failed"
            : core.IsCancelled && !(core.IsDrained && counts.Cancelled == 0) ? "cancelled"
            : counts.Failed > 0 || core.IsPaused || core.OpenSteps.Any(s => s.Status == TaskStatus.Failed) ? "failed"
            : counts.Waiting > 0 || counts.Blocked > 0 ? "waiting" : "succeeded";
        var outputs = Finals();
        IReadOnlyList<string> removed = [];
        if (stopped is null)
        {
            if (status == "succeeded" && fullRun) removed = Clean();
            var plan = RunExport.Plan(core.Tasks, core.OpenSteps);
            var digest = Digest.Of(plan);
            KeepPlan(digest, plan);
            workspace.Journal.Append(new RunFinished(id, status, now, counts) { Plan = digest.ToString(), Outputs = outputs });
            workspace.Journal.Commit();
            workspace.Trust(digest);
            RunExport.Write(workspace.Machine.Disk, workspace.Paths, workspace.State.Run(id)!, status, now, core.Tasks, core.OpenSteps);
        }
        return new RunResult(id, status, counts, TimeSpan.FromMilliseconds(now - startedAt), outputs, [.. core.Tasks.Where(t => !RunExport.IsLeftOut(t))], core.OpenSteps)
        {
            StartedAt = startedAt,
            FinishedAt = now,
            Stopped = stopped,
            Removed = removed,
        };
    }

    private void KeepPlan(Digest digest, byte[] plan)
    {
        if (workspace.Trusts(digest)) return;
        var disk = workspace.Machine.Disk;
        if (workspace.Store.PrepareShard(digest)) disk.SyncFolder(workspace.Store.Folder);
        DurableFile.Write(disk, workspace.Store.PathOf(digest), plan);
    }

    internal static TaskCounts Count(RunCore core)
    {
        int total = 0, ran = 0, reused = 0, failed = 0, blocked = 0, waiting = 0, skipped = 0, cancelled = 0;
        foreach (var status in core.Tasks.Where(t => !RunExport.IsLeftOut(t)).Select(t => t.Status).Concat(core.OpenSteps.Select(s => s.Status)))
        {
            total++;
            switch (status)
            {
                case TaskStatus.Succeeded: ran++; break;
                case TaskStatus.Reused: reused++; break;
                case TaskStatus.Failed: failed++; break;
                case TaskStatus.Blocked: blocked++; break;
                case TaskStatus.Waiting: waiting++; break;
                case TaskStatus.Skipped: skipped++; break;
                case TaskStatus.Cancelled: cancelled++; break;
            }
        }
        return new TaskCounts(total, ran, reused, failed, blocked, waiting, skipped, cancelled);
    }

    /// <summary>The paths the user calls the results, else what no task reads; only those that are there.</summary>
    internal List<string> Finals()
    {
        var read = new HashSet<(TaskNode, int)>();
        foreach (var reference in core.Tasks.SelectMany(t => t.Node.Inputs).SelectMany(i => i.Order is null ? i.Refs : i.Refs.Append(i.Order)))
        {
            if (reference is InputRef.Output o) read.Add((o.Task, o.Index));
            else if (reference is InputRef.Member m) read.Add((m.Task, m.Index));
            else if (reference is InputRef.Members ms) read.Add((ms.Task, ms.Index));
        }
        var wanted = graph.Workflow.Outputs?.Select(o => new PathPattern(graph.Scope.FillVars(o.Path, o.At), o.At)).ToList();
        var finals = new List<string>();
        foreach (var task in core.Tasks.Where(t => t.HasOutputs))
            for (var i = 0; i < task.Node.Outputs.Count; i++)
            {
                var output = task.Node.Outputs[i];
                var path = output.IsFolder ? output.Path + "/" : output.Path;
                if (wanted is null ? !read.Contains((task.Node, i)) && output.Keep : wanted.Exists(w => w.MayMeet(new PathPattern(path, default)))) finals.Add(path);
            }
        return finals;
    }

    /// <summary>After a full run that succeeded: files of items and steps that are gone from the workflow, unchanged since, and never a final.</summary>
    private List<string> Clean()
    {
        var steps = graph.Steps.ToDictionary(s => s.Id);
        var finals = workspace.State.Runs.Where(r => r.Workflow == workflowId).SelectMany(r => r.Outputs).Select(o => o.TrimEnd('/')).ToHashSet();
        var removed = new List<string>();
        var disk = workspace.Machine.Disk;
        foreach (var owned in workspace.State.Paths.Values.Where(p => p.Workflow == workflowId && graph.WriterOf(p.Path) is null).ToList())
        {
            if (finals.Contains(owned.Path) || finals.Any(f => owned.Path.StartsWith(f + "/", StringComparison.Ordinal))) continue;
            if (steps.TryGetValue(owned.Step, out var step) && (step.Definition.When is not null && step.Tasks.All(t => core.Tasks[t.Index].Status == TaskStatus.Skipped))) continue;
            var full = Path.Join(workspace.Paths.Workspace, owned.Path);
            if (disk.Stat(full, followLinks: false) is { } stat)
            {
                if (stat.Kind != FileKind.File || workspace.Stats.DigestOf(full, stat, null, CancellationToken.None).ToString() != owned.Digest) continue;
                disk.DeleteFile(full);
                RemoveEmptyParents(full);
            }
            workspace.Stats.Forget(full);
            removed.Add(owned.Path);
        }
        if (removed.Count > 0) workspace.Journal.Append(new PathsReleased(removed));
        return removed;
    }

    private void RemoveEmptyParents(string path)
    {
        var disk = workspace.Machine.Disk;
        for (var folder = Path.GetDirectoryName(path)!; folder.Length > workspace.Paths.Workspace.Length && disk.List(folder).Count == 0; folder = Path.GetDirectoryName(folder)!)
            disk.DeleteFolder(folder);
    }
}
