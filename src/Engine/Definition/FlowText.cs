using System.Globalization;
using System.Text;

namespace Spool.Engine.Definition;

/// <summary>
/// Values as one line of text that reads back as the same value: a scalar as it is, lists and mappings in YAML's flow form with quotes only
/// where they are needed. For records of runs, where a person reads it and a later run takes it up again.
/// </summary>
public static class FlowText
{
    public static string Of(YamlNode node) => node is YamlScalar scalar ? scalar.Text : Inner(node);

    private static string Inner(YamlNode node) => node switch
    {
        YamlScalar { IsNull: true } => "null",
        YamlScalar scalar => IsPlain(scalar.Text) ? scalar.Text : Quote(scalar.Text),
        YamlList list => "[" + string.Join(", ", list.Items.Select(Inner)) + "]",
        YamlMap map => "{" + string.Join(", ", map.Entries.Select(e => $"{(IsPlain(e.Key) ? e.Key : Quote(e.Key))}: {Inner(e.Value)}")) + "}",
        _ => "null",
    };

    /// <summary>A value for a file: text is quoted, so that nothing in it means anything; numbers and switches stand plain, so that they are read as such.</summary>
    public static string ForFile(YamlNode node) => node switch
    {
        YamlScalar scalar => !scalar.Quoted && IsPlain(scalar.Text) ? scalar.Text : Quote(scalar.Text),
        YamlList list => "[" + string.Join(", ", list.Items.Select(ForFile)) + "]",
        YamlMap map => "{ " + string.Join(", ", map.Entries.Select(e => $"{(IsPlain(e.Key) ? e.Key : Quote(e.Key))}: {ForFile(e.Value)}")) + " }",
        _ => "null",
    };

    /// <summary>Several lines as a literal block below a key at this column; the body begins with a line end. Empty for what is no such text.</summary>
    public static (string Header, string Body) Block(YamlNode value, int column, string line)
    {
        if (value is not YamlScalar { Quoted: true } scalar || !scalar.Text.TrimEnd('\n').Contains('\n', StringComparison.Ordinal) || scalar.Text.Any(c => char.IsControl(c) && c is not ('\n' or '\t'))) return ("", "");
        var text = scalar.Text;
        var indent = new string(' ', column + 2);
        var header = "|" + (text[0] is ' ' or '\n' or '\t' ? "2" : "") + (!text.EndsWith('\n') ? "-" : text.EndsWith("\n\n", StringComparison.Ordinal) ? "+" : "");
        var lines = (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
        return (header, string.Concat(lines.Select(l => line + (l.Length == 0 ? "" : indent + l))));
    }

    /// <summary>True for text that YAML takes as it stands, anywhere: letters, digits and few signs, none of them first where it would mean something.</summary>
    public static bool IsPlain(string text)
    {
        if (text.Length == 0 || text is "~" or "null" || text[^1] is ' ' or ':' || !(char.IsLetterOrDigit(text[0]) || text[0] is '/' or '_' or '.' or '+' || (text[0] == '-' && text.Length > 1 && char.IsAsciiDigit(text[1])))) return false;
        for (var i = 0; i < text.Length; i++)
            if (!(char.IsLetterOrDigit(text[i]) || text[i] is ' ' or '/' or '_' or '.' or '-' or '+' or '(' or ')' or '\'' or ';' or '=' or '$' or '%' or '^' || (text[i] == ':' && text[i + 1] != ' '))) return false;
        // Three dots or dashes at the start of a line end a document.
        return !text.StartsWith("...", StringComparison.Ordinal);
    }

    /// <summary>The text between double quotes, on one line whatever it holds.</summary>
    public static string Quote(string text)
    {
        var result = new StringBuilder("\"");
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '"' or '\\') result.Append('\\').Append(c);
            else if (c == '\n') result.Append("\\n");
            else if (c == '\r') result.Append("\\r");
            else if (c == '\t') result.Append("\\t");
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) result.Append(c).Append(text[++i]);
            else if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\u0085' or '\uFEFF' or '\uFFFE' or '\uFFFF') result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else result.Append(c);
        }
        return result.Append('"').ToString();
    }
}
