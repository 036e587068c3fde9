using System.Text.Json;
using Spool.App.Queue;

namespace Spool.App.Server;

/// <summary>What the API has done by others: the command line in a process of its own, and the engine of a workspace.</summary>
/// <param name="Cancel">Asks the engine that owns a workspace to end; false when nobody answers.</param>
/// <param name="AskAsync">Runs a verb of the command line; its exit code, and what it said.</param>
/// <param name="FileOf">The workflow file of a run.</param>
/// <param name="AskOwner">Asks the engine that owns a workspace; null when nobody answers.</param>
/// <param name="PlanOf">The lines of the plan of an engine's run in a workspace; none where it is not known any more.</param>
public sealed record Workers(Func<string, bool> Cancel, Func<IReadOnlyList<string>, CancellationToken, Task<(int Code, string Said)>> AskAsync, Func<QueuedRun, string> FileOf,
    Func<string, Action<Utf8JsonWriter>, JsonElement?> AskOwner, Func<string, string, IReadOnlyList<JsonElement>> PlanOf)
{
    /// <summary>US dollars that all runs of the user spent on this day (UTC).</summary>
    public Func<decimal> SpentToday { get; init; } = () => 0;
}
