using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;

namespace Spool.Media.Metrics;

/// <summary>Sums over planes.</summary>
public static class Vectors
{
    /// <summary>The sum of 32 byte counters.</summary>
    internal static long Total(Vector256<byte> counters) => (long)Vector256.Sum(Avx2.SumAbsoluteDifferences(counters, Vector256<byte>.Zero).AsUInt64());

    /// <summary>The sum of the absolute differences of two planes of one size.</summary>
    public static long Difference(Plane left, Plane right)
    {
        if (!Avx2.IsSupported) return DifferenceScalar(left, right);
        ref var a = ref left.First;
        ref var b = ref right.First;
        var count = left.Count;
        var at = 0;
        Vector256<ulong> total = default;
        for (; at + 32 <= count; at += 32)
            total += Avx2.SumAbsoluteDifferences(Vector256.LoadUnsafe(ref a, (nuint)at), Vector256.LoadUnsafe(ref b, (nuint)at)).AsUInt64();
        var sum = (long)Vector256.Sum(total);
        for (; at < count; at++) sum += Math.Abs(Unsafe.Add(ref a, at) - Unsafe.Add(ref b, at));
        return sum;
    }

    /// <summary>The definition, and the truth of the tests.</summary>
    public static long DifferenceScalar(Plane left, Plane right)
    {
        long sum = 0;
        for (var i = 0; i < left.Count; i++) sum += Math.Abs(left.Pixels[i] - right.Pixels[i]);
        return sum;
    }
}
