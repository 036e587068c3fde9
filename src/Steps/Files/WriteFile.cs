using Spool.Engine;

namespace Spool.Steps.Files;

/// <summary>Writes a text into a file.</summary>
[StepKind("files.write", version: 1, InProcess = true)]
public sealed record WriteFile : Step
{
    [Out("file")] public OutputFile File { get; init; } = null!;

    /// <summary>The text, written as it stands in UTF-8.</summary>
    public required string Text { get; init; }

    public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        context.WriteText(File, Text);
        return Task.FromResult(StepResult.Done);
    }
}
