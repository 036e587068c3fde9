using System.Globalization;

namespace Spool.Engine.Definition;

/// <summary>Reads one entry of <c>steps:</c>, collecting every Problem in it.</summary>
internal sealed class StepReader(Catalogue catalogue, ProblemList problems)
{
    private static readonly string[] Keys =
        ["id", "kind", "in", "out", "with", "foreach", "needs", "when", "retry", "timeout", "group", "executor", "resources", "keep", "label", "segment", "gated", "env"];

    internal StepDefinition? Read(YamlNode node, IReadOnlyDictionary<string, YamlNode> sets)
    {
        if (node is not YamlMap map)
        {
            problems.Add("SPL0111", node.At, $"a step must be a mapping, not {node.Noun}");
            return null;
        }
        foreach (var entry in map.Entries)
            if (!Keys.Contains(entry.Key)) problems.Add("SPL0110", entry.KeyAt, $"a step has no key '{entry.Key}'", NearestName.Hint(entry.Key, Keys) ?? $"its keys: {string.Join(", ", Keys)}");
        var id = Text(map, "id", required: true);
        if (id is not null && !id.Split('/').All(IsName))
        {
            problems.Add("SPL0112", map["id"]!.At, $"'{id}' cannot be a step's id", "use letters, digits, - and _, starting with a letter or digit");
            id = null;
        }
        var kindName = Text(map, "kind", required: true);
        var kind = kindName is null ? null : catalogue.Find(kindName);
        if (kindName is not null && kind is null)
            problems.Add("SPL0113", map["kind"]!.At, $"there is no step kind '{kindName}'", NearestName.Hint(kindName, catalogue.Names) ?? "see them with: spool kinds");
        var inputs = ReadInputs(map["in"], kind);
        var outputs = ReadOutputs(map["out"], kind, map.At);
        if (Flag(map["keep"], "keep") == false) outputs = outputs.ConvertAll(o => o with { Keep = false });
        var with = ReadWith(map["with"], sets);
        if (kind is not null)
        {
            OptionBinder.Bind(kind, with, map["with"]?.At ?? map.At, problems, unresolved: true);
            CheckRoles(kind, inputs, outputs, map);
        }
        var definition = id is null || kind is null ? null : new StepDefinition
        {
            Id = id,
            At = map.At,
            Kind = kind,
            Inputs = inputs,
            Outputs = outputs,
            With = with,
            Foreach = ReadForeach(map["foreach"]),
            Needs = [.. List(map["needs"], "needs").Select(n => (n.Text, n.At))],
            When = ReadCondition(map["when"]),
            Retry = (int)(Number(map["retry"], "retry", 0, 100) ?? 0),
            Timeout = Duration(map["timeout"], "timeout"),
            Group = Text(map, "group"),
            Executor = Text(map, "executor") ?? "local",
            Resources = Numbers(map["resources"], "resources"),
            Label = Text(map, "label"),
            Segment = Text(map, "segment"),
            Gated = Flag(map["gated"], "gated") ?? true,
            Environment = ReadEnvironment(map["env"]),
        };
        if (definition is not null && definition.Executor != "local")
            problems.Add("SPL0119", map["executor"]!.At, $"there is no executor '{definition.Executor}'", "this version runs tasks on the local machine: executor: local");
        return definition;
    }

    internal static bool IsName(string text) =>
        text.Length is > 0 and <= 80 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private YamlMap? ReadWith(YamlNode? node, IReadOnlyDictionary<string, YamlNode> sets)
    {
        if (node is not null and not YamlMap) problems.Add("SPL0111", node.At, $"with: must be a mapping of options, not {node.Noun}");
        var map = node as YamlMap;
        if (sets.Count == 0) return map;
        var entries = (map?.Entries ?? []).Where(e => !sets.ContainsKey(e.Key)).Concat(sets.Select(s => new YamlEntry(s.Key, s.Value.At, s.Value)));
        return new YamlMap(map?.At ?? sets.Values.First().At, [.. entries]);
    }

    private List<InputDefinition> ReadInputs(YamlNode? node, KindSchema? kind)
    {
        var inputs = new List<InputDefinition>();
        foreach (var entry in Map(node, "in"))
        {
            var shape = kind?.Inputs.FirstOrDefault(r => r.Name == entry.Key)?.Shape;
            var value = entry.Value;
            Placeholder? placeholder = null;
            bool writable = false, optional = false;
            (string, Mark)? order = null;
            if (value is YamlMap spec)
            {
                foreach (var field in spec.Entries)
                    if (field.Key is not ("path" or "placeholder" or "writable" or "optional" or "order")) problems.Add("SPL0110", field.KeyAt, $"an input has no key '{field.Key}'", NearestName.Hint(field.Key, ["path", "placeholder", "writable", "optional", "order"]));
                if (spec["order"] is YamlScalar { IsNull: false } by) order = (by.Text, by.At);
                placeholder = spec["placeholder"] is { } standIn ? Placeholder.Read(standIn, problems) : null;
                writable = Flag(spec["writable"], "writable") ?? false;
                var needed = kind?.Inputs.FirstOrDefault(r => r.Name == entry.Key)?.Required ?? false;
                var asked = Flag(spec["optional"], "optional") ?? false;
                if (asked && needed) problems.Add("SPL0118", spec["optional"]!.At, $"the input {entry.Key} of {kind!.Name} is needed, so it cannot be optional");
                optional = asked;
                if (needed && shape != RoleShape.List && placeholder is { Type: PlaceholderType.Skip }) problems.Add("SPL0118", placeholder.At, $"the input {entry.Key} of {kind!.Name} is needed, so it cannot be left out", "choose another stand-in, such as { color: \"#203040\" } or silence");
                value = spec["path"];
                if (value is null)
                {
                    problems.Add("SPL0114", spec.At, $"the input {entry.Key} has no path");
                    continue;
                }
            }
            if (value is YamlList list)
            {
                var (paths, standIns) = ReadPaths(entry.Key, list);
                inputs.Add(new(entry.Key, entry.KeyAt, paths, true) { Writable = writable, Optional = optional, Placeholder = placeholder, Order = order, PathPlaceholders = standIns });
            }
            else if (value is YamlScalar { IsNull: false } one)
                inputs.Add(new(entry.Key, entry.KeyAt, [(one.Text, one.At)], shape == RoleShape.List || (shape is null && Paths.IsGlob(one.Text))) { Writable = writable, Optional = optional, Placeholder = placeholder, Order = order });
            else problems.Add("SPL0114", value.At, $"the input {entry.Key} must be a path or a list of paths, not {value.Noun}");
        }
        return inputs;
    }

    /// <summary>A list of paths; one of them may be a mapping with a path and its stand-in.</summary>
    private (List<(string, Mark)> Paths, Dictionary<int, Placeholder> StandIns) ReadPaths(string role, YamlList list)
    {
        var paths = new List<(string, Mark)>();
        var standIns = new Dictionary<int, Placeholder>();
        foreach (var item in list.Items)
        {
            if (item is YamlMap map)
                foreach (var field in map.Entries)
                    if (field.Key is not ("path" or "placeholder")) problems.Add("SPL0110", field.KeyAt, $"a path of a list has no key '{field.Key}'", NearestName.Hint(field.Key, ["path", "placeholder"]));
            if (item is YamlMap spec && spec["placeholder"] is { } written && Placeholder.Read(written, problems) is { } standIn) standIns[paths.Count] = standIn;
            if ((item is YamlMap with ? with["path"] : item) is YamlScalar { IsNull: false } path) paths.Add((path.Text, path.At));
            else problems.Add("SPL0114", item.At, $"the input {role} must be a list of paths; this is {item.Noun}");
        }
        return (paths, standIns);
    }

    private List<OutputDefinition> ReadOutputs(YamlNode? node, KindSchema? kind, Mark at)
    {
        var outputs = new List<OutputDefinition>();
        foreach (var entry in Map(node, "out"))
        {
            var value = entry.Value;
            var keep = true;
            if (value is YamlMap spec)
            {
                foreach (var field in spec.Entries)
                    if (field.Key is not ("path" or "keep")) problems.Add("SPL0110", field.KeyAt, $"an output has no key '{field.Key}'", NearestName.Hint(field.Key, ["path", "keep"]));
                keep = Flag(spec["keep"], "keep") ?? true;
                value = spec["path"] ?? new YamlScalar(spec.At, "", false);
            }
            if (value is not YamlScalar { IsNull: false } one)
            {
                problems.Add("SPL0114", value.At, $"the output {entry.Key} must be a path, not {value.Noun}");
                continue;
            }
            if (Paths.IsGlob(one.Text)) problems.Add("SPL0115", one.At, $"the output {one.Text} holds a wildcard", "outputs are named; for files of unknown names declare a folder: path/");
            outputs.Add(new(entry.Key, one.At, one.Text) { Keep = keep });
        }
        if (outputs.Count == 0 && kind is { Outputs.Count: > 0 } && kind.Outputs.All(o => !o.Required) && !kind.Traits.AnyRoles)
            problems.Add("SPL0116", at, $"{kind.Name} needs at least one output", $"its outputs: {string.Join(", ", kind.Outputs.Select(o => o.Name))}");
        return outputs;
    }

    private void CheckRoles(KindSchema kind, List<InputDefinition> inputs, List<OutputDefinition> outputs, YamlMap map)
    {
        if (kind.Traits.AnyRoles) return;
        foreach (var input in inputs)
        {
            var role = kind.Inputs.FirstOrDefault(r => r.Name == input.Role);
            if (role is null) problems.Add("SPL0117", input.At, $"{kind.Name} has no input '{input.Role}'", NearestName.Hint(input.Role, kind.Inputs.Select(r => r.Name)) ?? Listed("inputs", kind.Inputs));
            else if (role.Shape != RoleShape.List && input.Paths.Count != 1) problems.Add("SPL0118", input.At, $"the input {input.Role} of {kind.Name} is one {(role.Shape == RoleShape.Folder ? "folder" : "file")}, not a list");
        }
        foreach (var output in outputs)
        {
            var role = kind.Outputs.FirstOrDefault(r => r.Name == output.Role);
            if (role is null) problems.Add("SPL0117", output.At, $"{kind.Name} has no output '{output.Role}'", NearestName.Hint(output.Role, kind.Outputs.Select(r => r.Name)) ?? Listed("outputs", kind.Outputs));
            else if ((role.Shape == RoleShape.Folder) != output.IsFolder)
                problems.Add("SPL0118", output.At, role.Shape == RoleShape.Folder ? $"the output {output.Role} of {kind.Name} is a folder" : $"the output {output.Role} of {kind.Name} is a file",
                    role.Shape == RoleShape.Folder ? "end its path with a slash" : "remove the slash at its end");
        }
        foreach (var role in kind.Inputs)
            if (role.Required && inputs.All(i => i.Role != role.Name)) problems.Add("SPL0116", map["in"]?.At ?? map.At, $"{kind.Name} needs the input '{role.Name}'", "add it under 'in:'");
        foreach (var role in kind.Outputs)
            if (role.Required && outputs.All(o => o.Role != role.Name)) problems.Add("SPL0116", map["out"]?.At ?? map.At, $"{kind.Name} needs the output '{role.Name}'", "add it under 'out:'");
    }

    private static string Listed(string what, IReadOnlyList<RoleSchema> roles) => roles.Count == 0 ? $"it has no {what}" : $"its {what}: {string.Join(", ", roles.Select(r => r.Name))}";

    private Foreach? ReadForeach(YamlNode? node)
    {
        if (node is null) return null;
        if (node is YamlList direct) return new Foreach(ForeachKind.List, direct.At, direct);
        string[] known = ["list", "range", "glob", "matrix", "csv", "json", "at", "key"];
        Foreach? result = null;
        foreach (var entry in Map(node, "foreach"))
        {
            if (!known.Contains(entry.Key)) problems.Add("SPL0110", entry.KeyAt, $"foreach has no key '{entry.Key}'", NearestName.Hint(entry.Key, known));
            if (entry.Key is "at" or "key" || !known.Contains(entry.Key)) continue;
            if (result is not null) problems.Add("SPL0120", entry.KeyAt, "foreach takes one of list, range, glob, matrix, csv, json");
            else result = new Foreach(Enum.Parse<ForeachKind>(entry.Key, true), entry.Value.At, entry.Value);
        }
        if (result is null)
        {
            problems.Add("SPL0120", node.At, "foreach needs one of list, range, glob, matrix, csv, json");
            return null;
        }
        var map = (YamlMap)node;
        return result with { Pointer = Text(map, "at") ?? "", Key = Text(map, "key") };
    }

    private Condition? ReadCondition(YamlNode? node)
    {
        if (node is null) return null;
        var text = (node as YamlScalar)?.Text.Trim() ?? "";
        if (text.StartsWith("never ", StringComparison.Ordinal)) return new Condition(ConditionKind.Never, text[6..].Trim(), "", node.At);
        if (text.StartsWith("exists ", StringComparison.Ordinal)) return new Condition(ConditionKind.Exists, text[7..].Trim(), "", node.At);
        foreach (var (sign, kind) in new[] { ("==", ConditionKind.Equal), ("!=", ConditionKind.NotEqual) })
        {
            var at = text.IndexOf(sign, StringComparison.Ordinal);
            if (at > 0 && IsName(text[..at].Trim())) return new Condition(kind, text[..at].Trim(), text[(at + 2)..].Trim().Trim('"', '\''), node.At);
        }
        if (IsName(text)) return new Condition(ConditionKind.True, text, "", node.At);
        problems.Add("SPL0121", node.At, $"'{text}' is not a condition", "write VAR, VAR == literal, VAR != literal or exists PATH");
        return null;
    }

    private Dictionary<string, string> ReadEnvironment(YamlNode? node) =>
        Map(node, "env").Where(e => e.Value is YamlScalar).ToDictionary(e => e.Key, e => ((YamlScalar)e.Value).Text);

    internal IReadOnlyList<YamlEntry> Map(YamlNode? node, string name)
    {
        if (node is null or YamlScalar { IsNull: true }) return [];
        if (node is YamlMap map) return map.Entries;
        problems.Add("SPL0111", node.At, $"{name}: must be a mapping, not {node.Noun}");
        return [];
    }

    internal List<YamlScalar> List(YamlNode? node, string name)
    {
        if (node is null or YamlScalar { IsNull: true }) return [];
        if (node is YamlScalar one) return [one];
        if (node is YamlList list && list.Items.All(i => i is YamlScalar)) return [.. list.Items.Cast<YamlScalar>()];
        problems.Add("SPL0111", node.At, $"{name}: must be a list of names");
        return [];
    }

    internal string? Text(YamlMap map, string key, bool required = false)
    {
        if (map[key] is YamlScalar { IsNull: false } scalar) return scalar.Text;
        if (map[key] is { } other) problems.Add("SPL0111", other.At, $"{key}: must be text, not {other.Noun}");
        else if (required) problems.Add("SPL0114", map.At, $"a step needs '{key}:'");
        return null;
    }

    internal bool? Flag(YamlNode? node, string name)
    {
        if (node is null) return null;
        if (node is YamlScalar { Text: "true" or "false" } scalar) return scalar.Text == "true";
        problems.Add("SPL0303", node.At, $"{name} must be true or false");
        return null;
    }

    internal double? Number(YamlNode? node, string name, double least, double most)
    {
        if (node is null) return null;
        if (node is YamlScalar scalar && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
        problems.Add("SPL0304", node.At, $"{name} must be a number from {least} to {most}");
        return null;
    }

    internal Dictionary<string, double> Numbers(YamlNode? node, string name)
    {
        var numbers = new Dictionary<string, double>();
        foreach (var entry in Map(node, name))
            if (Number(entry.Value, $"{name}.{entry.Key}", 0, 1e15) is { } value) numbers[entry.Key] = value;
        return numbers;
    }

    internal TimeSpan? Duration(YamlNode? node, string name)
    {
        if (node is not YamlScalar scalar) return null;
        var text = scalar.Text;
        var unit = text.EndsWith("ms", StringComparison.Ordinal) ? 0.001 : text.EndsWith('h') ? 3600 : text.EndsWith('m') ? 60 : 1;
        if (double.TryParse(text.TrimEnd('s', 'm', 'h', ' '), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value > 0 && value * unit < 1e8) return TimeSpan.FromSeconds(value * unit);
        problems.Add("SPL0303", scalar.At, $"{name} must be a time such as 90, 90s, 5m or 1h, not '{text}'");
        return null;
    }
}
