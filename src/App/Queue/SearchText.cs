using System.Text;

namespace Spool.App.Queue;

/// <summary>What somebody types to search for: control characters, the zero character among them, part words and are no part of them.</summary>
public static class SearchText
{
    /// <summary>Characters of the longest search.</summary>
    public const int Longest = 1000;

    /// <summary>Why a text is not searched for; null when it may be.</summary>
    public static string? Refusal(string text) => text.Length > Longest ? $"a search has at most {Longest} characters, and this one {text.Length}" : null;

    /// <summary>The text as the index may be asked for it: one line, without halves of characters.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        // Runes read a lone half as U+FFFD, which no text holds.
        foreach (var rune in text.EnumerateRunes()) plain.Append(Rune.IsControl(rune) || rune == Rune.ReplacementChar ? " " : rune.ToString());
        return plain.ToString();
    }
}
