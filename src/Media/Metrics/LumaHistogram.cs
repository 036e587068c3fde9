namespace Spool.Media.Metrics;

/// <summary>
/// How alike the brightness of two frames is spread: the correlation of the histograms of their Y (OpenCV's HISTCMP_CORREL, -1..1; 1 for two
/// flat histograms). It does not see where things are, so it is deaf to motion and to cuts between shots of one room.
/// </summary>
public static class LumaHistogram
{
    /// <summary>Counts into <paramref name="bins"/>, whose number divides the 256 lumas.</summary>
    public static void Count(SmallColour from, Span<int> bins)
    {
        bins.Clear();
        var width = 256.0 / bins.Length;
        Span<int> whole = stackalloc int[256];
        whole.Clear();
        ReadOnlySpan<byte> red = from.Red.Pixels, green = from.Green.Pixels, blue = from.Blue.Pixels;
        for (var i = 0; i < red.Length; i++) whole[Frames.Luminance.OpenCvY(red[i], green[i], blue[i])]++;
        for (var i = 0; i < 256; i++) bins[(int)(i / width)] += whole[i];
    }

    public static double Correlation(ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        double s1 = 0, s2 = 0, s11 = 0, s12 = 0, s22 = 0;
        for (var i = 0; i < left.Length; i++)
        {
            double a = left[i], b = right[i];
            s1 += a;
            s2 += b;
            s11 += a * a;
            s12 += a * b;
            s22 += b * b;
        }
        var share = 1.0 / left.Length;
        var below = (s11 - (s1 * s1 * share)) * (s22 - (s2 * s2 * share));
        return Math.Abs(below) > double.Epsilon ? (s12 - (s1 * s2 * share)) / Math.Sqrt(below) : 1;
    }
}
