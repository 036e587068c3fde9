using System.Globalization;

namespace Spool.Media.Prose;

/// <summary>
/// Cuts a paragraph of plain text into sentences. A sentence ends at . ! ? … (and their East Asian forms), with the quotes and brackets that
/// close it, when white space and a plausible beginning follow. It does not end after known abbreviations (Dr. e.g. p.m.), initials (J. R. R.),
/// inside numbers (3.14, 1.000) or names (U.S.), nor before a small letter ("Why?" he asked). A sentence beyond <see cref="Longest"/>
/// characters is cut at a comma, or else at a space, because speech engines lose their way in endless ones.
/// </summary>
public static class SentenceSplitter
{
    public const int Longest = 400;

    private const string Enders = ".!?…", WideEnders = "。！？｡";
    private const string Closers = "\"')]}”’»›」』）";

    // Never the end of a sentence.
    private static readonly HashSet<string> Titles = new(StringComparer.OrdinalIgnoreCase)
    {
        "mr", "mrs", "ms", "dr", "prof", "rev", "gen", "sen", "rep", "gov", "capt", "col", "lt", "sgt", "hon", "st", "mt", "ft",
        "vs", "e.g", "i.e", "cf", "viz", "ca", "approx", "fig", "figs", "eq", "eqs", "sec", "ch", "vol", "pp", "ed", "eds", "al", "resp",
        "z.b", "d.h", "bzw", "ca", "nr", "no", "nos",
    };

    // The end of a sentence only before a capital letter that is no name: taken as an end when a capital follows.
    private static readonly HashSet<string> Common = new(StringComparer.OrdinalIgnoreCase)
    {
        "jr", "sr", "inc", "ltd", "co", "corp", "etc", "a.m", "p.m", "u.s", "u.k", "u.n", "e.u", "ph.d", "b.c", "a.d", "min", "max", "sec", "usw",
        "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    };

    public static IReadOnlyList<string> Split(string paragraph)
    {
        var sentences = new List<string>();
        var start = 0;
        for (var i = 0; i < paragraph.Length; i++)
        {
            if (WideEnders.Contains(paragraph[i], StringComparison.Ordinal))
            {
                i = Past(paragraph, i + 1) - 1;
                Take(paragraph[start..(i + 1)], sentences);
                start = i + 1;
                continue;
            }
            if (!Enders.Contains(paragraph[i], StringComparison.Ordinal)) continue;
            var mark = i;
            var end = Past(paragraph, i + 1);
            i = end - 1;
            if (end < paragraph.Length && !(char.IsWhiteSpace(paragraph[end]) && Begins(paragraph, start, mark, end))) continue;
            Take(paragraph[start..end], sentences);
            start = end;
        }
        Take(paragraph[start..], sentences);
        return sentences;
    }

    /// <summary>Past the further end marks and closing quotes and brackets.</summary>
    private static int Past(string text, int i)
    {
        while (i < text.Length && (Enders.Contains(text[i], StringComparison.Ordinal) || WideEnders.Contains(text[i], StringComparison.Ordinal)
            || Closers.Contains(text[i], StringComparison.Ordinal))) i++;
        return i;
    }

    private static bool Begins(string text, int start, int mark, int end)
    {
        var next = end;
        while (next < text.Length && (char.IsWhiteSpace(text[next]) || "\"'([{“‘«‹¿¡—–-".Contains(text[next], StringComparison.Ordinal))) next++;
        if (next >= text.Length) return true;
        if (char.IsLower(text[next])) return false;
        if (text[mark] != '.' || text.AsSpan(mark, end - mark).IndexOfAny('!', '?') >= 0) return true;
        var word = WordBefore(text, start, mark);
        if (Titles.Contains(word)) return word.ToLowerInvariant() is "no" && !char.IsDigit(text[next]);
        if (Common.Contains(word)) return CharUnicodeInfo.GetUnicodeCategory(text[next]) == UnicodeCategory.UppercaseLetter;
        // A single capital is an initial, but not after a word in small letters: vitamin C. So did I.
        return !(word.Length == 1 && char.IsUpper(word[0]) && !FollowsLowerCase(text, start, mark));
    }

    private static string WordBefore(string text, int start, int mark)
    {
        var from = mark;
        while (from > start && (char.IsLetter(text[from - 1]) || text[from - 1] == '.')) from--;
        return text[from..mark].Trim('.');
    }

    /// <summary>The word before the lone letter is written small, so the letter is no one's initial.</summary>
    private static bool FollowsLowerCase(string text, int start, int mark)
    {
        var i = mark - 2;
        while (i > start && char.IsWhiteSpace(text[i])) i--;
        while (i > start && char.IsLetter(text[i - 1])) i--;
        return i >= start && char.IsLower(text[i]);
    }

    private static void Take(string sentence, List<string> sentences)
    {
        sentence = sentence.Trim();
        while (sentence.Length > Longest)
        {
            var cut = Cut(sentence);
            sentences.Add(sentence[..cut].TrimEnd());
            sentence = sentence[cut..].TrimStart();
        }
        if (sentence.Any(char.IsLetterOrDigit) || sentence.Any(char.IsSymbol)) sentences.Add(sentence);
    }

    private static int Cut(string sentence)
    {
        foreach (var marks in (ReadOnlySpan<string>)[";:—–", ",、，", " "])
        {
            var at = sentence.AsSpan(0, Longest).LastIndexOfAny(marks);
            if (at > Longest / 3) return at + 1;
        }
        return char.IsHighSurrogate(sentence[Longest - 1]) ? Longest - 1 : Longest;
    }
}
