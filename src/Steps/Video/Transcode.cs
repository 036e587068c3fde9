using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;

namespace Spool.Steps.Video;

/// <summary>
/// Writes a film in another codec, size, rate or container; the container is that of the output's extension (.mp4, .mov, .mkv, .webm).
/// HDR becomes BT.709, sound 48 kHz and at most stereo. All sound tracks, text subtitles and chapters are kept. With <c>codec: copy</c> pictures are not encoded again.
/// </summary>
[StepKind("video.transcode", version: 1, Cpu = 2)]
public sealed record Transcode : Step
{
    /// <summary>The film.</summary>
    [In("video")] public InputFile Video { get; init; } = null!;

    /// <summary>The film in its new form.</summary>
    [Out("video")] public OutputFile Result { get; init; } = null!;

    /// <summary>h264, h265, prores (in .mov, .mkv), ffv1 (lossless, in .mkv), vp9 (in .webm, .mkv) or copy. Default h264; vp9 where the output is .webm.</summary>
    public VideoCodec? Codec { get; init; }

    /// <summary>Quality: 0 is the best, 51 the worst (63 with vp9). Default 20 (h264), 24 (h265), 31 (vp9); prores and ffv1 have none.</summary>
    [Within(0, 63)] public int? Crf { get; init; }

    /// <summary>Speed of the encoder; slower is smaller. Default medium.</summary>
    public EncoderPreset Preset { get; init; } = EncoderPreset.Medium;

    /// <summary>Width and height in pixels, both even; default: the film's own.</summary>
    public PictureSize? Size { get; init; }

    /// <summary>Frames per second; default: the film's own time stamps.</summary>
    public FrameRate? Fps { get; init; }

    /// <summary>How another shape fits: contain (whole, with black bars), cover (filled, its edges cut off) or stretch. Default contain.</summary>
    public Fit Fit { get; init; } = Fit.Contain;

    /// <summary>auto (what the container holds best), aac, opus, mp3, flac, pcm, copy, or none for a silent film. Default auto.</summary>
    public AudioCodec AudioCodec { get; init; } = AudioCodec.Auto;

    /// <summary>Kilobit a second of aac, opus and mp3. Default 192.</summary>
    [Within(32, 512)] public int AudioBitrate { get; init; } = 192;

    /// <summary>Puts the index of .mp4 and .mov at the front, so that they play while they load. Default true.</summary>
    public bool Faststart { get; init; } = true;

    /// <summary>Threads of the encoder; other numbers give other bytes. Default 2.</summary>
    [Within(1, 64)] public int Threads { get; init; } = 2;

    public override IReadOnlyList<string> ToolsUsed() => MediaRuns.Both;

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (Size is not null && Size != Size.Even) yield return ("size", $"size must be even in both directions, {Size} is not");
        if (Codec != VideoCodec.Copy) yield break;
        if (Size is not null) yield return ("size", "size needs encoding; it cannot be used with codec: copy");
        if (Fps is not null) yield return ("fps", "fps needs encoding; it cannot be used with codec: copy");
        if (Crf is not null) yield return ("crf", "crf needs encoding; it cannot be used with codec: copy");
    }

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var codec = Codec ?? (Result.Extension == ".webm" ? VideoCodec.Vp9 : VideoCodec.H264);
        var container = Result.VideoContainer(codec);
        var sound = AudioCodec is AudioCodec.Auto ? container.Audio[0] : AudioCodec;
        if (sound is not (AudioCodec.Copy or AudioCodec.None) && !container.Audio.Contains(sound))
            throw MediaRuns.Bad($"{container.Extension} cannot hold {sound.ToString().ToLowerInvariant()} sound",
                $"it holds: {string.Join(", ", container.Audio).ToLowerInvariant()}");
        var film = await context.ProbeVideoAsync(Video, cancel);
        var video = film.Video!;
        var encoding = new VideoEncoding(codec, Crf ?? VideoEncoding.UsualCrf(codec), Preset, Fps) { Threads = Threads };
        var size = Size ?? (video.IsHdr ? video.DisplaySize.Even : null);
        if (size is null) encoding = encoding.ColouredAs(video);
        if (codec == VideoCodec.Ffv1) encoding = encoding with { Pixels = video.PixelFormat.StartsWith("yuv4", StringComparison.Ordinal) ? video.PixelFormat : "yuv444p" };
        var streams = new List<OutputStream>
        {
            codec == VideoCodec.Copy ? OutputStream.Copy($"0:{video.Index}")
                : new("[v]", [.. encoding.Options(), .. Fps is null ? (ReadOnlySpan<(string, string)>)[("fps_mode", "vfr")] : []]),
        };
        if (sound != AudioCodec.None)
            foreach (var track in film.Streams.Where(s => s.Kind == StreamKind.Audio))
                streams.Add(new OutputStream($"0:{track.Index}", new AudioEncoding(sound) { Kilobits = AudioBitrate, Channels = Math.Min(2, track.Channels) }.Options())
                { Language = track.Language });
        streams.AddRange(container.Subtitles(film, 0));
        var options = Faststart ? container.Options : [.. container.Options.Where(o => o.Value != "+faststart")];
        var output = new FfmpegOutput(Result.Path, container.Muxer, streams) { Options = options, ChaptersFrom = 0 };
        var rate = Fps is null ? "" : $",fps={Fps}:start_time=0:round=near";
        var command = new FfmpegCommand([new(Video.Path, Accepted.Video)], output)
        {
            Graph = codec == VideoCodec.Copy ? null
                : $"[0:{video.Index}]{(size is null ? Conform.AsIs(video, encoding.Pixels) : Conform.Picture(video, size, Fit, Colour.Black, encoding.Pixels))}{rate}[v]",
            Threads = Threads,
        };
        var seconds = film.PictureSeconds;
        await context.FfmpegAsync(command, seconds ?? 0, cancel);
        var slack = 0.1 + (2 / (Fps ?? video.Rate ?? new FrameRate(25, 1)).PerSecond);
        var found = await context.VerifyAsync(Result, new Expected
        {
            Video = true,
            Audio = film.Audio is not null && sound != AudioCodec.None,
            Frames = Fps is not null && seconds is not null ? Fps.Frames(seconds.Value) : video.Packets ?? 1,
            FrameTolerance = Fps is not null ? 2 : video.Packets is null ? long.MaxValue / 2 : 2,
            Size = Size,
        }, cancel);
        if (seconds is { } planned && found.PictureSeconds is { } got && Math.Abs(planned - got) > slack)
            throw MediaRuns.Bad($"the picture of the result is {Text.Seconds(got)} long and that of {Video.Name} {Text.Seconds(planned)}",
                "the film is most likely cut off or damaged");
        if (video.IsHdr && codec != VideoCodec.Copy) context.Fact("colours", $"mapped from HDR ({video.Transfer}) to BT.709");
        if (found.PictureSeconds is { } length) context.Fact("duration", Text.Seconds(length));
        context.Fact("streams", found.Describe());
        return StepResult.Done;
    }
}
