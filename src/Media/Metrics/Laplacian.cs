using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;

namespace Spool.Media.Metrics;

/// <summary>
/// Sharpness: the population variance of the 3x3 Laplacian [[0,1,0],[1,-4,1],[0,1,0]] of the grey picture, the picture mirrored beyond its
/// edges without repeating the edge pixel (OpenCV: Laplacian(CV_64F, ksize 1, BORDER_REFLECT_101), then the variance). Low means blurred.
/// All sums are whole numbers, so the vector form and the plain one give the same bits. The score depends on the size of the picture
/// (shrinking raises it), hence the working size is part of every record that holds one.
/// </summary>
public static class Laplacian
{
    /// <summary>0 for a flat picture; up to 1,040,400.</summary>
    public static double Variance(Plane grey) => Of(grey, Avx2.IsSupported);

    /// <summary>The same without vectors: the definition, and the truth of the tests.</summary>
    public static double VarianceScalar(Plane grey) => Of(grey, false);

    private static double Of(Plane grey, bool vectors)
    {
        int width = grey.Width, height = grey.Height;
        ref var first = ref grey.First;
        long sum = 0, squares = 0;
        for (var y = 0; y < height; y++)
        {
            var up = y > 0 ? y - 1 : height > 1 ? 1 : 0;
            var down = y < height - 1 ? y + 1 : height > 1 ? height - 2 : 0;
            ref var above = ref Unsafe.Add(ref first, (nint)up * width);
            ref var row = ref Unsafe.Add(ref first, (nint)y * width);
            ref var below = ref Unsafe.Add(ref first, (nint)down * width);
            var next = width > 1 ? 1 : 0;
            Add(Unsafe.Add(ref above, 0) + Unsafe.Add(ref below, 0) + (2 * Unsafe.Add(ref row, next)) - (4 * row), ref sum, ref squares);
            if (width == 1) continue;
            var x = 1;
            if (vectors) x = RowVector(ref above, ref row, ref below, width, ref sum, ref squares);
            for (; x < width - 1; x++)
                Add(Unsafe.Add(ref above, x) + Unsafe.Add(ref below, x) + Unsafe.Add(ref row, x - 1) + Unsafe.Add(ref row, x + 1) - (4 * Unsafe.Add(ref row, x)), ref sum, ref squares);
            Add(Unsafe.Add(ref above, x) + Unsafe.Add(ref below, x) + (2 * Unsafe.Add(ref row, x - 1)) - (4 * Unsafe.Add(ref row, x)), ref sum, ref squares);
        }
        double count = (double)width * height, mean = sum / count;
        return Math.Max(0, (squares / count) - (mean * mean));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(int value, ref long sum, ref long squares)
    {
        sum += value;
        squares += (long)value * value;
    }

    private static int RowVector(ref byte above, ref byte row, ref byte below, int width, ref long sum, ref long squares)
    {
        var x = 1;
        var wide = Vector512.IsHardwareAccelerated && Avx512BW.IsSupported;
        var step = wide ? 32 : 16;
        while (x + step <= width - 1)
        {
            // A lane gains at most 2 x 1020^2 a step: 512 steps stay below 2^31.
            var end = Math.Min(width - 1, x + (512 * step));
            if (wide)
            {
                Vector512<int> sums = default, products = default;
                var ones = Vector512.Create((short)1);
                for (; x + 32 <= end; x += 32)
                {
                    var value = Wide512(ref above, x) + Wide512(ref below, x) + Wide512(ref row, x - 1) + Wide512(ref row, x + 1) - (Wide512(ref row, x) << 2);
                    sums += Avx512BW.MultiplyAddAdjacent(value, ones);
                    products += Avx512BW.MultiplyAddAdjacent(value, value);
                }
                sum += Vector512.Sum(sums);
                squares += Total(products.GetLower()) + Total(products.GetUpper());
            }
            else
            {
                Vector256<int> sums = default, products = default;
                var ones = Vector256.Create((short)1);
                for (; x + 16 <= end; x += 16)
                {
                    var value = Wide256(ref above, x) + Wide256(ref below, x) + Wide256(ref row, x - 1) + Wide256(ref row, x + 1) - (Wide256(ref row, x) << 2);
                    sums += Avx2.MultiplyAddAdjacent(value, ones);
                    products += Avx2.MultiplyAddAdjacent(value, value);
                }
                sum += Vector256.Sum(sums);
                squares += Total(products);
            }
        }
        return x;
    }

    private static long Total(Vector256<int> lanes)
    {
        var (low, high) = Vector256.Widen(lanes);
        return Vector256.Sum(low + high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Wide256(ref byte from, int x) => Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref from, (nuint)x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Wide512(ref byte from, int x) => Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref from, (nuint)x));
}
