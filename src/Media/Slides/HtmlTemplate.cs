using System.Text;
using System.Text.Json;

namespace Spool.Media.Slides;

/// <summary>A template cannot be filled; the sentence says where and why.</summary>
public sealed class TemplateException(string message) : FormatException(message);

/// <summary>
/// Fills <c>{{ name }}</c> and <c>{{ item.name }}</c> in an HTML page with values of a JSON document. There are no loops, conditions or code. Values are
/// data: they are escaped, so that markup in them is shown and not obeyed. Places where escaping does not help are refused: inside
/// <c>&lt;script&gt;</c>, <c>&lt;style&gt;</c> and comments, in a tag outside a quoted value, in event attributes; and an address attribute takes no <c>javascript:</c> or other
/// scheme than http, https and data:image. Follows the tokenizer of the HTML standard (13.2.5) as far as these contexts need it.
/// </summary>
public static class HtmlTemplate
{
    private static readonly string[] Addresses = ["src", "href", "action", "formaction", "data", "poster", "background", "cite", "xlink:href", "srcset", "ping", "manifest"];
    private static readonly string[] RawText = ["script", "style", "iframe", "noscript", "noembed", "noframes", "xmp", "plaintext"];

    /// <summary>What surrounds a place in the page.</summary>
    private enum Surroundings { Text, Tag, Value, Raw, Comment }

    /// <summary>The page with its values.</summary>
    /// <param name="page">The HTML.</param>
    /// <param name="values">A JSON object; null when there are no values.</param>
    public static string Fill(string page, JsonElement? values)
    {
        var filled = new StringBuilder(page.Length);
        var around = Surroundings.Text;
        string tag = "", attribute = "";
        var quote = '"';
        var name = new StringBuilder();
        var valueFrom = 0;
        for (var i = 0; i < page.Length;)
        {
            if (Begins("{{"))
            {
                var end = page.IndexOf("}}", i, StringComparison.Ordinal);
                if (end < 0) throw new TemplateException($"line {Line(i)}: '{{{{' has no '}}}}'");
                var path = page[(i + 2)..end].Trim();
                filled.Append(Safe(path, Value(path, values, Line(i)), filled.Length == valueFrom));
                i = end + 2;
                continue;
            }
            var c = page[i];
            switch (around)
            {
                case Surroundings.Text when Begins("<!--"):
                    around = Surroundings.Comment;
                    break;
                case Surroundings.Text when c == '<' && i + 1 < page.Length && (char.IsAsciiLetter(page[i + 1]) || page[i + 1] is '/' or '!' or '?'):
                    around = Surroundings.Tag;
                    var to = i + 1;
                    while (to < page.Length && !char.IsWhiteSpace(page[to]) && page[to] is not ('>' or '{')) to++;
                    tag = page[(i + 1)..to].TrimEnd('/').ToLowerInvariant();
                    name.Clear();
                    Copy(to - i);
                    continue;
                case Surroundings.Comment when Begins("-->"):
                    around = Surroundings.Text;
                    Copy(3);
                    continue;
                case Surroundings.Tag when c == '>':
                    around = RawText.Contains(tag) ? Surroundings.Raw : Surroundings.Text;
                    break;
                case Surroundings.Tag when c is '"' or '\'' && name.Length > 0 && name[^1] == '=':
                    (around, quote, attribute) = (Surroundings.Value, c, name.ToString(0, name.Length - 1).ToLowerInvariant());
                    Copy(1);
                    valueFrom = filled.Length;
                    continue;
                case Surroundings.Tag:
                    // A name, its = and the space around it; a new word begins a new attribute.
                    if (c == '=' || !char.IsWhiteSpace(c))
                    {
                        if (c != '=' && i > 0 && char.IsWhiteSpace(page[i - 1]) && (name.Length == 0 || name[^1] != '=')) name.Clear();
                        name.Append(c);
                    }
                    break;
                case Surroundings.Value when c == quote:
                    around = Surroundings.Tag;
                    name.Clear();
                    break;
                case Surroundings.Raw when c == '<' && string.Compare(page, i, "</" + tag, 0, tag.Length + 2, StringComparison.OrdinalIgnoreCase) == 0:
                    (around, tag) = (Surroundings.Tag, "/" + tag);
                    name.Clear();
                    break;
            }
            Copy(1);

            void Copy(int count)
            {
                filled.Append(page, i, count);
                i += count;
            }

            bool Begins(string mark) => string.CompareOrdinal(page, i, mark, 0, mark.Length) == 0;

            string Safe(string path, string value, bool first) => around switch
            {
                Surroundings.Text => Escape(value),
                Surroundings.Value when attribute.StartsWith("on", StringComparison.Ordinal) || attribute is "style" or "srcdoc" =>
                    throw new TemplateException($"line {Line(i)}: {{{{ {path} }}}} stands in the attribute {attribute}, where a value could act; put it into the text or into a data- attribute"),
                Surroundings.Value when Addresses.Contains(attribute) && first && Scheme(value) is { } scheme =>
                    throw new TemplateException($"line {Line(i)}: the value of {path} begins with {scheme}:, which is no address for {attribute}"),
                Surroundings.Value => Escape(value),
                Surroundings.Raw => throw new TemplateException($"line {Line(i)}: {{{{ {path} }}}} stands inside <{tag}>, where a value could act; put it into the text or into a data- attribute"),
                Surroundings.Comment => throw new TemplateException($"line {Line(i)}: {{{{ {path} }}}} stands inside a comment"),
                _ => throw new TemplateException($"line {Line(i)}: {{{{ {path} }}}} stands in a tag without quotes; write name=\"{{{{ {path} }}}}\""),
            };
        }
        return filled.ToString();

        int Line(int at) => page.AsSpan(0, at).Count('\n') + 1;
    }

    private static string Value(string path, JsonElement? values, int line)
    {
        if (path.Length == 0 || path.Any(c => !char.IsLetterOrDigit(c) && c is not ('.' or '_' or '-')))
            throw new TemplateException($"line {line}: '{{{{ {path} }}}}' is no name; only {{{{ name }}}} and {{{{ item.name }}}} are known");
        var at = values;
        foreach (var part in path.Split('.'))
        {
            if (at is { ValueKind: JsonValueKind.Object } map && map.TryGetProperty(part, out var field)) at = field;
            else if (at is { ValueKind: JsonValueKind.Array } list && int.TryParse(part, out var index) && index >= 0 && index < list.GetArrayLength()) at = list[index];
            else throw new TemplateException($"line {line}: the data have no '{path}'" + (values is { ValueKind: JsonValueKind.Object } all ? $"; they have: {string.Join(", ", all.EnumerateObject().Take(12).Select(p => p.Name))}" : ""));
        }
        return at!.Value.ValueKind switch
        {
            JsonValueKind.String => at.Value.GetString()!,
            JsonValueKind.Number => at.Value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Null => "",
            _ => throw new TemplateException($"line {line}: '{path}' is a {(at.Value.ValueKind == JsonValueKind.Array ? "list" : "mapping")}, not a text or a number"),
        };
    }

    /// <summary>The scheme of an address that is none to show: browsers skip spaces and control characters before and inside it.</summary>
    private static string? Scheme(string value)
    {
        var plain = string.Concat(value.Where(c => c > ' ' && !char.IsControl(c)));
        var colon = plain.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || plain.AsSpan(0, colon).IndexOfAny("/?#") >= 0) return null;
        var scheme = plain[..colon].ToLowerInvariant();
        return scheme is "http" or "https" || (scheme == "data" && plain.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase)) ? null : scheme;
    }

    private static string Escape(string text)
    {
        var safe = new StringBuilder(text.Length + 16);
        foreach (var c in text)
            safe.Append(c switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&quot;", '\'' => "&#39;", '`' => "&#96;", '\0' => "\uFFFD", _ => c.ToString() });
        return safe.ToString();
    }
}
