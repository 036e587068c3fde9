using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;

namespace Spool.Media.Metrics;

/// <summary>
/// Sharpness: the population variance of the 3x3 Laplacian [[0,1,0],[1,-4,1],[0,1,0]] of the grey picture, the picture mirrored beyond its
/// edges without repeating the edge pixel (OpenCV: Laplacian(CV_64F, ksize 1, BORDER_REFLECT_101), then the variance). Low means blurred.
/// All sums are whole numbers, so the vector form and the plain one give the same bits. The score depends on the size of the picture
/// (shrinking raises it), hence the working size is part of every record that holds one.
/// The sum of the Laplacian needs no pass: inside the picture every pixel is counted four times and taken away four times, so only the steps
/// across the two outermost rows and columns are left of it. The vectors therefore add up squares only; they hold the even and the odd pixels
/// of a stretch in 16 bits each, which two multiplications of byte pairs by (-4, 1) and (1, -4) bring without unpacking.
/// </summary>
public static class Laplacian
{
    // A lane gains at most 4 x 1020^2 a step: 500 steps stay below 2^31.
    private const int Steps = 500;

    /// <summary>0 for a flat picture; up to 1,040,400.</summary>
    public static double Variance(Plane grey) => Finish(grey, Squares(grey, 0, grey.Height));

    /// <summary>The same without vectors: the definition, and the truth of the tests.</summary>
    public static double VarianceScalar(Plane grey)
    {
        int width = grey.Width, height = grey.Height;
        long sum = 0, squares = 0;
        for (var y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> above = grey.Row(Mirrored(y - 1, height)), row = grey.Row(y), below = grey.Row(Mirrored(y + 1, height));
            for (var x = 0; x < width; x++)
            {
                var value = above[x] + below[x] + row[Mirrored(x - 1, width)] + row[Mirrored(x + 1, width)] - (4 * row[x]);
                sum += value;
                squares += (long)value * value;
            }
        }
        return Variance(sum, squares, grey);
    }

    /// <summary>The sum of the squares of some rows, for callers that go through the picture in stripes.</summary>
    internal static unsafe long Squares(Plane grey, int fromRow, int toRow)
    {
        int width = grey.Width, height = grey.Height;
        long squares = 0;
        fixed (byte* first = &grey.First)
            for (var y = fromRow; y < toRow; y++)
            {
                byte* above = first + ((long)Mirrored(y - 1, height) * width), row = first + ((long)y * width), below = first + ((long)Mirrored(y + 1, height) * width);
                squares += Square(above[0] + below[0] + (2 * row[Mirrored(1, width)]) - (4 * row[0]));
                if (width == 1) continue;
                var x = 1;
                if (Avx2.IsSupported) squares += RowVector(above + 1, row + 1, below + 1, width - 2, ref x);
                for (; x < width - 1; x++) squares += Square(above[x] + below[x] + row[x - 1] + row[x + 1] - (4 * row[x]));
                squares += Square(above[x] + below[x] + (2 * row[x - 1]) - (4 * row[x]));
            }
        return squares;
    }

    /// <summary>The variance from the sum of all squares.</summary>
    internal static double Finish(Plane grey, long squares)
    {
        int width = grey.Width, height = grey.Height;
        long sum = 0;
        if (height > 1)
        {
            ReadOnlySpan<byte> top = grey.Row(0), second = grey.Row(1), bottom = grey.Row(height - 1), last = grey.Row(height - 2);
            for (var x = 0; x < width; x++) sum += second[x] - top[x] + last[x] - bottom[x];
        }
        if (width > 1)
            for (var y = 0; y < height; y++)
            {
                var row = grey.Row(y);
                sum += row[1] - row[0] + row[^2] - row[^1];
            }
        return Variance(sum, squares, grey);
    }

    private static double Variance(long sum, long squares, Plane grey)
    {
        double count = (double)grey.Width * grey.Height, mean = sum / count;
        return Math.Max(0, (squares / count) - (mean * mean));
    }

    private static int Mirrored(int at, int count) => count == 1 ? 0 : at < 0 ? 1 : at == count ? count - 2 : at;

    private static long Square(int value) => (long)value * value;

    /// <summary>The inner pixels of a row; the last stretch reads beyond them (planes have slack) and drops what is not theirs.</summary>
    private static unsafe long RowVector(byte* above, byte* row, byte* below, int count, ref int done)
    {
        long total = 0;
        var evenTaps = Vector256.Create((short)0x01fc).AsSByte();
        var oddTaps = Vector256.Create(unchecked((short)0xfc01)).AsSByte();
        var low = Vector256.Create((ushort)0xff);
        var x = 0;
        while (x < count)
        {
            var end = Math.Min(count, x + (Steps * 32));
            Vector256<int> products = default;
            for (; x < end; x += 32)
            {
                Vector256<ushort> a = Vector256.Load(above + x).AsUInt16(), b = Vector256.Load(below + x).AsUInt16();
                var here = Vector256.Load(row + x);
                var even = ((a & low) + (b & low) + (Vector256.Load(row + x - 1).AsUInt16() & low)).AsInt16() + Avx2.MultiplyAddAdjacent(here, evenTaps);
                var odd = ((a >>> 8) + (b >>> 8) + (Vector256.Load(row + x + 1).AsUInt16() >>> 8)).AsInt16() + Avx2.MultiplyAddAdjacent(here, oddTaps);
                if (count - x < 32)
                {
                    var place = Vector256<short>.Indices << 1;
                    even &= Vector256.LessThan(place, Vector256.Create((short)(count - x)));
                    odd &= Vector256.LessThan(place, Vector256.Create((short)(count - x - 1)));
                }
                products += Avx2.MultiplyAddAdjacent(even, even) + Avx2.MultiplyAddAdjacent(odd, odd);
            }
            total += Vector256.Sum(Vector256.WidenLower(products) + Vector256.WidenUpper(products));
        }
        done += count;
        return total;
    }
}
