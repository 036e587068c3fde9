using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Spool.Media.Timeline;

/// <summary>Width and height in pixels: <c>1920x1080</c>; also <c>720p</c>, <c>1080p</c>, <c>2160p</c>.</summary>
public sealed record PictureSize : IParsable<PictureSize>, IFormattable
{
    private const int Most = 16384;

    public PictureSize(int width, int height)
    {
        Width = width;
        Height = height;
    }

    public int Width { get; }
    public int Height { get; }

    /// <summary>Made even in both directions, as 4:2:0 video needs it.</summary>
    public PictureSize Even => new(Math.Max(2, Width / 2 * 2), Math.Max(2, Height / 2 * 2));

    public static PictureSize Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var size) ? size : throw new FormatException($"'{s}' is no picture size");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out PictureSize result)
    {
        result = s switch { "480p" => new(854, 480), "720p" => new(1280, 720), "1080p" => new(1920, 1080), "1440p" => new(2560, 1440), "2160p" => new(3840, 2160), _ => null };
        if (result is not null) return true;
        var cross = s?.IndexOf('x', StringComparison.Ordinal) ?? -1;
        if (cross <= 0 || !int.TryParse(s.AsSpan(0, cross), NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            || !int.TryParse(s.AsSpan(cross + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var height)) return false;
        if (width is < 2 or > Most || height is < 2 or > Most) return false;
        result = new PictureSize(width, height);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();
}
