namespace Spool.Media.Frames;

/// <summary>
/// The size at which frames are compared with each other, and films are measured: the longer side 256, smaller pictures as they are
/// (PySceneDetect 0.7: factor = longer side / 256, each side divided and rounded to even halves).
/// </summary>
public static class WorkingSize
{
    public const int Side = 256;

    public static (int Width, int Height) Of(int width, int height)
    {
        var factor = Math.Max(width, height) / (double)Side;
        return factor <= 1 ? (width, height) : (Math.Max(1, (int)Math.Round(width / factor)), Math.Max(1, (int)Math.Round(height / factor)));
    }
}

/// <summary>Where the pixels of one side come from when it is shrunk: two neighbours and the weight of the second, in 2048ths.</summary>
/// <remarks>OpenCV's INTER_LINEAR: centres aligned, two taps, no averaging over the pixels in between.</remarks>
public sealed class LinearTaps
{
    public const int One = 2048;

    private LinearTaps(int from, int to)
    {
        From = from;
        To = to;
        First = new int[to];
        Second = new int[to];
        Weight = new int[to];
        var scale = (double)from / to;
        for (var i = 0; i < to; i++)
        {
            var position = (float)(((i + 0.5) * scale) - 0.5);
            var first = (int)MathF.Floor(position);
            var rest = position - first;
            if (first < 0) (first, rest) = (0, 0);
            if (first >= from - 1) (first, rest) = (from - 1, 0);
            First[i] = first;
            Second[i] = Math.Min(first + 1, from - 1);
            Weight[i] = (int)MathF.Round(rest * One);
        }
    }

    public int From { get; }
    public int To { get; }
    public int[] First { get; }
    public int[] Second { get; }
    public int[] Weight { get; }

    /// <summary>The taps of before when they fit.</summary>
    public static LinearTaps Of(LinearTaps? known, int from, int to) => known is not null && known.From == from && known.To == to ? known : new(from, to);
}
