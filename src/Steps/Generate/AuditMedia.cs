using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Models.Providers;
using Spool.Platform;
using Spool.Steps.Video;

namespace Spool.Steps.Generate;

/// <summary>
/// Shows frames of films, and pictures, to a vision model and reports what it finds. Frames are taken evenly over a film, each from the middle of its
/// share, and made at most 1024 pixels wide and high.
/// </summary>
[StepKind("media.audit", version: 1, Varies = true, NamesMatter = true)]
public sealed record AuditMedia : Step
{
    private const int Side = 1024;

    /// <summary>Films and pictures.</summary>
    [In("media")] public InputList Media { get; init; } = null!;

    /// <summary>The report, JSON.</summary>
    [Out("report")] public OutputFile Report { get; init; } = null!;

    /// <summary>What to look for besides what is always critical.</summary>
    public string? Criteria { get; init; }

    /// <summary>What counts as critical. Default: error, broken, corrupt, missing, blank, black screen.</summary>
    public IReadOnlyList<string> Critical { get; init; } = AuditReport.Words;

    /// <summary>Fails the step when there is a critical finding. Default false: the report alone tells.</summary>
    public bool FailOnCritical { get; init; }

    /// <summary>Frames of each film, 1 to 40. Default 5.</summary>
    [Within(1, 40)] public int Frames { get; init; } = 5;

    /// <summary>The provider by name, or by purpose. Default vision: the one that is set up for it.</summary>
    public string Provider { get; init; } = ProviderWords.Vision;

    /// <summary>The model as the provider names it; default: that of the provider.</summary>
    public string? Model { get; init; }

    /// <summary>The longest answer for one film or picture in tokens, 1 to 200000. Default 2048.</summary>
    [Within(1, 200_000)] public int MaxTokens { get; init; } = 2048;

    public override IReadOnlyList<string> ToolsUsed() => MediaRuns.Both;

    public override IReadOnlyList<string> ProvidersUsed() => [Provider];

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var settings = context.ProviderSettings(Provider);
        var report = new AuditReport(context, settings.Kind == ProviderKind.Canned ? "canned" : settings.ModelOf(Model));
        var names = AuditReport.Names(Media);
        for (var i = 0; i < names.Count; i++)
        {
            var frames = await FramesAsync(context, Media.Files[i], cancel);
            var about = frames.Count > 1 ? $"These are {frames.Count} frames of the film, in order; say for each finding which one (1 to {frames.Count}) shows it." : "Audit this picture; its frame is 1.";
            ChatMessage[] messages = [AuditReport.System(Criteria, Critical), new("user", about) { Pictures = [.. frames.Select(f => f.Picture)] }];
            report.Add(names[i], await context.FillAsync(new Asked(Provider, Model, MaxTokens, 0), messages, AuditReport.Schema(frames.Count), cancel), [.. frames.Select(f => f.At)]);
            context.Progress((i + 1.0) / names.Count);
        }
        return report.Write(Report, FailOnCritical);
    }

    private async Task<IReadOnlyList<(double? At, ShownPicture Picture)>> FramesAsync(StepContext context, InputFile file, CancellationToken cancel)
    {
        var isPicture = file.Extension is ".png" or ".jpg" or ".jpeg" or ".webp" or ".bmp" or ".tif" or ".tiff" or ".gif";
        var accept = isPicture ? Accepted.Image : Accepted.Video;
        var probe = await context.ProbeAsync(file, accept, cancel);
        if (probe.Video is null) throw MediaRuns.Bad($"{file.Name} has no picture", "give it films or pictures");
        var seconds = isPicture ? 0 : probe.PictureSeconds ?? 0;
        var count = seconds > 0 ? Frames : 1;
        var frames = new List<(double?, ShownPicture)>();
        for (var i = 0; i < count; i++)
        {
            double? at = seconds > 0 ? seconds * (i + 0.5) / count : null;
            var name = context.Temporary("frame.jpg");
            var output = new FfmpegOutput(name, "image2", [new("[v]", [("c", "mjpeg"), ("q", "4"), ("huffman", "default"), ("frames", "1")])]) { Options = [("update", "1")] };
            var graph = $"[0:{probe.Video.Index}]scale='min({Side},iw)':'min({Side},ih)':force_original_aspect_ratio=decrease,format=yuvj420p[v]";
            await context.FfmpegAsync(new FfmpegCommand([new(file.Path, accept) { From = at }], output) { Graph = graph, Reports = false }, 1, cancel);
            if (context.Disk.Stat(context.Full(name)) is not { Size: > 0 }) throw MediaRuns.Bad($"{file.Name} has no frame {(at is { } t ? "at " + Text.Seconds(t) : "")}".TrimEnd());
            frames.Add((at, new ShownPicture(DurableFile.Read(context.Disk, context.Full(name)), "image/jpeg")));
            context.Disk.DeleteFile(context.Full(name));
        }
        return frames;
    }
}
