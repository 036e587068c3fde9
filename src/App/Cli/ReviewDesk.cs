using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Spool.App.Queue;
using Spool.Engine;
using Spool.Engine.Scheduling;

namespace Spool.App.Cli;

/// <summary>
/// Reviews for the server, in its own process: the same steps as <c>spool reviews</c>, <c>approve</c> and <c>reject</c>. On the command line a person
/// may approve what was rejected before; here two who look at one page must not both win, so only what nobody has decided yet is open, unless the
/// one who approves says that the rejection is known.
/// </summary>
internal sealed class ReviewDesk(Composition composition)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _deciding = new();

    /// <summary>The open reviews of a workflow, each a JSON object as <c>spool reviews --json</c> has it.</summary>
    internal async Task<IReadOnlyList<string>> ListAsync(string file, string workspace, CancellationToken cancel)
    {
        var problems = new ProblemList();
        if (await LastArguments.PlanAsync(composition, new WorkflowFile(file, workspace, false), problems, cancel) is not { } look || problems.Any) return [];
        var lines = new List<string>();
        foreach (var task in look.Tasks.Where(t => t.Node.Step.Kind.Traits.IsReview && t.Key is not null))
        {
            var state = ReviewsVerb.Of(look.State, task);
            if (state is not ("open" or "rejected")) continue;
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                ReviewsVerb.Write(json, look, task, state);
                json.WriteEndObject();
            }
            lines.Add(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        }
        return lines;
    }

    /// <summary>Takes a decision; of two at once the second is told.</summary>
    internal async Task<(bool Taken, string Said)> DecideAsync(string file, string workspace, ReviewVerdict wanted, CancellationToken cancel)
    {
        var since = composition.Time.GetUtcNow().ToUnixTimeMilliseconds();
        ReviewDecision decision;
        try { decision = new ReviewDecision(wanted.Verdict, ReviewTarget.Notes(wanted.Note, wanted.At), wanted.Who) { Input = wanted.Input, Since = since }; }
        catch (UsageException e) { return (false, e.Message); }
        if (composition.Disk.Stat(workspace) is null || composition.Disk.Stat(file) is null) return (false, $"the workspace {workspace} or its workflow is gone");
        var at = new WorkflowFile(file, workspace, false);
        var one = _deciding.GetOrAdd(workspace, _ => new SemaphoreSlim(1));
        await one.WaitAsync(cancel);
        try
        {
            for (var tries = 0; tries < 100; tries++)
            {
                if (PastRuns.LivingOwner(composition, new WorkspacePaths(workspace)) is null) return await HereAsync(at, wanted, decision, cancel);
                var look = await LastArguments.PlanAsync(composition, at, new ProblemList(), cancel);
                if (look?.Tasks.FirstOrDefault(t => t.Node.Address == wanted.Review) is { } task && Refusal(look.State, task, wanted) is { } refusal) return (false, refusal);
                if (ReviewTarget.AskOwner(composition, at, wanted.Review, decision) is { } answer) return answer;
                // It may be between two runs and hear nothing for a moment.
                await Task.Delay(TimeSpan.FromMilliseconds(100), composition.Time, cancel);
            }
            return (false, "the engine that owns the workspace does not answer");
        }
        finally { one.Release(); }
    }

    private async Task<(bool, string)> HereAsync(WorkflowFile file, ReviewVerdict wanted, ReviewDecision said, CancellationToken cancel)
    {
        using var decision = await Decision.OpenAsync(composition, file, "spool serve", cancel);
        if (decision is null) return (false, "the workflow has problems; mend it first: spool check");
        if (decision.Find([], all: true).FirstOrDefault(t => t.Node.Address == wanted.Review && t.Node.Step.Kind.Traits.IsReview) is not { } task) return (false, $"there is no review '{wanted.Review}'");
        return Refusal(decision.State, task, wanted) is { } refusal ? (false, refusal) : decision.Take(task, said);
    }

    private static string? Refusal(Engine.Journal.WorkspaceState state, Engine.Planning.TaskState task, ReviewVerdict wanted)
    {
        if (!Deciding.IsOpen(task, wanted.Over ? "approve" : "reject"))
            return task.Key is not null && state.Decisions.TryGetValue(task.Key, out var made) ? $"{made.Review} was {(made.Verdict == "approve" ? "approved" : "rejected")} by {made.Who} already" : $"{task.Node.Address} is not open: it was decided, or is not asked yet";
        return wanted.Shown is { } shown && task.Key != shown ? $"{task.Node.Address} shows something else by now; look again" : null;
    }
}
