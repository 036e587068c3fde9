using System.Globalization;

namespace Spool.Engine.Definition;

/// <summary>Reads <c>vars:</c> and brings together default, profile and <c>--var</c>, each checked against its declared type.</summary>
internal sealed class VariableReader(ProblemList problems, Func<string, string?> environment)
{
    private static readonly string[] Types = ["string", "integer", "number", "boolean", "list", "secret"];
    private static readonly string[] Fields = ["type", "default", "env", "description", "choices"];

    internal sealed record Variables(IReadOnlyDictionary<string, YamlNode> Values, IReadOnlyDictionary<string, string> Shown, IReadOnlyDictionary<string, string> Secrets);

    internal Variables Read(IReadOnlyList<YamlEntry> declared, IReadOnlyList<YamlEntry> profile, IReadOnlyList<(string Name, string Value)> given)
    {
        var values = new Dictionary<string, YamlNode>();
        var secrets = new Dictionary<string, string>();
        var types = new Dictionary<string, (string Type, YamlList? Choices)>();
        foreach (var entry in declared)
        {
            if (!StepReader.IsName(entry.Key)) problems.Add("SPL0112", entry.KeyAt, $"'{entry.Key}' cannot be a variable's name", "use letters, digits, - and _");
            if (entry.Value is not YamlMap spec)
            {
                types[entry.Key] = (Guess(entry.Value), null);
                values[entry.Key] = entry.Value;
                continue;
            }
            foreach (var field in spec.Entries)
                if (!Fields.Contains(field.Key)) problems.Add("SPL0110", field.KeyAt, $"a variable has no key '{field.Key}'", NearestName.Hint(field.Key, Fields));
            var type = (spec["type"] as YamlScalar)?.Text ?? (spec["default"] is { } d ? Guess(d) : "string");
            if (!Types.Contains(type)) problems.Add("SPL0122", spec["type"]?.At ?? spec.At, $"there is no variable type '{type}'", NearestName.Hint(type, Types) ?? $"types: {string.Join(", ", Types)}");
            types[entry.Key] = (type, spec["choices"] as YamlList);
            if (type == "secret")
            {
                if (spec["env"] is YamlScalar env) secrets[entry.Key] = env.Text;
                else problems.Add("SPL0123", spec.At, $"the secret {entry.Key} does not say which environment variable holds it", "write { type: secret, env: NAME }");
            }
            else if (spec["default"] is { } value && Typed(entry.Key, value, types[entry.Key])) values[entry.Key] = value;
        }
        foreach (var entry in profile) Set(entry.Key, entry.Value, entry.KeyAt);
        foreach (var (name, text) in given) Set(name, new YamlScalar(new Mark("--var", 0, 0), text, true), new Mark($"--var {name}", 0, 0));
        foreach (var (name, (type, _)) in types)
            if (type != "secret" && !values.ContainsKey(name))
                problems.Add("SPL0124", declared.First(e => e.Key == name).KeyAt, $"the variable {name} has no value", $"give it one: --var {name}=…, or a default");
        foreach (var (name, variable) in secrets)
            if (string.IsNullOrEmpty(environment(variable))) problems.Warn("SPL0125", declared.First(e => e.Key == name).KeyAt, $"the secret {name} is not set: the environment variable {variable} is empty");
        var shown = values.Where(v => !secrets.ContainsKey(v.Key)).ToDictionary(v => v.Key, v => Show(v.Value));
        return new Variables(values, shown, secrets);

        void Set(string name, YamlNode value, Mark at)
        {
            if (!types.TryGetValue(name, out var type)) problems.Add("SPL0126", at, $"the workflow has no variable '{name}'", NearestName.Hint(name, types.Keys) ?? (types.Count == 0 ? "it has none" : $"its variables: {string.Join(", ", types.Keys)}"));
            else if (type.Type == "secret") problems.Add("SPL0127", at, $"the secret {name} must not be given on the command line", $"set the environment variable {secrets.GetValueOrDefault(name)}");
            else
            {
                if (type.Type == "list" && value is YamlScalar text) value = new YamlList(text.At, [.. text.Text.Split(',').Select(t => new YamlScalar(text.At, t.Trim(), true))]);
                if (Typed(name, value, type)) values[name] = value;
            }
        }
    }

    private bool Typed(string name, YamlNode value, (string Type, YamlList? Choices) type)
    {
        var text = (value as YamlScalar)?.Text;
        var good = type.Type switch
        {
            "integer" => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
            "number" => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
            "boolean" => text is "true" or "false",
            "list" => value is YamlList,
            _ => text is not null,
        };
        if (!good) problems.Add("SPL0128", value.At.File == "--var" ? new Mark($"--var {name}", 0, 0) : value.At, $"the variable {name} must be of type {type.Type}, not {(text is null ? value.Noun : $"'{text}'")}");
        else if (type.Choices is { } choices && !choices.Items.Any(c => c is YamlScalar one && one.Text == text))
        {
            problems.Add("SPL0128", value.At, $"the variable {name} cannot be '{text}'", $"choices: {string.Join(", ", choices.Items.OfType<YamlScalar>().Select(c => c.Text))}");
            good = false;
        }
        return good;
    }

    private static string Guess(YamlNode value) => value switch
    {
        YamlList => "list",
        YamlScalar { Quoted: false, Text: "true" or "false" } => "boolean",
        YamlScalar { Quoted: false } s when long.TryParse(s.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) => "integer",
        YamlScalar { Quoted: false } s when double.TryParse(s.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => "number",
        _ => "string",
    };

    private static string Show(YamlNode node) => node switch
    {
        YamlScalar scalar => scalar.Text,
        YamlList list => "[" + string.Join(", ", list.Items.Select(Show)) + "]",
        YamlMap map => "{" + string.Join(", ", map.Entries.Select(e => $"{e.Key}: {Show(e.Value)}")) + "}",
        _ => "",
    };
}
