using System.Globalization;

namespace Spool.Engine.Definition;

/// <summary>Reads <c>vars:</c>: what each variable is and may be. Mistakes in the declarations themselves are told here.</summary>
public sealed class VariableDeclarations(ProblemList problems)
{
    private static readonly string[] Types = [.. Enum.GetValues<VariableType>().Select(Variable.Word)];
    private static readonly string[] Everywhere = ["type", "default", "description", "prompt"];

    private static string[] Own(VariableType type) => type switch
    {
        VariableType.String => ["choices", "min-length", "max-length"],
        VariableType.Integer or VariableType.Number => ["choices", "min", "max"],
        VariableType.List => ["choices", "items", "min-items", "max-items"],
        VariableType.File => ["extensions", "required"],
        VariableType.Choice => ["choices"],
        VariableType.Secret => ["env"],
        _ => [],
    };

    private static string[] Keys => [.. Everywhere.Concat(Enum.GetValues<VariableType>().SelectMany(Own)).Distinct()];

    /// <summary>The variables in the order they stand; one whose type is unknown is taken for text.</summary>
    public IReadOnlyList<Variable> Read(IReadOnlyList<YamlEntry> declared)
    {
        var variables = new List<Variable>();
        foreach (var entry in declared)
        {
            if (!StepReader.IsName(entry.Key)) problems.Add("SPL0112", entry.KeyAt, $"'{entry.Key}' cannot be a variable's name", "use letters, digits, - and _");
            var plain = new Variable { Name = entry.Key, At = entry.KeyAt, Type = Guess(entry.Value), Default = entry.Value };
            variables.RemoveAll(v => v.Name == entry.Key);
            variables.Add(entry.Value is YamlMap spec ? Read(entry, spec) : plain);
        }
        return variables;
    }

    private Variable Read(YamlEntry entry, YamlMap spec)
    {
        var word = (spec["type"] as YamlScalar)?.Text;
        var type = word is null ? (spec["default"] is { } d ? Guess(d) : VariableType.String) : (VariableType)Array.IndexOf(Types, word);
        if (spec["type"] is { } wrong && !Types.Contains(word))
        {
            problems.Add("SPL0122", wrong.At, $"there is no variable type '{word}'", NearestName.Hint(word ?? "", Types) ?? $"types: {string.Join(", ", Types)}");
            return new Variable { Name = entry.Key, At = entry.KeyAt, Type = VariableType.String, Default = spec["default"] as YamlScalar };
        }
        var own = Own(type);
        foreach (var field in spec.Entries.Where(f => !Everywhere.Contains(f.Key) && !own.Contains(f.Key)))
            if (Keys.Contains(field.Key)) problems.Add("SPL0137", field.KeyAt, $"'{field.Key}' has no meaning for a variable of type {Variable.Word(type)}", own.Length == 0 ? null : $"it may have {string.Join(", ", own)}");
            else problems.Add("SPL0110", field.KeyAt, $"a variable has no key '{field.Key}'", NearestName.Hint(field.Key, Keys));
        if (type == VariableType.Secret && spec["env"] is not YamlScalar)
            problems.Add("SPL0123", spec.At, $"the secret {entry.Key} does not say which environment variable holds it", "write { type: secret, env: NAME }");
        if (type == VariableType.Choice && spec["choices"] is null) problems.Add("SPL0137", spec.At, $"the variable {entry.Key} does not say its choices", "write { type: choice, choices: [one, other] }");
        var (least, most) = Bounds(spec, type switch { VariableType.List => "-items", VariableType.String => "-length", _ => "" });
        return new Variable
        {
            Name = entry.Key,
            At = entry.KeyAt,
            Type = type,
            Default = type == VariableType.Secret ? null : spec["default"],
            Description = (spec["description"] as YamlScalar)?.Text,
            Prompt = (spec["prompt"] as YamlScalar)?.Text,
            Environment = (spec["env"] as YamlScalar)?.Text,
            Choices = own.Contains("choices") ? Texts(spec, "choices") : [],
            Items = type == VariableType.List ? Items(spec["items"]) : null,
            Least = least,
            Most = most,
            Extensions = type == VariableType.File ? Extensions(spec) : [],
            Required = type == VariableType.File && Flag(spec["required"]),
        };
    }

    private (double?, double?) Bounds(YamlMap spec, string suffix)
    {
        var (least, most) = (Bound("min" + suffix), Bound("max" + suffix));
        if (least > most) problems.Add("SPL0137", spec["min" + suffix]!.At, $"min{suffix} is more than max{suffix}, so no value fits");
        return (least, most);

        double? Bound(string key)
        {
            if (spec[key] is not { } node) return null;
            if (node is YamlScalar scalar && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                && (suffix.Length == 0 || (number >= 0 && number == Math.Floor(number)))) return number;
            problems.Add("SPL0137", node.At, suffix.Length == 0 ? $"{key} must be a number" : $"{key} must be a whole number from 0");
            return null;
        }
    }

    private VariableType? Items(YamlNode? node)
    {
        if (node is null) return null;
        if (node is YamlScalar { Text: "string" or "integer" or "number" } scalar) return (VariableType)Array.IndexOf(Types, scalar.Text);
        problems.Add("SPL0137", node.At, "the items of a list are of type string, integer or number");
        return null;
    }

    private string[] Extensions(YamlMap spec)
    {
        foreach (var item in (spec["extensions"] as YamlList)?.Items.OfType<YamlScalar>() ?? [])
            if (!item.Text.StartsWith('.') || item.Text.Length == 1) problems.Add("SPL0137", item.At, $"'{item.Text}' is no extension", $"write it with its dot: .{item.Text.TrimStart('.')}");
        return [.. Texts(spec, "extensions").Select(e => e.ToLowerInvariant())];
    }

    private string[] Texts(YamlMap spec, string key)
    {
        if (spec[key] is not { } node) return [];
        if (node is YamlList { Items.Count: > 0 } list && list.Items.All(i => i is YamlScalar)) return [.. list.Items.Cast<YamlScalar>().Select(s => s.Text)];
        problems.Add("SPL0137", node.At, $"{key} must be a list of values, not {node.Noun}");
        return [];
    }

    private bool Flag(YamlNode? node)
    {
        if (node is null) return false;
        if (node is YamlScalar { Text: "true" or "false" } scalar) return scalar.Text == "true";
        problems.Add("SPL0303", node.At, "required must be true or false");
        return false;
    }

    private static VariableType Guess(YamlNode value) => value switch
    {
        YamlList => VariableType.List,
        YamlScalar { Quoted: false, Text: "true" or "false" } => VariableType.Boolean,
        YamlScalar { Quoted: false } s when long.TryParse(s.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) => VariableType.Integer,
        YamlScalar { Quoted: false } s when double.TryParse(s.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => VariableType.Number,
        _ => VariableType.String,
    };
}
