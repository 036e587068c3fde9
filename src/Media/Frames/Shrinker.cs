using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Spool.Media.Frames;

/// <summary>
/// Brings planes to the working size as OpenCV's resize(INTER_LINEAR) does for bytes, with its fixed-point rounding (weights of 11 bits,
/// rows cut to 4 bits less before the vertical step). Planes whose height fits already, as ffmpeg delivers them, are only shrunk in width.
/// Keeps its tables and rows; belongs to one thread.
/// </summary>
public sealed class Shrinker
{
    private LinearTaps? _across, _down;
    private PixelPairs? _pairs;
    private short[] _upper = [], _lower = [];

    public void Shrink(Plane from, Plane to, (int Width, int Height) size) => Shrink(from, to, size, vectors: true);

    /// <summary>The definition, and the truth of the tests.</summary>
    public void ShrinkScalar(Plane from, Plane to, (int Width, int Height) size) => Shrink(from, to, size, vectors: false);

    private void Shrink(Plane from, Plane to, (int Width, int Height) size, bool vectors)
    {
        if (from.Width == size.Width && from.Height == size.Height)
        {
            to.CopyFrom(from);
            return;
        }
        to.Resize(size.Width, size.Height);
        _across = LinearTaps.Of(_across, from.Width, size.Width);
        _pairs = vectors ? PixelPairs.Of(_pairs, _across) : null;
        var room = PixelPairs.Room(size.Width);
        if (_upper.Length != room) (_upper, _lower) = (new short[room], new short[room]);
        if (from.Height == size.Height)
        {
            for (var y = 0; y < size.Height; y++) Across(from, y, to.Row(y));
            return;
        }
        _down = LinearTaps.Of(_down, from.Height, size.Height);
        for (var y = 0; y < size.Height; y++)
        {
            Across(from, _down.First[y], _upper);
            Across(from, _down.Second[y], _lower);
            if (vectors) RowBlend.Blend(_upper, _lower, 0, _down.Weight[y], to.Row(y));
            else RowBlend.BlendScalar(_upper, _lower, 0, _down.Weight[y], to.Row(y));
        }
    }

    private unsafe void Across(Plane from, int y, Span<byte> to)
    {
        if (_pairs is not null)
        {
            var half = Vector512.Create(1024);
            fixed (byte* row = from.Row(y))
            fixed (short* spare = _upper)
                for (var block = 0; block < _pairs.Blocks; block++)
                    Avx512F.ConvertToVector128Byte(((_pairs.Between(_pairs.Fetch(row, block), block) + half) >> 11).AsUInt32()).Store((byte*)spare + (block * _pairs.Per));
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(_upper.AsSpan())[..to.Length].CopyTo(to);
            return;
        }
        var pixels = from.Row(y);
        var (first, second, weight) = (_across!.First, _across.Second, _across.Weight);
        for (var x = 0; x < to.Length; x++)
        {
            int a = pixels[first[x]];
            to[x] = (byte)(((a << 11) + ((pixels[second[x]] - a) * weight[x]) + 1024) >> 11);
        }
    }

    /// <summary>In 128ths, as the vertical step takes them.</summary>
    private unsafe void Across(Plane from, int y, short[] to)
    {
        if (_pairs is not null)
        {
            fixed (byte* row = from.Row(y))
            fixed (short* target = to)
                for (var block = 0; block < _pairs.Blocks; block++)
                    Avx512F.ConvertToVector256Int16(_pairs.Between(_pairs.Fetch(row, block), block) >> 4).Store(target + (block * _pairs.Per));
            return;
        }
        var pixels = from.Row(y);
        var (first, second, weight) = (_across!.First, _across.Second, _across.Weight);
        for (var x = 0; x < _across.To; x++)
        {
            int a = pixels[first[x]];
            to[x] = (short)(((a << 11) + ((pixels[second[x]] - a) * weight[x])) >> 4);
        }
    }
}
