using Spool.Engine.Graph;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Cli;

/// <summary>One step as the live view counts it.</summary>
public sealed class LiveStep(string id, int order)
{
    public string Id { get; } = id;
    public int Order { get; } = order;
    public int Total { get; set; }
    public int Done { get; set; }
    public int Running { get; set; }
    public int Failed { get; set; }
    public int Stuck { get; set; }

    /// <summary>Why it has no tasks (yet).</summary>
    public string? Note { get; set; }

    public bool IsOver => Total > 0 && Done + Failed + Stuck >= Total;
}

/// <summary>A task that runs.</summary>
public sealed class LiveTask(string address, long since)
{
    public string Address { get; } = address;
    public long Since { get; } = since;
    public double? Fraction { get; set; }
}

/// <summary>
/// What the live view knows of a run: its own copy, kept by differences, so that a fact costs the same however many tasks there are. Told
/// from the run's loop; whoever draws holds the same lock.
/// </summary>
public sealed class LiveState(TimeProvider time)
{
    private enum Bucket : byte { None, Open, Running, Done, Failed, Stuck }

    private readonly Dictionary<StepNode, LiveStep> _steps = [];
    private readonly List<Bucket> _buckets = [];
    private readonly Dictionary<int, LiveTask> _running = [];
    private readonly List<string> _failed = [];
    private RunView? _run;
    private long _measured;
    private TimeSpan _pause;

    /// <summary>In topological order.</summary>
    public List<LiveStep> Steps { get; } = [];

    public IEnumerable<LiveTask> Running => _running.Values;

    /// <summary>Addresses, the latest last.</summary>
    public IReadOnlyList<string> Failed => _failed;

    public int Done { get; private set; }
    public int Total { get; private set; }
    public long Started { get; private set; }

    /// <summary>What is read just now, when that takes long.</summary>
    public string? Reading { get; set; }

    /// <summary>Seconds left when it was last measured, less what went by since.</summary>
    public double? SecondsLeft => _left is { } left ? Math.Max(0, left - time.GetElapsedTime(_measured).TotalSeconds) : null;

    private double? _left;

    public void Begin(RunView run)
    {
        _run = run;
        Started = time.GetTimestamp();
        Measure();
    }

    public void Changed(TaskState task)
    {
        Sync();
        if (task.Node.Index >= _buckets.Count) return;
        Take(task);
        if (time.GetElapsedTime(_measured) >= _pause) Measure();
    }

    private void Take(TaskState task)
    {
        Move(task, task.Status switch
        {
            TaskStatus.Running or TaskStatus.Publishing => Bucket.Running,
            TaskStatus.Succeeded or TaskStatus.Reused => Bucket.Done,
            TaskStatus.Skipped => RunExport.IsLeftOut(task) ? Bucket.None : Bucket.Done,
            TaskStatus.Failed or TaskStatus.Cancelled => Bucket.Failed,
            TaskStatus.Waiting or TaskStatus.Blocked => Bucket.Stuck,
            _ => Bucket.Open,
        });
        if (task.Status == TaskStatus.Failed) _failed.Add(task.Node.Address);
    }

    public void Progress(TaskState task, double fraction)
    {
        if (_running.TryGetValue(task.Node.Index, out var running)) running.Fraction = fraction;
    }

    /// <summary>A failed attempt waits for its next try.</summary>
    public void Retrying(TaskState task)
    {
        if (task.Node.Index < _buckets.Count) Move(task, Bucket.Open);
    }

    private void Move(TaskState task, Bucket to)
    {
        var from = _buckets[task.Node.Index];
        if (from == to) return;
        _buckets[task.Node.Index] = to;
        var step = _steps[task.Node.Step];
        Count(step, from, -1);
        Count(step, to, 1);
        if (to == Bucket.Running) _running[task.Node.Index] = new LiveTask(TerminalText.Plain(task.Node.Address), time.GetTimestamp());
        else if (from == Bucket.Running) _running.Remove(task.Node.Index);
    }

    private void Count(LiveStep step, Bucket bucket, int by)
    {
        if (bucket == Bucket.None) return;
        step.Total += by;
        Total += by;
        if (bucket == Bucket.Running) step.Running += by;
        else if (bucket == Bucket.Failed) step.Failed += by;
        else if (bucket == Bucket.Stuck) step.Stuck += by;
        else if (bucket == Bucket.Done)
        {
            step.Done += by;
            Done += by;
        }
    }

    /// <summary>Takes up tasks of steps that were expanded since.</summary>
    private void Sync()
    {
        if (_run is null) return;
        for (var i = _buckets.Count; i < _run.Tasks.Count; i++)
        {
            var node = _run.Tasks[i].Node;
            var step = StepOf(node.Step);
            step.Note = null;
            _buckets.Add(Bucket.Open);
            Count(step, Bucket.Open, 1);
            Take(_run.Tasks[i]);
        }
    }

    private LiveStep StepOf(StepNode node)
    {
        if (_steps.TryGetValue(node, out var known)) return known;
        var step = new LiveStep(TerminalText.Plain(node.Id), node.Order);
        var at = Steps.FindLastIndex(s => s.Order < step.Order) + 1;
        Steps.Insert(at, step);
        return _steps[node] = step;
    }

    /// <summary>What costs a walk over all tasks: at most once a second, and never more than a hundredth of the time.</summary>
    private void Measure()
    {
        var start = time.GetTimestamp();
        _measured = start;
        _pause = TimeSpan.FromSeconds(1);
        Sync();
        foreach (var open in _run!.OpenSteps())
            StepOf(open.Step).Note = open.Status == TaskStatus.Pending ? "" : $"{RunExport.Word(open.Status)}{(open.Reasons.Count > 0 ? ": " + TerminalText.Plain(open.Reasons[0].Text) : "")}";
        _left = _run.TimeLeft().Seconds;
        _pause = TimeSpan.FromSeconds(Math.Max(1, 100 * time.GetElapsedTime(start).TotalSeconds));
    }
}
