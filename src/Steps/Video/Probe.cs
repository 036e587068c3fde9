using Spool.Engine;
using Spool.Media.Ffmpeg;

namespace Spool.Steps.Video;

/// <summary>Tells what a film, sound or picture file holds, as JSON: container, length, streams, chapters. Nothing is decoded.</summary>
[StepKind("media.probe", version: 1)]
public sealed record Probe : Step
{
    /// <summary>A film, sound or picture.</summary>
    [In("media")] public InputFile Media { get; init; } = null!;

    /// <summary>JSON with sorted keys; lengths in seconds, rates as fractions.</summary>
    [Out("data")] public OutputFile Json { get; init; } = null!;

    public override IReadOnlyList<string> ToolsUsed() => [Tools.Ffprobe];

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var probe = await context.ProbeAsync(Media, Accepted.Any, cancel);
        context.WriteBytes(Json, ProbeReport.Write(probe));
        if (probe.Seconds is { } seconds) context.Fact("duration", Text.Seconds(seconds));
        context.Fact("streams", probe.Describe());
        return StepResult.Done;
    }
}
