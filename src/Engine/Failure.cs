namespace Spool.Engine;

/// <summary>Why a task did not succeed; retries are decided by this alone.</summary>
public enum FailureKind
{
    ToolFailed, BadOutput, TimedOut, OutOfMemory, OutOfDisk, OutOfBudget, HostLost, Unavailable, InputChanged, Interrupted, Cancelled, Rejected, Bug,
}

/// <summary>A task did not succeed. A value: journalled, shown, never thrown across the engine.</summary>
/// <param name="Kind">What sort of failure; decides retries.</param>
/// <param name="Sentence">What, where and why, in one sentence for a person.</param>
public sealed record Failure(FailureKind Kind, string Sentence)
{
    /// <summary>The tool's own line that says it best.</summary>
    public string? DecisiveLine { get; init; }
    public int? ExitCode { get; init; }
    /// <summary>The command line, quoted for pasting.</summary>
    public string? Command { get; init; }
    /// <summary>The last part of the tool's output, at most 8 KiB.</summary>
    public string? LogTail { get; init; }
    /// <summary>What remains usable.</summary>
    public string? Kept { get; init; }
    /// <summary>What to do next.</summary>
    public string? Next { get; init; }
}

/// <summary>Carries a <see cref="Failure"/> from inside a step to the attempt that turns it into a value.</summary>
public sealed class StepFailedException(Failure failure) : Exception(failure.Sentence)
{
    public Failure Failure { get; } = failure;

    /// <summary>The tool's end, where one failed: for steps to which a failing tool is only a bad file.</summary>
    public Platform.ToolResult? Result { get; init; }
}

/// <summary>What a step says at its end: done, or the failure.</summary>
public sealed record StepResult(Failure? Failure)
{
    public static StepResult Done { get; } = new((Failure?)null);

    public static StepResult Failed(FailureKind kind, string sentence, string? next = null) => new(new Failure(kind, sentence) { Next = next });
}
