using Spool.Media.Ffmpeg;

namespace Spool.Media.Timeline;

/// <summary>A still picture shown for a time, with sound: whole frames, and the sound exactly as long as the picture.</summary>
public sealed record StillPlan(PictureSize Size, FrameRate Rate, Fit Fit, Colour Background)
{
    /// <summary>How far the picture grows towards the end, as a part of its size; 0 keeps it still.</summary>
    public double Zoom { get; init; }

    /// <summary>The frames that lead, sound and tail need.</summary>
    public long FramesFor(double lead, double sound, double tail) => Math.Max(1, Rate.FramesToCover(lead + sound + tail));

    /// <summary>
    /// The graph of input 0 (picture) and input 1 (sound). A picture with transparency lies on the background colour. It is scaled once and
    /// then repeated; only a zoom computes every frame, from a picture twice as large so that its steps are below a pixel.
    /// </summary>
    public string Graph(long frames, MediaStream? audio, double lead)
    {
        var large = Zoom > 0 ? new PictureSize(Size.Width * 2, Size.Height * 2) : Size;
        var (w, h) = (large.Width, large.Height);
        var scale = Fit switch
        {
            Fit.Cover => $"scale={w}:{h}:force_original_aspect_ratio=increase:flags=lanczos+accurate_rnd,crop={w}:{h}",
            Fit.Stretch => $"scale={w}:{h}:flags=lanczos+accurate_rnd",
            _ => $"scale={w}:{h}:force_original_aspect_ratio=decrease:flags=lanczos+accurate_rnd",
        };
        var still = $"[0:v:0]trim=end_frame=1,setpts=0,format=rgba,{scale},setsar=1[picture];"
            + $"color=c={Background.Ffmpeg}:s={large}:r={Rate},trim=end_frame=1,format=rgba[ground];"
            + "[ground][picture]overlay=(W-w)/2:(H-h)/2:format=gbrp:eof_action=endall,scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,format=yuv420p";
        var tick = $"{Rate.Denominator}/{Rate.Numerator}";
        var motion = Zoom > 0
            ? $"zoompan=z='1+{Text.Of(Zoom)}*on/{frames}':x='(iw-iw/zoom)/2':y='(ih-ih/zoom)/2':d={frames}:s={Size}:fps={Rate},trim=end_frame={frames}"
            : $"loop=loop=-1:size=1:start=0,settb={tick},setpts=N,trim=end_frame={frames}";
        return $"{still},{motion},setsar=1,settb={tick},setpts=N[v];{Sound(frames, audio, lead)}[a]";
    }

    private string Sound(long frames, MediaStream? audio, double lead)
    {
        var samples = Rate.Samples(frames, Conform.SampleRate);
        if (audio is null) return Conform.Silence(samples);
        var silence = (long)Math.Round(lead * Conform.SampleRate);
        return $"[1:a:0]{Conform.Stereo(audio)},adelay={silence}S:all=1,apad,atrim=end_sample={samples},asetpts=N";
    }
}
