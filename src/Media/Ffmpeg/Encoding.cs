using Spool.Media.Timeline;

namespace Spool.Media.Ffmpeg;

/// <summary>Video codecs that are written.</summary>
public enum VideoCodec { H264, H265, Prores, Ffv1, Vp9, Copy }

/// <summary>Speed of the encoder; slower is smaller at the same quality.</summary>
public enum EncoderPreset { Ultrafast, Superfast, Veryfast, Faster, Fast, Medium, Slow, Slower, Veryslow }

/// <summary>Audio codecs that are written.</summary>
public enum AudioCodec { Auto, Aac, Opus, Mp3, Flac, Pcm, Copy, None }

/// <summary>How pictures are encoded.</summary>
public sealed record VideoEncoding(VideoCodec Codec, int Crf, EncoderPreset Preset, FrameRate? Rate)
{
    /// <summary>The pixel format that is written; FFV1 keeps the source's where it is planar YUV.</summary>
    public string Pixels { get; init; } = Codec == VideoCodec.Prores ? "yuv422p10le" : "yuv420p";

    /// <summary>Threads, where the encoder does not take ffmpeg's own option.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>The quality used when none is asked for: about alike to the eye.</summary>
    public static int UsualCrf(VideoCodec codec) => codec switch { VideoCodec.H265 => 24, VideoCodec.Vp9 => 31, _ => 20 };

    /// <summary>
    /// What the file says of its colours: BT.709, because pictures that are made alike are converted to it; or the source's own words for
    /// pictures that only pass through. An unlabelled file is shown differently by different players.
    /// </summary>
    public IReadOnlyList<(string, string)> Colours { get; init; } = [("colorspace", "bt709"), ("color_primaries", "bt709"), ("color_trc", "bt709"), ("color_range", "tv")];

    /// <summary>For pictures whose colours are not converted.</summary>
    public VideoEncoding ColouredAs(MediaStream source) => this with
    {
        Colours = [.. new[] { ("colorspace", source.ColourSpace), ("color_primaries", source.Primaries), ("color_trc", source.Transfer) }
            .Where(c => c.Item2 is not ("" or "unknown" or "gbr")), ("color_range", "tv")],
    };

    /// <summary>Option names and values.</summary>
    public IReadOnlyList<(string, string)> Options()
    {
        if (Codec == VideoCodec.Copy) return [("c", "copy")];
        var preset = Preset.ToString().ToLowerInvariant();
        List<(string, string)> options = Codec switch
        {
            VideoCodec.H264 => [("c", "libx264"), ("preset", preset), ("crf", Text.Of(Crf)), ("pix_fmt", Pixels)],
            // pools: x265 takes its threads from the machine otherwise, and writes its settings into the stream.
            VideoCodec.H265 => [("c", "libx265"), ("preset", preset), ("crf", Text.Of(Crf)), ("pix_fmt", Pixels), ("tag", "hvc1"),
                ("x265-params", $"log-level=error:info=0:pools={Threads}:frame-threads={Threads}")],
            VideoCodec.Prores => [("c", "prores_ks"), ("profile", "3"), ("vendor", "apl0"), ("pix_fmt", Pixels)],
            VideoCodec.Vp9 => [("c", "libvpx-vp9"), ("crf", Text.Of(Crf)), ("b", "0"), ("row-mt", "0"),
                ("deadline", "good"), ("cpu-used", Preset <= EncoderPreset.Veryfast ? "5" : "2"), ("pix_fmt", Pixels)],
            _ => [("c", "ffv1"), ("level", "3"), ("slices", "4"), ("slicecrc", "1"), ("g", "1"), ("pix_fmt", Pixels)],
        };
        if (Rate is not null) options.Add(("r", Rate.ToString()));
        options.AddRange(Colours);
        return options;
    }
}

/// <summary>How sound is encoded.</summary>
public sealed record AudioEncoding(AudioCodec Codec)
{
    /// <summary>Samples a second; 0 keeps the input's.</summary>
    public int SampleRate { get; init; } = 48000;

    public int Channels { get; init; } = 2;

    /// <summary>Kilobit a second, for AAC, Opus and MP3.</summary>
    public int Kilobits { get; init; } = 192;

    public IReadOnlyList<(string, string)> Options()
    {
        if (Codec == AudioCodec.Copy) return [("c", "copy")];
        List<(string, string)> options = Codec switch
        {
            AudioCodec.Opus => [("c", "libopus"), ("b", Kilobits + "k")],
            AudioCodec.Mp3 => [("c", "libmp3lame"), ("b", Kilobits + "k")],
            AudioCodec.Flac => [("c", "flac"), ("sample_fmt", "s16")],
            AudioCodec.Pcm => [("c", "pcm_s16le")],
            _ => [("c", "aac"), ("b", Kilobits + "k")],
        };
        if (SampleRate > 0) options.Add(("ar", Text.Of(SampleRate)));
        if (Channels > 0) options.Add(("ac", Text.Of(Channels)));
        return options;
    }
}

/// <summary>A container by its extension: the muxer, what it may hold, and the options with which it is written.</summary>
public sealed record Container(string Extension, string Muxer, IReadOnlyList<VideoCodec> Video, IReadOnlyList<AudioCodec> Audio)
{
    public IReadOnlyList<(string Name, string Value)> Options { get; init; } = [];

    private static readonly (string, string)[] IndexFirst = [("movflags", "+faststart")];
    private static readonly Container[] All =
    [
        new(".mp4", "mp4", [VideoCodec.H264, VideoCodec.H265], [AudioCodec.Aac, AudioCodec.Mp3]) { Options = IndexFirst },
        new(".m4v", "mp4", [VideoCodec.H264, VideoCodec.H265], [AudioCodec.Aac]) { Options = IndexFirst },
        new(".mov", "mov", [VideoCodec.H264, VideoCodec.H265, VideoCodec.Prores], [AudioCodec.Aac, AudioCodec.Pcm]) { Options = IndexFirst },
        new(".mkv", "matroska", [VideoCodec.H264, VideoCodec.H265, VideoCodec.Ffv1, VideoCodec.Prores, VideoCodec.Vp9],
            [AudioCodec.Aac, AudioCodec.Flac, AudioCodec.Opus, AudioCodec.Mp3, AudioCodec.Pcm]),
        new(".webm", "webm", [VideoCodec.Vp9], [AudioCodec.Opus]),
        new(".wav", "wav", [], [AudioCodec.Pcm]),
        new(".flac", "flac", [], [AudioCodec.Flac]),
        new(".mp3", "mp3", [], [AudioCodec.Mp3]) { Options = [("write_xing", "1"), ("id3v2_version", "0")] },
        new(".ogg", "ogg", [], [AudioCodec.Opus]),
        new(".opus", "ogg", [], [AudioCodec.Opus]),
        new(".m4a", "ipod", [], [AudioCodec.Aac]) { Options = IndexFirst },
    ];

    /// <summary>The container of an extension (with its dot, lower case), or null.</summary>
    public static Container? Of(string extension) => Array.Find(All, c => c.Extension == extension);

    public static IEnumerable<string> ForVideo => All.Where(c => c.Video.Count > 0).Select(c => c.Extension);

    public static IEnumerable<string> ForSound => All.Where(c => c.Video.Count == 0 && c.Audio.Count > 0).Select(c => c.Extension);
}
