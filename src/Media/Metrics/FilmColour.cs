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
    private int[] _upper = [], _lower = [];

    public void Sample(Plane luma, Plane cb, Plane cr, SmallColour to, (int Width, int Height) size) => Of(luma, cb, cr, to, (size.Width, size.Height, Avx2.IsSupported));

    /// <summary>The definition, and the truth of the tests.</summary>
    public void SampleScalar(Plane luma, Plane cb, Plane cr, SmallColour to, (int Width, int Height) size) => Of(luma, cb, cr, to, (size.Width, size.Height, false));

    private void Of(Plane luma, Plane cb, Plane cr, SmallColour to, (int Width, int Height, bool Vectors) form)
    {
        _across = LinearTaps.Of(_across, luma.Width, form.Width);
        _down = LinearTaps.Of(_down, luma.Height, form.Height);
        var stride = (form.Width + 7) / 8 * 8;
        if (_upper.Length != 3 * stride) (_upper, _lower) = (new int[3 * stride], new int[3 * stride]);
        to.Resize(form.Width, form.Height);
        var same = luma.Width == form.Width && luma.Height == form.Height;
        for (var y = 0; y < form.Height; y++)
        {
            Line(luma, cb, cr, _down.First[y], _upper, form.Vectors);
            Line(luma, cb, cr, _down.Second[y], _lower, form.Vectors);
            int second = _down.Weight[y], first = LinearTaps.One - second;
            Blend(_upper.AsSpan(0, form.Width), _lower, to.Blue.Row(y), (first, second, same));
            Blend(_upper.AsSpan(stride, form.Width), _lower.AsSpan(stride), to.Green.Row(y), (first, second, same));
            Blend(_upper.AsSpan(2 * stride, form.Width), _lower.AsSpan(2 * stride), to.Red.Row(y), (first, second, same));
        }
    }

    private static void Blend(ReadOnlySpan<int> upper, ReadOnlySpan<int> lower, Span<byte> to, (int First, int Second, bool Same) weights)
    {
        if (weights.Same)
        {
            for (var x = 0; x < to.Length; x++) to[x] = (byte)(upper[x] >> 11);
            return;
        }
        for (var x = 0; x < to.Length; x++)
            to[x] = (byte)((((weights.First * (upper[x] >> 4)) >> 16) + ((weights.Second * (lower[x] >> 4)) >> 16) + 2) >> 2);
    }

    /// <summary>Blue, green and red of one row between two neighbours, in 2048ths.</summary>
    private void Line(Plane luma, Plane cb, Plane cr, int y, int[] to, bool vectors)
    {
        var stride = to.Length / 3;
        var x = vectors ? LineVector(luma, cb, cr, y, to) : 0;
        ReadOnlySpan<byte> lumas = luma.Row(y), cbs = cb.Row(y / 2), crs = cr.Row(y / 2);
        for (; x < _across!.To; x++)
        {
            int a = _across.First[x], b = _across.Second[x], weight = _across.Weight[x];
            var left = Colour(lumas[a], cbs[a / 2], crs[a / 2]);
            var right = Colour(lumas[b], cbs[b / 2], crs[b / 2]);
            to[x] = (left.Blue << 11) + ((right.Blue - left.Blue) * weight);
            to[stride + x] = (left.Green << 11) + ((right.Green - left.Green) * weight);
            to[(2 * stride) + x] = (left.Red << 11) + ((right.Red - left.Red) * weight);
        }
    }

    private static (int Blue, int Green, int Red) Colour(int luma, int cb, int cr)
    {
        var y = (((luma * 8) - 128) * LumaFactor) >> 16;
        int u = (cb * 8) - 1024, v = (cr * 8) - 1024;
        return (Math.Clamp(y + ((u * BlueCb) >> 16), 0, 255), Math.Clamp(y + ((u * GreenCb) >> 16) + ((v * GreenCr) >> 16), 0, 255), Math.Clamp(y + ((v * RedCr) >> 16), 0, 255));
    }

    private unsafe int LineVector(Plane luma, Plane cb, Plane cr, int y, int[] to)
    {
        var stride = to.Length / 3;
        var x = 0;
        Vector256<int> low = Vector256.Create(255), one = Vector256<int>.One;
        fixed (byte* lumas = luma.Row(y), cbs = cb.Row(y / 2), crs = cr.Row(y / 2))
        fixed (int* first = _across!.First, weights = _across.Weight, target = to)
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
                Vector256.Store((b0 << 11) + ((b1 - b0) * weight), target + x);
                Vector256.Store((g0 << 11) + ((g1 - g0) * weight), target + stride + x);
                Vector256.Store((r0 << 11) + ((r1 - r0) * weight), target + (2 * stride) + x);
            }
        }
        return x;
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
