using System.Text.Json;
using Spool.App.Queue;
using Spool.App.Report;
using Spool.Engine;

namespace Spool.App.Server;

/// <summary>What the API has done by others: the command line in a process of its own, and the engine of a workspace.</summary>
/// <param name="Cancel">Asks the engine that owns a workspace to end; false when nobody answers.</param>
/// <param name="AskAsync">Runs a verb of the command line; its exit code, and what it said.</param>
/// <param name="FileOf">The workflow file of a run.</param>
/// <param name="AskOwner">Asks the engine that owns a workspace; null when nobody answers.</param>
/// <param name="PlanOf">The plan of an engine's run in a workspace; an empty one where it is not known any more.</param>
public sealed record Workers(Func<string, bool> Cancel, Func<IReadOnlyList<string>, CancellationToken, Task<(int Code, string Said)>> AskAsync, Func<QueuedRun, string> FileOf,
    Func<string, Action<Utf8JsonWriter>, JsonElement?> AskOwner, Func<string, string, KnownPlan> PlanOf)
{
    /// <summary>The open reviews of a run, each as JSON.</summary>
    public required Func<QueuedRun, CancellationToken, Task<IReadOnlyList<string>>> ReviewsAsync { get; init; }
    /// <summary>Takes a decision on a review of a run; of two at once the second is told.</summary>
    public required Func<QueuedRun, ReviewVerdict, CancellationToken, Task<(bool Taken, string Said)>> DecideAsync { get; init; }
    /// <summary>What is wrong with the text of a job; nothing when it may be queued.</summary>
    public required Func<Queue.Job, IReadOnlyList<Problem>> ProblemsOf { get; init; }
    /// <summary>US dollars that all runs of the user spent on this day (UTC).</summary>
    public Func<decimal> SpentToday { get; init; } = () => 0;
}
