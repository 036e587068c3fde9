using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Spool.Media.Frames;

/// <summary>
/// The vertical step of OpenCV's resize(INTER_LINEAR) for bytes: between two rows of 128ths (2048ths cut by 4 bits), each product cut to its
/// upper 16 bits, rounded to a byte at the end.
/// </summary>
internal static class RowBlend
{
    /// <summary>The definition, and the truth of the tests.</summary>
    /// <param name="second">The weight of the lower row, in 2048ths.</param>
    internal static void BlendScalar(short[] upper, short[] lower, int offset, int second, Span<byte> to, int from = 0)
    {
        var first = LinearTaps.One - second;
        for (var x = from; x < to.Length; x++) to[x] = (byte)((((first * upper[offset + x]) >> 16) + ((second * lower[offset + x]) >> 16) + 2) >> 2);
    }

    internal static void Blend(short[] upper, short[] lower, int offset, int second, Span<byte> to)
    {
        var x = 0;
        if (Avx2.IsSupported)
        {
            Vector256<short> w0 = Vector256.Create((short)(LinearTaps.One - second)), w1 = Vector256.Create((short)second), half = Vector256.Create((short)2);
            for (; x + 16 <= to.Length; x += 16)
            {
                var sum = Avx2.MultiplyHigh(Vector256.LoadUnsafe(ref upper[offset + x]), w0) + Avx2.MultiplyHigh(Vector256.LoadUnsafe(ref lower[offset + x]), w1);
                sum = (sum + half) >> 2;
                Sse2.PackUnsignedSaturate(sum.GetLower(), sum.GetUpper()).StoreUnsafe(ref to[x]);
            }
        }
        BlendScalar(upper, lower, offset, second, to, x);
    }
}
