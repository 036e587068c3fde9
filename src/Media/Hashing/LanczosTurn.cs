using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Spool.Media.Hashing;

/// <summary>
/// One direction of <see cref="LanczosResize"/> with the 256-bit vectors of AVX2, sixteen rows at once. The rows are turned first, so that two
/// neighbouring pixels of eight rows are one vector, and no vector has to be added up. Each pixel has a part in six results or so; they are
/// summed side by side while the pixels come once from left to right, and the leftmost leaves when its last pixel has come. Where the next one
/// begins before that, its first pixels come a second time, for it alone. What comes out is turned (the sixteen rows of a result lie side by
/// side), so that both directions are this one step.
/// Weights are rounded to 16 bits, for which the processor multiplies and adds in one step. What the rounding changes is known: at pixels
/// of mid grey it is a fixed sum, which is added back, and from there at most half the range of a pixel times each weight's rounding. So
/// nearly always the byte is certain; where it is not, the whole sum decides (<see cref="LanczosTaps.Exact"/>). The bytes are the same.
/// </summary>
internal sealed unsafe class LanczosTurn
{
    /// <summary>Rows taken at once.</summary>
    internal const int Rows = 16;
    private const int Slots = 6, Pair = 2 * Rows, Stretch = 32;
    private readonly LanczosTaps _taps;
    private readonly int[] _first, _end, _shift, _add, _doubt;
    private readonly short[] _weights;
    /// <summary>The turned pixels, a ring: what lies further back than a result reaches is not needed any more, and a small ring stays in the cache.</summary>
    private readonly byte[] _turned;
    private readonly int _ring;
    private readonly Vector256<int>[] _sums;

    internal LanczosTurn(LanczosTaps taps)
    {
        _taps = taps;
        (_first, _end, _shift, _add, _doubt) = (new int[taps.To], new int[taps.To], new int[taps.To], new int[taps.To], new int[taps.To]);
        _sums = new Vector256<int>[2 * (taps.To + Slots)];
        var coarse = new short[taps.To][];
        for (var i = 0; i < taps.To; i++) coarse[i] = Coarsen(i);
        var weights = new List<short>();
        int next = 0, back = 0;
        for (var i = 0; i < taps.To; i++)
        {
            // The results being summed are i to i + 5; of the last one what has passed already.
            var newest = i + Slots - 1;
            _first[i] = i > 0 && newest < taps.To ? Math.Min(next, taps.Start(newest) / 2) : next;
            back = Math.Max(back, next - _first[i]);
            for (var pair = _first[i]; pair < next; pair++) Step(pair, newest, newest);
            for (; next < Last(i); next++) Step(next, i, newest);
            _end[i] = next;
        }
        _weights = [.. weights];
        _ring = (int)BitOperations.RoundUpToPowerOf2((uint)(Stretch + 16 + back));
        _turned = GC.AllocateUninitializedArray<byte>(_ring * Pair, pinned: true);

        void Step(int pair, int from, int to)
        {
            for (var slot = 0; slot < Slots; slot++)
            {
                var result = to - Slots + 1 + slot;
                for (var x = 2 * pair; x < (2 * pair) + 2; x++)
                {
                    var tap = result >= from && result < taps.To ? x - taps.Start(result) : -1;
                    weights.Add(tap >= 0 && tap < coarse[result].Length ? coarse[result][tap] : (short)0);
                }
            }
        }
    }

    /// <summary>The pair behind the last one of a result.</summary>
    private int Last(int result) => (_taps.Start(result) + _taps.Weights(result).Length + 1) / 2;

    /// <summary>The weights of one result in 16 bits, what their rounding takes from mid grey, and how far it can be off from there.</summary>
    private short[] Coarsen(int i)
    {
        var weights = _taps.Weights(i);
        int most = 0, shift = 0;
        foreach (var weight in weights) most = Math.Max(most, Math.Abs(weight));
        while (most >> shift >= short.MaxValue) shift++;
        long lost = 0, off = 0;
        var coarse = new short[weights.Length];
        for (var x = 0; x < weights.Length; x++)
        {
            coarse[x] = (short)((weights[x] + (1 << shift >> 1)) >> shift);
            var rounding = weights[x] - (coarse[x] << shift);
            lost += rounding;
            off += Math.Abs(rounding);
        }
        (_shift[i], _add[i], _doubt[i]) = (shift, (1 << (LanczosTaps.Bits - 1)) + (int)(128 * lost), (int)Math.Min(int.MaxValue / 8, 128 * off));
        return coarse;
    }

    /// <summary>The results of some rows. A source row may be read 32 pixels beyond its end; a result takes whole sixteens of <paramref name="to"/>.</summary>
    /// <param name="to">Where the first row's first result goes; the next row is the next byte, the next result the next line.</param>
    internal void Turn(byte* source, int stride, int count, byte* to, int line)
    {
        for (var y = 0; y < count; y += Rows) Sixteen(source + ((long)y * stride), stride, Math.Min(Rows, count - y), to + y, line);
    }

    private void Sixteen(byte* source, int stride, int count, byte* to, int line)
    {
        fixed (byte* turned = _turned)
        fixed (short* weights = _weights)
        fixed (Vector256<int>* sums = _sums)
        {
            new Span<Vector256<int>>(sums, _sums.Length).Clear();
            int known = 0, step = 0;
            for (var i = 0; i < _taps.To; i++)
                for (int pair = _first[i], end = _end[i], some; pair < end; pair += some, step += some)
                {
                    var place = pair & (_ring - 1);
                    some = Math.Min(Math.Min(end - pair, Stretch), _ring - place);
                    for (; known < pair + some; known += 8) Block(source + (2 * known), stride, count, turned + ((known & (_ring - 1)) * Pair));
                    Sum(turned + (place * Pair), (int*)weights + (step * Slots), some, sums + (2 * i));
                }
            for (var i = 0; i < _taps.To; i++, to += line)
                for (var open = Store(i, sums[2 * i], sums[(2 * i) + 1], to) & ((1u << count) - 1); open != 0; open &= open - 1)
                {
                    var row = BitOperations.TrailingZeroCount(open);
                    to[row] = _taps.Exact(source + ((long)row * stride), i);
                }
        }
    }

    /// <summary>Adds some pairs to six results, each of two vectors. Calls nothing, so that the sums stay in registers.</summary>
    private static void Sum(byte* pixels, int* weights, int count, Vector256<int>* sums)
    {
        Vector256<int> a0 = sums[0], a1 = sums[2], a2 = sums[4], a3 = sums[6], a4 = sums[8], a5 = sums[10];
        Vector256<int> b0 = sums[1], b1 = sums[3], b2 = sums[5], b3 = sums[7], b4 = sums[9], b5 = sums[11];
        for (var end = pixels + (count * Pair); pixels < end; pixels += Pair, weights += Slots)
        {
            Vector256<short> a = Avx2.ConvertToVector256Int16(pixels), b = Avx2.ConvertToVector256Int16(pixels + 16), w;
            w = Avx2.BroadcastScalarToVector256(weights).AsInt16();
            (a0, b0) = (a0 + Avx2.MultiplyAddAdjacent(a, w), b0 + Avx2.MultiplyAddAdjacent(b, w));
            w = Avx2.BroadcastScalarToVector256(weights + 1).AsInt16();
            (a1, b1) = (a1 + Avx2.MultiplyAddAdjacent(a, w), b1 + Avx2.MultiplyAddAdjacent(b, w));
            w = Avx2.BroadcastScalarToVector256(weights + 2).AsInt16();
            (a2, b2) = (a2 + Avx2.MultiplyAddAdjacent(a, w), b2 + Avx2.MultiplyAddAdjacent(b, w));
            w = Avx2.BroadcastScalarToVector256(weights + 3).AsInt16();
            (a3, b3) = (a3 + Avx2.MultiplyAddAdjacent(a, w), b3 + Avx2.MultiplyAddAdjacent(b, w));
            w = Avx2.BroadcastScalarToVector256(weights + 4).AsInt16();
            (a4, b4) = (a4 + Avx2.MultiplyAddAdjacent(a, w), b4 + Avx2.MultiplyAddAdjacent(b, w));
            w = Avx2.BroadcastScalarToVector256(weights + 5).AsInt16();
            (a5, b5) = (a5 + Avx2.MultiplyAddAdjacent(a, w), b5 + Avx2.MultiplyAddAdjacent(b, w));
        }
        (sums[0], sums[2], sums[4], sums[6], sums[8], sums[10]) = (a0, a1, a2, a3, a4, a5);
        (sums[1], sums[3], sums[5], sums[7], sums[9], sums[11]) = (b0, b1, b2, b3, b4, b5);
    }

    /// <summary>Sixteen bytes of a result from its sums; the bits of those that are not certain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Store(int i, Vector256<int> a, Vector256<int> b, byte* to)
    {
        Vector256<int> add = Vector256.Create(_add[i]), doubt = Vector256.Create(_doubt[i]);
        a = (a << _shift[i]) + add;
        b = (b << _shift[i]) + add;
        Vector256<int> lowA = (a - doubt) >> LanczosTaps.Bits, lowB = (b - doubt) >> LanczosTaps.Bits;
        var same = Avx2.PackSignedSaturate(Vector256.Equals(lowA, (a + doubt) >> LanczosTaps.Bits), Vector256.Equals(lowB, (b + doubt) >> LanczosTaps.Bits));
        var words = Avx2.PackSignedSaturate(lowA, lowB);
        // Packing works in halves: the bytes come as 0-3, 8-11, 4-7, 12-15 and are put in order by fours.
        Sse2.Shuffle(Sse2.PackUnsignedSaturate(words.GetLower(), words.GetUpper()).AsInt32(), 0b11_01_10_00).AsByte().Store(to);
        return ~Sse2.Shuffle(Sse2.PackSignedSaturate(same.GetLower(), same.GetUpper()).AsInt32(), 0b11_01_10_00).AsByte().ExtractMostSignificantBits() & 0xffff;
    }

    /// <summary>Turns sixteen rows of sixteen pixels into eight pairs of columns. Rows beyond the last repeat it.</summary>
    private static void Block(byte* source, int stride, int count, byte* to)
    {
        Vector256<short> r0, r1, r2, r3, r4, r5, r6, r7;
        if (count == Rows)
        {
            var lower = source + (8L * stride);
            (r0, r1) = (Two(source, lower), Two(source + stride, lower + stride));
            (r2, r3) = (Two(source + (2L * stride), lower + (2L * stride)), Two(source + (3L * stride), lower + (3L * stride)));
            (r4, r5) = (Two(source + (4L * stride), lower + (4L * stride)), Two(source + (5L * stride), lower + (5L * stride)));
            (r6, r7) = (Two(source + (6L * stride), lower + (6L * stride)), Two(source + (7L * stride), lower + (7L * stride)));
        }
        else
        {
            var most = count - 1;
            (r0, r1) = (Two(Row(0), Row(8)), Two(Row(1), Row(9)));
            (r2, r3) = (Two(Row(2), Row(10)), Two(Row(3), Row(11)));
            (r4, r5) = (Two(Row(4), Row(12)), Two(Row(5), Row(13)));
            (r6, r7) = (Two(Row(6), Row(14)), Two(Row(7), Row(15)));
            byte* Row(int y) => source + ((long)Math.Min(y, most) * stride);
        }
        Vector256<int> p0 = Avx2.UnpackLow(r0, r1).AsInt32(), p1 = Avx2.UnpackHigh(r0, r1).AsInt32(), p2 = Avx2.UnpackLow(r2, r3).AsInt32(), p3 = Avx2.UnpackHigh(r2, r3).AsInt32();
        Vector256<int> p4 = Avx2.UnpackLow(r4, r5).AsInt32(), p5 = Avx2.UnpackHigh(r4, r5).AsInt32(), p6 = Avx2.UnpackLow(r6, r7).AsInt32(), p7 = Avx2.UnpackHigh(r6, r7).AsInt32();
        Vector256<long> q0 = Avx2.UnpackLow(p0, p2).AsInt64(), q1 = Avx2.UnpackHigh(p0, p2).AsInt64(), q2 = Avx2.UnpackLow(p1, p3).AsInt64(), q3 = Avx2.UnpackHigh(p1, p3).AsInt64();
        Vector256<long> q4 = Avx2.UnpackLow(p4, p6).AsInt64(), q5 = Avx2.UnpackHigh(p4, p6).AsInt64(), q6 = Avx2.UnpackLow(p5, p7).AsInt64(), q7 = Avx2.UnpackHigh(p5, p7).AsInt64();
        Avx2.UnpackLow(q0, q4).AsByte().Store(to);
        Avx2.UnpackHigh(q0, q4).AsByte().Store(to + Pair);
        Avx2.UnpackLow(q1, q5).AsByte().Store(to + (2 * Pair));
        Avx2.UnpackHigh(q1, q5).AsByte().Store(to + (3 * Pair));
        Avx2.UnpackLow(q2, q6).AsByte().Store(to + (4 * Pair));
        Avx2.UnpackHigh(q2, q6).AsByte().Store(to + (5 * Pair));
        Avx2.UnpackLow(q3, q7).AsByte().Store(to + (6 * Pair));
        Avx2.UnpackHigh(q3, q7).AsByte().Store(to + (7 * Pair));
    }

    private static Vector256<short> Two(byte* upper, byte* lower) => Vector256.Create(Vector128.Load(upper), Vector128.Load(lower)).AsInt16();
}
