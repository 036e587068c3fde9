using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Spool.Media.Slides;

/// <summary>The size of a picture in pixels, written <c>1920x1080</c>.</summary>
public sealed record SlideSize(int Width, int Height) : IParsable<SlideSize>, IFormattable
{
    /// <summary>From 64 to 8192 pixels each way.</summary>
    public const int Least = 64, Most = 8192;

    public bool IsPortrait => Height > Width;

    public static SlideSize Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var size) ? size : throw new FormatException($"'{s}' is no size such as 1920x1080");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out SlideSize result)
    {
        result = null;
        var x = s?.IndexOf('x', StringComparison.Ordinal) ?? -1;
        if (x < 0 || !int.TryParse(s.AsSpan(0, x), NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            || !int.TryParse(s.AsSpan(x + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var height)) return false;
        if (width is < Least or > Most || height is < Least or > Most) return false;
        result = new SlideSize(width, height);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();
}
