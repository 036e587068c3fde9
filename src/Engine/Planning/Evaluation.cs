using Spool.Engine.Journal;

namespace Spool.Engine.Planning;

/// <summary>What the planner found for a task whose inputs are known.</summary>
public abstract record Evaluation
{
    public sealed record Reuse(Recorded Record, IReadOnlyList<Reason> Reasons) : Evaluation;

    /// <summary>A review whose content was approved.</summary>
    public sealed record Approved(Reason Reason) : Evaluation;

    public sealed record Run(IReadOnlyList<Reason> Reasons) : Evaluation;

    public sealed record Wait(Reason Reason) : Evaluation;

    public sealed record Skip(Reason Reason) : Evaluation;

    public sealed record Fail(Failure Failure) : Evaluation;

    /// <summary>A tool must be looked for first.</summary>
    public sealed record NeedsTool(string Name) : Evaluation;
}
