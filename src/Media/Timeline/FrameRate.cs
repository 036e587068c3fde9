using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Spool.Media.Timeline;

/// <summary>Frames per second as an exact fraction: <c>30</c>, <c>29.97</c> (taken as 30000/1001), <c>30000/1001</c>.</summary>
public sealed record FrameRate : IParsable<FrameRate>, IFormattable
{
    public FrameRate(int numerator, int denominator)
    {
        var divisor = (int)System.Numerics.BigInteger.GreatestCommonDivisor(numerator, denominator);
        Numerator = numerator / divisor;
        Denominator = denominator / divisor;
    }

    public int Numerator { get; }
    public int Denominator { get; }

    public double PerSecond => (double)Numerator / Denominator;

    /// <summary>The seconds of so many frames.</summary>
    public double Seconds(long frames) => (double)frames * Denominator / Numerator;

    /// <summary>The nearest whole number of frames.</summary>
    public long Frames(double seconds) => (long)Math.Round(seconds * Numerator / Denominator, MidpointRounding.AwayFromZero);

    /// <summary>The frames that cover so many seconds; a rest below a thousandth of a frame is rounding, not content.</summary>
    public long FramesToCover(double seconds) => (long)Math.Ceiling((seconds * Numerator / Denominator) - 0.001);

    /// <summary>The samples that end where frame <paramref name="frames"/> ends.</summary>
    public long Samples(long frames, int sampleRate) =>
        (long)(((((Int128)frames * sampleRate * Denominator * 2) + Numerator)) / ((Int128)Numerator * 2));

    public static FrameRate Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var rate) ? rate : throw new FormatException($"'{s}' is no frame rate");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out FrameRate result)
    {
        result = null;
        if (s is null) return false;
        var slash = s.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0)
        {
            if (int.TryParse(s.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                && int.TryParse(s.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var d) && n > 0 && d > 0)
                result = new FrameRate(n, d);
        }
        else if (s is "23.976" or "23.98") result = new FrameRate(24000, 1001);
        else if (s == "29.97") result = new FrameRate(30000, 1001);
        else if (s == "59.94") result = new FrameRate(60000, 1001);
        else if (decimal.TryParse(s, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value > 0 && value <= 1000)
            result = new FrameRate((int)decimal.Round(value * 1000), 1000);
        return result is not null && result.PerSecond is >= 0.1 and <= 1000;
    }

    /// <summary>As ffmpeg reads it: <c>30</c> or <c>30000/1001</c>.</summary>
    public override string ToString() => Denominator == 1
        ? Numerator.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();
}
