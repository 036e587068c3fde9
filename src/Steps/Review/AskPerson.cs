using Spool.Engine;

namespace Spool.Steps.Review;

/// <summary>
/// A person looks at its inputs and decides: spool approve, or spool reject. Whatever else reads the same files waits for the decision, all
/// other tasks go on. The decision belongs to the content that was shown: other content asks again, the same content does not. An edit made
/// while it waits is what gets approved. With `timeout:` on the step it fails when nobody decided in time; it never approves by itself.
/// </summary>
[StepKind("review", version: 1, AnyRoles = true, InProcess = true, IsReview = true)]
public sealed record AskPerson : Step
{
    /// <summary>What to look at, in a sentence.</summary>
    public string? Message { get; init; }

    /// <summary>What a rejection does: make the content anew, end with a failure, or wait for a change of it.</summary>
    public OnReject OnReject { get; init; }

    /// <summary>Steps to make anew after a rejection instead of those that made what is shown.</summary>
    public IReadOnlyList<string>? Regenerate { get; init; }

    public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel) =>
        Task.FromResult(StepResult.Failed(FailureKind.Bug, "a review is decided, never run"));
}

/// <summary>What a rejection does.</summary>
public enum OnReject
{
    /// <summary>Makes the content anew; the notes reach its maker.</summary>
    Regenerate,

    /// <summary>The review fails, and with it the run.</summary>
    Abort,

    /// <summary>Waits for a change of what it shows.</summary>
    Retry,
}
