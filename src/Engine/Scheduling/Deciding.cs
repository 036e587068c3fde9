using Spool.Engine.Graph;
using Spool.Engine.Journal;
using Spool.Engine.Planning;

namespace Spool.Engine.Scheduling;

/// <summary>What a person decided at a review.</summary>
/// <param name="Verdict"><c>approve</c> or <c>reject</c>.</param>
/// <param name="Notes">What they said, in order; a note at a time begins with <c>at 0:14.2: </c>.</param>
/// <param name="Who">Who they are.</param>
public sealed record ReviewDecision(string Verdict, IReadOnlyList<string> Notes, string Who)
{
    /// <summary>Only what this input of the review shows is made anew.</summary>
    public string? Input { get; init; }

    /// <summary>Gives up edits by hand of what is rejected.</summary>
    public bool DiscardEdit { get; init; }

    /// <summary>When who decides began to, Unix milliseconds: a decision on this review since then was faster. Null: whatever stands now is known to them.</summary>
    public long? Since { get; init; }
}

/// <summary>A decision as events, or why it cannot be taken.</summary>
public sealed record Decided(IReadOnlyList<JournalEvent> Events, string? Refusal)
{
    /// <summary>The tasks that are made anew because of it.</summary>
    public IReadOnlyList<string> Regenerated { get; init; } = [];
}

/// <summary>
/// Turns a person's decision into events. The decision belongs to the digest that the review shows now. A rejection raises the salt of what
/// made the content, as <c>redo</c> does, and leaves the notes with it; content without a maker waits for an edit.
/// </summary>
public static class Deciding
{
    /// <summary>True for a review that a person may decide on now: it asks, or it was rejected and may still be approved.</summary>
    public static bool IsOpen(TaskState task, string verdict) =>
        task.Node.Step.Kind.Traits.IsReview && ((task.Status == TaskStatus.Waiting && task.Reasons.Any(r => r.Code == "review" || (r.Code == "rejected" && verdict == "approve")))
            || (task.Status == TaskStatus.Failed && (task.Failure?.Kind == FailureKind.TimedOut || (task.Failure?.Kind == FailureKind.Rejected && verdict == "approve"))));

    /// <summary>The events of a decision about a review whose key is known.</summary>
    public static Decided Decide(WorkspaceState state, string workflowId, TaskState review, Func<TaskNode, TaskState> stateOf, ReviewDecision decision, long now)
    {
        if (decision.Input is { } role && review.Node.Inputs.All(i => i.Role != role))
            return Refused($"{review.Node.Address} has no input '{role}'; its inputs: {string.Join(", ", review.Node.Inputs.Select(i => i.Role))}");
        if (decision.Since is { } since && state.Decisions.Values.FirstOrDefault(d => d.At >= since && d.Review == review.Node.Address && d.Workflow == workflowId) is { } faster)
            return Refused($"{faster.Review} was {(faster.Verdict == "approve" ? "approved" : "rejected")} by {faster.Who} at the same moment; look again, then decide");
        var events = new List<JournalEvent> { new DecisionMade(workflowId, review.Node.Address, review.Key!, decision.Verdict, decision.Who, now, decision.Notes) };
        if (decision.Verdict == "approve" || Reviewing.OnReject(review) != "regenerate") return new Decided(events, null);
        var made = new List<string>();
        foreach (var maker in Makers(review, decision.Input).Select(stateOf))
        {
            if (maker.BaseKey is not { } key) continue;
            foreach (var output in maker.Outputs.Where(o => o.Digest != o.Recorded))
            {
                if (!decision.DiscardEdit) return Refused($"{output.Path} was edited by hand, and making it anew would give the edit up: edit it further and approve, or reject with --discard-edit");
                foreach (var edit in state.Edits.Values.Where(e => e.Path == output.Path || (output.IsFolder && e.Path.StartsWith(output.Path + "/", StringComparison.Ordinal))))
                    events.Add(new EditDiscarded(edit.Path, edit.Edit, decision.Who, now));
            }
            events.Add(new SaltRaised(key, state.Salt(key) + 1, decision.Who, now));
            events.AddRange(decision.Notes.Select(note => new NoteLeft(key, note, decision.Who, now)));
            made.Add(maker.Node.Address);
        }
        return new Decided(events, null) { Regenerated = made };
    }

    private static Decided Refused(string why) => new([], why);

    /// <summary>The direct makers of what is shown, or the tasks of the named steps that it was made from.</summary>
    private static IEnumerable<TaskNode> Makers(TaskState review, string? role)
    {
        var direct = review.Node.Inputs.Where(i => role is null || i.Role == role).SelectMany(i => i.Refs).Select(r => r.Producer).OfType<TaskNode>().Distinct().ToList();
        var steps = Reviewing.Regenerates(review);
        if (steps.Count == 0) return direct;
        var found = new HashSet<TaskNode>();
        var stack = new Stack<TaskNode>(direct);
        while (stack.TryPop(out var task))
            if (found.Add(task)) foreach (var before in task.Producers) stack.Push(before);
        return found.Where(t => steps.Contains(t.Step.Id)).OrderBy(t => t.Index);
    }
}
