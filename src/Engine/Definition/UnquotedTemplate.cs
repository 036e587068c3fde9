namespace Spool.Engine.Definition;

/// <summary>
/// Finds a <c>${{ }}</c> that stands unquoted inside <c>{ }</c> or <c>[ ]</c>, where YAML takes its braces for its own, and shows the line as
/// it should be. Looked for only after the reader gave up, at the line of the error and the few before it.
/// </summary>
internal static class UnquotedTemplate
{
    internal static (int Line, int Column, string Quoted)? Find(string text, int errorLine)
    {
        var lines = text.Split('\n');
        for (var i = Math.Min(errorLine, lines.Length); i >= Math.Max(1, errorLine - 3); i--)
        {
            var line = lines[i - 1].TrimEnd('\r');
            if (Quote(line) is var (column, quoted)) return (i, column, quoted);
        }
        return null;
    }

    /// <summary>The line with every such template quoted, and where the first stood. Each round quotes one more, and a line has few.</summary>
    private static (int Column, string Quoted)? Quote(string line)
    {
        var first = QuoteOne(line);
        for (var (round, next) = (0, first); next is var (_, quoted) && round < 20; round++)
        {
            first = (first!.Value.Column, quoted);
            next = QuoteOne(quoted);
            if (next?.Quoted == quoted) break;
        }
        return first;
    }

    private static (int Column, string Quoted)? QuoteOne(string line)
    {
        char quote = default;
        var depth = 0;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote != default)
            {
                if (c == '\\' && quote == '"') i++;
                else if (c == quote) quote = default;
                continue;
            }
            if (c is '"' or '\'' && (i == 0 || line[i - 1] is ' ' or '[' or '{' or ',')) quote = c;
            else if (string.CompareOrdinal(line, i, Template.Open, 0, 3) == 0)
            {
                if (depth > 0) return Wrap(line, i);
                var end = line.IndexOf(Template.Close, i, StringComparison.Ordinal);
                if (end < 0) return null;
                i = end + 1;
            }
            else if (c is '{' or '[') depth++;
            else if (c is '}' or ']') depth--;
        }
        return null;
    }

    private static (int, string)? Wrap(string line, int at)
    {
        var start = at;
        while (start > 0 && line[start - 1] is not (',' or '[' or '{') && !(line[start - 1] == ' ' && start > 1 && line[start - 2] is ':' or ',' or '{' or '[')) start--;
        while (start < at && line[start] == ' ') start++;
        var end = at;
        while (end < line.Length)
        {
            if (string.CompareOrdinal(line, end, Template.Open, 0, 3) == 0)
            {
                var close = line.IndexOf(Template.Close, end, StringComparison.Ordinal);
                if (close < 0) return null;
                end = close + 2;
            }
            else if (line[end] is ',' or ']' or '}') break;
            else end++;
        }
        var stop = end;
        while (stop > at && line[stop - 1] == ' ') stop--;
        var rest = line[stop..];
        return (start + 1, line[..start] + "\"" + line[start..stop] + "\"" + rest);
    }
}
