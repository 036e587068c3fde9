using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Spool.Media.Frames;

/// <summary>
/// Fetches the two neighbours of every pixel that <see cref="LinearTaps"/> names, several at once: they lie in a window of 128 bytes, out of which
/// one instruction (AVX-512 VBMI) picks bytes by a table. Fetching them one by one costs more than everything that is done with them.
/// </summary>
internal sealed unsafe class PixelPairs
{
    /// <summary>Results that a block writes; behind the last whole block they mean nothing.</summary>
    internal const int Lanes = 16;
    private readonly int[] _from;
    private readonly byte[] _places;
    private readonly short[] _weights;

    private PixelPairs(LinearTaps taps, int[] first, int[] second, int per)
    {
        (First, Per) = (first, per);
        Blocks = (taps.To + per - 1) / per;
        (_from, _places, _weights) = (new int[Blocks], new byte[Blocks * 64], new short[Blocks * 32]);
        for (var block = 0; block < Blocks; block++)
        {
            _from[block] = first[block * per];
            for (var i = block * per; i < Math.Min(taps.To, (block + 1) * per); i++)
            {
                var lane = 2 * (i - (block * per));
                _places[(block * 64) + lane] = (byte)(first[i] - _from[block]);
                _places[(block * 64) + lane + 1] = (byte)(second[i] - _from[block]);
                _weights[(block * 32) + lane] = (short)(LinearTaps.One - taps.Weight[i]);
                _weights[(block * 32) + lane + 1] = (short)taps.Weight[i];
            }
        }
    }

    private int[] First { get; }

    /// <summary>Results of a block that count.</summary>
    internal int Per { get; }

    internal int Blocks { get; }

    /// <summary>Results of a row with what blocks write beyond them.</summary>
    internal static int Room(int width) => width + Lanes;

    /// <summary>Those of before when they fit; null where the processor cannot, or the neighbours lie too far apart.</summary>
    internal static PixelPairs? Of(PixelPairs? known, LinearTaps taps) => Of(known, taps, taps.First, taps.Second);

    /// <summary>The same for a plane of another width, where the neighbours are these.</summary>
    internal static PixelPairs? Of(PixelPairs? known, LinearTaps taps, int[] first, int[] second)
    {
        if (known is not null && ReferenceEquals(known.First, first)) return known;
        if (!Avx512Vbmi.IsSupported || !Avx512BW.IsSupported) return null;
        foreach (var per in (ReadOnlySpan<int>)[16, 8])
        {
            var fits = true;
            for (var i = 0; i < taps.To && fits; i++) fits = second[i] - first[i / per * per] < 128;
            if (fits) return new PixelPairs(taps, first, second, per);
        }
        return null;
    }

    /// <summary>The neighbours of a block's pixels, each pair side by side. The row may be read 128 bytes beyond its end.</summary>
    internal Vector512<short> Fetch(byte* row, int block)
    {
        row += _from[block];
        var places = Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_places), (nuint)block * 64);
        return Avx512BW.ConvertToVector512Int16(Avx512Vbmi.PermuteVar64x8x2(Vector512.Load(row), places, Vector512.Load(row + 64)).GetLower());
    }

    /// <summary>Between the neighbours, in 2048ths.</summary>
    internal Vector512<int> Between(Vector512<short> pairs, int block) =>
        Avx512BW.MultiplyAddAdjacent(pairs, Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_weights), (nuint)block * 32));
}
