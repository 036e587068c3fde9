using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;

namespace Spool.Steps.Video;

/// <summary>
/// Shows a picture for a time, with sound if there is some: a slide and its narration become a clip. The picture starts before the sound and
/// stays after it; the clip is a whole number of frames long and its sound exactly as long as its picture.
/// </summary>
[StepKind("video.from-image", version: 1, Cpu = 2)]
public sealed record FromImage : Step
{
    /// <summary>The picture (png, jpg, webp, bmp, tiff, gif).</summary>
    [In("image")] public InputFile Image { get; init; } = null!;

    /// <summary>The sound, or a film for its sound; without it the clip is silent and <c>duration</c> says how long.</summary>
    [In("audio")] public InputFile? Audio { get; init; }

    /// <summary>The clip.</summary>
    [Out("video")] public OutputFile Video { get; init; } = null!;

    /// <summary>Width and height in pixels; both even. Default 1920x1080.</summary>
    public PictureSize Size { get; init; } = new(1920, 1080);

    /// <summary>Frames per second. Default 30.</summary>
    public FrameRate Fps { get; init; } = new(30, 1);

    /// <summary>Quality of the picture: 0 is lossless, 51 the worst. Default 20.</summary>
    [Within(0, 51)] public int Crf { get; init; } = 20;

    /// <summary>Speed of the encoder; slower is smaller. Default medium.</summary>
    public EncoderPreset Preset { get; init; } = EncoderPreset.Medium;

    /// <summary>Seconds that a clip without sound lasts, lead and tail not counted in. Default 5.</summary>
    [Within(0.04, 86400)] public double Duration { get; init; } = 5;

    /// <summary>Seconds of silence before the sound. Default 0.25.</summary>
    [Within(0, 60)] public double Lead { get; init; } = 0.25;

    /// <summary>Seconds of picture after the sound. Default 0.5.</summary>
    [Within(0, 60)] public double Tail { get; init; } = 0.5;

    /// <summary>How a picture of another shape fits: contain (whole, with the background around it), cover (filled, its edges cut off) or stretch.</summary>
    public Fit Fit { get; init; } = Fit.Contain;

    /// <summary>Colour around the picture and behind its transparent parts, as #RRGGBB. Default black.</summary>
    public Colour Background { get; init; } = Colour.Black;

    /// <summary>Slow growth of the picture over the clip, as a part of its size: 0.1 ends 10 % larger. Default 0, no movement.</summary>
    [Within(0, 1)] public double Zoom { get; init; }

    /// <summary>Threads of the encoder; other numbers give other bytes. Default 2.</summary>
    [Within(1, 64)] public int Threads { get; init; } = 2;

    public override IReadOnlyList<string> ToolsUsed() => MediaRuns.Both;

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (Size != Size.Even) yield return ("size", $"size must be even in both directions, {Size} is not");
    }

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var picture = await context.ProbeAsync(Image, Accepted.Image, cancel);
        if (picture.Video is null) throw MediaRuns.Bad($"{Image.Name} is no picture");
        var sound = Audio is null ? null : (await context.ProbeSoundAsync(Audio, cancel)).Probe;
        var plan = new StillPlan(Size, Fps, Fit, Background) { Zoom = Zoom };
        var frames = sound is null ? plan.FramesFor(0, Duration, 0) : plan.FramesFor(Lead, sound.AudioSeconds!.Value, Tail);
        var seconds = Fps.Seconds(frames);
        var codec = Video.Extension == ".webm" ? VideoCodec.Vp9 : VideoCodec.H264;
        var container = Video.VideoContainer(codec);
        var command = new FfmpegCommand(
            Audio is null ? [new(Image.Path, Accepted.Image)] : [new(Image.Path, Accepted.Image), new(Audio.Path, Accepted.Sound)],
            new FfmpegOutput(Video.Path, container.Muxer,
            [
                new("[v]", new VideoEncoding(codec, Crf, Preset, Fps).Options()),
                new("[a]", new AudioEncoding(container.Audio[0]).Options()),
            ])
            { Options = container.Options })
        { Graph = plan.Graph(frames, sound?.Audio, Lead), Threads = Threads };
        await context.FfmpegAsync(command, seconds, cancel);
        await context.VerifyAsync(Video, new Expected { Video = true, Audio = true, Frames = frames, Seconds = seconds, Size = Size }, cancel);
        context.Fact("duration", Text.Seconds(seconds));
        context.Fact("size", Size.ToString());
        return StepResult.Done;
    }
}
