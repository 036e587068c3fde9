using System.Text;

namespace Spool.App.Cli;

/// <summary>The meaning of the coloured part of a line; without colour it is only text.</summary>
public enum LiveTone { Plain, Good, Bad, Busy, Quiet }

/// <summary>One line of the live view; <paramref name="Length"/> characters from <paramref name="From"/> on are coloured.</summary>
public readonly record struct LiveLine(string Text, LiveTone Tone = LiveTone.Plain, int From = 0, int Length = 0);

/// <summary>Text on a terminal: how many columns it takes, and what may not be sent there.</summary>
public static class TerminalText
{
    /// <summary>The text without control characters: what a tool prints must not steer the terminal.</summary>
    public static string Plain(string text)
    {
        if (!text.Any(char.IsControl)) return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\u001b') i = EndOfSequence(text, i);
            else if (c == '\t') plain.Append(' ');
            else if (!char.IsControl(c)) plain.Append(c);
        }
        return plain.ToString();
    }

    /// <summary>Columns that the text takes: wide signs take two, marks that sit on others none.</summary>
    public static int Columns(string text)
    {
        var columns = 0;
        foreach (var rune in text.EnumerateRunes()) columns += Columns(rune);
        return columns;
    }

    /// <summary>The text in at most so many columns; what is cut out of its middle shows as an ellipsis.</summary>
    public static string Fit(string text, int most)
    {
        if (Columns(text) <= most) return text;
        if (most <= 1) return most == 1 ? "…" : "";
        var runes = text.EnumerateRunes().ToArray();
        var (left, right) = (new StringBuilder(), new List<Rune>());
        // The end of a name tells items apart better than its start, so it gets the larger half.
        var room = most - 1;
        var end = runes.Length;
        for (var used = 0; end > 0 && used + Columns(runes[end - 1]) <= (room + 1) / 2; end--)
        {
            used += Columns(runes[end - 1]);
            right.Insert(0, runes[end - 1]);
        }
        room -= right.Sum(Columns);
        for (var i = 0; i < end && room >= Columns(runes[i]); i++)
        {
            left.Append(runes[i]);
            room -= Columns(runes[i]);
        }
        left.Append('…');
        foreach (var rune in right) left.Append(rune);
        return left.ToString();
    }

    /// <summary>Fitted, then filled with spaces to exactly so many columns.</summary>
    public static string Pad(string text, int columns)
    {
        var fitted = Fit(text, columns);
        return fitted + new string(' ', columns - Columns(fitted));
    }

    private static int Columns(Rune rune)
    {
        if (rune.Value < 0x300) return 1;
        if (Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark or System.Globalization.UnicodeCategory.Format) return 0;
        return rune.Value is (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3) or (>= 0xf900 and <= 0xfaff)
            or (>= 0xfe30 and <= 0xfe6f) or (>= 0xff00 and <= 0xff60) or (>= 0xffe0 and <= 0xffe6) or (>= 0x1f300 and <= 0x1faff) or (>= 0x20000 and <= 0x3fffd) ? 2 : 1;
    }

    /// <summary>The last character of an escape sequence; colours and cursor moves of tools vanish whole.</summary>
    private static int EndOfSequence(string text, int at)
    {
        if (at + 1 >= text.Length || text[at + 1] != '[') return at;
        for (var i = at + 2; i < text.Length; i++)
            if (text[i] is >= '@' and <= '~') return i;
        return text.Length - 1;
    }
}
