using Spool.Engine.Graph;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Spool.Platform;

namespace Spool.Engine.Scheduling;

/// <summary>Drops outputs with <c>keep: false</c> once every reader has succeeded, also those of steps that are expanded later; edited ones stay.</summary>
internal sealed class Intermediates(Workspace workspace, TaskGraph graph, RunCore core)
{
    private readonly bool _any = graph.Steps.Any(s => s.Definition.Outputs.Any(o => !o.Keep));
    private readonly HashSet<TaskNode> _dropped = [];

    internal void TaskOver(TaskState task)
    {
        if (!_any || !task.HasOutputs) return;
        foreach (var producer in task.Node.Producers) TryDrop(core.Tasks[producer.Index]);
    }

    private void TryDrop(TaskState made)
    {
        var node = made.Node;
        if (!made.HasOutputs || node.Outputs.All(o => o.Keep) || _dropped.Contains(node)) return;
        if (node.Step.Readers.Any(s => !s.IsExpanded) || !node.Readers.All(r => core.Tasks[r.Index].HasOutputs)) return;
        _dropped.Add(node);
        var released = new List<string>();
        var gone = new List<string>();
        foreach (var (binding, output) in node.Outputs.Zip(made.Outputs))
        {
            if (binding.Keep || output.IsFolder || output.Digest != output.Recorded) continue;
            var full = Path.Join(workspace.Paths.Workspace, binding.Path);
            var disk = workspace.Machine.Disk;
            if (disk.Stat(full, followLinks: false) is { Kind: FileKind.File } stat && workspace.Stats.DigestOf(full, stat, null, CancellationToken.None) != output.Digest) continue;
            if (disk.Stat(full, followLinks: false) is not null) disk.DeleteFile(full);
            released.Add(binding.Path);
            var name = output.Digest.ToString();
            if (workspace.State.Paths.Values.Any(p => p.Digest == name && p.Path != binding.Path)) continue;
            gone.Add(name);
        }
        if (released.Count > 0) workspace.Journal.Append(new PathsReleased(released));
        if (gone.Count == 0) return;
        workspace.Journal.Append(new ObjectsGone(gone, "dropped after its readers"));
        workspace.Journal.Commit();
        foreach (var digest in gone) workspace.Store.Drop(Digest.Parse(digest));
    }
}
