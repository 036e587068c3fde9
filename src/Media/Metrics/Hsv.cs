using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;

namespace Spool.Media.Metrics;

/// <summary>Hue (0..179), saturation and value (0..255) of a frame at working size.</summary>
public sealed class SmallHsv
{
    public Plane Hue { get; } = new();
    public Plane Saturation { get; } = new();
    public Plane Value { get; } = new();
}

/// <summary>
/// OpenCV's BGR2HSV for bytes: value = largest, saturation = 255 (largest - smallest) / value, hue in steps of 2 degrees; the divisions are
/// multiplications with tables of 12 bits, as there, so that the results are the same bytes. The vectors divide to get what the tables hold,
/// which is quicker than fetching it: quotients of floats round to the same whole numbers for every byte (a test goes through them).
/// </summary>
public sealed class HsvConverter
{
    private const int Shift = 12;
    private readonly int[] _saturation = new int[256], _hue = new int[256];

    public HsvConverter()
    {
        for (var i = 1; i < 256; i++)
        {
            _saturation[i] = (int)Math.Round((255 << Shift) / (1.0 * i));
            _hue[i] = (int)Math.Round((180 << Shift) / (6.0 * i));
        }
    }

    public void Convert(SmallColour from, SmallHsv to)
    {
        to.Hue.Resize(from.Red.Width, from.Red.Height);
        to.Saturation.Resize(from.Red.Width, from.Red.Height);
        to.Value.Resize(from.Red.Width, from.Red.Height);
        var done = Avx2.IsSupported ? ConvertVector(from, to) : 0;
        ConvertScalar(from, to, done);
    }

    /// <summary>The definition, and the truth of the tests.</summary>
    public void ConvertScalar(SmallColour from, SmallHsv to, int at = 0)
    {
        to.Hue.Resize(from.Red.Width, from.Red.Height);
        to.Saturation.Resize(from.Red.Width, from.Red.Height);
        to.Value.Resize(from.Red.Width, from.Red.Height);
        ReadOnlySpan<byte> red = from.Red.Pixels, green = from.Green.Pixels, blue = from.Blue.Pixels;
        Span<byte> hue = to.Hue.Pixels, saturation = to.Saturation.Pixels, value = to.Value.Pixels;
        for (; at < red.Length; at++)
        {
            int r = red[at], g = green[at], b = blue[at];
            int most = Math.Max(r, Math.Max(g, b)), range = most - Math.Min(r, Math.Min(g, b));
            var h = most == r ? g - b : most == g ? b - r + (2 * range) : r - g + (4 * range);
            h = ((h * _hue[range]) + (1 << (Shift - 1))) >> Shift;
            hue[at] = (byte)(h < 0 ? h + 180 : h);
            saturation[at] = (byte)(((range * _saturation[most]) + (1 << (Shift - 1))) >> Shift);
            value[at] = (byte)most;
        }
    }

    private unsafe int ConvertVector(SmallColour from, SmallHsv to)
    {
        var count = from.Red.Count;
        var at = 0;
        ref byte red = ref from.Red.First, green = ref from.Green.First, blue = ref from.Blue.First;
        ref byte hues = ref to.Hue.First, saturations = ref to.Saturation.First, values = ref to.Value.First;
        var half = Vector256.Create(1 << (Shift - 1));
        var turn = Vector256.Create(180);
        Vector256<float> fullSaturation = Vector256.Create((float)(255 << Shift)), fullHue = Vector256.Create((float)((180 << Shift) / 6));
        for (; at + 8 <= count; at += 8)
        {
            var r = Wide(ref red, at);
            var g = Wide(ref green, at);
            var b = Wide(ref blue, at);
            var most = Vector256.Max(r, Vector256.Max(g, b));
            var range = most - Vector256.Min(r, Vector256.Min(g, b));
            var isRed = Vector256.Equals(most, r);
            var isGreen = Vector256.Equals(most, g);
            var h = Vector256.ConditionalSelect(isRed, g - b, Vector256.ConditionalSelect(isGreen, b - r + (range << 1), r - g + (range << 2)));
            h = ((h * Share(fullHue, range)) + half) >> Shift;
            h += Vector256.LessThan(h, Vector256<int>.Zero) & turn;
            var s = ((range * Share(fullSaturation, most)) + half) >> Shift;
            Store(h, ref hues, at);
            Store(s, ref saturations, at);
            Store(most, ref values, at);
        }
        return at;
    }

    /// <summary>The entry of a table; that of zero is only ever multiplied by zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Share(Vector256<float> full, Vector256<int> of) =>
        Avx.ConvertToVector256Int32(full / Avx.ConvertToVector256Single(Vector256.Max(of, Vector256<int>.One)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Wide(ref byte from, int at) =>
        Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, at))).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<int> values, ref byte to, int at)
    {
        var words = Vector128.Narrow(values.GetLower(), values.GetUpper());
        var bytes = Vector128.Narrow(words.AsUInt16(), words.AsUInt16());
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, at), bytes.AsUInt64().GetElement(0));
    }
}
