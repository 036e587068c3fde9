using System.Text;

namespace Spool.Media.Prose;

/// <summary>
/// Latin letters without their marks: é to e, ß to ss, ø to o. A fixed table and not a language's own habit (ä is a, not ae), so that the same
/// heading gives the same name everywhere. Decomposed text (e + U+0301) gives the same as composed.
/// </summary>
public static class LatinText
{
    // Latin-1 Supplement and Latin Extended-A in code order; a dot where there is no plain letter of one character.
    private const string Latin1 = "AAAAAA.CEEEEIIIIDNOOOOO.OUUUUY..aaaaaa.ceeeeiiiidnooooo.ouuuuy.y";
    private const string ExtendedA =
        "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi..JjKkkLlLlLlLlLlNnNnNnnNnOoOoOo..RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

    /// <summary>The plain letters for a character, or null when it is no Latin letter with a mark.</summary>
    public static string? Fold(char c) => c switch
    {
        'Æ' => "AE",
        'æ' => "ae",
        'Œ' => "OE",
        'œ' => "oe",
        'ß' => "ss",
        'ẞ' => "SS",
        'Þ' => "Th",
        'þ' => "th",
        'Ĳ' => "IJ",
        'ĳ' => "ij",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'Ș' => "S",
        'ș' => "s",
        'Ț' => "T",
        'ț' => "t",
        >= '\u00C0' and <= '\u00FF' when Latin1[c - 0xC0] != '.' => Latin1[c - 0xC0].ToString(),
        >= '\u0100' and <= '\u017F' when ExtendedA[c - 0x100] != '.' => ExtendedA[c - 0x100].ToString(),
        >= '\u1EA0' and <= '\u1EF9' => Vietnamese(c),
        _ => null,
    };

    /// <summary>A mark that is written over or under the letter before it.</summary>
    public static bool IsMark(char c) => c is >= '\u0300' and <= '\u036F';

    /// <summary>The text with every Latin letter folded and marks dropped; all else unchanged.</summary>
    public static string Fold(string text)
    {
        if (System.Text.Ascii.IsValid(text)) return text;
        var folded = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (IsMark(c) && folded.Length > 0 && char.IsAsciiLetter(folded[^1])) continue;
            if (Fold(c) is { } plain) folded.Append(plain);
            else folded.Append(c);
        }
        return folded.ToString();
    }

    // U+1EA0 to U+1EF9: capital and small letters alternate, in runs of one vowel.
    private static string Vietnamese(char c)
    {
        var letter = c switch { <= '\u1EB7' => 'A', <= '\u1EC7' => 'E', <= '\u1ECB' => 'I', <= '\u1EE3' => 'O', <= '\u1EF1' => 'U', _ => 'Y' };
        return ((c & 1) == 0 ? letter : char.ToLowerInvariant(letter)).ToString();
    }
}
