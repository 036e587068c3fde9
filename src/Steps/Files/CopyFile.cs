using Spool.Engine;

namespace Spool.Steps.Files;

/// <summary>Copies a file, byte for byte.</summary>
[StepKind("files.copy", version: 1, InProcess = true)]
public sealed record CopyFile : Step
{
    [In("file")] public InputFile Input { get; init; } = null!;

    [Out("file")] public OutputFile Output { get; init; } = null!;

    public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var digest = context.Copy(Input, Output, cancel);
        return Task.FromResult(digest == Input.Digest ? StepResult.Done
            : StepResult.Failed(FailureKind.InputChanged, "the input changed while it was copied"));
    }
}
