namespace Spool.Engine.Graph;

/// <summary>
/// A review gates its inputs: every step that reads one of its paths waits for the decision, except the steps that the review itself depends
/// on, other reviews, and steps with <c>gated: false</c>. Gates are edges of the graph, so a circle through one is a Problem.
/// </summary>
internal static class Reviews
{
    internal static void Gate(IReadOnlyList<StepNode> steps)
    {
        foreach (var review in steps.Where(s => s.Kind.Traits.IsReview))
        {
            var before = new HashSet<StepNode>();
            var stack = new Stack<StepNode>([review]);
            while (stack.TryPop(out var step))
                if (before.Add(step))
                    foreach (var earlier in step.Producers.Concat(step.Needs)) stack.Push(earlier);
            foreach (var step in steps)
                if (!step.Kind.Traits.IsReview && step.Definition.Gated && !before.Contains(step) && SharedPath(review, step) is not null) step.Gates.Add(review);
        }
    }

    private static string? SharedPath(StepNode review, StepNode step) =>
        review.Inputs.SelectMany(i => i.Patterns).FirstOrDefault(p => step.Inputs.Any(i => i.Patterns.Any(p.MayMeet)))?.Text;

    /// <summary>The Problem of a circle that goes through a gate: the reviews, the path and the way out; null when none of its edges is one.</summary>
    internal static (string Message, string Hint)? Cycle(IReadOnlyList<StepNode> cycle)
    {
        var gates = cycle.Select((step, i) => (Step: cycle[(i + 1) % cycle.Count], Review: step)).Where(e => e.Step.Gates.Contains(e.Review)).ToList();
        if (gates.Count == 0) return null;
        var path = SharedPath(gates[0].Review, gates[0].Step);
        return ($"steps wait for each other in a circle through {(gates.Count == 1 ? "the review" : "the reviews")} {string.Join(" and ", gates.Select(g => g.Review.Id))}: "
            + $"{string.Join(" -> ", cycle.Append(cycle[0]).Select(s => s.Id))} ({gates[0].Step.Id} reads {path}, which {gates[0].Review.Id} reviews)",
            $"let {gates[0].Step.Id} read it without waiting: gated: false");
    }

    /// <summary>The review tasks that decide on a path which one of these inputs reads.</summary>
    internal static IEnumerable<TaskNode> Of(StepNode step, IReadOnlyList<InputBinding> inputs)
    {
        if (step.Gates.Count == 0) return [];
        var paths = inputs.SelectMany(i => i.Refs).Select(r => r.Path).ToHashSet();
        return step.Gates.SelectMany(g => g.Tasks).Where(t => t.Inputs.SelectMany(i => i.Refs).Any(r => paths.Contains(r.Path) || r is InputRef.Members || paths.Any(p => p.StartsWith(r.Path.TrimEnd('/') + "/", StringComparison.Ordinal))));
    }
}
