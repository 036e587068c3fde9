namespace Spool.Media.Ffmpeg;

/// <summary>
/// What may be read from outside. Without the format list a text file named <c>.mp4</c> that is an HLS or DASH playlist or a concat script
/// opens other files of the machine; without the codec list any exotic decoder of the build is open to hostile bytes.
/// </summary>
public sealed record Accepted(IReadOnlyList<string> Formats, IReadOnlyList<string> Decoders)
{
    /// <summary>The largest picture that is decoded: 100 million pixels (a 16000x16000 PNG of 790 KB takes 864 MB when decoded).</summary>
    public const long MaxPixels = 100_000_000;

    private static readonly string[] VideoFormats = ["mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi"];
    private static readonly string[] AudioFormats = ["wav", "w64", "mp3", "flac", "ogg", "aac", "aiff"];
    private static readonly string[] ImageFormats = ["png_pipe", "jpeg_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe", "gif"];

    private static readonly string[] VideoDecoders =
        ["h264", "hevc", "vp8", "vp9", "libdav1d", "libaom-av1", "av1", "mpeg4", "mpeg2video", "mpeg1video", "h263", "msmpeg4v2", "msmpeg4", "mjpeg", "prores", "dnxhd",
         "ffv1", "rawvideo", "v210", "huffyuv", "ffvhuff", "utvideo", "qtrle", "dvvideo", "theora", "png"];
    private static readonly string[] AudioDecoders =
        ["aac", "mp3float", "mp3", "mp2float", "mp2", "flac", "vorbis", "opus", "libopus", "alac", "ac3", "eac3", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le",
         "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_u8", "pcm_s8", "pcm_mulaw", "pcm_alaw", "adpcm_ms", "adpcm_ima_wav"];
    private static readonly string[] ImageDecoders = ["png", "apng", "mjpeg", "webp", "bmp", "tiff", "gif"];
    private static readonly string[] TextDecoders = ["mov_text", "subrip", "srt", "ass", "ssa", "webvtt"];

    /// <summary>Codec names (as the prober says them) of the decoders whose names differ.</summary>
    private static readonly Dictionary<string, string> CodecOf = new()
    {
        ["libdav1d"] = "av1",
        ["libaom-av1"] = "av1",
        ["mp3float"] = "mp3",
        ["mp2float"] = "mp2",
        ["libopus"] = "opus",
        ["msmpeg4"] = "msmpeg4v3",
    };

    /// <summary>Films: mp4, mov, mkv, webm, avi.</summary>
    public static Accepted Video { get; } = new(VideoFormats, [.. VideoDecoders, .. AudioDecoders, .. TextDecoders]);

    /// <summary>Sound files, and films for their sound.</summary>
    public static Accepted Sound { get; } = new([.. AudioFormats, .. VideoFormats], [.. AudioDecoders, .. VideoDecoders, .. ImageDecoders.Except(VideoDecoders), .. TextDecoders]);

    /// <summary>Still pictures: png, jpg, webp, bmp, tiff, gif (its first frame).</summary>
    public static Accepted Image { get; } = new(ImageFormats, ImageDecoders);

    /// <summary>Anything of the three.</summary>
    public static Accepted Any { get; } = new([.. VideoFormats, .. AudioFormats, .. ImageFormats], [.. Sound.Decoders]);

    /// <summary>Subtitle files that a step wrote or converts.</summary>
    public static Accepted Captions { get; } = new(["srt", "webvtt"], TextDecoders);

    /// <summary>The codec names, as the prober says them, that may be decoded.</summary>
    public bool Decodes(string codec) => Decoders.Any(d => d == codec || CodecOf.GetValueOrDefault(d) == codec);

    /// <summary>
    /// The options that guard one input; they come before its <c>-i</c>. A file called .jpg is named as what it must be: ffmpeg goes by the name there
    /// and takes it for a numbered row of pictures (image2, score 50 before jpeg_pipe's 26), a reader that opens other files and is not accepted.
    /// </summary>
    public IEnumerable<string> Guards(string path, string? demuxer = null) =>
    [
        .. demuxer is not null ? (string[])["-f", demuxer] : Formats.Contains("jpeg_pipe") && Path.GetExtension(path).ToLowerInvariant() is (".jpg" or ".jpeg" or ".jpe" or ".jfif") ? (string[])["-f", "jpeg_pipe"] : [],
        "-protocol_whitelist", "file,pipe",
        "-format_whitelist", string.Join(',', Formats),
        "-codec_whitelist", string.Join(',', Decoders),
        "-max_pixels", MaxPixels.ToString(System.Globalization.CultureInfo.InvariantCulture),
    ];
}
