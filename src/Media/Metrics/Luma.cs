using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;

namespace Spool.Media.Metrics;

/// <summary>What the luma of a picture says; 0 is black, 255 white.</summary>
/// <param name="Mean">0..255.</param>
/// <param name="Deviation">Population standard deviation (RMS contrast), 0..127.5.</param>
/// <param name="Percentile">The luma of the pixel at the asked fraction of all pixels in order of luma, 0..255.</param>
/// <param name="Over">Fraction of pixels at or above 250.</param>
/// <param name="Under">Fraction of pixels at or below 5.</param>
public readonly record struct LumaFacts(double Mean, double Deviation, int Percentile, double Over, double Under);

/// <summary>
/// Mean, deviation, percentile and exposure of a grey picture. The percentile is the pixel at index floor(p (n - 1)) of all pixels in order
/// (numpy's "lower"): it answers "how dark is the darkest tenth" and, other than the mean, does not fall for a night scene with one lamp.
/// A whole histogram costs several times the other figures together; the percentile is therefore guessed from every 17th pixel and proven by
/// counting the pixels below the four lumas around the guess. All counts are exact.
/// </summary>
public static class Luma
{
    /// <summary>From here on a pixel counts as overexposed; up to there as underexposed.</summary>
    public const int OverFrom = 250, UnderTo = 5;

    public static LumaFacts Of(Plane grey, double percentile)
    {
        if (!Avx2.IsSupported) return OfScalar(grey, percentile);
        var pixels = grey.Pixels;
        var (sum, squares, over, under) = Sums(pixels);
        return Facts(pixels.Length, sum, squares, At(pixels, (long)Math.Floor(percentile * (pixels.Length - 1))), over, under);
    }

    /// <summary>The definition, and the truth of the tests.</summary>
    public static LumaFacts OfScalar(Plane grey, double percentile)
    {
        long sum = 0, squares = 0, over = 0, under = 0;
        foreach (var value in grey.Pixels)
        {
            sum += value;
            squares += value * value;
            if (value >= OverFrom) over++;
            if (value <= UnderTo) under++;
        }
        return Facts(grey.Count, sum, squares, Ranked(grey.Pixels, 1, (long)Math.Floor(percentile * (grey.Count - 1))), over, under);
    }

    private static LumaFacts Facts(double count, long sum, long squares, int percentile, long over, long under) =>
        new(sum / count, Math.Sqrt(Math.Max(0, (squares / count) - (sum / count * (sum / count)))), percentile, over / count, under / count);

    private static (long Sum, long Squares, long Over, long Under) Sums(ReadOnlySpan<byte> pixels)
    {
        long sum = 0, squares = 0, over = 0, under = 0;
        ref var first = ref Unsafe.AsRef(in pixels[0]);
        var at = 0;
        Vector256<byte> overFrom = Vector256.Create((byte)OverFrom), underTo = Vector256.Create((byte)UnderTo);
        while (at + 32 <= pixels.Length)
        {
            // Byte lanes count to 255 before they are added up.
            var end = Math.Min(pixels.Length - 31, at + (255 * 32));
            Vector256<byte> high = default, low = default;
            Vector256<int> products = default;
            Vector256<ulong> total = default;
            for (; at < end; at += 32)
            {
                var value = Vector256.LoadUnsafe(ref first, (nuint)at);
                total += Avx2.SumAbsoluteDifferences(value, Vector256<byte>.Zero).AsUInt64();
                high -= Vector256.Equals(Vector256.Max(value, overFrom), value);
                low -= Vector256.Equals(Vector256.Min(value, underTo), value);
                var a = Avx2.ConvertToVector256Int16(value.GetLower());
                var b = Avx2.ConvertToVector256Int16(value.GetUpper());
                products += Avx2.MultiplyAddAdjacent(a, a) + Avx2.MultiplyAddAdjacent(b, b);
            }
            sum += (long)Vector256.Sum(total);
            squares += Vector256.Sum(Vector256.WidenLower(products) + Vector256.WidenUpper(products));
            over += Vectors.Total(high);
            under += Vectors.Total(low);
        }
        for (; at < pixels.Length; at++)
        {
            var value = pixels[at];
            sum += value;
            squares += value * value;
            if (value >= OverFrom) over++;
            if (value <= UnderTo) under++;
        }
        return (sum, squares, over, under);
    }

    private static int At(ReadOnlySpan<byte> pixels, long rank)
    {
        if (pixels.Length < 1 << 16) return Ranked(pixels, 1, rank);
        const int stride = 17;
        var guess = Ranked(pixels, stride, rank / stride);
        Span<long> below = stackalloc long[4];
        for (var round = 0; round < 4; round++)
        {
            var from = Math.Clamp(guess - 1, 0, 252);
            Below(pixels, from, below);
            for (var i = 0; i < 3; i++)
                if (below[i] <= rank && rank < below[i + 1]) return from + i;
            if (rank < below[0]) guess = from - 2;
            else if (from == 252) return 255;
            else guess = from + 4;
        }
        return Ranked(pixels, 1, rank); // a picture whose every 17th pixel is unlike the others
    }

    /// <summary>How many pixels are below each of four neighbouring lumas.</summary>
    private static void Below(ReadOnlySpan<byte> pixels, int from, Span<long> counts)
    {
        counts.Clear();
        ref var first = ref Unsafe.AsRef(in pixels[0]);
        Vector256<byte> l0 = Vector256.Create((byte)from), l1 = Vector256.Create((byte)(from + 1)), l2 = Vector256.Create((byte)(from + 2)), l3 = Vector256.Create((byte)(from + 3));
        var at = 0;
        while (at + 32 <= pixels.Length)
        {
            var end = Math.Min(pixels.Length - 31, at + (255 * 32));
            Vector256<byte> c0 = default, c1 = default, c2 = default, c3 = default;
            for (; at < end; at += 32)
            {
                // value >= limit is max(value, limit) == value; what is not, is below.
                var value = Vector256.LoadUnsafe(ref first, (nuint)at);
                c0 -= Vector256.Equals(Vector256.Max(value, l0), value);
                c1 -= Vector256.Equals(Vector256.Max(value, l1), value);
                c2 -= Vector256.Equals(Vector256.Max(value, l2), value);
                c3 -= Vector256.Equals(Vector256.Max(value, l3), value);
            }
            counts[0] += Vectors.Total(c0);
            counts[1] += Vectors.Total(c1);
            counts[2] += Vectors.Total(c2);
            counts[3] += Vectors.Total(c3);
        }
        for (; at < pixels.Length; at++)
            for (var i = 0; i < 4; i++)
                if (pixels[at] >= from + i) counts[i]++;
        for (var i = 0; i < 4; i++) counts[i] = pixels.Length - counts[i];
    }

    /// <summary>The luma at a rank among every so-manyth pixel, by a histogram.</summary>
    private static int Ranked(ReadOnlySpan<byte> pixels, int stride, long rank)
    {
        Span<int> histogram = stackalloc int[256];
        histogram.Clear();
        for (var i = 0; i < pixels.Length; i += stride) histogram[pixels[i]]++;
        long seen = 0;
        for (var value = 0; value < 255; value++)
        {
            seen += histogram[value];
            if (seen > rank) return value;
        }
        return 255;
    }
}
