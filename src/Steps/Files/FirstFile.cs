using Spool.Engine;

namespace Spool.Steps.Files;

/// <summary>
/// Copies the first of the files that are there: a text that a model wrote, else my own. Files of steps that were skipped by their condition do
/// not count, so it joins branches of which one is taken.
/// </summary>
[StepKind("files.first", version: 1, InProcess = true)]
public sealed record FirstFile : Step
{
    /// <summary>The files, the one that is wanted most first.</summary>
    [In("files")] public InputList Files { get; init; } = null!;

    /// <summary>The copy.</summary>
    [Out("file")] public OutputFile File { get; init; } = null!;

    public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        context.Copy(Files.Files[0], File, cancel);
        return Task.FromResult(StepResult.Done);
    }
}
