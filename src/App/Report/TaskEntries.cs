using Spool.Engine.Graph;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Report;

/// <summary>Tasks as the page shows them: which ones, and all that is known of each.</summary>
internal sealed class TaskEntries(PlannerWorld world, RunResult result, EarlierRuns earlier, ReportLimits limits)
{
    private const int LongTail = 8192, ShortTail = 2048, LongestCommand = 4096, MostStandIns = 20;
    private readonly Dictionary<string, int> _blocks = Blocks(result);
    private readonly Allowance _logs = new(limits.LogBytes), _paths = new(limits.InputPaths);

    /// <summary>Tasks that have lost their log or command, or some of their inputs, to the limits.</summary>
    internal int Shortened => _logs.Refused + _paths.Refused;

    /// <summary>The tasks of the page in the order of the graph: the preferred, then worst first, then those that ran (longest first), then the reused.</summary>
    internal static IReadOnlyList<TaskState> Choose(IReadOnlyList<TaskState> tasks, IReadOnlySet<TaskNode> preferred, int most)
    {
        if (tasks.Count <= most) return tasks;
        return [.. tasks.OrderBy(t => preferred.Contains(t.Node) ? 0 : 1).ThenBy(t => Rank(t.Status)).ThenByDescending(t => t.StartedAt > 0 ? LanePlan.Length(t) : 0).ThenBy(t => t.Node.Index).Take(most).OrderBy(t => t.Node.Index)];
    }

    /// <summary>The order in which tasks are looked for: the worst first.</summary>
    internal static int Rank(TaskStatus status) => status switch
    {
        TaskStatus.Failed => 0,
        TaskStatus.Waiting => 1,
        TaskStatus.Blocked => 2,
        TaskStatus.Running or TaskStatus.Publishing => 1,
        TaskStatus.Cancelled => 3,
        TaskStatus.Succeeded => 5,
        TaskStatus.Reused => 6,
        TaskStatus.Skipped => 7,
        _ => 4,
    };

    private static Dictionary<string, int> Blocks(RunResult result)
    {
        var blocks = new Dictionary<string, int>();
        foreach (var blocker in result.All.Select(t => t.BlockedOn).Concat(result.OpenSteps.Select(s => s.BlockedOn)))
            if (blocker is not null) blocks[blocker] = blocks.GetValueOrDefault(blocker) + 1;
        return blocks;
    }

    internal ReportedTask Of(TaskState task)
    {
        var record = task.Status == TaskStatus.Reused && task.Key is not null && world.State.Records.TryGetValue(task.Key, out var known) ? known.Record : null;
        var ran = task.StartedAt > 0;
        return new ReportedTask(task.Node.Address, task.Node.Step.Id, task.Node.Item?.Id, RunExport.Word(task.Status))
        {
            Quality = task.HasOutputs ? task.Quality.ToString().ToLowerInvariant() : null,
            Reasons = Reasons(task, record),
            KeyDiff = earlier.Difference(task),
            Start = ran ? Math.Round((task.StartedAt - result.StartedAt) / 1000.0, 3) : null,
            Seconds = ran ? Math.Round(LanePlan.Length(task), 3) : record is null ? null : record.Ms / 1000.0,
            Attempts = task.Attempts,
            CpuSeconds = task.Result is { } attempt ? Math.Round(attempt.Cpu.TotalSeconds, 3) : record is null ? null : record.CpuMs / 1000.0,
            MaxRssBytes = (task.Result?.MaxRssBytes ?? record?.Rss) is > 0 and var rss ? rss : null,
            Inputs = Inputs(task.Node),
            Outputs = [.. task.Node.Outputs.Select(o => new RolePath(o.Role, StripPlan.Shown(o)))],
            Command = Kept(task.Result?.Command ?? task.Failure?.Command ?? record?.Command, LongestCommand, head: true),
            LogTail = Kept(task.Failure?.LogTail ?? task.Result?.LogTail, task.Failure is null ? ShortTail : LongTail, head: false),
            Key = task.Key,
            Facts = (task.Result?.Facts ?? record?.Facts) is { Count: > 0 } facts ? facts : null,
            StandIns = task.StandIns.Count > 0 ? [.. task.StandIns.Take(MostStandIns).Select(m => new ReportedStandIn(m.What, m.Instead))] : null,
            Failure = task.Status is TaskStatus.Failed or TaskStatus.Cancelled && task.Failure is { } failure
                ? new ReportedFailure(failure.Kind.ToString(), failure.Sentence, failure.DecisiveLine, failure.ExitCode, failure.Kept, _blocks.GetValueOrDefault(task.Node.Address), failure.Next) : null,
        };
    }

    /// <summary>A step whose items were never known stands as one task.</summary>
    internal ReportedTask Of(StepState step) => new(step.Step.WholeAddress, step.Step.Id, null, RunExport.Word(step.Status)) { Reasons = step.Reasons };

    private IReadOnlyList<Reason> Reasons(TaskState task, CacheRecord? record)
    {
        if (task.Reasons.Count > 0 || record is null) return task.Reasons;
        return [earlier.Difference(task) is null ? new Reason("reuse", "Nothing it depends on changed") : new Reason("reuse", "It was made from exactly this before")];
    }

    private List<RolePath> Inputs(TaskNode task)
    {
        var paths = new List<RolePath>();
        foreach (var binding in task.Inputs)
            foreach (var reference in binding.Refs)
            {
                if (paths.Count >= limits.Members || !_paths.Take(1)) return paths;
                paths.Add(new RolePath(binding.Role, PathOf(binding, reference)));
            }
        return paths;
    }

    private static string PathOf(InputBinding binding, InputRef reference) => reference switch
    {
        InputRef.Members m => m.Task.Outputs[m.Index].Path + "/",
        InputRef.Output o => StripPlan.Shown(o.Task.Outputs[o.Index]),
        InputRef.Source when binding.Shape == Engine.RoleShape.Folder => reference.Path + "/",
        _ => reference.Path,
    };

    private string? Kept(string? text, int most, bool head)
    {
        if (string.IsNullOrEmpty(text)) return null;
        var cut = head ? ArtifactTypes.Cut(text, most) : ArtifactTypes.CutHead(text, most);
        return _logs.Take(cut.Length) ? cut : null;
    }
}
