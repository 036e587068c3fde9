using System.Numerics;

namespace Spool.Media.Hashing;

/// <summary>Told two places in the list of hashes (the first one smaller) and their distance.</summary>
public delegate void PairFound(int first, int second, int distance);

/// <summary>
/// Finds all hashes of 64 bits within a Hamming distance t, exactly, without comparing all with all. The bits are cut into m parts; two hashes
/// within t differ by at most floor(t / m) bits in at least one part (pigeonhole), so only hashes whose part is that near are compared
/// (multi-index hashing; Norouzi, Punjani, Fleet, arXiv 1307.2982). For all pairs the buckets of a part are joined with each other, each pair
/// of buckets once, and a pair of hashes is told by the first part that finds it. Few hashes, or a large t, are compared directly.
/// Give it each hash once: equal ones would all meet in one bucket.
/// </summary>
public sealed class HammingIndex
{
    private readonly ulong[] _hashes;
    private readonly int _distance, _radius;
    private readonly Part[] _parts;

    /// <summary>Builds the index; about 70 bytes a hash where parts are used.</summary>
    /// <param name="hashes">Each different.</param>
    /// <param name="distance">0..64, both ends included.</param>
    public HammingIndex(ulong[] hashes, int distance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(distance);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(distance, 64);
        (_hashes, _distance) = (hashes, distance);
        var count = BestParts(hashes.Length, distance);
        _radius = count == 0 ? 0 : distance / count;
        _parts = new Part[count];
        for (int i = 0, shift = 0; i < count; i++)
        {
            var bits = (64 - shift) / (count - i);
            _parts[i] = new Part(hashes, shift, bits, _radius);
            shift += bits;
        }
    }

    /// <summary>True where hashes are compared directly.</summary>
    public bool IsDirect => _parts.Length == 0;

    /// <summary>The number of parts with the least work, 0 for none. Reading a bucket costs about as much as four comparisons.</summary>
    private static int BestParts(int count, int distance)
    {
        var (best, least) = (0, count / 2.0);
        for (var parts = 3; parts <= 8; parts++)
        {
            var bits = 64 / parts;
            double probes = 0, ways = 1;
            for (var i = 0; i <= distance / parts; i++)
            {
                probes += ways;
                ways = ways * (bits - i) / (i + 1);
            }
            var work = parts * probes / 2 * (4 + (count / Math.Pow(2, bits)));
            if (work < least) (best, least) = (parts, work);
        }
        return count < 5000 ? 0 : best;
    }

    /// <summary>Tells every pair within the distance once, in no particular order.</summary>
    public void AllPairs(PairFound found, CancellationToken cancel = default)
    {
        if (IsDirect)
        {
            for (var i = 0; i < _hashes.Length; i++)
            {
                if (i % 1024 == 0) cancel.ThrowIfCancellationRequested();
                var hash = _hashes[i];
                for (var j = i + 1; j < _hashes.Length; j++)
                    if (BitOperations.PopCount(hash ^ _hashes[j]) is var d && d <= _distance) found(i, j, d);
            }
            return;
        }
        for (var p = 0; p < _parts.Length; p++) Join(p, found, cancel);
    }

    private void Join(int p, PairFound found, CancellationToken cancel)
    {
        var part = _parts[p];
        int[] starts = part.Starts, places = part.Places;
        ulong[] sorted = part.Sorted;
        var masks = part.Masks;
        for (var value = 0; value < starts.Length - 1; value++)
        {
            int from = starts[value], to = starts[value + 1];
            if (from == to) continue;
            if ((value & 0xfff) == 0) cancel.ThrowIfCancellationRequested();
            foreach (var mask in masks)
            {
                var other = value ^ mask;
                if (other < value) continue; // that bucket joins with this one
                int start = starts[other], end = starts[other + 1];
                for (var i = from; i < to; i++)
                {
                    var hash = sorted[i];
                    for (var j = mask == 0 ? i + 1 : start; j < end; j++)
                    {
                        var bits = hash ^ sorted[j];
                        var d = BitOperations.PopCount(bits);
                        if (d <= _distance && !FoundBefore(p, bits)) found(Math.Min(places[i], places[j]), Math.Max(places[i], places[j]), d);
                    }
                }
            }
        }
    }

    private bool FoundBefore(int p, ulong bits)
    {
        for (var i = 0; i < p; i++)
            if (BitOperations.PopCount(bits & _parts[i].Bits) <= _radius) return true;
        return false;
    }

    /// <summary>Tells the place and distance of every hash within the distance of another one, which need not be in the index.</summary>
    public void Near(ulong hash, Action<int, int> found)
    {
        if (IsDirect)
        {
            for (var i = 0; i < _hashes.Length; i++)
                if (BitOperations.PopCount(hash ^ _hashes[i]) is var d && d <= _distance) found(i, d);
            return;
        }
        for (var p = 0; p < _parts.Length; p++)
        {
            var part = _parts[p];
            var value = part.ValueOf(hash);
            foreach (var mask in part.Masks)
                for (var i = part.Starts[value ^ mask]; i < part.Starts[(value ^ mask) + 1]; i++)
                {
                    var bits = hash ^ part.Sorted[i];
                    var d = BitOperations.PopCount(bits);
                    if (d <= _distance && !FoundBefore(p, bits)) found(part.Places[i], d);
                }
        }
    }

    /// <summary>The hashes sorted by some of their bits, with the start of each value of these bits.</summary>
    private sealed class Part
    {
        private readonly int _shift, _bits;

        internal Part(ulong[] hashes, int shift, int bits, int radius)
        {
            (_shift, _bits) = (shift, bits);
            Bits = ((1UL << bits) - 1) << shift;
            Starts = new int[(1 << bits) + 1];
            Sorted = new ulong[hashes.Length];
            Places = new int[hashes.Length];
            foreach (var hash in hashes) Starts[ValueOf(hash) + 1]++;
            for (var i = 1; i < Starts.Length; i++) Starts[i] += Starts[i - 1];
            var at = Starts.AsSpan(0, 1 << bits).ToArray();
            for (var i = 0; i < hashes.Length; i++)
            {
                var place = at[ValueOf(hashes[i])]++;
                (Sorted[place], Places[place]) = (hashes[i], i);
            }
            var masks = new List<int> { 0 };
            for (int round = 0, from = 0; round < radius; round++)
            {
                // Every mask of the last round with one more bit above its highest.
                var end = masks.Count;
                for (; from < end; from++)
                    for (var bit = masks[from] == 0 ? 0 : BitOperations.Log2((uint)masks[from]) + 1; bit < bits; bit++) masks.Add(masks[from] | (1 << bit));
            }
            Masks = [.. masks];
        }

        internal ulong Bits { get; }
        internal int[] Starts { get; }
        internal ulong[] Sorted { get; }
        internal int[] Places { get; }

        /// <summary>All ways to flip at most the radius of bits.</summary>
        internal int[] Masks { get; }

        internal int ValueOf(ulong hash) => (int)((hash >> _shift) & ((1UL << _bits) - 1));
    }
}
