using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;

namespace Spool.Media.Metrics;

/// <summary>
/// Luma of films (16 black, 235 white) to 0..255: (y - 16) 255 / 219, rounded; what lies outside is cut. With vectors the factor is 38155 / 2^15,
/// which rounds the same way for every byte (a test goes through them).
/// </summary>
internal sealed class FullRange
{
    private readonly byte[] _full = [.. Enumerable.Range(0, 256).Select(y => (byte)Math.Clamp(Math.Round((y - 16) * 255 / 219.0), 0, 255))];

    internal void Widen(Plane luma) => WidenScalar(luma, Avx2.IsSupported ? Vectors(luma) : 0);

    /// <summary>The definition, and the truth of the tests.</summary>
    internal void WidenScalar(Plane luma, int from = 0)
    {
        var full = _full;
        foreach (ref var pixel in luma.Pixels[from..]) pixel = full[pixel];
    }

    private static unsafe int Vectors(Plane luma)
    {
        Vector256<byte> black = Vector256.Create((byte)16), white = Vector256.Create((byte)219);
        Vector256<ushort> factor = Vector256.Create((ushort)38155), half = Vector256.Create((ushort)64);
        var x = 0;
        fixed (byte* pixels = &luma.First)
            for (; x + 32 <= luma.Count; x += 32)
            {
                var above = Vector256.Min(Avx2.SubtractSaturate(Vector256.Load(pixels + x), black), white);
                // Unpacked above a zero each is 256 times itself; packing puts them back in the same order.
                var low = (Avx2.MultiplyHigh(Avx2.UnpackLow(Vector256<byte>.Zero, above).AsUInt16(), factor) + half) >>> 7;
                var high = (Avx2.MultiplyHigh(Avx2.UnpackHigh(Vector256<byte>.Zero, above).AsUInt16(), factor) + half) >>> 7;
                Avx2.PackUnsignedSaturate(low.AsInt16(), high.AsInt16()).Store(pixels + x);
            }
        return x;
    }
}
