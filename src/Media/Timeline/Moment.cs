using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Spool.Media.Timeline;

/// <summary>A second of a film, or <c>auto</c>: the place is chosen.</summary>
public sealed record Moment : IParsable<Moment>, IFormattable
{
    private Moment(double? seconds) => Seconds = seconds;

    /// <summary>Null when the place is chosen.</summary>
    public double? Seconds { get; }

    public static Moment Auto { get; } = new((double?)null);

    public static Moment Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var moment) ? moment : throw new FormatException($"'{s}' is no moment");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out Moment result)
    {
        result = s == "auto" ? Auto
            : double.TryParse(s, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < 360_000 ? new Moment(seconds) : null;
        return result is not null;
    }

    public override string ToString() => Seconds is { } seconds ? seconds.ToString("R", CultureInfo.InvariantCulture) : "auto";

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();
}
