using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Engine.Journal;

namespace Spool.Engine.Scheduling;

/// <summary>A path belongs to one workflow of a workspace: a second one that writes it is a Problem, unless the first is gone or no longer writes it.</summary>
internal static class PathOwners
{
    internal static void Check(TaskGraph graph, RunCore core, WorkspaceState state, string workflow, Func<string, IReadOnlyList<PathPattern>?> outputsOf)
    {
        var others = new Dictionary<string, IReadOnlyList<PathPattern>?>();
        foreach (var task in core.Tasks)
        {
            for (var i = 0; i < task.Node.Outputs.Count; i++)
            {
                var path = task.Node.Outputs[i].Path;
                if (!state.Paths.TryGetValue(path, out var owned) || owned.Workflow == workflow) continue;
                if (!others.TryGetValue(owned.Workflow, out var outputs)) outputs = others[owned.Workflow] = outputsOf(owned.Workflow);
                if (outputs is null || !outputs.Any(o => o.MayMeet(new PathPattern(path, default)))) continue;
                graph.Problems.Add("SPL0163", task.Node.Step.Outputs[i].At, $"{path} is written by {owned.Workflow} too", "give one of the workflows another path, or another workspace: --workspace DIR");
            }
        }
    }
}
