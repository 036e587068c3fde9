using System.Text;

namespace Spool.Media.Prose;

/// <summary>A sentence as a speech engine needs it, and how many characters had to be left out.</summary>
public sealed record Speakable(string Text, int Dropped);

/// <summary>
/// Prepares a sentence for a speech engine: typographic signs become what is said for them, marks that engines take for commands
/// (square brackets, angle brackets) go, and a full stop is added where the sentence has no end. Engines that know only ASCII
/// get Latin letters without their marks; what they cannot say is counted, never silently lost.
/// </summary>
public static class SpokenText
{
    public static Speakable ForUnicode(string sentence) => Finish(Replace(sentence, ascii: false), 0);

    public static Speakable ForAscii(string sentence)
    {
        var text = new StringBuilder(sentence.Length);
        var dropped = 0;
        foreach (var rune in LatinText.Fold(Replace(sentence, ascii: true)).EnumerateRunes())
        {
            if (rune.IsAscii) text.Append((char)rune.Value);
            else
            {
                text.Append(' ');
                if (Rune.IsLetterOrDigit(rune)) dropped++;
            }
        }
        return Finish(text.ToString(), dropped);
    }

    private static Speakable Finish(string text, int dropped)
    {
        text = InlineText.Collapse(text).Replace(" ,", ",", StringComparison.Ordinal).TrimStart('-', ' ', ',');
        if (!text.Any(char.IsLetterOrDigit)) return new Speakable("", dropped);
        return new Speakable(char.IsLetterOrDigit(text[^1]) ? text + "." : text, dropped);
    }

    private static string Replace(string sentence, bool ascii)
    {
        var text = new StringBuilder(sentence.Length + 16);
        for (var i = 0; i < sentence.Length; i++)
        {
            var c = sentence[i];
            text.Append(c switch
            {
                '[' or ']' or '{' or '}' or '<' or '>' or '|' or '\\' or '`' or '~' or '^' or '_' => " ",
                '“' or '”' or '„' or '«' or '»' => "\"",
                '‘' or '’' or '‚' => "'",
                '–' or '—' => Dash(sentence, i),
                '…' => "...",
                '\u00A0' or '\u2009' or '\u202F' => " ",
                '•' or '·' => ", ",
                '×' when ascii => " times ",
                '÷' when ascii => " divided by ",
                '±' when ascii => " plus or minus ",
                '−' when ascii => " minus ",
                '≈' when ascii => " about ",
                '°' when ascii => i + 1 < sentence.Length && sentence[i + 1] is 'C' or 'F' ? " degrees " : " degrees",
                '€' when ascii => " euros ",
                '£' when ascii => " pounds ",
                'µ' or 'μ' when ascii => "micro",
                '½' when ascii => " one half ",
                '¼' when ascii => " one quarter ",
                '¾' when ascii => " three quarters ",
                '²' when ascii => " squared",
                '³' when ascii => " cubed",
                '©' or '®' or '™' => "",
                _ => c.ToString(),
            });
        }
        return text.ToString();
    }

    /// <summary>Between digits a dash is a range, elsewhere a break in the sentence.</summary>
    private static string Dash(string sentence, int i) =>
        i > 0 && i + 1 < sentence.Length && char.IsDigit(sentence[i - 1]) && char.IsDigit(sentence[i + 1]) ? " to " : ", ";
}
