using Spool.Media.Ffmpeg;

namespace Spool.App.Server.Showing;

/// <summary>What the bytes are to somebody who looks at them.</summary>
internal enum MediaSort { Video, Audio, Image, Drawing }

/// <summary>
/// Tells from the first bytes and the prober's words what a browser can be given. Names say nothing here: an artifact is asked for by its
/// digest. What is given as it is must be what all of today's browsers play: the container by its own mark, the codecs, 8 bits in 4:2:0.
/// </summary>
internal static class Playable
{
    /// <summary>Bytes of the beginning that the decision needs.</summary>
    internal const int HeadBytes = 1 << 16;

    private static readonly string[] PlainSamples = ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"];

    /// <summary>The reader of ffmpeg that a picture needs; with it no other format is tried. Null for all else.</summary>
    internal static string? Demuxer(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]) ? "png_pipe"
        : head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]) ? "jpeg_pipe"
        : null;

    /// <summary>True for bytes that begin as XML does: a drawing, or nothing that is shown.</summary>
    internal static bool IsMarkup(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith(System.Text.Encoding.UTF8.Preamble)) head = head[3..];
        return head.TrimStart(" \t\r\n"u8) is [(byte)'<', ..] || head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe, (byte)'<', 0]) || head.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff, 0, (byte)'<']);
    }

    /// <summary>What it is; null when it holds neither picture nor sound.</summary>
    internal static MediaSort? Sort(MediaProbe probe)
    {
        if (probe.Video is null) return probe.Audio is null ? null : MediaSort.Audio;
        return probe.Container == "gif" || probe.Container.EndsWith("_pipe", StringComparison.Ordinal) ? MediaSort.Image : MediaSort.Video;
    }

    /// <summary>The media type under which the bytes are given as they are; null when a browser may not play them.</summary>
    internal static string? TypeOf(ReadOnlySpan<byte> head, MediaProbe probe) => Sort(probe) switch
    {
        MediaSort.Image => probe.Video!.Codec switch
        {
            "png" or "apng" => "image/png",
            "mjpeg" => "image/jpeg",
            "gif" => "image/gif",
            "webp" => "image/webp",
            _ => null,
        },
        MediaSort.Audio => Sound(head, probe),
        MediaSort.Video => Film(head, probe),
        _ => null,
    };

    private static string? Film(ReadOnlySpan<byte> head, MediaProbe probe)
    {
        var (video, audio) = (probe.Video!, probe.Audio?.Codec);
        var plain = video.PixelFormat is "yuv420p" or "yuvj420p";
        var deep = plain || video.PixelFormat == "yuv420p10le";
        if (IsMp4(head, probe))
            return video.Codec switch
            {
                "h264" when plain && audio is null or "aac" or "mp3" => "video/mp4",
                "av1" when deep && audio is null or "aac" or "mp3" or "opus" => "video/mp4",
                _ => null,
            };
        if (!IsWebm(head) || audio is not (null or "opus" or "vorbis")) return null;
        return video.Codec switch
        {
            "vp8" or "vp9" when plain => "video/webm",
            "av1" when deep => "video/webm",
            _ => null,
        };
    }

    private static string? Sound(ReadOnlySpan<byte> head, MediaProbe probe)
    {
        var codec = probe.Audio!.Codec;
        if (IsMp4(head, probe)) return codec is "aac" or "mp3" ? "audio/mp4" : null;
        if (IsWebm(head)) return codec is "opus" or "vorbis" ? "audio/webm" : null;
        return (probe.Container, codec) switch
        {
            ("wav", var samples) when PlainSamples.Contains(samples) && head.StartsWith("RIFF"u8) => "audio/wav",
            ("mp3", "mp3") => "audio/mpeg",
            ("flac", "flac") => "audio/flac",
            ("ogg", "opus" or "vorbis" or "flac") => "audio/ogg",
            ("aac", "aac") => "audio/aac",
            _ => null,
        };
    }

    /// <summary>ISO media, but not QuickTime's own brand, which not every browser takes.</summary>
    private static bool IsMp4(ReadOnlySpan<byte> head, MediaProbe probe) =>
        probe.Container.StartsWith("mov,", StringComparison.Ordinal) && head.Length >= 12 && head[4..8].SequenceEqual("ftyp"u8) && !head[8..12].SequenceEqual("qt  "u8);

    /// <summary>Matroska whose document type (EBML id 4282) says webm.</summary>
    private static bool IsWebm(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith((ReadOnlySpan<byte>)[0x1a, 0x45, 0xdf, 0xa3])) return false;
        var at = head.IndexOf((ReadOnlySpan<byte>)[0x42, 0x82]);
        return at > 0 && at + 7 <= head.Length && head[at + 2] == 0x84 && head[(at + 3)..(at + 7)].SequenceEqual("webm"u8);
    }
}
