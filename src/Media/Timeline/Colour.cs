using System.Diagnostics.CodeAnalysis;

namespace Spool.Media.Timeline;

/// <summary>A colour as <c>#RRGGBB</c>, or <c>black</c> or <c>white</c>.</summary>
public sealed record Colour : IParsable<Colour>, IFormattable
{
    private Colour(string hex) => Hex = hex;

    /// <summary>Six lower-case hexadecimal digits.</summary>
    public string Hex { get; }

    public static Colour Black { get; } = new("000000");

    /// <summary>As ffmpeg reads it.</summary>
    public string Ffmpeg => "0x" + Hex;

    public static Colour Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var colour) ? colour : throw new FormatException($"'{s}' is no colour");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out Colour result)
    {
        result = s switch
        {
            "black" => Black,
            "white" => new Colour("ffffff"),
            ['#', _, _, _, _, _, _] when s.Skip(1).All(char.IsAsciiHexDigit) => new Colour(s[1..].ToLowerInvariant()),
            _ => null,
        };
        return result is not null;
    }

    public override string ToString() => "#" + Hex;

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();
}
