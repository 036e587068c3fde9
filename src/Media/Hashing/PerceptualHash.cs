using System.Globalization;
using Spool.Media.Frames;

namespace Spool.Media.Hashing;

/// <summary>
/// Two hashes of 64 bits that stay near each other (Hamming distance) when a picture is encoded again or resized. They do not find flips,
/// turns and crops. Pictures without structure collide: a flat picture has only its first bit.
/// pHash is imagehash 4.3.2's phash(hash_size=8, highfreq_factor=4): "L" of Pillow, Lanczos to 32x32, cosine transform of columns, then
/// rows, the 8x8 lowest coefficients including the first, bit = coefficient above their median, row by row, first bit highest.
/// dHash is its dhash(hash_size=8): Lanczos to 9x8, bit = brighter than the left neighbour. Keeps its tables; belongs to one thread.
/// </summary>
public sealed class PerceptualHash
{
    private const int Side = CosineTransform.Length, Kept = 8;
    private readonly LanczosResize _square = new(Side, Side), _nine = new(9, 8);
    private readonly CosineTransform _cosine = new();
    private readonly Plane _small = new();
    private readonly double[] _matrix = new double[Side * Side], _line = new double[Side], _low = new double[Kept * Kept], _sorted = new double[Kept * Kept];

    public ulong Of(Plane luma)
    {
        _square.Resize(luma, _small);
        return Bits();
    }

    /// <summary>True where the picture may come in stripes: <see cref="Begin"/>, <see cref="Add"/> for all its rows in order, <see cref="End"/>.</summary>
    internal bool TakesStripes(Plane luma) => _square.TakesStripes(luma);

    internal void Begin(Plane luma) => _square.Begin(luma);

    /// <summary>Some rows, while they are in the cache; whole eights but for the last.</summary>
    internal void Add(Plane luma, int fromRow, int toRow) => _square.Add(luma, fromRow, toRow);

    internal ulong End()
    {
        _square.End(_small);
        return Bits();
    }

    /// <summary>Without vectors: the truth of the tests.</summary>
    public ulong OfScalar(Plane luma)
    {
        _square.ResizeScalar(luma, _small);
        return Bits();
    }

    public ulong DifferenceOf(Plane luma)
    {
        _nine.Resize(luma, _small);
        ulong bits = 0;
        for (var y = 0; y < 8; y++)
        {
            var row = _small.Row(y);
            for (var x = 0; x < 8; x++) bits = (bits << 1) | (row[x + 1] > row[x] ? 1UL : 0);
        }
        return bits;
    }

    private ulong Bits()
    {
        var pixels = _small.Pixels;
        for (var x = 0; x < Side; x++)
        {
            for (var y = 0; y < Side; y++) _line[y] = pixels[(y * Side) + x];
            _cosine.Apply(_line);
            for (var y = 0; y < Kept; y++) _matrix[(y * Side) + x] = _line[y];
        }
        for (var y = 0; y < Kept; y++)
        {
            var row = _matrix.AsSpan(y * Side, Side);
            _cosine.Apply(row);
            row[..Kept].CopyTo(_low.AsSpan(y * Kept));
        }
        _low.CopyTo(_sorted, 0);
        Array.Sort(_sorted);
        var median = (_sorted[31] + _sorted[32]) * 0.5;
        ulong bits = 0;
        foreach (var value in _low) bits = (bits << 1) | (value > median ? 1UL : 0);
        return bits;
    }

    /// <summary>16 hexadecimal digits.</summary>
    public static string Text(ulong hash) => hash.ToString("x16", CultureInfo.InvariantCulture);

    public static bool TryParse(ReadOnlySpan<char> text, out ulong hash)
    {
        hash = 0;
        return text.Length == 16 && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out hash);
    }
}
