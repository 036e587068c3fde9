using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Spool.Engine.Definition;

/// <summary>
/// Puts another value at one place of a YAML text and leaves everything else as it stands: comments, order, quotes, line ends.
/// Several ways of writing the value are tried, the one nearest to the layout there first: a block list stays one, several lines of text
/// become a literal block, all else one line. A way counts only when the whole text reads back as the old tree with exactly that value
/// changed, so a layout that is not understood is refused, never damaged. Values behind anchors are refused for the same reason.
/// </summary>
public static class YamlEdit
{
    private sealed record Span(int Start, int End, int Column, bool Flow, bool BlockList, bool BlockText, IReadOnlyList<Entry> Entries);

    private sealed record Entry(string Key, Span Name, Span Value);

    /// <summary>The text with the value at <paramref name="path"/> (keys of mappings; the last one may be new), or null when it cannot be put there.</summary>
    public static string? Set(string text, IReadOnlyList<string> path, YamlNode value)
    {
        var problems = new ProblemList();
        if (YamlText.Read("", text, problems) is not YamlMap tree || problems.Any) return null;
        var parser = new Parser(new Scanner(new StringReader(text)));
        parser.Consume<StreamStart>();
        parser.Consume<DocumentStart>();
        var at = Read(parser, text);
        var inFlow = at.Flow;
        for (var i = 0; i < path.Count - 1; i++)
        {
            if (at.Entries.FirstOrDefault(e => e.Key == path[i]) is not { } next) return null;
            at = next.Value;
            inFlow |= at.Flow;
        }
        var wanted = Changed(tree, path, 0, value);
        if (wanted is null) return null;
        var entry = at.Entries.FirstOrDefault(e => e.Key == path[^1]);
        var line = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var ways = entry is null ? Inserted(text, at, path[^1], value, inFlow, line) : Replaced(text, at, entry, value, inFlow, line);
        return ways.FirstOrDefault(way => YamlText.Read("", way, problems) is { } now && !problems.Any ? Same(wanted, now) : Forget(ref problems));
    }

    private static bool Forget(ref ProblemList problems)
    {
        problems = new ProblemList();
        return false;
    }

    private static IEnumerable<string> Replaced(string text, Span parent, Entry entry, YamlNode value, bool inFlow, string line)
    {
        var (start, end) = (entry.Value.Start, entry.Value.End);
        var space = start > 0 && text[start - 1] == ':' ? " " : "";
        var indent = line + new string(' ', entry.Value.Column);
        if (entry.Value.BlockList && value is YamlList { Items.Count: > 0 } list)
            yield return text[..start] + string.Join(indent, list.Items.Select(i => "- " + FlowText.ForFile(i))) + text[end..];
        var eol = EndOfLine(text, end);
        if (!inFlow && FlowText.Block(value, parent.Column, line) is var (header, body) && body.Length > 0)
        {
            // What follows on the line is a comment: it goes behind the sign of the block.
            if (!entry.Value.BlockText && !text[start..end].Contains('\n', StringComparison.Ordinal)) yield return text[..start] + space + header + text[end..eol] + body + text[eol..];
            yield return text[..start] + space + header + body + (entry.Value.BlockText && !AtLineEnd(text, end) ? line : "") + text[end..];
        }
        var inline = FlowText.ForFile(value);
        yield return text[..start] + space + inline + text[end..];
        yield return text[..start] + space + inline + line + text[end..];
        yield return text[..entry.Name.End] + ": " + inline + text[end..];
        yield return text[..entry.Name.End] + ": " + inline + line + text[end..];
    }

    private static IEnumerable<string> Inserted(string text, Span map, string key, YamlNode value, bool inFlow, string line)
    {
        var inline = $"{key}: {FlowText.ForFile(value)}";
        if (map.Entries.Count == 0)
        {
            if (map.Flow) yield return text[..(map.Start + 1)] + " " + inline + " " + text[(map.Start + 1)..];
            yield break;
        }
        var last = map.Entries[^1].Value.End;
        if (inFlow)
        {
            yield return text[..last] + ", " + inline + text[last..];
            yield break;
        }
        var indent = new string(' ', map.Column);
        var (header, body) = FlowText.Block(value, map.Column, line);
        foreach (var entry in body.Length > 0 ? [indent + key + ": " + header + body, indent + inline] : new[] { indent + inline })
        {
            var eol = EndOfLine(text, last);
            yield return text[..eol] + line + entry + text[eol..];
            yield return text[..last] + entry + line + text[last..];
        }
    }

    private static int EndOfLine(string text, int from)
    {
        var end = text.IndexOf('\n', from);
        return end < 0 ? text.Length : end > from && text[end - 1] == '\r' ? end - 1 : end;
    }

    private static bool AtLineEnd(string text, int at) => at >= text.Length || text[at] is '\n' or '\r';

    private static Span Read(Parser parser, string text)
    {
        var entries = new List<Entry>();
        switch (parser.Consume<ParsingEvent>())
        {
            case Scalar scalar:
                var isBlock = scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded;
                var stop = Math.Min((int)scalar.End.Index, text.Length);
                // The parser counts the empty lines behind a block to it.
                while (isBlock && stop > (int)scalar.Start.Index && char.IsWhiteSpace(text[stop - 1])) stop--;
                return Of(scalar, stop) with { BlockText = isBlock };
            case SequenceStart sequence:
                var end = (int)sequence.Start.Index;
                while (!parser.Accept<SequenceEnd>(out _)) end = Read(parser, text).End;
                var closing = parser.Consume<SequenceEnd>();
                return sequence.Style == SequenceStyle.Flow ? Of(sequence, Behind(closing, ']')) with { Flow = true } : Of(sequence, end) with { BlockList = true };
            case MappingStart mapping:
                while (!parser.Accept<MappingEnd>(out _))
                {
                    var key = parser.Accept<Scalar>(out var name) ? name.Value : null;
                    var at = Read(parser, text);
                    entries.Add(new Entry(key ?? "", at, Read(parser, text)));
                }
                var close = parser.Consume<MappingEnd>();
                var isFlow = mapping.Style == MappingStyle.Flow;
                return Of(mapping, isFlow ? Behind(close, '}') : entries.Count > 0 ? entries[^1].Value.End : (int)mapping.Start.Index) with { Flow = isFlow, Entries = entries, Column = entries.Count > 0 && !isFlow ? entries[0].Name.Column : (int)mapping.Start.Column - 1 };
            case var other:
                return Of(other, (int)other.End.Index);
        }

        int Behind(ParsingEvent e, char sign) => (int)e.Start.Index is var i && i < text.Length && text[i] == sign ? i + 1 : (int)e.End.Index;

        Span Of(ParsingEvent e, int end) => new((int)e.Start.Index, Math.Min(end, text.Length), (int)e.Start.Column - 1, false, false, false, []);
    }

    private static YamlNode? Changed(YamlNode node, IReadOnlyList<string> path, int depth, YamlNode value)
    {
        if (depth == path.Count) return value;
        if (node is not YamlMap map) return null;
        if (map[path[depth]] is not { } old) return depth == path.Count - 1 ? map with { Entries = [.. map.Entries, new YamlEntry(path[depth], default, value)] } : null;
        return Changed(old, path, depth + 1, value) is { } changed ? map with { Entries = [.. map.Entries.Select(e => e.Key == path[depth] ? e with { Value = changed } : e)] } : null;
    }

    private static bool Same(YamlNode a, YamlNode b) => (a, b) switch
    {
        (YamlScalar x, YamlScalar y) => x.Text == y.Text && (x.Quoted == y.Quoted || !x.Quoted && !x.IsNull),
        (YamlList x, YamlList y) => x.Items.Count == y.Items.Count && x.Items.Zip(y.Items).All(p => Same(p.First, p.Second)),
        (YamlMap x, YamlMap y) => x.Entries.Count == y.Entries.Count && x.Entries.Zip(y.Entries).All(p => p.First.Key == p.Second.Key && Same(p.First.Value, p.Second.Value)),
        _ => false,
    };
}
