using Spool.Engine.Graph;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;

namespace Spool.App.Report;

/// <summary>What ran when, by resource, and which tasks made the run as long as it was.</summary>
public static class LanePlan
{
    /// <summary>Above so many slots, processors are one lane of many rows.</summary>
    private const int MostSlots = 16;

    // Starts and ends are rounded to milliseconds apart from each other.
    private const double Slack = 0.002;

    /// <summary>A lane for each processor that was busy, then one for each pool.</summary>
    /// <param name="tasks">Those that are on the page.</param>
    /// <param name="critical">The tasks of the critical path.</param>
    /// <param name="startedAt">When the run began, Unix milliseconds.</param>
    /// <param name="capacity">Of a pool, by its name.</param>
    public static IReadOnlyList<Lane> Of(IEnumerable<TaskState> tasks, IReadOnlySet<TaskNode> critical, long startedAt, Func<string, double> capacity)
    {
        var slots = new List<(double End, List<LaneSpan> Spans)>();
        var pools = new SortedDictionary<string, List<LaneSpan>>(StringComparer.Ordinal);
        foreach (var task in tasks.Where(t => t.StartedAt > 0).OrderBy(t => t.StartedAt).ThenBy(t => t.Node.Index))
        {
            var start = Seconds(task.StartedAt - startedAt);
            var span = new LaneSpan(task.Node.Address, start, Math.Round(start + Length(task), 3), RunExport.Word(task.Status), critical.Contains(task.Node) ? true : null);
            foreach (var pool in task.Node.Step.Definition.Resources.Where(r => r.Key is not ("cpu" or "memory") && r.Value > 0))
                (pools.TryGetValue(pool.Key, out var spans) ? spans : pools[pool.Key] = []).Add(span);
            if (task.Node.Step.Definition.Resources.TryGetValue("cpu", out var cpu) && cpu == 0) continue;
            var free = slots.FindIndex(s => s.End <= start + Slack);
            if (free < 0)
            {
                free = slots.Count;
                slots.Add((0, []));
            }
            slots[free].Spans.Add(span);
            slots[free] = (span.End, slots[free].Spans);
        }
        IEnumerable<Lane> processors = slots.Count > MostSlots ? [new Lane("cpu", slots.Count, [.. slots.SelectMany(s => s.Spans).OrderBy(s => s.Start)])]
            : slots.Select((s, i) => new Lane($"cpu {i + 1}", 1, s.Spans));
        return [.. processors, .. pools.Select(p => new Lane(p.Key, (int)Math.Max(1, Math.Min(int.MaxValue, capacity(p.Key))), p.Value))];
    }

    /// <summary>The longest chain of tasks that ran, each waiting for the one before it; every walk is a loop over tasks in order.</summary>
    public static IReadOnlySet<TaskNode> CriticalPath(IReadOnlyList<TaskState> tasks)
    {
        var best = new Dictionary<TaskNode, (double Length, TaskNode? Before)>();
        var bestOfStep = new Dictionary<StepNode, TaskNode>();
        TaskNode? last = null;
        foreach (var task in tasks.OrderBy(t => t.Node.Step.Order).ThenBy(t => t.Node.Index))
        {
            var node = task.Node;
            TaskNode? before = null;
            foreach (var producer in node.Producers.Concat(node.Step.Needs.Select(n => bestOfStep.GetValueOrDefault(n)).OfType<TaskNode>()))
                if (best.TryGetValue(producer, out var chain) && (before is null || chain.Length > best[before].Length)) before = producer;
            // What was reused hands on the chain before it, at no length of its own.
            var length = (before is null ? 0 : best[before].Length) + (task.StartedAt > 0 ? Length(task) : 0);
            best[node] = (length, before);
            if (last is null || length > best[last].Length) last = node;
            if (!bestOfStep.TryGetValue(node.Step, out var other) || length > best[other].Length) bestOfStep[node.Step] = node;
        }
        var ran = tasks.Where(t => t.StartedAt > 0).Select(t => t.Node).ToHashSet();
        var path = new HashSet<TaskNode>();
        for (; last is not null; last = best[last].Before)
            if (ran.Contains(last)) path.Add(last);
        return path;
    }

    /// <summary>How long a task held what it needs, in seconds: its attempt; with retries, all from the first start to the end.</summary>
    public static double Length(TaskState task) => task is { Attempts: <= 1, Result: { } result } ? result.Elapsed.TotalSeconds : Seconds(Math.Max(0, task.FinishedAt - task.StartedAt));

    private static double Seconds(long milliseconds) => milliseconds / 1000.0;
}
