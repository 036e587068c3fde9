using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Spool.Engine.Definition;

/// <summary>
/// Reads YAML into <see cref="YamlNode"/>s. The text is hostile until shown otherwise: size, depth, alias uses, what aliases expand to and
/// scalar length are bounded while the events come in, before any tree is walked (a deep tree ends the process of a recursive reader, a
/// "billion laughs" file explodes when it is visited). Duplicate keys, several documents and custom tags are Problems.
/// </summary>
public static class YamlText
{
    public const long MostBytes = 64L << 20;
    public const int MostDepth = 64, MostAliases = 1000, MostScalar = 1 << 20, MostAliasedNodes = 100_000;

    public static YamlNode? Read(string file, string text, ProblemList problems)
    {
        if (text.Length > MostBytes)
        {
            problems.Add("SPL0105", new Mark(file, 1, 1), $"the file has more than {MostBytes >> 20} MiB");
            return null;
        }
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            problems.Add("SPL0101", new Mark(file, 1, 1), "the file holds a NUL character, so it is not YAML");
            return null;
        }
        try { return new Reader(file, problems).Read(new Parser(new Scanner(new StringReader(text)))); }
        catch (LimitException e)
        {
            problems.Add(e.Code, e.At, e.Message);
        }
        catch (InvalidOperationException)
        {
            // The parser gives up on some broken text in this way instead of its own.
            problems.Add("SPL0101", new Mark(file, 1, 1), "this is not YAML: it ends or closes in the middle of something");
        }
        catch (YamlException e)
        {
            var at = new Mark(file, (int)e.Start.Line, (int)e.Start.Column);
            if (UnquotedTemplate.Find(text, at.Line) is { } unquoted)
                problems.Add("SPL0204", new Mark(file, unquoted.Line, unquoted.Column), "a template inside { } or [ ] must be quoted", $"write: {unquoted.Quoted.Trim()}");
            else problems.Add("SPL0101", at, "this is not YAML: " + Reword(e));
        }
        return null;
    }

    private static string Reword(YamlException e)
    {
        var message = e.InnerException?.Message ?? e.Message;
        var end = message.IndexOf("): ", StringComparison.Ordinal);
        return end >= 0 ? message[(end + 3)..] : message;
    }

    private sealed class LimitException(string code, Mark at, string message) : Exception(message)
    {
        internal string Code { get; } = code;
        internal Mark At { get; } = at;
    }

    private sealed class Reader(string file, ProblemList problems)
    {
        private readonly Dictionary<string, (YamlNode Node, int Size)> _anchors = [];
        private int _aliases, _aliased, _nodes;

        internal YamlNode? Read(Parser parser)
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _)) return null;
            parser.Consume<DocumentStart>();
            var node = ReadNode(parser, 1);
            parser.Consume<DocumentEnd>();
            if (parser.Accept<DocumentStart>(out var second))
                problems.Add("SPL0106", At(second), "a workflow file holds one document", "remove the second one");
            return node;
        }

        private YamlNode ReadNode(Parser parser, int depth)
        {
            // Current is the event not taken yet; the children's events follow it.
            var e = parser.Current ?? throw new LimitException("SPL0101", new Mark(file, 1, 1), "the text ends too early");
            var at = At(e);
            if (depth > MostDepth) throw new LimitException("SPL0102", at, $"nesting deeper than {MostDepth}");
            var first = _nodes++;
            parser.MoveNext();
            switch (e)
            {
                case AnchorAlias alias:
                    if (++_aliases > MostAliases) throw new LimitException("SPL0103", at, $"more than {MostAliases} uses of aliases");
                    if (!_anchors.TryGetValue(alias.Value.Value, out var anchored)) throw new LimitException("SPL0101", at, $"the alias *{alias.Value.Value} has no anchor before it");
                    if ((_aliased += anchored.Size) > MostAliasedNodes) throw new LimitException("SPL0103", at, $"aliases expand to more than {MostAliasedNodes} values");
                    _nodes += anchored.Size;
                    return anchored.Node;
                case Scalar scalar:
                    if (scalar.Value.Length > MostScalar) throw new LimitException("SPL0104", at, $"a text longer than {MostScalar >> 20} MiB");
                    Tagged(scalar, at);
                    return Anchored(scalar, new YamlScalar(at, scalar.Value, scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any)), first);
                case SequenceStart sequence:
                    Tagged(sequence, at);
                    var items = new List<YamlNode>();
                    while (!parser.Accept<SequenceEnd>(out _)) items.Add(ReadNode(parser, depth + 1));
                    parser.MoveNext();
                    return Anchored(sequence, new YamlList(at, items), first);
                case MappingStart mapping:
                    Tagged(mapping, at);
                    var entries = new List<YamlEntry>();
                    var keys = new HashSet<string>();
                    while (!parser.Accept<MappingEnd>(out _))
                    {
                        var key = ReadNode(parser, depth + 1);
                        if (key is not YamlScalar name) throw new LimitException("SPL0101", key.At, "a key must be plain text");
                        var value = ReadNode(parser, depth + 1);
                        if (!keys.Add(name.Text)) problems.Add("SPL0107", name.At, $"the key '{name.Text}' stands twice", "keep one of them");
                        else entries.Add(new YamlEntry(name.Text, name.At, value));
                    }
                    parser.MoveNext();
                    return Anchored(mapping, new YamlMap(at, entries), first);
                default:
                    throw new LimitException("SPL0101", at, "this is not YAML");
            }
        }

        private YamlNode Anchored(NodeEvent e, YamlNode node, int first)
        {
            if (!e.Anchor.IsEmpty) _anchors[e.Anchor.Value] = (node, _nodes - first);
            return node;
        }

        private void Tagged(NodeEvent e, Mark at)
        {
            if (!e.Tag.IsEmpty && !e.Tag.IsNonSpecific) problems.Add("SPL0108", at, $"the tag {e.Tag.Value} is not allowed", "remove it");
        }

        private Mark At(ParsingEvent e) => new(file, (int)e.Start.Line, (int)e.Start.Column);
    }
}
