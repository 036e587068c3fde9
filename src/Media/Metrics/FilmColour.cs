using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;

namespace Spool.Media.Metrics;

/// <summary>
/// Red, green and blue at working size from the planes of a film frame (4:2:0, limited range), equal to the last bit to what PySceneDetect sees
/// through OpenCV on x86: libswscale's conversion of yuv420p to bgr24 (BT.601 whatever the file says, chroma not interpolated, factors of 13
/// bits, products cut to 16 bits), then OpenCV's resize(INTER_LINEAR). The hue of dark pixels hangs on single bits, and with it the score of a
/// fade. Only the four neighbours of each wanted pixel are converted, 7 % of a 1080p frame. Keeps its tables; belongs to one thread.
/// </summary>
public sealed class FilmColour
{
    // 255/219, 1.596, -0.392, -0.813 and 2.017 in units of 2^-13.
    private const int LumaFactor = 9539, RedCr = 13075, GreenCb = -3209, GreenCr = -6660, BlueCb = 16525;
    private LinearTaps? _across, _down;
    private PixelPairs? _lumaPairs, _chromaPairs;
    private int[] _chromaFirst = [], _chromaSecond = [];
    /// <summary>Blue, green and red of a row between two neighbours, in 128ths.</summary>
    private short[] _upper = [], _lower = [];

    public void Sample(Plane luma, Plane cb, Plane cr, SmallColour to, (int Width, int Height) size) => Of(luma, cb, cr, to, (size.Width, size.Height, Avx2.IsSupported));

    /// <summary>The definition, and the truth of the tests.</summary>
    public void SampleScalar(Plane luma, Plane cb, Plane cr, SmallColour to, (int Width, int Height) size) => Of(luma, cb, cr, to, (size.Width, size.Height, false));

    private void Of(Plane luma, Plane cb, Plane cr, SmallColour to, (int Width, int Height, bool Vectors) form)
    {
        var known = _across;
        _across = LinearTaps.Of(_across, luma.Width, form.Width);
        if (known != _across) (_chromaFirst, _chromaSecond) = ([.. _across.First.Select(x => x / 2)], [.. _across.Second.Select(x => x / 2)]);
        _down = LinearTaps.Of(_down, luma.Height, form.Height);
        (_lumaPairs, _chromaPairs) = form.Vectors ? (PixelPairs.Of(_lumaPairs, _across), PixelPairs.Of(_chromaPairs, _across, _chromaFirst, _chromaSecond)) : (null, null);
        var stride = PixelPairs.Room(form.Width);
        if (_upper.Length != 3 * stride) (_upper, _lower) = (new short[3 * stride], new short[3 * stride]);
        to.Resize(form.Width, form.Height);
        var same = luma.Width == form.Width && luma.Height == form.Height;
        for (var y = 0; y < form.Height; y++)
        {
            Line(luma, cb, cr, _down.First[y], _upper, form.Vectors);
            if (!same) Line(luma, cb, cr, _down.Second[y], _lower, form.Vectors);
            for (var i = 0; i < 3; i++)
            {
                var row = (i == 0 ? to.Blue : i == 1 ? to.Green : to.Red).Row(y);
                if (!same && form.Vectors) RowBlend.Blend(_upper, _lower, i * stride, _down.Weight[y], row);
                else if (!same) RowBlend.BlendScalar(_upper, _lower, i * stride, _down.Weight[y], row);
                else
                    for (var x = 0; x < row.Length; x++) row[x] = (byte)(_upper[(i * stride) + x] >> 7);
            }
        }
    }

    private void Line(Plane luma, Plane cb, Plane cr, int y, short[] to, bool vectors)
    {
        var stride = to.Length / 3;
        var x = 0;
        if (vectors) x = _lumaPairs is not null && _chromaPairs is not null && _lumaPairs.Per == _chromaPairs.Per ? LineWide(luma, cb, cr, y, to) : LineVector(luma, cb, cr, y, to);
        ReadOnlySpan<byte> lumas = luma.Row(y), cbs = cb.Row(y / 2), crs = cr.Row(y / 2);
        for (; x < _across!.To; x++)
        {
            int a = _across.First[x], b = _across.Second[x], weight = _across.Weight[x];
            var left = Colour(lumas[a], cbs[a / 2], crs[a / 2]);
            var right = Colour(lumas[b], cbs[b / 2], crs[b / 2]);
            to[x] = Between(left.Blue, right.Blue, weight);
            to[stride + x] = Between(left.Green, right.Green, weight);
            to[(2 * stride) + x] = Between(left.Red, right.Red, weight);
        }
    }

    private static short Between(int a, int b, int weight) => (short)(((a << 11) + ((b - a) * weight)) >> 4);

    private static (int Blue, int Green, int Red) Colour(int luma, int cb, int cr)
    {
        var y = (((luma * 8) - 128) * LumaFactor) >> 16;
        int u = (cb * 8) - 1024, v = (cr * 8) - 1024;
        return (Math.Clamp(y + ((u * BlueCb) >> 16), 0, 255), Math.Clamp(y + ((u * GreenCb) >> 16) + ((v * GreenCr) >> 16), 0, 255), Math.Clamp(y + ((v * RedCr) >> 16), 0, 255));
    }

    /// <summary>Sixteen pixels at once; the products of 16 bits are those of libswscale.</summary>
    private unsafe int LineWide(Plane luma, Plane cb, Plane cr, int y, short[] to)
    {
        var stride = to.Length / 3;
        Vector512<short> none = default, most = Vector512.Create((short)255), lumaFactor = Vector512.Create((short)LumaFactor), redCr = Vector512.Create((short)RedCr);
        Vector512<short> greenCb = Vector512.Create((short)GreenCb), greenCr = Vector512.Create((short)GreenCr), blueCb = Vector512.Create((short)BlueCb);
        Vector512<short> black = Vector512.Create((short)128), grey = Vector512.Create((short)1024);
        fixed (byte* lumas = luma.Row(y), cbs = cb.Row(y / 2), crs = cr.Row(y / 2))
        fixed (short* target = to)
            for (var block = 0; block < _lumaPairs!.Blocks; block++)
            {
                var light = Avx512BW.MultiplyHigh((_lumaPairs.Fetch(lumas, block) << 3) - black, lumaFactor);
                var u = (_chromaPairs!.Fetch(cbs, block) << 3) - grey;
                var v = (_chromaPairs.Fetch(crs, block) << 3) - grey;
                var blue = Vector512.Max(none, Vector512.Min(most, light + Avx512BW.MultiplyHigh(u, blueCb)));
                var green = Vector512.Max(none, Vector512.Min(most, light + Avx512BW.MultiplyHigh(u, greenCb) + Avx512BW.MultiplyHigh(v, greenCr)));
                var red = Vector512.Max(none, Vector512.Min(most, light + Avx512BW.MultiplyHigh(v, redCr)));
                var place = target + (block * _lumaPairs.Per);
                Avx512F.ConvertToVector256Int16(_lumaPairs.Between(blue, block) >> 4).Store(place);
                Avx512F.ConvertToVector256Int16(_lumaPairs.Between(green, block) >> 4).Store(place + stride);
                Avx512F.ConvertToVector256Int16(_lumaPairs.Between(red, block) >> 4).Store(place + (2 * stride));
            }
        return _across!.To;
    }

    private unsafe int LineVector(Plane luma, Plane cb, Plane cr, int y, short[] to)
    {
        var stride = to.Length / 3;
        var x = 0;
        Vector256<int> low = Vector256.Create(255), one = Vector256<int>.One;
        fixed (byte* lumas = luma.Row(y), cbs = cb.Row(y / 2), crs = cr.Row(y / 2))
        fixed (int* first = _across!.First, weights = _across.Weight)
        fixed (short* target = to)
        {
            for (; x + 8 <= _across.To; x += 8)
            {
                // One load of four bytes brings a pixel and its neighbour; planes have slack behind their end.
                var place = Vector256.Load(first + x);
                var half = Vector256.ShiftRightLogical(place, 1);
                var ys = Avx2.GatherVector256((int*)lumas, place, 1);
                var us = Avx2.GatherVector256((int*)cbs, half, 1);
                var vs = Avx2.GatherVector256((int*)crs, half, 1);
                // The neighbour of an odd pixel has the next chroma sample.
                var step = Vector256.ShiftLeft(place & one, 3).AsUInt32();
                Colours(ys & low, us & low, vs & low, out var b0, out var g0, out var r0);
                Colours(Vector256.ShiftRightLogical(ys, 8) & low, Avx2.ShiftRightLogicalVariable(us, step) & low, Avx2.ShiftRightLogicalVariable(vs, step) & low, out var b1, out var g1, out var r1);
                var weight = Vector256.Load(weights + x);
                Store(b0, b1, weight, target + x);
                Store(g0, g1, weight, target + stride + x);
                Store(r0, r1, weight, target + (2 * stride) + x);
            }
        }
        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Store(Vector256<int> left, Vector256<int> right, Vector256<int> weight, short* to)
    {
        var between = ((left << 11) + ((right - left) * weight)) >> 4;
        Sse2.PackSignedSaturate(between.GetLower(), between.GetUpper()).Store(to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Colours(Vector256<int> luma, Vector256<int> cb, Vector256<int> cr, out Vector256<int> blue, out Vector256<int> green, out Vector256<int> red)
    {
        Vector256<int> none = Vector256<int>.Zero, most = Vector256.Create(255);
        var y = (((luma << 3) - Vector256.Create(128)) * LumaFactor) >> 16;
        var u = (cb << 3) - Vector256.Create(1024);
        var v = (cr << 3) - Vector256.Create(1024);
        blue = Vector256.Max(none, Vector256.Min(most, y + ((u * BlueCb) >> 16)));
        green = Vector256.Max(none, Vector256.Min(most, y + ((u * GreenCb) >> 16) + ((v * GreenCr) >> 16)));
        red = Vector256.Max(none, Vector256.Min(most, y + ((v * RedCr) >> 16)));
    }
}
