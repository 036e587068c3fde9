using Spool.Engine.Definition;
using Spool.Engine.Graph;

namespace Spool.Engine.Scheduling;

/// <summary>
/// Which tasks a run is about: all, or those that given paths and steps need. Followed backwards from the targets, task by task; behind a
/// step that is expanded later, all tasks of its producers count as needed.
/// </summary>
public sealed class Selection
{
    private readonly TaskGraph _graph;
    private readonly bool _full;
    private readonly HashSet<StepNode> _steps = [];
    private readonly HashSet<TaskNode> _tasks = [];
    private readonly HashSet<StepNode> _targets = [];
    private readonly HashSet<StepNode> _only;
    private readonly IReadOnlyList<PathPattern> _paths;

    public Selection(TaskGraph graph, IReadOnlyList<string> paths, IReadOnlyList<string> only)
    {
        _graph = graph;
        _paths = [.. paths.Select(p => new PathPattern(p, default))];
        _only = [.. graph.Steps.Where(s => only.Contains(s.Id))];
        _full = paths.Count == 0 && only.Count == 0;
        if (_full) return;
        _targets.UnionWith(graph.Steps.Where(s => _only.Contains(s) || s.Outputs.Any(o => _paths.Any(o.MayMeet))));
        var stack = new Stack<StepNode>(_targets);
        while (stack.TryPop(out var step))
        {
            if (!_steps.Add(step)) continue;
            foreach (var before in step.Producers.Concat(step.Needs)) stack.Push(before);
        }
    }

    /// <summary>True when everything is asked for.</summary>
    public bool IsFull => _full;

    /// <summary>Paths and steps were given, and nothing in the graph answers to them.</summary>
    public bool IsEmpty => !_full && _steps.Count == 0;

    public bool WantsStep(StepNode step) => _full || _steps.Contains(step);

    public bool Wants(TaskNode task) => _full || _tasks.Contains(task);

    /// <summary>Looks again after steps were expanded.</summary>
    internal void Update()
    {
        if (_full) return;
        var stack = new Stack<TaskNode>();
        foreach (var step in _steps)
        {
            if (step.IsExpanded)
            {
                if (!_targets.Contains(step)) continue;
                foreach (var task in step.Tasks)
                    if (_only.Contains(step) || task.Outputs.Any(IsTarget)) stack.Push(task);
            }
            else foreach (var task in step.Producers.Concat(step.Needs).SelectMany(s => s.Tasks)) stack.Push(task);
        }
        var needed = new HashSet<StepNode>();
        while (stack.TryPop(out var task))
        {
            if (!_tasks.Add(task) && task.Producers.All(_tasks.Contains)) continue;
            foreach (var producer in task.Producers) stack.Push(producer);
            foreach (var step in task.Step.Needs)
                if (needed.Add(step)) foreach (var other in step.Tasks) stack.Push(other);
        }
    }

    private bool IsTarget(OutputBinding output)
    {
        var pattern = new PathPattern(output.IsFolder ? output.Path + "/" : output.Path, default);
        return _paths.Any(p => p.MayMeet(pattern));
    }
}
