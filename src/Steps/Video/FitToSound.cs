using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;

namespace Spool.Steps.Video;

/// <summary>
/// Gives a film the length of a sound and lays the sound under it: a short film is held at its last picture or slowed down, a long one is sped up
/// or plays on in silence. Nothing of the film is cut off unless <c>cut: true</c> says so; the film's own sound is left out.
/// </summary>
[StepKind("video.fit", version: 1, Cpu = 2)]
public sealed record FitToSound : Step
{
    /// <summary>The film.</summary>
    [In("video")] public InputFile Video { get; init; } = null!;

    /// <summary>The sound that decides the length, or a film for its sound.</summary>
    [In("audio")] public InputFile Audio { get; init; } = null!;

    /// <summary>The film with the sound.</summary>
    [Out("video")] public OutputFile Result { get; init; } = null!;

    /// <summary>pad: the film keeps its speed and its last picture stays; stretch: it is played faster or slower, within the limits. Default pad.</summary>
    public FitMode Mode { get; init; } = FitMode.Pad;

    /// <summary>Seconds of picture before the sound. Default 0.</summary>
    [Within(0, 60)] public double Lead { get; init; }

    /// <summary>Seconds of picture after the sound. Default 1.</summary>
    [Within(0, 60)] public double Tail { get; init; } = 1;

    /// <summary>The slowest speed that stretch may use; 0.5 is half as fast. Default 0.5.</summary>
    [Within(0.1, 1)] public double Slowest { get; init; } = 0.5;

    /// <summary>The fastest speed that stretch may use; 2 is twice as fast. Default 2.</summary>
    [Within(1, 10)] public double Fastest { get; init; } = 2;

    /// <summary>Cuts off what of the film is longer than sound and tail. Default false: it plays on in silence.</summary>
    public bool Cut { get; init; }

    /// <summary>Fills the end with this colour, as #RRGGBB; by default the last picture stays.</summary>
    public Colour? PadColor { get; init; }

    /// <summary>Frames per second; default: those of the film.</summary>
    public FrameRate? Fps { get; init; }

    /// <summary>Quality of the picture: 0 is lossless, 51 the worst. Default 20.</summary>
    [Within(0, 51)] public int Crf { get; init; } = 20;

    /// <summary>Speed of the encoder; slower is smaller. Default medium.</summary>
    public EncoderPreset Preset { get; init; } = EncoderPreset.Medium;

    /// <summary>Threads of the encoder; other numbers give other bytes. Default 2.</summary>
    [Within(1, 64)] public int Threads { get; init; } = 2;

    public override IReadOnlyList<string> ToolsUsed() => MediaRuns.Both;

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var film = await context.ProbeVideoAsync(Video, cancel);
        Video.RefuseHdr(film);
        if (film.PictureSeconds is not { } length || length <= 0)
            throw MediaRuns.Bad($"{Video.Name} does not say how long it is", "write it again with video.transcode");
        var (sound, seconds) = await context.ProbeSoundAsync(Audio, cancel);
        var plan = new FitPlan(length, seconds, Fps ?? film.Video!.Rate ?? new FrameRate(30, 1))
        { Mode = Mode, Lead = Lead, Tail = Tail, Slowest = Slowest, Fastest = Fastest, Cut = Cut, Filler = PadColor };
        var codec = Result.Extension == ".webm" ? VideoCodec.Vp9 : VideoCodec.H264;
        var container = Result.VideoContainer(codec);
        var output = new FfmpegOutput(Result.Path, container.Muxer,
        [
            new("[v]", new VideoEncoding(codec, Crf, Preset, plan.Rate).ColouredAs(film.Video!).Options()),
            new("[a]", new AudioEncoding(container.Audio[0]).Options()) { Language = sound.Audio!.Language },
        ])
        { Options = container.Options };
        var whole = plan.Rate.Seconds(plan.Frames);
        await context.FfmpegAsync(new FfmpegCommand([new(Video.Path, Accepted.Video), new(Audio.Path, Accepted.Sound)], output)
        { Graph = plan.Graph(film.Video!, sound.Audio), Threads = Threads }, whole, cancel);
        await context.VerifyAsync(Result, new Expected { Video = true, Audio = true, Frames = plan.Frames, Seconds = whole }, cancel);
        Tell(context, plan);
        return StepResult.Done;
    }

    private static void Tell(StepContext context, FitPlan plan)
    {
        var frame = 1 / plan.Rate.PerSecond;
        context.Fact("duration", Text.Seconds(plan.Rate.Seconds(plan.Frames)));
        if (plan.Speed != 1) context.Fact("speed", Text.Of(Math.Round(plan.Speed, 3)));
        if (plan.Filled > frame) context.Fact("filled", Text.Seconds(plan.Filled));
        if (plan.Lost > 0) context.Fact("cut off", Text.Seconds(plan.Lost));
        if (plan.Silent <= 0) return;
        context.Fact("silent end", Text.Seconds(plan.Silent));
        context.Log($"the film is longer than its sound and plays on in silence for {Text.Seconds(plan.Silent)}; cut: true would cut it off");
    }
}
