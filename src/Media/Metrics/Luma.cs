using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;

namespace Spool.Media.Metrics;

/// <summary>What the luma of a picture says; 0 is black, 255 white.</summary>
/// <param name="Mean">0..255.</param>
/// <param name="Percentile">The luma of the pixel at the asked fraction of all pixels in order of luma, 0..255.</param>
public readonly record struct LumaFacts(double Mean, int Percentile)
{
    /// <summary>Population standard deviation (RMS contrast), 0..127.5; null where the spread was not asked for, as the next two.</summary>
    public double? Deviation { get; init; }

    /// <summary>Fraction of pixels at or above 250.</summary>
    public double? Over { get; init; }

    /// <summary>Fraction of pixels at or below 5.</summary>
    public double? Under { get; init; }
}

/// <summary>
/// Mean, deviation, percentile and exposure of a grey picture. The percentile is the pixel at index floor(p (n - 1)) of all pixels in order
/// (numpy's "lower"): it answers "how dark is the darkest tenth" and, other than the mean, does not fall for a night scene with one lamp.
/// A whole histogram costs several times the other figures together. The percentile is therefore looked for by counting, in small pictures at
/// once, in large ones among every 16th row; that guess is proven by counting the pixels of the whole picture below it and above it, in the
/// pass that adds up the rest. All counts are exact.
/// </summary>
public static class Luma
{
    /// <summary>From here on a pixel counts as overexposed; up to there as underexposed.</summary>
    public const int OverFrom = 250, UnderTo = 5;

    /// <summary>The facts of a whole picture.</summary>
    /// <param name="spread">Also deviation and exposure, which cost as much as the rest.</param>
    public static unsafe LumaFacts Of(Plane grey, double percentile, bool spread = true)
    {
        if (!Avx2.IsSupported) return OfScalar(grey, percentile, spread);
        var tally = new LumaTally(grey, percentile, spread);
        fixed (byte* first = &grey.First) tally.Add(first, grey.Count);
        return tally.Finish();
    }

    /// <summary>The definition, and the truth of the tests.</summary>
    public static LumaFacts OfScalar(Plane grey, double percentile, bool spread = true)
    {
        long sum = 0, squares = 0, over = 0, under = 0;
        Span<int> histogram = stackalloc int[256];
        histogram.Clear();
        foreach (var value in grey.Pixels)
        {
            sum += value;
            squares += value * value;
            if (value >= OverFrom) over++;
            if (value <= UnderTo) under++;
            histogram[value]++;
        }
        var luma = 0;
        for (long rank = Rank(grey, percentile), seen = histogram[0]; seen <= rank; seen += histogram[luma]) luma++;
        return Facts(grey.Count, luma, (sum, squares, over, under), spread);
    }

    internal static long Rank(Plane grey, double percentile) => (long)Math.Floor(percentile * (grey.Count - 1));

    internal static LumaFacts Facts(double count, int percentile, (long Sum, long Squares, long Over, long Under) of, bool spread)
    {
        var mean = of.Sum / count;
        return !spread ? new(mean, percentile) : new(mean, percentile)
        {
            Deviation = Math.Sqrt(Math.Max(0, (of.Squares / count) - (mean * mean))),
            Over = of.Over / count,
            Under = of.Under / count,
        };
    }
}
