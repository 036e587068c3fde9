using Spool.Engine;

namespace Spool.Steps.Review;

/// <summary>
/// A person looks at its inputs and decides: spool approve, or spool reject. Whatever else reads the same files waits for the decision, all
/// other tasks go on. The decision belongs to the content that was shown: other content asks again, the same content does not.
/// </summary>
[StepKind("review", version: 1, AnyRoles = true, InProcess = true, IsReview = true)]
public sealed record AskPerson : Step
{
    /// <summary>What to look at, in a sentence.</summary>
    public string? Message { get; init; }

    public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel) =>
        Task.FromResult(StepResult.Failed(FailureKind.Bug, "a review is decided, never run"));
}
