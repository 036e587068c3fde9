using Spool.Engine.Journal;
using Spool.Engine.Planning;

namespace Spool.Engine.Scheduling;

/// <summary>Something that happened in a run. The engine prints nothing: reporters are told facts.</summary>
public abstract record RunFact
{
    /// <summary>The plan as far as it can be known before anything ran.</summary>
    public sealed record Planned(RunView Run) : RunFact;

    /// <summary>The last step got its tasks, so the plan is known whole; told only where it was not from the start.</summary>
    public sealed record Known(RunView Run) : RunFact;

    /// <summary>A task has another status.</summary>
    public sealed record TaskChanged(TaskState Task) : RunFact;

    public sealed record Progress(TaskState Task, double Fraction) : RunFact;

    public sealed record Line(TaskState Task, string Text) : RunFact;

    /// <summary>A large file is being hashed.</summary>
    public sealed record Hashing(string Path, long Bytes) : RunFact;

    public sealed record Retrying(TaskState Task, Failure Failure, TimeSpan Pause) : RunFact;

    public sealed record Warning(string Text) : RunFact;

    public sealed record Ended(RunResult Result) : RunFact;
}

/// <summary>Is told the facts of a run, from the run's own loop, one at a time.</summary>
public interface IRunReporter
{
    void Tell(RunFact fact);
}

/// <summary>A step that has no tasks yet, or never got any: where it stands.</summary>
public sealed record StepState(Graph.StepNode Step, TaskStatus Status, IReadOnlyList<Reason> Reasons, string? BlockedOn);

/// <summary>What can be seen of a run while it goes on. Read it from the reporter's calls only.</summary>
public sealed record RunView(string Id, string Workflow, IReadOnlyList<TaskState> Tasks, Func<IReadOnlyList<StepState>> OpenSteps, Func<TaskCounts> Count, Func<TimeLeft> TimeLeft);

/// <summary>How long a run probably goes on.</summary>
/// <param name="Seconds">Seconds from now on.</param>
/// <param name="IsRecorded">At least half of it is known from earlier results of these very tasks; else it is guessed from others of their kinds, or from nothing.</param>
public readonly record struct TimeLeft(double Seconds, bool IsRecorded);

/// <summary>How a run ended.</summary>
public sealed record RunResult(string Id, string Status, TaskCounts Tasks, TimeSpan Elapsed, IReadOnlyList<string> Outputs, IReadOnlyList<TaskState> All, IReadOnlyList<StepState> OpenSteps)
{
    public long StartedAt { get; init; }
    public long FinishedAt { get; init; }
    /// <summary>Why the run could not go on at all, when that is so.</summary>
    public string? Stopped { get; init; }
    /// <summary>Owned files of items and steps that are gone from the workflow, removed after a full run.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];
    /// <summary>True when the remembered plan held and nothing was looked at beyond the facts of the files.</summary>
    public bool Quiet { get; init; }
}
