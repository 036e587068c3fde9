using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Engine.Planning;
using Spool.Platform;

namespace Spool.Engine.Scheduling;

/// <summary>Keeps which steps are expanded, over, or in the way of others, and expands them when what they wait for is known.</summary>
internal sealed class StepTracker
{
    private readonly TaskGraph _graph;
    private readonly PlannerWorld _world;
    private readonly Func<TaskNode, TaskState> _stateOf;
    private readonly Expansion _expansion;
    private readonly KnownArtifacts _known;
    private readonly List<StepNode> _unexpanded;
    private readonly Dictionary<StepNode, int> _left = [];
    private readonly Dictionary<StepNode, (TaskStatus Status, Reason Reason)> _settled = [];
    private readonly Dictionary<StepNode, List<StepNode>> _neededBy = [];
    private bool _dirty = true;

    internal StepTracker(TaskGraph graph, PlannerWorld world, Func<TaskNode, TaskState> stateOf)
    {
        (_graph, _world, _stateOf) = (graph, world, stateOf);
        _expansion = new Expansion(graph, world.Sources);
        _unexpanded = [.. graph.Steps];
        foreach (var step in graph.Steps)
            foreach (var needed in step.Needs) (_neededBy.TryGetValue(needed, out var list) ? list : _neededBy[needed] = []).Add(step);
        _known = new KnownArtifacts(FolderNames, Text);
    }

    /// <summary>Attempts that wait for their next try.</summary>
    internal int PendingTimers { get; set; }

    internal IEnumerable<StepNode> NeededBy(StepNode step) => _neededBy.GetValueOrDefault(step) ?? [];

    /// <summary>Steps without tasks: not expanded yet, waiting, or without items.</summary>
    internal IEnumerable<StepState> Open
    {
        get
        {
            foreach (var step in _graph.Steps)
            {
                if (step.Tasks.Count > 0) continue;
                if (_settled.TryGetValue(step, out var settled)) yield return new StepState(step, settled.Status, [settled.Reason], null);
                else if (!step.IsExpanded) yield return Unexpanded(step);
            }
        }
    }

    private StepState Unexpanded(StepNode step)
    {
        foreach (var before in step.Producers.Concat(step.Needs))
            if (Trouble(before) is { } trouble) return new StepState(step, TaskStatus.Blocked, [new Reason("blocked", $"waits for {trouble}")], trouble);
        return new StepState(step, TaskStatus.Pending, [new Reason("pending", "its items are made in this run")], null);
    }

    /// <summary>The task or step that stops everything behind a step; null when nothing does (so far).</summary>
    internal string? Trouble(StepNode step)
    {
        var seen = new HashSet<StepNode>();
        var stack = new Stack<StepNode>();
        stack.Push(step);
        while (stack.TryPop(out var at))
        {
            if (!seen.Add(at)) continue;
            if (_settled.TryGetValue(at, out var settled) && settled.Status != TaskStatus.Skipped) return at.WholeAddress;
            foreach (var node in at.Tasks)
            {
                var state = _stateOf(node);
                if (state.Status is TaskStatus.Failed or TaskStatus.Waiting or TaskStatus.Blocked or TaskStatus.Cancelled) return state.BlockedOn ?? node.Address;
            }
            if (at.IsExpanded) continue;
            foreach (var before in at.Producers.Concat(at.Needs)) stack.Push(before);
        }
        return null;
    }

    /// <summary>Steps that were expanded now, in topological order.</summary>
    internal IEnumerable<StepNode> TryExpandAll()
    {
        while (_dirty)
        {
            _dirty = false;
            for (var i = 0; i < _unexpanded.Count; i++)
            {
                var step = _unexpanded[i];
                if (_settled.ContainsKey(step)) continue;
                var outcome = _expansion.TryExpand(step, _known);
                switch (outcome)
                {
                    case ExpansionOutcome.NotYet:
                        continue;
                    case ExpansionOutcome.NoMatch when _world.IsPreview:
                        _settled[step] = (TaskStatus.Skipped, new Reason("stand-in", $"no file matches {_expansion.Missing}"));
                        step.IsExpanded = true;
                        break;
                    case ExpansionOutcome.NoMatch:
                        _settled[step] = (TaskStatus.Waiting, new Reason("missing-input", $"missing input: no file matches {_expansion.Missing}"));
                        continue;
                    case ExpansionOutcome.NoItems:
                        _settled[step] = (TaskStatus.Skipped, new Reason("no-items", "no items"));
                        break;
                    case ExpansionOutcome.Problem:
                        _settled[step] = (TaskStatus.Failed, new Reason("problem", _graph.Problems.Problems[^1].Message));
                        if (!step.IsExpanded) continue;
                        break;
                }
                _unexpanded[i] = null!;
                _left[step] = step.Tasks.Count;
                _dirty = true;
                yield return step;
            }
            _unexpanded.RemoveAll(s => s is null);
        }
    }

    internal Reason? SkipReason(StepNode step)
    {
        if (step.Definition.When is not { } when) return null;
        if (when.Kind == ConditionKind.Never) return new Reason("when", $"the condition does not hold: {when.Name}");
        if (when.Kind == ConditionKind.Exists)
            return _world.Disk.Stat(_world.Sources.Full(_graph.Scope.FillVars(when.Name, when.At))) is { Kind: FileKind.File or FileKind.Folder } ? null : new Reason("when", $"{when.Name} does not exist");
        var value = (_graph.Scope.Lookup("vars." + when.Name, when.At, null, null) as YamlScalar)?.Text ?? "";
        var holds = when.Kind switch
        {
            ConditionKind.Equal => value == when.Literal,
            ConditionKind.NotEqual => value != when.Literal,
            _ => value is not ("" or "false" or "0" or "no"),
        };
        return holds ? null : new Reason("when", $"the condition does not hold: {when.Name} is '{value}'");
    }

    /// <summary>One more task of the step is over; true when that was the last.</summary>
    internal bool TaskOver(StepNode step)
    {
        if (step.Readers.Any(r => !r.IsExpanded)) _dirty = true;
        return --_left[step] == 0;
    }

    internal void Reopen(TaskState task) => _left[task.Node.Step]++;

    internal bool IsOver(StepNode step) => step.IsExpanded && _left.TryGetValue(step, out var left) && left == 0;

    private IReadOnlyList<string>? FolderNames(TaskNode task, int index)
    {
        var state = _stateOf(task);
        if (state.Status == TaskStatus.Skipped) return [];
        return state.HasOutputs ? [.. _world.Store.ReadManifest(state.Outputs[index].Digest).Select(e => e.Name)] : null;
    }

    private string? Text(InputRef reference)
    {
        if (reference.Producer is { } producer)
        {
            var state = _stateOf(producer);
            if (!state.HasOutputs) return null;
            var index = reference is InputRef.Output o ? o.Index : ((InputRef.Member)reference).Index;
            var output = state.Outputs[index];
            var digest = reference is InputRef.Member member ? _world.Store.ReadManifest(output.Digest).FirstOrDefault(e => e.Name == member.Name)?.Digest : output.Digest;
            return digest is { } found ? DurableFile.ReadText(_world.Disk, _world.Store.PathOf(found)) : null;
        }
        var full = _world.Sources.Full(reference.Path);
        return _world.Disk.Stat(full) is { Kind: FileKind.File } ? DurableFile.ReadText(_world.Disk, full) : null;
    }
}
