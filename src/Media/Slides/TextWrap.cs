using System.Text;

namespace Spool.Media.Slides;

/// <summary>
/// Breaks text into lines of at most a width: at spaces, after hyphens and slashes inside words, around East Asian characters (not before their
/// closing punctuation), and inside a word only when it is wider than a line. Greedy, as readers expect of a list;
/// titles are balanced: the narrowest width that needs no more lines.
/// </summary>
public static class TextWrap
{
    private const string NeverFirst = "、。，．：；！？）］｝」』】〉》”’…,.;:!?)]}%";

    public static IReadOnlyList<string> Wrap(string text, Weight weight, double size, double width, double tracking = 0)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        foreach (var piece in Pieces(text))
        {
            var whole = line.Length == 0 ? piece.TrimStart(' ') : line + piece;
            if (Measure(whole) <= width)
            {
                line.Clear().Append(whole);
                continue;
            }
            if (line.Length > 0) lines.Add(line.ToString().TrimEnd(' '));
            line.Clear();
            var rest = piece.TrimStart(' ');
            while (Measure(rest) > width)
            {
                var cut = Fitting(rest);
                lines.Add(rest[..cut]);
                rest = rest[cut..];
            }
            line.Append(rest);
        }
        if (line.Length > 0) lines.Add(line.ToString().TrimEnd(' '));
        return lines;

        double Measure(string part) => FontMetrics.Width(part.TrimEnd(' '), weight, size, tracking);

        // At least one character, so that even an absurd width comes to an end.
        int Fitting(string word)
        {
            var length = 0;
            double used = 0;
            foreach (var rune in word.EnumerateRunes())
            {
                used += (FontMetrics.Advance(rune, weight) + tracking) * size;
                if (used > width && length > 0) break;
                length += rune.Utf16SequenceLength;
            }
            return length;
        }
    }

    /// <summary>As many lines as <see cref="Wrap"/>, of more even length.</summary>
    public static IReadOnlyList<string> Balance(string text, Weight weight, double size, double width, double tracking = 0)
    {
        var best = Wrap(text, weight, size, width, tracking);
        if (best.Count < 2) return best;
        double least = width / best.Count, most = width;
        for (var step = 0; step < 12; step++)
        {
            var middle = (least + most) / 2;
            var lines = Wrap(text, weight, size, middle, tracking);
            if (lines.Count <= best.Count) (best, most) = (lines, middle);
            else least = middle;
        }
        return best;
    }

    /// <summary>The parts between which a line may end; a space belongs to the part after it.</summary>
    private static IEnumerable<string> Pieces(string text)
    {
        var piece = new StringBuilder();
        var before = new Rune(' ');
        foreach (var rune in text.EnumerateRunes())
        {
            if (piece.Length > 0 && Breaks(before, rune))
            {
                yield return piece.ToString();
                piece.Clear();
            }
            piece.Append(rune.ToString());
            before = rune;
        }
        if (piece.Length > 0) yield return piece.ToString();
    }

    private static bool Breaks(Rune before, Rune after)
    {
        if (after.Value == ' ') return before.Value != ' ';
        if (before.Value == ' ' || NeverFirst.Contains(after.ToString(), StringComparison.Ordinal)) return false;
        if (before.Value is '-' or '/' or '–' or '—') return Rune.IsLetter(after);
        return FontMetrics.IsWide(before) || FontMetrics.IsWide(after);
    }
}
