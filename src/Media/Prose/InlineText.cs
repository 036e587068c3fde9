using System.Net;
using System.Text;

namespace Spool.Media.Prose;

/// <summary>How an address is shown in plain text.</summary>
public enum Addresses
{
    /// <summary>As it is written.</summary>
    Keep,
    /// <summary>As the word "link": nobody wants to hear an address.</summary>
    Word,
}

/// <summary>
/// Inline Markdown as plain text: emphasis marks and known HTML tags go, links become their text, images and footnote marks vanish,
/// code keeps its letters, entities are decoded, whitespace collapses, control characters are removed. What looks like a mark but is not
/// (2 * 3, snake_case, a &lt; b, List&lt;string&gt;) stays. A scanner, not a grammar: linear for text of people, bounded for hostile text.
/// </summary>
public static class InlineText
{
    /// <summary>How far a closing mark is looked for; beyond it the opening mark is an ordinary character.</summary>
    private const int Reach = 2000, Deepest = 32;

    private static readonly HashSet<string> Tags = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "abbr", "b", "big", "br", "center", "cite", "code", "del", "details", "div", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
        "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "q", "s", "small", "span", "strike", "strong", "sub", "summary", "sup", "tt", "u", "ul",
    };

    public static string Plain(string text, Addresses addresses = Addresses.Keep)
    {
        var plain = new StringBuilder(text.Length);
        Scan(text, plain, addresses, 0);
        return Collapse(plain.ToString());
    }

    /// <summary>One space for every run of whitespace; control and invisible format characters removed, no lone surrogates.</summary>
    public static string Collapse(string text)
    {
        var clean = new StringBuilder(text.Length);
        var space = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune)) { space = clean.Length > 0; continue; }
            var category = Rune.GetUnicodeCategory(rune);
            if (category is System.Globalization.UnicodeCategory.Control || rune.Value is 0xFFFD or 0xFFFE or 0xFFFF or 0xFEFF or 0x200B or 0x2060 or 0xAD
                || rune.Value is >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069) continue;
            if (space) clean.Append(' ');
            space = false;
            clean.Append(rune.ToString());
        }
        return clean.ToString();
    }

    private static void Scan(string text, StringBuilder plain, Addresses addresses, int depth)
    {
        for (var i = 0; i < text.Length;)
        {
            var used = text[i] switch
            {
                '\\' => Escape(text, i, plain),
                '`' => Code(text, i, plain),
                '!' => Image(text, i),
                '[' => Link(text, i, plain, addresses, depth),
                '<' => Tag(text, i, plain, addresses),
                '*' or '_' or '~' => Emphasis(text, i),
                '&' => Entity(text, i, plain),
                'h' or 'w' => Address(text, i, plain, addresses),
                _ => 0,
            };
            if (used == 0)
            {
                plain.Append(text[i]);
                used = 1;
            }
            i += used;
        }
    }

    private static int Escape(string text, int i, StringBuilder plain)
    {
        if (i + 1 >= text.Length) return 0;
        if (text[i + 1] == '\n') return 1;
        if (!char.IsAscii(text[i + 1]) || !(char.IsPunctuation(text[i + 1]) || char.IsSymbol(text[i + 1]))) return 0;
        plain.Append(text[i + 1]);
        return 2;
    }

    private static int Code(string text, int i, StringBuilder plain)
    {
        var run = Run(text, i);
        var end = Math.Min(text.Length, i + Reach);
        for (var j = i + run; j < end;)
        {
            if (text[j] != '`') { j++; continue; }
            var closing = Run(text, j);
            if (closing == run)
            {
                plain.Append(text.AsSpan(i + run, j - i - run).Trim(' '));
                return j + closing - i;
            }
            j += closing;
        }
        return run;
    }

    private static int Image(string text, int i)
    {
        if (i + 1 >= text.Length || text[i + 1] != '[') return 0;
        var label = Closing(text, i + 1, '[', ']');
        if (label < 0 || label + 1 >= text.Length || text[label + 1] is not ('(' or '[')) return 0;
        var target = text[label + 1] == '(' ? Closing(text, label + 1, '(', ')') : Closing(text, label + 1, '[', ']');
        return target < 0 ? 0 : target + 1 - i;
    }

    private static int Link(string text, int i, StringBuilder plain, Addresses addresses, int depth)
    {
        var label = Closing(text, i, '[', ']');
        if (label < 0) return 0;
        if (text[i + 1] == '^') return label + 1 - i;
        if (depth > 3 || label + 1 >= text.Length || text[label + 1] is not ('(' or '[')) return 0;
        var target = text[label + 1] == '(' ? Closing(text, label + 1, '(', ')') : Closing(text, label + 1, '[', ']');
        if (target < 0) return 0;
        Scan(text[(i + 1)..label], plain, addresses, depth + 1);
        return target + 1 - i;
    }

    private static int Tag(string text, int i, StringBuilder plain, Addresses addresses)
    {
        var close = text.IndexOf('>', i, Math.Min(Reach, text.Length - i));
        if (close < 0) return 0;
        var inner = text.AsSpan(i + 1, close - i - 1);
        if (inner.StartsWith("!--")) return text.IndexOf("-->", i, StringComparison.Ordinal) is var end and >= 0 ? end + 3 - i : 0;
        if (inner.StartsWith("http://") || inner.StartsWith("https://") || inner.StartsWith("mailto:"))
        {
            plain.Append(addresses == Addresses.Word ? "link" : inner);
            return close + 1 - i;
        }
        var name = inner.TrimStart('/');
        var length = 0;
        while (length < name.Length && char.IsAsciiLetterOrDigit(name[length])) length++;
        if (!Tags.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name[..length])) return 0;
        if (length < name.Length && name[length] is not (' ' or '/' or '\n' or '\t')) return 0;
        if (name[..length] is "br" or "hr" or "p" or "li" or "div") plain.Append(' ');
        return close + 1 - i;
    }

    private static int Emphasis(string text, int i)
    {
        var run = Run(text, i);
        if (text[i] == '~') return run == 2 ? 2 : 0;
        var before = i > 0 ? text[i - 1] : ' ';
        var after = i + run < text.Length ? text[i + run] : ' ';
        if (char.IsWhiteSpace(before) && char.IsWhiteSpace(after)) return 0;
        // Inside a word an underscore is a letter, and between two digits a star is a times sign.
        if (text[i] == '_' && char.IsLetterOrDigit(before) && char.IsLetterOrDigit(after)) return 0;
        return text[i] == '*' && char.IsAsciiDigit(before) && char.IsAsciiDigit(after) ? 0 : run;
    }

    private static int Entity(string text, int i, StringBuilder plain)
    {
        var end = text.IndexOf(';', i, Math.Min(12, text.Length - i));
        if (end < 0) return 0;
        var entity = text[i..(end + 1)];
        var decoded = WebUtility.HtmlDecode(entity);
        if (decoded == entity) return 0;
        plain.Append(decoded);
        return entity.Length;
    }

    private static int Address(string text, int i, StringBuilder plain, Addresses addresses)
    {
        if (i > 0 && char.IsLetterOrDigit(text[i - 1])) return 0;
        var rest = text.AsSpan(i);
        if (!rest.StartsWith("http://") && !rest.StartsWith("https://") && !rest.StartsWith("www.")) return 0;
        var length = 0;
        while (length < rest.Length && !char.IsWhiteSpace(rest[length]) && rest[length] is not ('<' or '>' or '"')) length++;
        while (length > 0 && rest[length - 1] is '.' or ',' or ';' or ':' or '!' or '?' or ')' or '\'' or '*' or '_') length--;
        if (length < 5) return 0;
        plain.Append(addresses == Addresses.Word ? "link" : rest[..length]);
        return length;
    }

    private static int Run(string text, int i)
    {
        var end = i;
        while (end < text.Length && text[end] == text[i]) end++;
        return end - i;
    }

    /// <summary>The place of the bracket that closes the one at <paramref name="i"/>; -1 when it is too far or missing.</summary>
    private static int Closing(string text, int i, char open, char close)
    {
        var depth = 0;
        var end = Math.Min(text.Length, i + Reach);
        for (var j = i; j < end; j++)
        {
            if (text[j] == '\\') j++;
            else if (text[j] == open)
            {
                if (++depth > Deepest) return -1;
            }
            else if (text[j] == close && --depth == 0) return j;
        }
        return -1;
    }
}
