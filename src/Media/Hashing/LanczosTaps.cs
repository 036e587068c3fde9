using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;

namespace Spool.Media.Hashing;

/// <summary>
/// The weights of one direction of <see cref="LanczosResize"/>, in 22 bits as Pillow has them, and the sums over them: plain, and with the
/// 256-bit vectors of AVX2, for which each weight is split as high * 2^11 + low, so that the sum stays whole.
/// </summary>
internal sealed class LanczosTaps
{
    internal const int Bits = 22;
    private const int SplitBits = 11, Lanes = 32;
    private readonly int[] _start, _count, _weights;
    private readonly short[] _high, _low;
    private readonly int _stride;

    internal LanczosTaps(int from, int to)
    {
        (From, To) = (from, to);
        var scale = (double)from / to;
        var wide = Math.Max(1, scale);
        var support = 3.0 * wide;
        var most = ((int)Math.Ceiling(support) * 2) + 1;
        _stride = (most + Lanes - 1) / Lanes * Lanes;
        (_start, _count, _weights) = (new int[to], new int[to], new int[to * _stride]);
        (_high, _low) = (new short[to * _stride], new short[to * _stride]);
        var weights = new double[most];
        for (var i = 0; i < to; i++)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - support + 0.5));
            var count = Math.Min(from, (int)(centre + support + 0.5)) - first;
            var sum = 0.0;
            for (var x = 0; x < count; x++) sum += weights[x] = Lanczos((x + first - centre + 0.5) * (1.0 / wide));
            for (var x = 0; x < count; x++)
            {
                var share = sum != 0 ? weights[x] / sum : weights[x];
                var whole = share < 0 ? (int)(-0.5 + (share * (1 << Bits))) : (int)(0.5 + (share * (1 << Bits)));
                var at = (i * _stride) + x;
                _weights[at] = whole;
                _high[at] = (short)(whole >> SplitBits);
                _low[at] = (short)(whole & ((1 << SplitBits) - 1));
            }
            (_start[i], _count[i]) = (first, count);
        }
    }

    internal int From { get; }

    internal int To { get; }

    internal int Start(int i) => _start[i];

    /// <summary>The weights of one result, from its first pixel on.</summary>
    internal ReadOnlySpan<int> Weights(int i) => _weights.AsSpan(i * _stride, _count[i]);

    private static double Lanczos(double x) => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0;

    private static double Sinc(double x)
    {
        if (x == 0) return 1;
        x *= Math.PI;
        return Math.Sin(x) / x;
    }

    private static byte Cut(int sum) => (byte)Math.Clamp(sum >> Bits, 0, 255);

    internal void RowScalar(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (var i = 0; i < to.Length; i++)
        {
            var sum = 1 << (Bits - 1);
            var weights = Weights(i);
            var pixels = from.Slice(_start[i], _count[i]);
            for (var x = 0; x < weights.Length; x++) sum += pixels[x] * weights[x];
            to[i] = Cut(sum);
        }
    }

    /// <summary>All rows with vectors.</summary>
    internal unsafe void Rows(Plane from, Plane to)
    {
        fixed (byte* source = &from.First)
            for (var y = 0; y < from.Height; y++)
            {
                var row = to.Row(y);
                for (var i = 0; i < row.Length; i++) row[i] = Exact(source + ((long)y * from.Width), i);
            }
    }

    /// <summary>One result of a row that may be read 32 pixels beyond its end.</summary>
    internal unsafe byte Exact(byte* row, int i)
    {
        Vector256<int> high = default, low = default;
        var at = i * _stride;
        var pixels = row + _start[i];
        fixed (short* highs = _high, lows = _low)
            for (var x = 0; x < _count[i]; x += 16)
            {
                var values = Avx2.ConvertToVector256Int16(pixels + x);
                high += Avx2.MultiplyAddAdjacent(values, Vector256.Load(highs + at + x));
                low += Avx2.MultiplyAddAdjacent(values, Vector256.Load(lows + at + x));
            }
        return Cut((1 << (Bits - 1)) + Vector256.Sum((high << SplitBits) + low));
    }

    /// <summary>The vertical step; whole sums of 32 bits, eight columns at a time.</summary>
    internal unsafe void Columns(Plane from, Plane to)
    {
        if (!Avx2.IsSupported || to.Width % 8 != 0)
        {
            ColumnsScalar(from, to);
            return;
        }
        fixed (byte* source = &from.First)
            for (var i = 0; i < to.Height; i++)
                for (var x = 0; x < to.Width; x += 8)
                {
                    var eight = Vector256.Create(1 << (Bits - 1));
                    var pixels = source + ((long)_start[i] * from.Width) + x;
                    for (var y = 0; y < _count[i]; y++, pixels += from.Width)
                        eight += Avx2.ConvertToVector256Int32(pixels) * _weights[(i * _stride) + y];
                    for (var k = 0; k < 8; k++) to.Row(i)[x + k] = Cut(eight[k]);
                }
    }

    internal void ColumnsScalar(Plane from, Plane to)
    {
        Span<int> sums = stackalloc int[to.Width];
        for (var i = 0; i < to.Height; i++)
        {
            sums.Fill(1 << (Bits - 1));
            for (var y = 0; y < _count[i]; y++)
            {
                var weight = _weights[(i * _stride) + y];
                var row = from.Row(_start[i] + y);
                for (var x = 0; x < sums.Length; x++) sums[x] += row[x] * weight;
            }
            var target = to.Row(i);
            for (var x = 0; x < sums.Length; x++) target[x] = Cut(sums[x]);
        }
    }
}
