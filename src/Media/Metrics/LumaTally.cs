using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;

namespace Spool.Media.Metrics;

/// <summary>The sums behind <see cref="Luma"/>, over stripes of a picture; needs the 256-bit vectors of AVX2.</summary>
internal unsafe ref struct LumaTally
{
    private const int SampleEvery = 16, Small = 1 << 16;
    private readonly Plane _grey;
    private readonly long _rank;
    private readonly bool _spread;
    private readonly int _guess;
    private long _from, _above, _sum, _squares, _over, _under;

    /// <summary>Looks for the likely percentile; then all pixels must be added.</summary>
    internal LumaTally(Plane grey, double percentile, bool spread)
    {
        (_grey, _rank, _spread) = (grey, Luma.Rank(grey, percentile), spread);
        var every = grey.Count < Small ? 1 : SampleEvery;
        _guess = Search(every, _rank / every, 0, 255);
    }

    /// <summary>Some pixels. One reaches a luma when at least 1 is left of it after taking away one less than that luma.</summary>
    internal void Add(byte* pixels, int count)
    {
        if (_spread) AddSpread(pixels, count);
        var at = 0;
        Vector256<byte> one = Vector256<byte>.One, underGuess = Vector256.Create((byte)Math.Max(0, _guess - 1)), guess = Vector256.Create((byte)_guess);
        while (at + 32 <= count)
        {
            // Byte lanes count to 255 before they are added up.
            var end = Math.Min(count - 31, at + (255 * 32));
            Vector256<byte> from = default, above = default;
            Vector256<ulong> total = default;
            for (; at < end; at += 32)
            {
                var value = Vector256.Load(pixels + at);
                total += Avx2.SumAbsoluteDifferences(value, Vector256<byte>.Zero).AsUInt64();
                from += Vector256.Min(Avx2.SubtractSaturate(value, underGuess), one);
                above += Vector256.Min(Avx2.SubtractSaturate(value, guess), one);
            }
            _sum += (long)Vector256.Sum(total);
            _from += Vectors.Total(from);
            _above += Vectors.Total(above);
        }
        for (; at < count; at++)
        {
            _sum += pixels[at];
            if (pixels[at] >= _guess) _from++;
            if (pixels[at] > _guess) _above++;
        }
    }

    internal readonly LumaFacts Finish() => Luma.Facts(_grey.Count, Percentile(), (_sum, _squares, _over, _under), _spread);

    /// <summary>A luma is the one at the rank when no more pixels lie below it than the rank has before it, and that is no longer so of the next
    /// luma. Where the sampled rows were a little unlike the others, it is near.</summary>
    private readonly int Percentile()
    {
        int step = 1, edge = _guess;
        if (_guess > 0 && _grey.Count - _from > _rank)
        {
            while ((edge -= step) > 0 && Below(1, edge) > _rank) step *= 2;
            return Search(1, _rank, Math.Max(0, edge), edge + step - 1);
        }
        if (_guess == 255 || _grey.Count - _above > _rank) return _guess;
        while ((edge += step) < 255 && Below(1, edge + 1) <= _rank) step *= 2;
        return Search(1, _rank, edge - step + 1, Math.Min(255, edge));
    }

    /// <summary>The luma at a rank, by halving the range of lumas.</summary>
    private readonly int Search(int every, long rank, int least, int most)
    {
        while (least < most)
        {
            var middle = (least + most + 1) / 2;
            if (Below(every, middle) <= rank) least = middle;
            else most = middle - 1;
        }
        return least;
    }

    /// <summary>How many pixels of every so-manyth row are below a luma of 1 or more.</summary>
    private readonly long Below(int every, int luma)
    {
        fixed (byte* first = &_grey.First)
        {
            if (every == 1) return Below(first, _grey.Count, luma);
            long below = 0;
            for (var y = every / 2; y < _grey.Height; y += every) below += Below(first + ((long)y * _grey.Width), _grey.Width, luma);
            return below;
        }
    }

    private static long Below(byte* pixels, int count, int luma)
    {
        long reached = 0;
        var at = 0;
        Vector256<byte> one = Vector256<byte>.One, under = Vector256.Create((byte)(luma - 1));
        while (at + 32 <= count)
        {
            var end = Math.Min(count - 31, at + (255 * 32));
            Vector256<byte> counters = default;
            for (; at < end; at += 32) counters += Vector256.Min(Avx2.SubtractSaturate(Vector256.Load(pixels + at), under), one);
            reached += Vectors.Total(counters);
        }
        for (; at < count; at++)
            if (pixels[at] >= luma) reached++;
        return count - reached;
    }

    private void AddSpread(byte* pixels, int count)
    {
        Vector256<byte> overFrom = Vector256.Create((byte)Luma.OverFrom), underTo = Vector256.Create((byte)Luma.UnderTo);
        var at = 0;
        while (at + 32 <= count)
        {
            var end = Math.Min(count - 31, at + (255 * 32));
            Vector256<byte> high = default, low = default;
            Vector256<int> products = default;
            for (; at < end; at += 32)
            {
                var value = Vector256.Load(pixels + at);
                high -= Vector256.Equals(Vector256.Max(value, overFrom), value);
                low -= Vector256.Equals(Vector256.Min(value, underTo), value);
                var a = Avx2.ConvertToVector256Int16(value.GetLower());
                var b = Avx2.ConvertToVector256Int16(value.GetUpper());
                products += Avx2.MultiplyAddAdjacent(a, a) + Avx2.MultiplyAddAdjacent(b, b);
            }
            _squares += Vector256.Sum(Vector256.WidenLower(products) + Vector256.WidenUpper(products));
            _over += Vectors.Total(high);
            _under += Vectors.Total(low);
        }
        for (; at < count; at++)
        {
            var value = pixels[at];
            _squares += value * value;
            if (value >= Luma.OverFrom) _over++;
            if (value <= Luma.UnderTo) _under++;
        }
    }
}
