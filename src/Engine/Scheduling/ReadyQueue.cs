using Spool.Engine.Planning;

namespace Spool.Engine.Scheduling;

/// <summary>
/// Tasks that may start, the most urgent first. Tasks with equal needs wait in one line, so that a full pool costs one look and not one per
/// task. When the most urgent head does not fit, others may pass it, but only as many as it takes to keep the machine busy: after
/// <see cref="Patience"/> passes it reserves what frees up.
/// </summary>
public sealed class ReadyQueue
{
    private const int Patience = 32;
    private readonly Dictionary<string, Line> _lines = [];

    private sealed class Line(Needs needs)
    {
        internal Needs Needs { get; } = needs;
        internal PriorityQueue<TaskState, (double, int)> Tasks { get; } = new();
        internal int Passed { get; set; }
    }

    public int Count { get; private set; }

    public void Add(TaskState task, Needs needs)
    {
        if (!_lines.TryGetValue(needs.Signature, out var line)) _lines[needs.Signature] = line = new Line(needs);
        line.Tasks.Enqueue(task, (-task.Urgency, task.Node.Index));
        Count++;
    }

    /// <summary>The next task that fits, with its needs taken; null when none does. <paramref name="host"/> takes what all engines share.</summary>
    public (TaskState Task, Needs Needs)? Next(ResourcePools pools, Func<Needs, TaskState, bool> host)
    {
        var heads = _lines.Values.Where(l => l.Tasks.Count > 0).OrderBy(l => l.Tasks.TryPeek(out _, out var order) ? order : default);
        var passed = new List<Line>();
        foreach (var line in heads)
        {
            if (pools.TryTake(line.Needs))
            {
                if (!host(line.Needs, line.Tasks.Peek()))
                {
                    pools.Release(line.Needs);
                    passed.Add(line);
                    continue;
                }
                foreach (var other in passed) other.Passed++;
                line.Passed = 0;
                Count--;
                return (line.Tasks.Dequeue(), line.Needs);
            }
            if (line.Passed >= Patience) return null;
            passed.Add(line);
        }
        return null;
    }

    public IEnumerable<TaskState> Clear()
    {
        var all = _lines.Values.SelectMany(l => l.Tasks.UnorderedItems.Select(t => t.Element)).OrderBy(t => t.Node.Index).ToList();
        _lines.Clear();
        Count = 0;
        return all;
    }
}
