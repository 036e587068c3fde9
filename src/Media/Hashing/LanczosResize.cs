using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;

namespace Spool.Media.Hashing;

/// <summary>
/// Shrinks a grey picture as Pillow's resize(LANCZOS) does, bit for bit: Lanczos of 3 lobes whose support grows with the shrink factor,
/// weights normalised to sum 1 and rounded to 22 bits, first all rows, then all columns, the result of each rounded and cut to a byte.
/// The vector form first takes weights rounded to 16 bits, for which the processor multiplies and adds in one step. What the rounding can
/// change at most is known, so nearly always the byte is certain; where it is not, the whole sum decides, with each weight split as
/// high * 2^11 + low. The bytes are the same. Keeps its tables; belongs to one thread.
/// </summary>
internal sealed class LanczosResize(int width, int height)
{
    private const int Bits = 22, SplitBits = 11, Lanes = 32;
    private readonly Plane _rows = new();
    private Taps? _across, _down;

    internal void Resize(Plane from, Plane to)
    {
        to.Resize(width, height);
        if (_across?.From != from.Width) _across = new Taps(from.Width, width);
        if (_down?.From != from.Height) _down = new Taps(from.Height, height);
        var rows = from;
        if (from.Width != width)
        {
            rows = _rows;
            rows.Resize(width, from.Height);
            if (Avx2.IsSupported) _across.Rows(from, rows);
            else
                for (var y = 0; y < from.Height; y++) _across.RowScalar(from.Row(y), rows.Row(y));
        }
        if (from.Height == height) rows.Pixels.CopyTo(to.Pixels);
        else _down.Columns(rows, to);
    }

    /// <summary>The definition, and the truth of the tests.</summary>
    internal void ResizeScalar(Plane from, Plane to)
    {
        to.Resize(width, height);
        var across = new Taps(from.Width, width);
        var rows = new Plane();
        rows.Resize(width, from.Height);
        for (var y = 0; y < from.Height; y++)
            if (from.Width == width) from.Row(y).CopyTo(rows.Row(y));
            else across.RowScalar(from.Row(y), rows.Row(y));
        if (from.Height == height) rows.Pixels.CopyTo(to.Pixels);
        else new Taps(from.Height, height).Columns(rows, to);
    }

    private sealed class Taps
    {
        private readonly int[] _start, _count, _weights, _shift, _doubt;
        private readonly short[] _high, _low, _coarse;
        private readonly int _stride;

        internal Taps(int from, int to)
        {
            From = from;
            var scale = (double)from / to;
            var wide = Math.Max(1, scale);
            var support = 3.0 * wide;
            var most = ((int)Math.Ceiling(support) * 2) + 1;
            _stride = (most + Lanes - 1) / Lanes * Lanes;
            (_start, _count, _weights) = (new int[to], new int[to], new int[to * _stride]);
            (_high, _low, _coarse) = (new short[to * _stride], new short[to * _stride], new short[to * _stride]);
            (_shift, _doubt) = (new int[to], new int[to]);
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
                Coarsen(i);
            }
        }

        internal int From { get; }

        /// <summary>The weights of one result in 16 bits, and how far the sum over any pixels can be off.</summary>
        private void Coarsen(int i)
        {
            var weights = _weights.AsSpan(i * _stride, _count[i]);
            var most = 0;
            foreach (var weight in weights) most = Math.Max(most, Math.Abs(weight));
            while (most >> _shift[i] >= short.MaxValue) _shift[i]++;
            long off = 0;
            for (var x = 0; x < weights.Length; x++)
            {
                var coarse = (weights[x] + (1 << _shift[i] >> 1)) >> _shift[i];
                _coarse[(i * _stride) + x] = (short)coarse;
                off += Math.Abs(weights[x] - (coarse << _shift[i])) * 255L;
            }
            _doubt[i] = (int)Math.Min(int.MaxValue / 4, off);
        }

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
                var weights = _weights.AsSpan(i * _stride, _count[i]);
                var pixels = from.Slice(_start[i], _count[i]);
                for (var x = 0; x < weights.Length; x++) sum += pixels[x] * weights[x];
                to[i] = Cut(sum);
            }
        }

        /// <summary>All rows with vectors: eight at a time where the processor has wide ones, since adding up a vector costs more than filling it.</summary>
        internal unsafe void Rows(Plane from, Plane to)
        {
            fixed (byte* source = &from.First)
            fixed (byte* target = &to.First)
            {
                var y = 0;
                if (Vector512.IsHardwareAccelerated && Avx512BW.IsSupported)
                    for (; y + 8 <= from.Height; y += 8) Block(source + ((long)y * from.Width), from.Width, target + (y * to.Width), to.Width);
                for (; y < from.Height; y++)
                    for (var i = 0; i < to.Width; i++) target[(y * to.Width) + i] = Exact(source + ((long)y * from.Width) + _start[i], i);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private unsafe void Block(byte* rows, int stride, byte* to, int width)
        {
            var half = Vector256.Create(1 << (Bits - 1));
            var most = Vector256.Create(255);
            fixed (short* all = _coarse)
                for (var i = 0; i < width; i++)
                {
                    Vector512<int> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
                    var weights = all + (i * _stride);
                    var count = _count[i];
                    byte* a = rows + _start[i], e = a + (4L * stride);
                    for (var x = 0; x < count; x += 32)
                    {
                        // Pixels beyond the last weight meet zeros; the plane has slack behind its end.
                        var weight = Vector512.Load(weights + x);
                        s0 += Products(a + x, weight);
                        s1 += Products(a + stride + x, weight);
                        s2 += Products(a + (2L * stride) + x, weight);
                        s3 += Products(a + (3L * stride) + x, weight);
                        s4 += Products(e + x, weight);
                        s5 += Products(e + stride + x, weight);
                        s6 += Products(e + (2L * stride) + x, weight);
                        s7 += Products(e + (3L * stride) + x, weight);
                    }
                    var upper = Avx2.HorizontalAdd(Avx2.HorizontalAdd(Fold(s0), Fold(s1)), Avx2.HorizontalAdd(Fold(s2), Fold(s3)));
                    var lower = Avx2.HorizontalAdd(Avx2.HorizontalAdd(Fold(s4), Fold(s5)), Avx2.HorizontalAdd(Fold(s6), Fold(s7)));
                    var sums = (Vector256.Create(upper.GetLower() + upper.GetUpper(), lower.GetLower() + lower.GetUpper()) << _shift[i]) + half;
                    var doubt = Vector256.Create(_doubt[i]);
                    var least = Vector256.Max(Vector256<int>.Zero, Vector256.Min(most, (sums - doubt) >> Bits));
                    var certain = Vector256.Equals(least, Vector256.Max(Vector256<int>.Zero, Vector256.Min(most, (sums + doubt) >> Bits))).ExtractMostSignificantBits();
                    for (var k = 0; k < 8; k++) to[(k * width) + i] = (byte)least[k];
                    for (var left = ~certain & 0xff; left != 0; left &= left - 1)
                    {
                        var k = System.Numerics.BitOperations.TrailingZeroCount(left);
                        to[(k * width) + i] = Exact(a + ((long)k * stride), i);
                    }
                }
        }

        private static unsafe Vector512<int> Products(byte* pixels, Vector512<short> weights) =>
            Avx512BW.MultiplyAddAdjacent(Avx512BW.ConvertToVector512Int16(Vector256.Load(pixels)), weights);

        private static Vector256<int> Fold(Vector512<int> sums) => sums.GetLower() + sums.GetUpper();

        private unsafe byte Exact(byte* pixels, int i)
        {
            Vector256<int> high = default, low = default;
            var at = i * _stride;
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
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        internal unsafe void Columns(Plane from, Plane to)
        {
            if (Avx2.IsSupported && to.Width % 8 == 0)
            {
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
                return;
            }
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
}
