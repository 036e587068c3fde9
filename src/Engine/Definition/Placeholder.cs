using System.Globalization;

namespace Spool.Engine.Definition;

/// <summary>What stands in for a missing file.</summary>
public enum PlaceholderType { Color, Gradient, Text, Image, Silence, Tone, Skip }

/// <summary>The stand-in of an optional input as written: <c>{ color: "#203040" }</c>, <c>silence</c>, <c>{ silence: 4 }</c>, <c>skip</c> ...</summary>
/// <param name="Values">A colour, two colours, a text, a path or a number, by type.</param>
public sealed record Placeholder(PlaceholderType Type, IReadOnlyList<string> Values, Mark At)
{
    /// <summary>Width x height; default: that of what it stands for.</summary>
    public string? Size { get; init; }

    /// <summary>How long a sound or film lasts; default: as long as what it stands for.</summary>
    public double? Seconds { get; init; }

    public override string ToString() => Type switch
    {
        PlaceholderType.Skip => "left out",
        PlaceholderType.Silence => "silence",
        _ => $"{Type.ToString().ToLowerInvariant()} {string.Join(" to ", Values)}".TrimEnd(),
    };

    private static readonly string[] Types = [.. Enum.GetNames<PlaceholderType>().Select(n => n.ToLowerInvariant())];

    /// <summary>Reads it; null after telling what is wrong.</summary>
    internal static Placeholder? Read(YamlNode node, ProblemList problems)
    {
        if (node is YamlScalar { IsNull: false } word)
        {
            if (word.Text is "silence" or "skip") return new Placeholder(Enum.Parse<PlaceholderType>(word.Text, true), [], word.At);
            if (word.Text == "tone") return new Placeholder(PlaceholderType.Tone, ["440"], word.At);
            return Wrong(problems, word.At, $"'{word.Text}' is no stand-in", NearestName.Hint(word.Text, Types));
        }
        if (node is not YamlMap map) return Wrong(problems, node.At, $"a stand-in is a mapping such as {{ color: \"#203040\" }}, or one of silence, tone, skip; not {node.Noun}", null);
        Placeholder? found = null;
        string? size = null;
        double? seconds = null;
        foreach (var entry in map.Entries)
        {
            var text = (entry.Value as YamlScalar)?.Text;
            if (entry.Key == "size") size = text;
            else if (entry.Key == "seconds") seconds = Number(text);
            else if (!Types.Contains(entry.Key)) return Wrong(problems, entry.KeyAt, $"a stand-in has no key '{entry.Key}'", NearestName.Hint(entry.Key, [.. Types, "size", "seconds"]));
            else if (found is not null) return Wrong(problems, entry.KeyAt, "a stand-in is of one sort only", $"leave out {entry.Key} or {found.Type.ToString().ToLowerInvariant()}");
            else
            {
                IReadOnlyList<string> values = entry.Value is YamlList list ? [.. list.Items.OfType<YamlScalar>().Select(i => i.Text)] : text is null or "" or "true" ? [] : [text];
                found = new Placeholder(Enum.Parse<PlaceholderType>(entry.Key, true), values, entry.KeyAt);
                if (Fault(found) is { } fault) return Wrong(problems, entry.Value.At, fault, null);
                if (found.Type == PlaceholderType.Silence && values.Count > 0) seconds = Number(values[0]);
            }
        }
        if (found is null) return Wrong(problems, map.At, "the stand-in does not say what it is", $"one of {string.Join(", ", Types)}");
        return found with { Size = size, Seconds = seconds };
    }

    private static string? Fault(Placeholder placeholder) => placeholder.Type switch
    {
        PlaceholderType.Color when placeholder.Values is not [var one] || !IsColour(one) => "color: must be a colour as \"#RRGGBB\"",
        PlaceholderType.Gradient when placeholder.Values is not [var a, var b] || !IsColour(a) || !IsColour(b) => "gradient: must be two colours: [\"#203040\", \"#000000\"]",
        PlaceholderType.Text when placeholder.Values.Count != 1 => "text: must be the text of the card",
        PlaceholderType.Image when placeholder.Values.Count != 1 => "image: must be the path of a picture",
        PlaceholderType.Silence when placeholder.Values.Count > 0 && Number(placeholder.Values[0]) is null => "silence: must be how many seconds it lasts",
        PlaceholderType.Tone when placeholder.Values.Count > 0 && Number(placeholder.Values[0]) is not (>= 20 and <= 20000) => "tone: must be a frequency from 20 to 20000 hertz",
        _ => null,
    };

    private static bool IsColour(string text) => text is ['#', _, _, _, _, _, _] && text.Skip(1).All(char.IsAsciiHexDigit);

    private static double? Number(string? text) =>
        double.TryParse(text?.TrimEnd('s'), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 86400 ? number : null;

    private static Placeholder? Wrong(ProblemList problems, Mark at, string message, string? hint)
    {
        problems.Add("SPL0166", at, message, hint);
        return null;
    }
}
