using System.Globalization;
using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Spool.Platform;

namespace Spool.Steps.Video;

/// <summary>Whether a cut is exact or leaves pictures untouched.</summary>
public enum TrimMode { Exact, Copy }

/// <summary>
/// Takes a stretch out of a film. Exact (the default) cuts at the frame and encodes the picture again; copy leaves pictures and sound as they are and so can
/// only begin at a key frame: the step says at which.
/// </summary>
[StepKind("video.trim", version: 1, Cpu = 2)]
public sealed record Trim : Step
{
    /// <summary>The film.</summary>
    [In("video")] public InputFile Video { get; init; } = null!;

    /// <summary>The stretch.</summary>
    [Out("video")] public OutputFile Result { get; init; } = null!;

    /// <summary>Second at which it begins. Default 0.</summary>
    [Within(0, 360000)] public double Start { get; init; }

    /// <summary>Second at which it ends; default: the end of the film. Give this or <c>duration</c>.</summary>
    [Within(0, 360000)] public double? End { get; init; }

    /// <summary>Seconds that it lasts. Give this or <c>end</c>.</summary>
    [Within(0.001, 360000)] public double? Duration { get; init; }

    /// <summary>exact: cut at the frame, encoded again; copy: begins at a key frame, nothing is encoded. Default exact.</summary>
    public TrimMode Mode { get; init; } = TrimMode.Exact;

    /// <summary>Quality of the picture: 0 is lossless, 51 the worst. Default 18.</summary>
    [Within(0, 51)] public int Crf { get; init; } = 18;

    /// <summary>Speed of the encoder; slower is smaller. Default medium.</summary>
    public EncoderPreset Preset { get; init; } = EncoderPreset.Medium;

    /// <summary>Threads of the encoder; other numbers give other bytes. Default 2.</summary>
    [Within(1, 64)] public int Threads { get; init; } = 2;

    public override IReadOnlyList<string> ToolsUsed() => MediaRuns.Both;

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (End is not null && Duration is not null) yield return ("duration", "give end or duration, not both");
        if (End <= Start) yield return ("end", $"end ({Text.Of(End.Value)}) must be after start ({Text.Of(Start)})");
    }

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var film = await context.ProbeVideoAsync(Video, cancel);
        var video = film.Video!;
        if (Mode == TrimMode.Exact) Video.RefuseHdr(film);
        var whole = film.PictureSeconds ?? throw MediaRuns.Bad($"{Video.Name} does not say how long it is", "write it anew with video.transcode, codec: copy");
        var frame = 1 / (video.Rate ?? new FrameRate(25, 1)).PerSecond;
        var end = End ?? (Duration is { } lasts ? Start + lasts : whole);
        if (Start >= whole) throw MediaRuns.Bad($"{Video.Name} is {Text.Seconds(whole)} long; start ({Text.Seconds(Start)}) lies behind its end");
        if (end > whole + frame) throw MediaRuns.Bad($"{Video.Name} is {Text.Seconds(whole)} long; the end of the stretch ({Text.Seconds(end)}) lies behind it",
            "leave 'end' out to go to the end of the film");
        end = Math.Min(end, whole);
        var container = Result.VideoContainer(Mode == TrimMode.Copy ? VideoCodec.Copy : VideoCodec.H264);
        var start = Mode == TrimMode.Copy ? await KeyFrameAsync(context, cancel) : Start;
        var seconds = end - start;
        var output = Mode == TrimMode.Copy ? Copied(container, film, seconds) : Encoded(container, film, seconds);
        var command = new FfmpegCommand([new(Video.Path, Accepted.Video) { From = start > 0 ? start : null }], output)
        { Graph = Mode == TrimMode.Copy ? null : Graph(film, seconds), Threads = Threads };
        await context.FfmpegAsync(command, seconds, cancel);
        var found = await context.VerifyAsync(Result, new Expected { Video = true, Audio = film.Audio is not null, Frames = 1, FrameTolerance = long.MaxValue / 2 }, cancel);
        var length = found.PictureSeconds ?? 0;
        // Copied pictures are cut in the order in which they are stored, which is not the order in which they are shown.
        var slack = Mode == TrimMode.Copy ? 0.5 : (1.5 * frame) + 0.01;
        if (Math.Abs(length - seconds) > slack)
            throw MediaRuns.Bad($"the result is {Text.Seconds(length)} long, {Text.Seconds(seconds)} was expected", "the film is most likely cut off or damaged");
        context.Fact("duration", Text.Seconds(length));
        if (Mode == TrimMode.Copy) context.Fact("starts at", $"{Text.Seconds(start)} (key frame; {Text.Seconds(Start)} was asked)");
        return StepResult.Done;
    }

    /// <summary>Cut by time stamps; the sound to the sample.</summary>
    private static string Graph(MediaProbe film, double seconds)
    {
        var video = film.Video!;
        var graph = $"[0:{video.Index}]trim=end={Text.Of(seconds)},{Conform.AsIs(video)}[v]";
        if (film.Audio is { } audio) graph += $";[0:{audio.Index}]{Conform.Stereo(audio)},atrim=end_sample={(long)Math.Round(seconds * Conform.SampleRate)},asetpts=N[a]";
        return graph;
    }

    private FfmpegOutput Encoded(Container container, MediaProbe film, double seconds)
    {
        var streams = new List<OutputStream> { new("[v]", [.. new VideoEncoding(VideoCodec.H264, Crf, Preset, null).ColouredAs(film.Video!).Options(), ("fps_mode", "vfr")]) };
        if (film.Audio is { } audio) streams.Add(new OutputStream("[a]", new AudioEncoding(container.Audio[0]).Options()) { Language = audio.Language });
        return new FfmpegOutput(Result.Path, container.Muxer, streams) { Options = container.Options, ChaptersFrom = film.Chapters.Count > 0 ? 0 : null, Length = seconds };
    }

    private FfmpegOutput Copied(Container container, MediaProbe film, double seconds)
    {
        var streams = new List<OutputStream> { OutputStream.Copy($"0:{film.Video!.Index}") };
        streams.AddRange(film.Streams.Where(s => s.Kind == StreamKind.Audio).Select(s => OutputStream.Copy($"0:{s.Index}") with { Language = s.Language }));
        return new FfmpegOutput(Result.Path, container.Muxer, streams)
        {
            Options = [.. container.Options, ("avoid_negative_ts", "make_zero")],
            ChaptersFrom = film.Chapters.Count > 0 ? 0 : null,
            Length = seconds
        };
    }

    /// <summary>The last key frame at or before the start: a seek ends there, and its packet is the first one read.</summary>
    private async Task<double> KeyFrameAsync(StepContext context, CancellationToken cancel)
    {
        if (Start == 0) return 0;
        var result = await context.RunAsync(new ToolCommand(Tools.Ffprobe,
            ["-hide_banner", "-loglevel", "warning", .. Accepted.Video.Guards(Video.Path), "-select_streams", "v:0",
                "-read_intervals", $"{Text.Of(Start)}%+#1", "-show_entries", "packet=pts_time", "-of", "csv=p=0", "file:" + Video.Path])
        { CaptureOutput = true }, cancel);
        var first = result.Output.Split(['\n', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();
        return double.TryParse(first, NumberStyles.Float, CultureInfo.InvariantCulture, out var at) && at <= Start + 0.001 ? Math.Max(0, at)
            : throw MediaRuns.Bad($"{Video.Name} has no key frame at or before {Text.Seconds(Start)}", "use mode: exact");
    }
}
