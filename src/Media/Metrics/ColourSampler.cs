using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;

namespace Spool.Media.Metrics;

/// <summary>Red, green and blue at working size.</summary>
public sealed class SmallColour
{
    public Plane Red { get; } = new();
    public Plane Green { get; } = new();
    public Plane Blue { get; } = new();

    public void Resize(int width, int height)
    {
        Red.Resize(width, height);
        Green.Resize(width, height);
        Blue.Resize(width, height);
    }
}

/// <summary>
/// Brings luma and chroma planes (full range, BT.601, any subsampling) to red, green and blue at working size. PySceneDetect converts every
/// pixel of the frame first (each chroma sample stands for its whole block) and then takes two neighbours in each direction; taking the same
/// neighbours from the planes and converting afterwards gives the same but for rounding, and touches 30 times fewer pixels at 1080p.
/// All products fit 32 bits. Keeps its tables; belongs to one thread.
/// </summary>
public sealed class ColourSampler
{
    // JFIF: R = Y + 1.402 Cr, G = Y - 0.344136 Cb - 0.714136 Cr, B = Y + 1.772 Cb; factors of 11 bits.
    private const int RedCr = 2871, GreenCb = 705, GreenCr = 1463, BlueCb = 3629, Half = 1 << 10, Middle = 128 << 11;
    private LinearTaps? _across, _down;
    private PixelPairs? _lumaPairs, _chromaPairs;
    private int[] _first = [], _second = [];
    private int _chromaWidth;

    public void Sample(Plane luma, Plane cb, Plane cr, SmallColour to, (int Width, int Height) size) => Of(luma, cb, cr, to, (size.Width, size.Height, true));

    /// <summary>The definition, and the truth of the tests.</summary>
    public void SampleScalar(Plane luma, Plane cb, Plane cr, SmallColour to, (int Width, int Height) size) => Of(luma, cb, cr, to, (size.Width, size.Height, false));

    private void Of(Plane luma, Plane cb, Plane cr, SmallColour to, (int Width, int Height, bool Vectors) form)
    {
        var known = _across;
        _across = LinearTaps.Of(_across, luma.Width, form.Width);
        _down = LinearTaps.Of(_down, luma.Height, form.Height);
        if (known != _across || _chromaWidth != cb.Width)
        {
            _chromaWidth = cb.Width;
            _first = [.. _across.First.Select(x => (int)((long)x * cb.Width / luma.Width))];
            _second = [.. _across.Second.Select(x => (int)((long)x * cb.Width / luma.Width))];
        }
        (_lumaPairs, _chromaPairs) = form.Vectors ? (PixelPairs.Of(_lumaPairs, _across), PixelPairs.Of(_chromaPairs, _across, _first, _second)) : (null, null);
        to.Resize(form.Width, form.Height);
        for (var y = 0; y < form.Height; y++)
        {
            int upper = _down.First[y], lower = _down.Second[y], weight = _down.Weight[y];
            int upperChroma = (int)((long)upper * cb.Height / luma.Height), lowerChroma = (int)((long)lower * cb.Height / luma.Height);
            var above = new Rows { Luma = luma.Row(upper), Cb = cb.Row(upperChroma), Cr = cr.Row(upperChroma) };
            var below = new Rows { Luma = luma.Row(lower), Cb = cb.Row(lowerChroma), Cr = cr.Row(lowerChroma) };
            if (_lumaPairs is not null && _chromaPairs is not null && _lumaPairs.Per == _chromaPairs.Per) LineWide(above, below, weight, to, y);
            else Line(above, below, weight, to, y);
        }
    }

    private ref struct Rows
    {
        internal ReadOnlySpan<byte> Luma;
        internal ReadOnlySpan<byte> Cb;
        internal ReadOnlySpan<byte> Cr;
    }

    private void Line(Rows upper, Rows lower, int down, SmallColour to, int y)
    {
        var (first, second, weights) = (_across!.First, _across.Second, _across.Weight);
        Span<byte> red = to.Red.Row(y), green = to.Green.Row(y), blue = to.Blue.Row(y);
        for (var x = 0; x < red.Length; x++)
        {
            int weight = weights[x], l0 = first[x], l1 = second[x], c0 = _first[x], c1 = _second[x];
            var luma = Blend(Between(upper.Luma[l0], upper.Luma[l1], weight), Between(lower.Luma[l0], lower.Luma[l1], weight), down) + Half;
            var cb = Blend(Between(upper.Cb[c0], upper.Cb[c1], weight), Between(lower.Cb[c0], lower.Cb[c1], weight), down) - Middle;
            var cr = Blend(Between(upper.Cr[c0], upper.Cr[c1], weight), Between(lower.Cr[c0], lower.Cr[c1], weight), down) - Middle;
            red[x] = Cut((luma + ((cr * RedCr) >> 11)) >> 11);
            green[x] = Cut((luma - (((cb * GreenCb) + (cr * GreenCr)) >> 11)) >> 11);
            blue[x] = Cut((luma + ((cb * BlueCb) >> 11)) >> 11);
        }
    }

    /// <summary>Sixteen pixels at once. What is written beyond the row is the next one's, or slack.</summary>
    private unsafe void LineWide(Rows upper, Rows lower, int down, SmallColour to, int y)
    {
        Vector512<int> half = Vector512.Create(Half), middle = Vector512.Create(Middle);
        fixed (byte* l0 = upper.Luma, l1 = lower.Luma, b0 = upper.Cb, b1 = lower.Cb, r0 = upper.Cr, r1 = lower.Cr)
        fixed (byte* red = to.Red.Row(y), green = to.Green.Row(y), blue = to.Blue.Row(y))
            for (var block = 0; block < _lumaPairs!.Blocks; block++)
            {
                var luma = Blend(_lumaPairs, l0, l1, block, down) + half;
                var cb = Blend(_chromaPairs!, b0, b1, block, down) - middle;
                var cr = Blend(_chromaPairs!, r0, r1, block, down) - middle;
                var place = block * _lumaPairs.Per;
                Cut((luma + ((cr * RedCr) >> 11)) >> 11).Store(red + place);
                Cut((luma - (((cb * GreenCb) + (cr * GreenCr)) >> 11)) >> 11).Store(green + place);
                Cut((luma + ((cb * BlueCb) >> 11)) >> 11).Store(blue + place);
            }
    }

    private static unsafe Vector512<int> Blend(PixelPairs pairs, byte* upper, byte* lower, int block, int down)
    {
        var above = pairs.Between(pairs.Fetch(upper, block), block);
        return above + (((pairs.Between(pairs.Fetch(lower, block), block) - above) * down) >> 11);
    }

    private static Vector128<byte> Cut(Vector512<int> values) => Avx512F.ConvertToVector128ByteWithSaturation(Vector512.Max(values, Vector512<int>.Zero).AsUInt32());

    /// <summary>Between two bytes, in 2048ths.</summary>
    private static int Between(int a, int b, int weight) => (a << 11) + ((b - a) * weight);

    private static int Blend(int a, int b, int weight) => a + (((b - a) * weight) >> 11);

    private static byte Cut(int value) => (byte)Math.Clamp(value, 0, 255);
}
