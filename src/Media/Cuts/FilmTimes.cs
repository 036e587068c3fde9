using Spool.Media.Timeline;

namespace Spool.Media.Cuts;

/// <summary>
/// When the frames of a film are shown, in seconds since its first frame. The number of a frame is its time in frames of the average rate,
/// rounded to even halves (PySceneDetect 0.7): in a film of constant rate that is its place, in one of variable rate it is not.
/// </summary>
public sealed class FilmTimes
{
    private readonly double[] _seconds;

    /// <summary>Takes times that begin anywhere.</summary>
    public FilmTimes(IEnumerable<double> seconds, FrameRate rate)
    {
        _seconds = [.. seconds];
        Rate = rate;
        if (_seconds.Length > 0 && _seconds[0] is var first and not 0)
            for (var i = 0; i < _seconds.Length; i++) _seconds[i] -= first;
    }

    /// <summary>A film of constant rate.</summary>
    public static FilmTimes Even(int frames, FrameRate rate) => new(Enumerable.Range(0, frames).Select(i => rate.Seconds(i)), rate);

    public FrameRate Rate { get; }
    public int Count => _seconds.Length;

    /// <summary>Seconds of the frame at a place.</summary>
    public double At(int place) => _seconds[place];

    /// <summary>Seconds from one frame to another, each rounded to the microsecond as PySceneDetect has it: whether a scene of just the shortest
    /// length is long enough hangs on the last bit.</summary>
    internal double Between(int from, int to) => (Math.Round(_seconds[to] * 1e6) - Math.Round(_seconds[from] * 1e6)) / 1e6;

    public long Number(double seconds) => (long)Math.Round(seconds * Rate.PerSecond);

    public CutPoint Point(int place) => new(Number(_seconds[place]), _seconds[place]);

    /// <summary>One frame behind the last.</summary>
    public CutPoint End => Count == 0 ? new(0, 0) : new(Number(_seconds[^1] + Rate.Seconds(1)), _seconds[^1] + Rate.Seconds(1));
}

/// <summary>A place in a film: number of the frame (see <see cref="FilmTimes"/>) and seconds since the first frame.</summary>
public readonly record struct CutPoint(long Frame, double Seconds) : IComparable<CutPoint>
{
    public int CompareTo(CutPoint other) => Frame.CompareTo(other.Frame);
}

/// <summary>The shortest scene: in frames of the average rate, or in seconds.</summary>
public readonly record struct MinLength(int Frames, double? Seconds = null) : IParsable<MinLength>
{
    public static MinLength Usual { get; } = new(15);

    /// <summary>True when so many seconds are enough, counted in whole frames if the length is given in frames.</summary>
    internal bool IsMet(double seconds, FrameRate rate) => Seconds is { } least ? seconds >= least : (int)Math.Round(seconds * rate.PerSecond) >= Frames;

    internal double InSeconds(FrameRate rate) => Seconds ?? Frames / rate.PerSecond;

    /// <summary>Reads <c>15</c> (frames) or <c>0.6s</c>.</summary>
    public static MinLength Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var length) ? length : throw new FormatException($"'{s}' is neither a number of frames nor seconds such as 0.6s");

    public static bool TryParse(string? s, IFormatProvider? provider, out MinLength result)
    {
        result = default;
        var invariant = System.Globalization.CultureInfo.InvariantCulture;
        if (s is null) return false;
        if (s.EndsWith('s'))
        {
            if (!double.TryParse(s.AsSpan(0, s.Length - 1), System.Globalization.NumberStyles.AllowDecimalPoint, invariant, out var seconds) || seconds > 86_400) return false;
            result = new(0, seconds);
            return true;
        }
        if (!int.TryParse(s, System.Globalization.NumberStyles.None, invariant, out var frames)) return false;
        result = new(frames);
        return true;
    }
}
