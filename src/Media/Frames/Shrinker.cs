namespace Spool.Media.Frames;

/// <summary>
/// Brings planes to the working size as OpenCV's resize(INTER_LINEAR) does for bytes, with its fixed-point rounding (weights of 11 bits,
/// rows cut to 4 bits less before the vertical step). Planes whose height fits already, as ffmpeg delivers them, are only shrunk in width.
/// Keeps its tables and rows; belongs to one thread.
/// </summary>
public sealed class Shrinker
{
    private LinearTaps? _across, _down;
    private int[] _upper = [], _lower = [];

    public void Shrink(Plane from, Plane to, (int Width, int Height) size)
    {
        if (from.Width == size.Width && from.Height == size.Height)
        {
            to.CopyFrom(from);
            return;
        }
        to.Resize(size.Width, size.Height);
        _across = LinearTaps.Of(_across, from.Width, size.Width);
        if (from.Height == size.Height)
        {
            for (var y = 0; y < size.Height; y++) Across(from.Row(y), to.Row(y), _across);
            return;
        }
        _down = LinearTaps.Of(_down, from.Height, size.Height);
        if (_upper.Length < size.Width) (_upper, _lower) = (new int[size.Width], new int[size.Width]);
        for (var y = 0; y < size.Height; y++)
        {
            Across(from.Row(_down.First[y]), _upper, _across);
            Across(from.Row(_down.Second[y]), _lower, _across);
            int second = _down.Weight[y], first = LinearTaps.One - second;
            var row = to.Row(y);
            for (var x = 0; x < row.Length; x++)
                row[x] = (byte)((((first * (_upper[x] >> 4)) >> 16) + ((second * (_lower[x] >> 4)) >> 16) + 2) >> 2);
        }
    }

    private static void Across(ReadOnlySpan<byte> from, Span<byte> to, LinearTaps taps)
    {
        var (first, second, weight) = (taps.First, taps.Second, taps.Weight);
        for (var x = 0; x < to.Length; x++)
        {
            int a = from[first[x]];
            to[x] = (byte)(((a << 11) + ((from[second[x]] - a) * weight[x]) + 1024) >> 11);
        }
    }

    private static void Across(ReadOnlySpan<byte> from, int[] to, LinearTaps taps)
    {
        var (first, second, weight) = (taps.First, taps.Second, taps.Weight);
        for (var x = 0; x < taps.To; x++)
        {
            int a = from[first[x]];
            to[x] = (a << 11) + ((from[second[x]] - a) * weight[x]);
        }
    }
}
