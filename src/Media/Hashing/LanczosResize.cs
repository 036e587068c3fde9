using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;

namespace Spool.Media.Hashing;

/// <summary>
/// Shrinks a grey picture as Pillow's resize(LANCZOS) does, bit for bit: Lanczos of 3 lobes whose support grows with the shrink factor,
/// weights normalised to sum 1 and rounded to 22 bits, first all rows, then all columns, the result of each rounded and cut to a byte.
/// In the vector form each weight is split as high * 2^11 + low, both of 16 bits, so that the products fit the multiply-and-add of the
/// processor; the whole sums are the same whole numbers. Keeps its tables; belongs to one thread.
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
            for (var y = 0; y < from.Height; y++)
            {
                if (Vector512.IsHardwareAccelerated && Avx512BW.IsSupported) _across.Row512(ref from.Row(y)[0], rows.Row(y));
                else if (Avx2.IsSupported) _across.Row256(ref from.Row(y)[0], rows.Row(y));
                else _across.RowScalar(from.Row(y), rows.Row(y));
            }
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
        private readonly int[] _start, _count, _weights;
        private readonly short[] _high, _low;
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
            (_high, _low) = (GC.AllocateArray<short>(to * _stride, pinned: true), GC.AllocateArray<short>(to * _stride, pinned: true));
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

        internal void Row512(ref byte from, Span<byte> to)
        {
            ref var highs = ref _high[0];
            ref var lows = ref _low[0];
            for (var i = 0; i < to.Length; i++)
            {
                Vector512<int> high = default, low = default;
                ref var pixels = ref Unsafe.Add(ref from, _start[i]);
                var at = (nuint)(i * _stride);
                for (var x = 0; x < _count[i]; x += 32)
                {
                    // Pixels beyond the last weight meet zeros; the plane has slack behind its end.
                    var values = Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref pixels, (nuint)x));
                    high += Avx512BW.MultiplyAddAdjacent(values, Vector512.LoadUnsafe(ref highs, at + (nuint)x));
                    low += Avx512BW.MultiplyAddAdjacent(values, Vector512.LoadUnsafe(ref lows, at + (nuint)x));
                }
                to[i] = Cut((1 << (Bits - 1)) + Vector512.Sum((high << SplitBits) + low));
            }
        }

        internal void Row256(ref byte from, Span<byte> to)
        {
            ref var highs = ref _high[0];
            ref var lows = ref _low[0];
            for (var i = 0; i < to.Length; i++)
            {
                Vector256<int> high = default, low = default;
                ref var pixels = ref Unsafe.Add(ref from, _start[i]);
                var at = (nuint)(i * _stride);
                for (var x = 0; x < _count[i]; x += 16)
                {
                    var values = Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref pixels, (nuint)x));
                    high += Avx2.MultiplyAddAdjacent(values, Vector256.LoadUnsafe(ref highs, at + (nuint)x));
                    low += Avx2.MultiplyAddAdjacent(values, Vector256.LoadUnsafe(ref lows, at + (nuint)x));
                }
                to[i] = Cut((1 << (Bits - 1)) + Vector256.Sum((high << SplitBits) + low));
            }
        }

        /// <summary>The vertical step; rows are as narrow as the result, so the plain form is quick enough.</summary>
        internal void Columns(Plane from, Plane to)
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
}
