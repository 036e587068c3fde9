using System.Globalization;
using System.Text.Json;
using Spool.Media.Timeline;
using Spool.Platform;

namespace Spool.Media.Ffmpeg;

/// <summary>What sort of stream.</summary>
public enum StreamKind { Video, Audio, Subtitle, Other }

/// <summary>One stream of a media file. Sizes are as stored; <see cref="DisplaySize"/> is as shown.</summary>
public sealed record MediaStream(int Index, StreamKind Kind, string Codec)
{
    public int Width { get; init; }
    public int Height { get; init; }
    /// <summary>Width of a pixel by its height.</summary>
    public (int Numerator, int Denominator) PixelShape { get; init; } = (1, 1);
    /// <summary>Degrees, clockwise, by which players turn the picture.</summary>
    public int Rotation { get; init; }
    public string PixelFormat { get; init; } = "";
    /// <summary>Colour matrix, primaries, transfer and range as the stream says; empty where it does not.</summary>
    public string ColourSpace { get; init; } = "";
    public string Primaries { get; init; } = "";
    public string Transfer { get; init; } = "";
    public string Range { get; init; } = "";
    /// <summary>The average rate; null for streams without one.</summary>
    public FrameRate? Rate { get; init; }
    /// <summary>The nominal rate differs from the average one: frames do not come at even distances.</summary>
    public bool VariableRate { get; init; }
    public int Channels { get; init; }
    /// <summary>Where the channels belong, <c>stereo</c> or <c>5.1</c>; the usual place for their number where the stream does not say.</summary>
    public string Layout { get; init; } = "";
    public int SampleRate { get; init; }
    /// <summary>The length of a tick of its time stamps, in seconds; null where the container does not say.</summary>
    public (int Numerator, int Denominator)? TimeBase { get; init; }
    public double? Start { get; init; }
    public double? Seconds { get; init; }
    /// <summary>Packets, where the container says or they were counted: for video the number of frames.</summary>
    public long? Packets { get; init; }
    public string? Language { get; init; }
    /// <summary>A cover picture inside a sound file, not a film.</summary>
    public bool Cover { get; init; }

    /// <summary>High dynamic range: PQ or HLG.</summary>
    public bool IsHdr => Transfer is "smpte2084" or "arib-std-b67";

    /// <summary>The size as shown: turned, with square pixels.</summary>
    public PictureSize DisplaySize
    {
        get
        {
            var width = (int)Math.Round((double)Width * PixelShape.Numerator / PixelShape.Denominator);
            return Rotation % 180 == 0 ? new(width, Height) : new(Height, width);
        }
    }
}

/// <summary>A chapter; seconds.</summary>
public sealed record Chapter(string Title, double Start, double End);

/// <summary>What the prober says of a media file.</summary>
public sealed record MediaProbe(string Container, double? Seconds, long Bytes, IReadOnlyList<MediaStream> Streams, IReadOnlyList<Chapter> Chapters)
{
    public MediaStream? Video => Streams.FirstOrDefault(s => s.Kind == StreamKind.Video && !s.Cover);
    public MediaStream? Audio => Streams.FirstOrDefault(s => s.Kind == StreamKind.Audio);

    /// <summary>The length of the picture, of the sound where there is no picture; the container's where streams have none.</summary>
    public double? PictureSeconds => Video is null ? AudioSeconds : Video.Seconds ?? Seconds;
    public double? AudioSeconds => Audio is null ? null : Audio.Seconds ?? Seconds;

    /// <summary>Where the times of the file begin, in seconds: that of its earliest stream.</summary>
    public double? Start { get; init; }

    /// <summary>The prober's run. Counting packets reads the whole file; it is for formats that do not say how many they hold.</summary>
    /// <param name="demuxer">One of the accepted formats, where the first bytes say which it is; null: the prober finds out.</param>
    public static ToolCommand Command(string path, Accepted accept, bool count = false, string? demuxer = null) => new("ffprobe",
        ["-hide_banner", "-loglevel", "warning", .. accept.Guards(path, demuxer), "-of", "json", "-show_format", "-show_streams", "-show_chapters",
         .. count ? (string[])["-count_packets"] : [], "file:" + path])
    { CaptureOutput = true };

    /// <summary>Reads the prober's JSON.</summary>
    public static MediaProbe Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var format = root.TryGetProperty("format", out var f) ? f : default;
        var streams = root.TryGetProperty("streams", out var list) ? list.EnumerateArray().Select(Stream).ToList() : [];
        var chapters = root.TryGetProperty("chapters", out var marks) ? marks.EnumerateArray().Select((c, i) =>
            new Chapter(Tag(c, "title") ?? $"Chapter {i + 1}", Number(c, "start_time") ?? 0, Number(c, "end_time") ?? 0)).ToList() : [];
        return new MediaProbe(Word(format, "format_name") ?? "", Number(format, "duration"), (long)(Number(format, "size") ?? 0), streams, chapters) { Start = Number(format, "start_time") };
    }

    private static MediaStream Stream(JsonElement stream)
    {
        var kind = Word(stream, "codec_type") switch { "video" => StreamKind.Video, "audio" => StreamKind.Audio, "subtitle" => StreamKind.Subtitle, _ => StreamKind.Other };
        var average = Rate(stream, "avg_frame_rate");
        var nominal = Rate(stream, "r_frame_rate");
        return new MediaStream((int)(Number(stream, "index") ?? 0), kind, Word(stream, "codec_name") ?? Word(stream, "codec_tag_string") ?? "unknown")
        {
            Width = (int)(Number(stream, "width") ?? 0),
            Height = (int)(Number(stream, "height") ?? 0),
            PixelShape = Fraction(Word(stream, "sample_aspect_ratio"), ':') ?? (1, 1),
            Rotation = Turn(stream),
            PixelFormat = Word(stream, "pix_fmt") ?? "",
            ColourSpace = Word(stream, "color_space") ?? "",
            Primaries = Word(stream, "color_primaries") ?? "",
            Transfer = Word(stream, "color_transfer") ?? "",
            Range = Word(stream, "color_range") ?? "",
            Rate = kind == StreamKind.Video ? average ?? nominal : null,
            VariableRate = kind == StreamKind.Video && average is not null && nominal is not null && Math.Abs(average.PerSecond - nominal.PerSecond) > 0.01 * nominal.PerSecond,
            Channels = (int)(Number(stream, "channels") ?? 0),
            Layout = Word(stream, "channel_layout") ?? (Number(stream, "channels") switch { 1 => "mono", 6 => "5.1", 8 => "7.1", 4 => "quad", _ => "stereo" }),
            SampleRate = (int)(Number(stream, "sample_rate") ?? 0),
            TimeBase = Fraction(Word(stream, "time_base"), '/'),
            Start = Number(stream, "start_time"),
            Seconds = Number(stream, "duration") ?? Clock(Tag(stream, "DURATION")),
            Packets = (long?)(Number(stream, "nb_read_packets") ?? Number(stream, "nb_frames")),
            Language = Tag(stream, "language") is { Length: 3 } language && language != "und" && language.All(char.IsAsciiLetterLower) ? language : null,
            Cover = stream.TryGetProperty("disposition", out var disposition) && Number(disposition, "attached_pic") is > 0,
        };
    }

    private static int Turn(JsonElement stream)
    {
        double? degrees = null;
        if (stream.TryGetProperty("side_data_list", out var list))
            foreach (var side in list.EnumerateArray()) degrees ??= -Number(side, "rotation");
        degrees ??= Tag(stream, "rotate") is { } tag && double.TryParse(tag, NumberStyles.Float, CultureInfo.InvariantCulture, out var turn) ? turn : 0;
        return (((int)Math.Round(degrees.Value / 90) * 90 % 360) + 360) % 360;
    }

    private static FrameRate? Rate(JsonElement stream, string name) =>
        Fraction(Word(stream, name), '/') is { } rate && rate.Numerator > 0 ? new FrameRate(rate.Numerator, rate.Denominator) : null;

    private static (int Numerator, int Denominator)? Fraction(string? text, char sign)
    {
        var parts = text?.Split(sign);
        return parts is [var n, var d] && int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var numerator)
            && int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out var denominator) && numerator > 0 && denominator > 0 ? (numerator, denominator) : null;
    }

    /// <summary>Matroska keeps a stream's length as a tag: <c>00:00:02.023000000</c>.</summary>
    private static double? Clock(string? text)
    {
        var parts = text?.Split(':');
        return parts is [var h, var m, var s] && double.TryParse(h, CultureInfo.InvariantCulture, out var hours) && double.TryParse(m, CultureInfo.InvariantCulture, out var minutes)
            && double.TryParse(s, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? (hours * 3600) + (minutes * 60) + seconds : null;
    }

    private static string? Tag(JsonElement element, string name) => element.TryGetProperty("tags", out var tags) ? Word(tags, name) : null;

    private static string? Word(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Numbers come as numbers or as text.</summary>
    private static double? Number(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Number) return value.GetDouble();
        return value.ValueKind == JsonValueKind.String && double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) ? number : null;
    }
}
