using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Steps.Video;

namespace Spool.Steps.StandIns;

/// <summary>
/// Copies a film or a sound and writes words into its metadata that players show: a title and a comment. Nothing is encoded anew. A result
/// made from stand-ins gets its comment this way, so that the file itself says so wherever it goes.
/// </summary>
[StepKind("media.tag", version: 1)]
public sealed record TagMedia : Step
{
    /// <summary>The film or sound.</summary>
    [In("file")] public InputFile Source { get; init; } = null!;

    /// <summary>The copy; its ending must be that of the source.</summary>
    [Out("file")] public OutputFile File { get; init; } = null!;

    /// <summary>The title. Default none.</summary>
    public string? Title { get; init; }

    /// <summary>The comment. Default none.</summary>
    public string? Comment { get; init; }

    public override IReadOnlyList<string> ToolsUsed() => MediaRuns.Both;

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        if (Container.Of(File.Extension) is not { } container) throw MediaRuns.Bad($"'{File.Extension}' is no film and no sound", "name the output as its source ends");
        var probe = await context.ProbeAsync(Source, Accepted.Any, cancel);
        List<(string, string)> words = [];
        if (Title is not null) words.Add(("metadata", "title=" + Title));
        if (Comment is not null) words.Add(("metadata", "comment=" + Comment));
        var streams = probe.Streams.Where(s => s.Kind is StreamKind.Video or StreamKind.Audio or StreamKind.Subtitle).Select(s => OutputStream.Copy($"0:{s.Index}")).ToList();
        var output = new FfmpegOutput(File.Path, container.Muxer, streams) { Options = [.. container.Options, .. words], ChaptersFrom = 0 };
        await context.FfmpegAsync(new FfmpegCommand([new(Source.Path, Accepted.Any)], output), probe.PictureSeconds ?? probe.AudioSeconds ?? 1, cancel);
        await context.VerifyAsync(File, new Expected { Video = probe.Video is not null, Audio = probe.Audio is not null }, cancel);
        return StepResult.Done;
    }
}
