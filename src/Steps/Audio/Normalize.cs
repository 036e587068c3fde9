using Spool.Engine;
using Spool.Media.Audio;
using Spool.Media.Ffmpeg;
using Spool.Steps.Video;

namespace Spool.Steps.Audio;

/// <summary>Where the result is heard: integrated loudness / true peak / range.</summary>
public enum LoudnessPreset { Streaming, Broadcast, Podcast, Music }

/// <summary>
/// Brings sound to a loudness (EBU R128) and measures the result: it is within 0.5 LU of the target and below the peak limit, or the step fails.
/// Where one gain is enough nothing else changes (linear); where it would lift peaks over the limit a limiter holds them (limited); where the range
/// is too wide the gain moves (dynamic). The step says which, with the numbers and the remedy. The picture of a film is taken over
/// untouched, with its subtitles and chapters. Of several sound tracks the first is normalised and the others are left out.
/// </summary>
[StepKind("audio.normalize", version: 1)]
public sealed record Normalize : Step
{
    private const double Accuracy = 0.5;

    /// <summary>Lossy codecs need one or two; a limiter that has much to hold needs up to four.</summary>
    private const int MostCorrections = 4;

    /// <summary>A sound file; or give <c>video</c>.</summary>
    [In("audio")] public InputFile? Audio { get; init; }

    /// <summary>A film; or give <c>audio</c>.</summary>
    [In("video")] public InputFile? Video { get; init; }

    /// <summary>The normalised sound.</summary>
    [Out("audio")] public OutputFile? NormalAudio { get; init; }

    /// <summary>The film with normalised sound.</summary>
    [Out("video")] public OutputFile? NormalVideo { get; init; }

    /// <summary>streaming (-16 LUFS, -1 dBTP, 7 LU), broadcast (-23, -1, 15), podcast (-19, -1, 7) or music (-14, -1, 10). Default streaming.</summary>
    public LoudnessPreset Preset { get; init; } = LoudnessPreset.Streaming;

    /// <summary>Integrated loudness in LUFS instead of the preset's.</summary>
    [Within(-70, -5)] public double? Integrated { get; init; }

    /// <summary>Limit of the true peak in dBTP instead of the preset's.</summary>
    [Within(-9, 0)] public double? TruePeak { get; init; }

    /// <summary>Widest loudness range in LU instead of the preset's.</summary>
    [Within(1, 50)] public double? Range { get; init; }

    /// <summary>Samples a second of the result. Default 48000.</summary>
    [Within(8000, 192000)] public int SampleRate { get; init; } = 48000;

    /// <summary>Kilobit a second where the output is AAC, MP3 or Opus. Default 192.</summary>
    [Within(32, 512)] public int AudioBitrate { get; init; } = 192;

    public override IReadOnlyList<string> ToolsUsed() => MediaRuns.Both;

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var (input, output) = Roles();
        var (probe, seconds) = await context.ProbeSoundAsync(input, cancel);
        var audio = probe.Audio!;
        Say(context, probe);
        var target = Target();
        var before = await MeasureAsync(context, input.Path, audio.Index, seconds, (0, 0.3), cancel);
        context.Fact("before", before.ToString());
        if (before.IsSilent)
        {
            var why = seconds < 0.4 ? "shorter than 0.4 s, too short to be measured" : "all silence";
            context.Fact("silence", why);
            context.Log($"{input.Name} is {why}: its level is not changed");
            await EncodeAsync(context, input, output, probe, "anull", seconds, cancel);
            return StepResult.Done;
        }
        var plan = LoudnessPlan.Of(before, target);
        var mode = plan.Mode.ToString().ToLowerInvariant();
        context.Fact("mode", mode);
        if (plan.Why is not null)
        {
            context.Fact($"{mode} because", plan.Why);
            context.Log($"{mode} normalisation: {plan.Why}");
        }
        double correction = 0;
        double? ceiling = null;
        var tries = new List<(double, double)>();
        for (var attempt = 0; ; attempt++)
        {
            await EncodeAsync(context, input, output, probe, plan.Filter(before, target, (SampleRate, audio.Layout), correction, ceiling), seconds, cancel);
            var after = await MeasureAsync(context, output.Path, null, seconds, (0.8, 1), cancel);
            var off = after.Integrated - target.Integrated;
            var over = after.TruePeak - target.TruePeak;
            context.Fact("loudness", $"{Text.Decibel(after.Integrated)} LUFS");
            context.Fact("true peak", $"{Text.Decibel(after.TruePeak)} dBTP");
            if (Math.Abs(off) <= Accuracy && over <= 0) break;
            if (attempt == MostCorrections)
                throw MediaRuns.Bad($"{input.Name} came to {after} and {Text.Decibel(target.Integrated)} LUFS below {Text.Decibel(target.TruePeak)} dBTP was wanted",
                    $"lower the target: integrated: {Text.Decibel(target.Integrated - Math.Max(1, over))}");
            tries.Add((correction, after.Integrated));
            correction = LoudnessPlan.NextCorrection(tries, target.Integrated);
            // A little more than the overshoot, because the encoder overshoots anew.
            if (over > 0) ceiling = (ceiling ?? target.TruePeak) - over - 0.2;
            context.Log($"measured {after}: once more with {Text.Decibel(correction)} dB of correction"
                + (ceiling is { } limit ? $" and a limiter at {Text.Decibel(limit)} dBTP" : ""));
        }
        return StepResult.Done;
    }

    private (InputFile Input, OutputFile Output) Roles() => (Audio, Video, NormalAudio, NormalVideo) switch
    {
        ({ } sound, null, { } output, null) => (sound, output),
        (null, { } film, null, { } output) => (film, output),
        _ => throw MediaRuns.Bad("audio.normalize reads and writes one role: audio or video", "name the same role under 'in:' and 'out:'"),
    };

    private LoudnessTarget Target()
    {
        var (integrated, peak, range) = Preset switch
        {
            LoudnessPreset.Broadcast => (-23.0, -1.0, 15.0),
            LoudnessPreset.Podcast => (-19, -1, 7),
            LoudnessPreset.Music => (-14, -1, 10),
            _ => (-16, -1, 7),
        };
        return new(Integrated ?? integrated, TruePeak ?? peak, Range ?? range);
    }

    private static void Say(StepContext context, MediaProbe probe)
    {
        if (probe.Audio!.Channels == 1) context.Fact("mono", "measured as one channel; over two loudspeakers it is 3 LU louder");
        var tracks = probe.Streams.Count(s => s.Kind == StreamKind.Audio);
        if (tracks > 1) context.Fact("tracks", $"the first of {tracks} was normalised, the others are left out");
    }

    private static async Task<Loudness> MeasureAsync(StepContext context, string path, int? stream, double seconds, (double, double) share, CancellationToken cancel)
    {
        var map = stream is { } index ? $"0:{index}" : "0:a:0";
        var command = new FfmpegCommand([new(path, Accepted.Sound)], new FfmpegOutput(null, "null", [new("[a]", [])]))
        { Graph = $"[{map}]{Loudness.Filter}[a]", LogLevel = "info" };
        var result = await context.FfmpegAsync(command, seconds, cancel, share);
        return Loudness.Parse(result.Tail) ?? throw MediaRuns.Bad("ffmpeg did not say how loud the sound is");
    }

    private async Task EncodeAsync(StepContext context, InputFile input, OutputFile output, MediaProbe probe, string filter, double seconds, CancellationToken cancel)
    {
        var film = NormalVideo is not null;
        if (film && probe.Video is null) throw MediaRuns.Bad($"{input.Name} has no picture", "name the roles 'audio'");
        var container = film ? output.VideoContainer(VideoCodec.Copy) : output.SoundContainer();
        var sound = new AudioEncoding(container.Audio[0]) { SampleRate = SampleRate, Channels = probe.Audio!.Channels, Kilobits = AudioBitrate };
        var streams = new List<OutputStream>();
        if (film) streams.Add(OutputStream.Copy($"0:{probe.Video!.Index}"));
        streams.Add(new OutputStream("[a]", sound.Options()) { Language = probe.Audio.Language });
        if (film) streams.AddRange(container.Subtitles(probe, 0));
        var command = new FfmpegCommand([new(input.Path, Accepted.Sound)],
            new FfmpegOutput(output.Path, container.Muxer, streams) { Options = container.Options, ChaptersFrom = film ? 0 : null })
        { Graph = $"[0:{probe.Audio.Index}]aresample=async=1:first_pts=0,{filter}[a]" };
        if (context.Disk.Stat(context.Full(output.Path)) is not null) context.Disk.DeleteFile(context.Full(output.Path));
        await context.FfmpegAsync(command, seconds, cancel, (0.3, 0.8));
        await context.VerifyAsync(output, new Expected
        {
            Audio = true,
            Video = film,
            Frames = film ? probe.Video!.Packets : null,
            FrameTolerance = 1,
            SoundSeconds = seconds,
            Tolerance = 0.15,
        }, cancel);
        context.Fact("duration", Text.Seconds(seconds));
    }
}
