using Spool.Media.Ffmpeg;

namespace Spool.Media.Timeline;

/// <summary>How a film gets the length of its sound: its last picture stays, or it is played faster or slower.</summary>
public enum FitMode { Pad, Stretch }

/// <summary>
/// A film brought to the length of a sound: lead + sound + tail, in whole frames. What is too short is filled after its end, what is too long
/// plays on in silence unless cutting is allowed, so that no recording is ever lost by an oversight. Stretching changes the speed of the picture
/// within limits; what the limits leave over is filled or plays on in the same way. The sound itself is never changed and never cut.
/// </summary>
public sealed record FitPlan(double Picture, double Sound, FrameRate Rate)
{
    public FitMode Mode { get; init; }

    /// <summary>Seconds of picture before and after the sound.</summary>
    public double Lead { get; init; }
    public double Tail { get; init; }

    /// <summary>The limits of the speed: 0.5 is half as fast, 2 is twice as fast.</summary>
    public double Slowest { get; init; } = 0.5;
    public double Fastest { get; init; } = 2;

    /// <summary>The end of the film may be cut off.</summary>
    public bool Cut { get; init; }

    /// <summary>Fills the end with this colour; null holds the last picture.</summary>
    public Colour? Filler { get; init; }

    private double Wanted => Lead + Sound + Tail;

    /// <summary>The speed of the picture, 1 as it was. A difference below a tenth of a frame is none.</summary>
    public double Speed => Mode == FitMode.Pad || Math.Abs(Picture - Wanted) < 0.1 / Rate.PerSecond ? 1 : Math.Clamp(Picture / Wanted, Slowest, Fastest);

    /// <summary>Seconds of the film at that speed.</summary>
    public double Played => Picture / Speed;

    /// <summary>The frames of the result.</summary>
    public long Frames => Math.Max(1, Cut ? Rate.FramesToCover(Wanted) : Math.Max(Rate.FramesToCover(Wanted), Rate.Frames(Played)));

    /// <summary>Seconds that are filled after the film's end.</summary>
    public double Filled => Math.Max(0, Rate.Seconds(Frames) - Played);

    /// <summary>Seconds of the film that are lost; 0 unless cutting is allowed.</summary>
    public double Lost => Math.Max(0, Played - Rate.Seconds(Frames)) is var lost && lost > 0.5 / Rate.PerSecond ? lost : 0;

    /// <summary>Seconds that the film plays on after sound and tail.</summary>
    public double Silent => Math.Max(0, Rate.Seconds(Frames) - Wanted) is var rest && rest > 1.001 / Rate.PerSecond ? rest : 0;

    /// <summary>The graph of input 0 (film) and input 1 (sound).</summary>
    public string Graph(MediaStream video, MediaStream audio)
    {
        var pace = Speed == 1 ? "" : $",setpts=(PTS-STARTPTS)/{Text.Of(Speed)}";
        var end = Filler is null ? "stop_mode=clone" : $"stop_mode=add:color={Filler.Ffmpeg}";
        var samples = Rate.Samples(Frames, Conform.SampleRate);
        var before = (long)Math.Round(Lead * Conform.SampleRate);
        var delay = before > 0 ? $",adelay={before}S:all=1" : "";
        return $"[0:{video.Index}]{Conform.AsIs(video)}{pace},fps={Rate}:start_time=0:round=near,tpad=stop=-1:{end},trim=end_frame={Frames},setpts=N[v];"
            + $"[1:{audio.Index}]{Conform.Stereo(audio)}{delay},apad,atrim=end_sample={samples},asetpts=N[a]";
    }
}
