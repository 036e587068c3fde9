using System.Text;

namespace Spool.Engine.Definition;

/// <summary>
/// <c>${{ scope.name }}</c> in a scalar. Scopes are closed: vars, item, in, out, review. A scalar that is one template keeps the type of
/// its value; a longer one takes its text. Values are never read again for templates, so text from outside stays text.
/// </summary>
public static class Template
{
    public const string Open = "${{", Close = "}}";

    public static bool Holds(string text) => text.Contains(Open, StringComparison.Ordinal);

    public static bool HoldsAny(YamlNode node) => node switch
    {
        YamlScalar scalar => Holds(scalar.Text),
        YamlList list => list.Items.Any(HoldsAny),
        YamlMap map => map.Entries.Any(e => HoldsAny(e.Value)),
        _ => false,
    };

    /// <summary>True when some scalar holds this expression.</summary>
    public static bool Names(YamlNode node, string expression) => node switch
    {
        YamlScalar scalar => Holds(scalar.Text) && Expressions(scalar, new ProblemList()).Contains(expression),
        YamlList list => list.Items.Any(i => Names(i, expression)),
        YamlMap map => map.Entries.Any(e => Names(e.Value, expression)),
        _ => false,
    };

    /// <summary>The expressions in a text, trimmed, in order; an unclosed one is reported.</summary>
    public static IEnumerable<string> Expressions(YamlScalar scalar, ProblemList problems)
    {
        var text = scalar.Text;
        for (var at = text.IndexOf(Open, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Open, at, StringComparison.Ordinal))
        {
            var end = text.IndexOf(Close, at, StringComparison.Ordinal);
            if (end < 0)
            {
                problems.Add("SPL0203", scalar.At, "a template is not closed", "write ${{ name }}");
                yield break;
            }
            yield return text[(at + Open.Length)..end].Trim();
            at = end + Close.Length;
        }
    }

    /// <summary>The node with its templates filled in; <paramref name="lookup"/> gives the value of an expression or null after reporting.</summary>
    public static YamlNode Fill(YamlNode node, Func<string, Mark, YamlNode?> lookup)
    {
        switch (node)
        {
            case YamlScalar scalar when Holds(scalar.Text):
                return FillScalar(scalar, lookup);
            case YamlList list when HoldsAny(list):
                // An item that is one whole template and stands for a list gives its items: run: [cat, "${{ in.parts }}"].
                return list with { Items = [.. list.Items.SelectMany(i => Fill(i, lookup) is YamlList many && i is YamlScalar ? many.Items : [Fill(i, lookup)])] };
            case YamlMap map when HoldsAny(map):
                return map with { Entries = [.. map.Entries.Select(e => e with { Value = Fill(e.Value, lookup) })] };
            default:
                return node;
        }
    }

    /// <summary>The text with its templates filled in; a list inside text is its items with commas between.</summary>
    public static string FillText(string text, Mark at, Func<string, Mark, YamlNode?> lookup) =>
        FillScalar(new YamlScalar(at, text, true), lookup) is YamlScalar scalar ? scalar.Text : text;

    // A list within a text is its items, with commas between.
    private static string Words(YamlNode? value) => value switch
    {
        YamlScalar one => one.Text,
        YamlList list => string.Join(", ", list.Items.Select(Words)),
        _ => "",
    };

    private static YamlNode FillScalar(YamlScalar scalar, Func<string, Mark, YamlNode?> lookup)
    {
        var text = scalar.Text;
        var start = text.IndexOf(Open, StringComparison.Ordinal);
        if (start < 0) return scalar;
        var first = text.IndexOf(Close, start, StringComparison.Ordinal);
        if (start == 0 && first == text.Length - Close.Length)
        {
            var value = lookup(text[Open.Length..first].Trim(), scalar.At);
            return value is null ? scalar : value is YamlScalar one ? one with { At = scalar.At } : value;
        }
        var result = new StringBuilder();
        var from = 0;
        while (start >= 0)
        {
            var end = text.IndexOf(Close, start, StringComparison.Ordinal);
            if (end < 0) break;
            result.Append(text, from, start - from);
            result.Append(Words(lookup(text[(start + Open.Length)..end].Trim(), scalar.At)));
            from = end + Close.Length;
            start = text.IndexOf(Open, from, StringComparison.Ordinal);
        }
        result.Append(text, from, text.Length - from);
        return new YamlScalar(scalar.At, result.ToString(), true);
    }
}
