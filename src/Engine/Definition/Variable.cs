using System.Globalization;

namespace Spool.Engine.Definition;

/// <summary>The types that a variable may have.</summary>
public enum VariableType { String, Integer, Number, Boolean, List, File, Choice, Secret }

/// <summary>Why a value is none that a variable may have; <see cref="Code"/> is that of the Problem.</summary>
public sealed record WrongValue(string Code, string Message, string? Hint = null);

/// <summary>
/// A variable as declared: its type, and what a value of it must hold. One and the same look at a value serves defaults, profiles,
/// <c>--var</c> and the answers of the wizard.
/// </summary>
public sealed record Variable
{
    public required string Name { get; init; }
    public required Mark At { get; init; }
    public required VariableType Type { get; init; }
    public YamlNode? Default { get; init; }
    /// <summary>What it is, in a sentence.</summary>
    public string? Description { get; init; }
    /// <summary>What <c>spool new</c> asks; the description where there is none.</summary>
    public string? Prompt { get; init; }
    /// <summary>The environment variable that holds a secret.</summary>
    public string? Environment { get; init; }
    /// <summary>The values that it may have, or the items of a list; empty: any.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];
    /// <summary>Type of the items of a list: string, integer or number; null: anything.</summary>
    public VariableType? Items { get; init; }
    /// <summary>Bounds: of a number its value, of a text its length in characters, of a list how many items it has.</summary>
    public double? Least { get; init; }
    public double? Most { get; init; }
    /// <summary>Extensions of a file, with their dot, in lower case; empty: any.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];
    /// <summary>A file that must be there before anything runs.</summary>
    public bool Required { get; init; }

    /// <summary>The word of a type in workflow files.</summary>
    public static string Word(VariableType type) => type.ToString().ToLowerInvariant();

    /// <summary>Text of a command line or a file as a value: lists are <c>a,b,c</c> or <c>[a, "b, c"]</c>, in a file one item a line.</summary>
    public YamlNode Parse(string text, bool fromFile)
    {
        var at = new Mark($"--var {Name}", 0, 0);
        if (Type == VariableType.List)
        {
            if (fromFile) return new YamlList(at, [.. text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0).Select(Item)]);
            if (text.StartsWith('[') && text.TrimEnd().EndsWith(']') && YamlText.Read(at.File, text, new ProblemList()) is YamlList flow) return flow with { At = at };
            return new YamlList(at, text.Trim().Length == 0 ? [] : [.. text.Split(',').Select(t => Item(t.Trim()))]);
        }
        // Of a file with one line its end is no part of the value; all but text does without blanks at both ends.
        if (fromFile && text.IndexOf('\n', StringComparison.Ordinal) is var end && end >= 0 && end == text.Length - 1) text = text[..^1].TrimEnd('\r');
        return new YamlScalar(at, Type == VariableType.String ? text : text.Trim(), IsText(Type));

        YamlScalar Item(string item) => new(at, item, Items is null || IsText(Items.Value));
    }

    /// <summary>Null when the value is one that it may have. <paramref name="exists"/> tells whether a path of the workspace is a file.</summary>
    public WrongValue? Check(YamlNode value, Func<string, bool> exists)
    {
        if (Type == VariableType.List)
        {
            if (value is not YamlList list) return new("SPL0128", $"the variable {Name} must be of type list, not {Told(value)}");
            foreach (var item in list.Items)
                if (Items is { } type && !Is(type, item)) return new("SPL0128", $"the items of {Name} must be of type {Word(type)}, not {Told(item)}");
                else if (Chosen(item) is { } wrong) return wrong;
            return Bounded(list.Items.Count, list.Items.Count == 1 ? "1 item" : $"{list.Items.Count} items", "items");
        }
        if (!Is(Type, value)) return new("SPL0128", $"the variable {Name} must be of type {Word(Type)}, not {Told(value)}");
        var text = ((YamlScalar)value).Text;
        if (Chosen(value) is { } other) return other;
        return Type switch
        {
            VariableType.Integer or VariableType.Number => Bounded(double.Parse(text, CultureInfo.InvariantCulture), text, ""),
            VariableType.String => Bounded(text.Length, text.Length == 1 ? "1 character long" : $"{text.Length} characters long", "characters"),
            VariableType.File => File(text, exists),
            _ => null,
        };
    }

    private WrongValue? Chosen(YamlNode value)
    {
        if (Choices.Count == 0 || (value is YamlScalar one && Choices.Contains(one.Text))) return null;
        var near = value is YamlScalar scalar ? NearestName.Hint(scalar.Text, Choices) : null;
        return new("SPL0128", $"the variable {Name} cannot be {Told(value)}", $"{(near is null ? "" : near + " ")}choices: {string.Join(", ", Choices)}");
    }

    private WrongValue? Bounded(double value, string told, string unit)
    {
        if (!(value < Least) && !(value > Most)) return null;
        var bound = value < Least ? $"at least {Figure(Least.Value)}" : $"at most {Figure(Most!.Value)}";
        return new("SPL0138", $"the variable {Name} {(unit == "items" ? "has" : "is")} {told}; it must {(unit == "items" ? "have" : "be")} {bound}{(unit.Length == 0 ? "" : unit == "items" ? " items" : " characters")}");
    }

    private static string Figure(double value) => value.ToString("0.###############", CultureInfo.InvariantCulture);

    private WrongValue? File(string text, Func<string, bool> exists)
    {
        if (text.Length == 0) return Required ? new("SPL0138", $"the variable {Name} names no file", Wanted()) : null;
        if (Paths.Normalise(text) is not { } path || path.EndsWith('/')) return new("SPL0138", $"the variable {Name} must name a file inside the workspace, not '{text}'", "write it relative to the folder of the workflow: assets/logo.png");
        if (Extensions.Count > 0 && !Extensions.Any(e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase))) return new("SPL0138", $"the variable {Name} cannot be '{text}'", Wanted());
        return Required && !exists(path) ? new("SPL0139", $"the file {text} of the variable {Name} is not there", "put it there, or name another") : null;
    }

    private string? Wanted() => Extensions.Count == 0 ? null : $"its file ends in {string.Join(" or ", Extensions)}";

    private static bool IsText(VariableType type) => type is VariableType.String or VariableType.File or VariableType.Choice or VariableType.Secret;

    private static string Told(YamlNode value) => value is YamlScalar scalar && !(scalar.IsNull && scalar.Text.Length == 0) ? $"'{(scalar.Text.Length > 60 ? scalar.Text[..60] + "…" : scalar.Text)}'" : value.Noun;

    private static bool Is(VariableType type, YamlNode value) => value is YamlScalar { Text: var text } && type switch
    {
        VariableType.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        VariableType.Number => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number),
        VariableType.Boolean => text is "true" or "false",
        VariableType.List => false,
        _ => true,
    };
}
