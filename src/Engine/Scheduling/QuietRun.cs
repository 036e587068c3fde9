using Spool.Engine.Artifacts;
using Spool.Engine.Graph;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Spool.Platform;

namespace Spool.Engine.Scheduling;

/// <summary>
/// The run that has nothing to do, found without reading YAML, replaying the journal or building a graph: the last full run succeeded, and
/// every file and folder it depended on has the facts it had then. One stat a path. Anything else takes the long way.
/// </summary>
public static class QuietRun
{
    /// <summary>The finished run, or null when something may have changed. The caller holds the lock.</summary>
    public static RunResult? TryRun(Machine machine, WorkspacePaths paths, WorkspaceIndex? index, Digest signature, string workflowId)
    {
        if (index?.Quiet is not { } quiet || quiet.Signature != signature || !int.TryParse(quiet.Run, out var last)) return null;
        var disk = machine.Disk;
        foreach (var (path, facts) in quiet.Facts)
        {
            var now = disk.Stat(path);
            if (facts.Inode == 0 ? now is not null : now is not { } stat || !stat.SameAs(facts)) return null;
        }
        var startedAt = machine.Now;
        var epoch = index.Epoch + 1;
        var id = (last + epoch - quiet.Epoch).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var counts = new TaskCounts(quiet.Total, 0, quiet.Total, 0, 0, 0, 0, 0);
        var started = new RunStarted(id, workflowId, quiet.Name, startedAt, quiet.Vars, true);
        var finished = new RunFinished(id, "succeeded", machine.Now, counts) { Plan = quiet.Plan, Outputs = quiet.Outputs };
        var me = machine.Identity;
        if (EventJournal.AppendQuietly(disk, paths.Journal, index.JournalSeq, epoch, (index.LastSegment, index.JournalSize),
            [new EpochStarted(epoch, me.Pid, me.StartTicks, me.BootId, me.Host, machine.Mark, startedAt), started, finished]) is not var (seq, bytes)) return null;
        WorkspaceIndex.Advance(disk, paths.Index, seq, epoch, index.JournalSeq + 1, bytes);
        RunExport.WriteQuiet(disk, paths, new RunSummary(id, workflowId, quiet.Name, startedAt, quiet.Vars, true), finished.At, quiet.Steps);
        return new RunResult(id, "succeeded", counts, TimeSpan.FromMilliseconds(machine.Now - startedAt), quiet.Outputs, [], []) { StartedAt = startedAt, FinishedAt = machine.Now, Quiet = true };
    }

    /// <summary>What a run that left nothing to do depended on; null when it cannot be said for sure.</summary>
    public static QuietPlan? Remember(Workspace workspace, TaskGraph graph, PlannerWorld world, RunResult result, Digest signature, string plan)
    {
        if (result.Status != "succeeded" || graph.Workflow.Secrets.Count > 0 || result.OpenSteps.Any(s => s.Status != TaskStatus.Skipped)) return null;
        var disk = workspace.Machine.Disk;
        var facts = new Dictionary<string, FileStat>();
        var sure = true;

        void Now(string path)
        {
            if (facts.ContainsKey(path)) return;
            var stat = disk.Stat(path);
            if (stat is { } there && workspace.Stats.IsRacy(there)) sure = false;
            facts[path] = stat ?? default;
        }

        void Known(string path)
        {
            if (workspace.Stats.TryGet(path, out var entry) && !entry.Racy) facts[path] = entry.Stat;
            else sure = false;
        }

        foreach (var file in graph.Workflow.Files) Now(file);
        foreach (var folder in world.Sources.ListedFolders) Now(folder);
        foreach (var tool in world.Tools.Probed)
            foreach (var (path, stat) in tool.Facts) facts[path] = stat;
        foreach (var step in graph.Steps)
            if (step.Definition.When is { Kind: Definition.ConditionKind.Exists } when) Now(world.Sources.Full(graph.Scope.FillVars(when.Name, when.At)));
        foreach (var task in result.All)
        {
            foreach (var reference in task.Node.Inputs.SelectMany(i => i.Refs).OfType<InputRef.Source>())
            {
                var full = world.Sources.Full(reference.Path);
                if (disk.Stat(full) is { Kind: FileKind.File }) Known(full);
                else Now(full);
            }
            foreach (var file in task.Inputs.Where(i => i.Shape == RoleShape.Folder || task.StandIns.Count > 0).SelectMany(i => i.Files).Where(f => f.Facts is not null)) Known(file.Source);
            foreach (var image in task.Inputs.SelectMany(i => i.Files).Select(f => f.StandIn?.Image).OfType<Attempts.AttemptFile>()) Known(image.Source);
            if (!task.HasOutputs) continue;
            for (var i = 0; i < task.Outputs.Count && sure; i++)
            {
                var output = task.Outputs[i];
                var full = Path.Join(workspace.Paths.Workspace, output.Path);
                if (!task.Node.Outputs[i].Keep) Now(full);
                else if (!output.IsFolder) Known(full);
                else
                    foreach (var entry in workspace.Store.ReadManifest(output.Digest)) Known(Path.Join(full, entry.Name));
            }
            if (!sure) return null;
        }
        return new QuietPlan(signature, [.. facts.Select(f => (f.Key, f.Value))], result.Tasks.Total, result.Outputs, result.Id) { Plan = plan, Name = graph.Workflow.Name, Epoch = workspace.Journal.Epoch, Steps = [.. graph.Steps.Select(s => (s.Id, s.Kind.Name))], Vars = graph.Workflow.ShownVars };
    }
}
