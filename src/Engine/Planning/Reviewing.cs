using Spool.Engine.Journal;
using Spool.Platform;

namespace Spool.Engine.Planning;

/// <summary>
/// What a review says now. It shows a digest over role, path and content of all its inputs and its message, and a decision belongs to that
/// digest: other content asks again, equal content does not. Content that was rejected is not asked about again by itself; approving it stays
/// possible. A time limit counts from when the content was first asked about, and never approves.
/// </summary>
internal static class Reviewing
{
    internal static Evaluation Evaluate(PlannerWorld world, TaskState task)
    {
        task.Shown = [.. task.Inputs.Zip(task.Node.Inputs.Where(b => task.Inputs.Any(i => i.Role == b.Role)))
            .SelectMany(p => p.First.Files.Select((f, i) => new ShownFile(p.First.Role, i < p.Second.Refs.Count ? p.Second.Refs[i].Path : f.Name, f.Digest.ToString())))];
        task.Message = Option(task, "message") ?? "";
        var lines = task.Shown.Select(f => $"{f.Role}\0{f.Path}\0{f.Digest}").Order(StringComparer.Ordinal);
        task.Key = Digest.Of(string.Join('\n', lines) + "\n" + (task.Message.Length > 0 ? task.Message : "null")).ToString();
        if (world.State.Decisions.TryGetValue(task.Key, out var decision)) return Decided(world, task, decision);
        var asked = world.State.Asked(world.WorkflowId, task.Node.Address) is { } before && before.Shown == task.Key ? before.At : (long?)null;
        if (task.Node.Step.Definition.Timeout is { } limit && asked is { } since && world.Now() - since > limit.TotalMilliseconds)
            return new Evaluation.Fail(new Failure(FailureKind.TimedOut, $"nobody decided on {task.Node.Address} within {limit.TotalSeconds:0} s") { Next = $"decide now: spool approve {task.Node.Address}, then: spool run" });
        return new Evaluation.Wait(new("review", $"waits for your decision{(task.Message.Length == 0 ? "" : ": " + task.Message)}"));
    }

    private static Evaluation Decided(PlannerWorld world, TaskState task, DecisionMade decision)
    {
        if (decision.Verdict == "approve") return new Evaluation.Approved(new("approved", $"approved by {decision.Who}"));
        var said = decision.Notes.Count > 0 ? ": " + decision.Notes[^1] : "";
        if (OnReject(task) == "abort")
            return new Evaluation.Fail(new Failure(FailureKind.Rejected, $"{task.Node.Address} was rejected by {decision.Who}{said}") { Next = $"change what it shows, or: spool approve {task.Node.Address}" });
        var makers = task.Node.Producers.Where(p => !p.Step.Kind.Traits.IsReview).Select(p => world.State.LastOf(world.WorkflowId, p.Address)).ToList();
        // What was made anew since and is the same again would be the same every time.
        if (OnReject(task) == "regenerate" && makers.Count > 0 && makers.All(m => m is not null && m.At >= decision.At))
            return new Evaluation.Wait(new("rejected", $"rejected by {decision.Who}{said}; regenerated identically, so change its input, or approve it"));
        return new Evaluation.Wait(new("rejected", $"rejected by {decision.Who}{said}; {(OnReject(task) == "regenerate" && makers.Count > 0 ? "it is made anew with the next run" : "waits for a change of what it shows")}"));
    }

    /// <summary>regenerate, abort or retry.</summary>
    internal static string OnReject(TaskState task) => Option(task, "on-reject") ?? "regenerate";

    /// <summary>The steps that a rejection makes anew; empty: the direct makers of what is shown.</summary>
    internal static IReadOnlyList<string> Regenerates(TaskState task) =>
        (Option(task, "regenerate") ?? "").Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(s => s.Trim('"')).ToList();

    private static string? Option(TaskState task, string name) =>
        OptionBinder.Canonical(task.Node.Step.Kind, task.Options!).FirstOrDefault(o => o.Name == name).Value is { } value && value != "null" ? value : null;
}
