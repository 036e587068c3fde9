using Spool.Media.Ffmpeg;

namespace Spool.Media.Timeline;

/// <summary>How a picture of another shape fits: whole with bars, filled with its edges cut, or stretched.</summary>
public enum Fit { Contain, Cover, Stretch }

/// <summary>
/// Filters that make unlike inputs alike: square pixels, one size, one even frame rate, BT.709, one sample rate, two channels.
/// Times are the input's own (PTS); frames are repeated or left out only by the rate filter.
/// </summary>
public static class Conform
{
    public const int SampleRate = 48000;

    /// <summary>HDR to BT.709 by the Hable curve, in linear light, for a screen of 100 cd/m2 (zimg and ffmpeg's tonemap).</summary>
    private const string ToneMap = "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p,";

    /// <summary>Scaling and fitting of a film's picture, without its rate.</summary>
    public static string Picture(MediaStream video, PictureSize size, Fit fit, Colour bars, string pixels = "yuv420p")
    {
        var (w, h) = (size.Width, size.Height);
        var from = $"in_color_matrix={(video.IsHdr ? "bt709" : Matrix(video))}:out_color_matrix=bt709:out_range=tv";
        // Pixels are made square first, else the bars come out wrong.
        var square = video.PixelShape == (1, 1) ? "" : "scale=w='trunc(iw*sar/2)*2':h=ih,";
        return (video.IsHdr ? ToneMap : "") + square + fit switch
        {
            Fit.Cover => $"scale={w}:{h}:force_original_aspect_ratio=increase:flags=bicubic+accurate_rnd:{from},crop={w}:{h}",
            Fit.Stretch => $"scale={w}:{h}:flags=bicubic+accurate_rnd:{from}",
            _ => $"scale={w}:{h}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bicubic+accurate_rnd:{from},pad={w}:{h}:(ow-iw)/2:(oh-ih)/2:color={bars.Ffmpeg}",
        } + $",setsar=1,format={pixels}";
    }

    /// <summary>The picture with its own size, colours and pixel shape; one row or column less where 4:2:0 needs even numbers.</summary>
    public static string AsIs(MediaStream video, string pixels = "yuv420p") =>
        (video.Width % 2 == 0 && video.Height % 2 == 0 ? "" : "crop=trunc(iw/2)*2:trunc(ih/2)*2,") + $"format={pixels}";

    /// <summary>Exactly so many frames at an even rate; the last picture is held where the film is shorter.</summary>
    public static string Frames(FrameRate rate, long frames) =>
        $"fps={rate}:start_time=0:round=near,tpad=stop=-1:stop_mode=clone,trim=end_frame={frames},setpts=N";

    /// <summary>
    /// Exactly so many samples, in stereo. Mono goes to both sides at full level: the resampler's own rule lowers it by 3 dB on each.
    /// Holes in the time stamps become silence.
    /// </summary>
    public static string Samples(MediaStream audio, long samples) =>
        $"{Stereo(audio)},apad,atrim=end_sample={samples},asetpts=N";

    public static string Stereo(MediaStream audio) =>
        $"aresample={SampleRate}:async=1:first_pts=0,{(audio.Channels == 1 ? "pan=stereo|c0=c0|c1=c0," : "")}aformat=sample_fmts=fltp:channel_layouts=stereo";

    public static string Silence(long samples) => $"anullsrc=r={SampleRate}:cl=stereo,aformat=sample_fmts=fltp:channel_layouts=stereo,atrim=end_sample={samples},asetpts=N";

    /// <summary>The matrix a film without a label most likely has: high definition is BT.709, the rest BT.601.</summary>
    public static string Matrix(MediaStream video) => video.ColourSpace switch
    {
        "bt709" => "bt709",
        "smpte170m" or "bt470bg" or "fcc" => "bt601",
        "bt2020nc" or "bt2020_ncl" => "bt2020",
        "gbr" => "auto",
        _ => video.PixelFormat.StartsWith("gb", StringComparison.Ordinal) || video.PixelFormat.Contains("rgb", StringComparison.Ordinal) ? "auto" : video.Height >= 720 ? "bt709" : "bt601",
    };
}
