using Spool.Engine;
using Spool.Engine.Definition;

namespace Spool.Interchange.Import;

/// <summary>
/// The reactive form names paths without roles: each goes to the first free role of the kind that such a file fits, required roles first. One star in an
/// output with one in an input is the fan-out that Spool writes <c>{stem}</c>; a star in outputs alone can only be a folder.
/// </summary>
internal sealed class RoleAssignment(VwfStep step, KindSchema kind, VwfConversion whole, ImportNotes notes)
{
    internal void Assign(List<(string Role, YamlNode Value)> inputs, List<(string Role, YamlNode Value)> outputs, Action<string> leave)
    {
        var fans = step.Outputs.Any(o => Stars(o.Path) == 1) && step.Inputs.Any(i => Stars(i.Path) == 1);
        if (step.Outputs.Concat(step.Inputs).Any(p => Stars(p.Path) > 1))
        {
            leave("a path with several stars has no equal in a conversion; write it with foreach");
            return;
        }
        var lists = new Dictionary<string, List<YamlNode>>();
        foreach (var given in step.Inputs)
        {
            if (Path(given, fans, leave, isInput: true) is not { } path) return;
            if (RoleFor(kind.Inputs, path, r => inputs.Exists(i => i.Role == r.Name)) is not { } role)
            {
                notes.NoEqual(given.At, step.Id, "inputs", $"{kind.Name} takes no such file ({given.Path})");
                continue;
            }
            var value = Value(path, given, role);
            if (kind.Traits.AnyRoles) inputs.Add((role.Name, value));
            else if (role.Shape != RoleShape.List) inputs.Add((role.Name, value));
            else if (lists.TryGetValue(role.Name, out var list)) list.Add(value);
            else
            {
                lists[role.Name] = list = [value];
                inputs.Add((role.Name, new YamlList(default, list)));
            }
        }
        foreach (var given in step.Outputs)
        {
            if (Path(given, fans, leave, isInput: false) is not { } path) return;
            if (path.Contains('*', StringComparison.Ordinal))
            {
                if (kind.Outputs.FirstOrDefault(o => o.Shape == RoleShape.Folder) is not { } folder)
                {
                    leave($"it says only {given.Path} of its outputs; in Spool outputs are named");
                    return;
                }
                Folder(path, given, folder, outputs);
                continue;
            }
            if (RoleFor(kind.Outputs, path, r => outputs.Exists(o => o.Role == r.Name)) is { } role)
                outputs.Add((role.Name, new YamlScalar(default, role.Shape == RoleShape.Folder && !path.EndsWith('/') ? path + "/" : path, true)));
            else notes.NoEqual(given.At, step.Id, "outputs", $"{kind.Name} makes no such file ({given.Path})");
        }
    }

    private void Folder(string path, VwfPath given, RoleSchema role, List<(string Role, YamlNode Value)> outputs)
    {
        var fixedPart = Paths.FixedPart(path);
        if (outputs.Exists(o => o.Role == role.Name) || fixedPart.Length == 0) return;
        outputs.Add((role.Name, new YamlScalar(default, fixedPart, true)));
        var now = fixedPart + "*.md";
        if (kind.Name != "text.split" || now == path) return;
        whole.Rename(path, now);
        notes.Changed(given.At, step.Id, "outputs", $"{kind.Name} writes Markdown: what was {path} is {now} now");
    }

    private string? Path(VwfPath given, bool fans, Action<string> leave, bool isInput)
    {
        if (whole.PathOf(given.Path, given.At) is not { } path)
        {
            leave($"the path '{given.Path}' lies outside the workspace or is none");
            return null;
        }
        if (isInput) path = whole.Current(path);
        return fans ? path.Replace("*", "{stem}", StringComparison.Ordinal) : path;
    }

    private RoleSchema? RoleFor(IReadOnlyList<RoleSchema> roles, string path, Func<RoleSchema, bool> used)
    {
        var sort = MediaClass.Of(path);
        if (kind.Traits.AnyRoles)
        {
            var name = sort;
            for (var n = 2; used(new RoleSchema(name, RoleShape.File, false, null!)); n++) name = $"{sort}{n}";
            return new RoleSchema(name, path.EndsWith('/') ? RoleShape.Folder : RoleShape.File, false, null!);
        }
        return roles.Where(r => (path.EndsWith('/') ? r.Shape == RoleShape.Folder : r.Shape != RoleShape.Folder && MediaClass.Fits(r.Name, sort)) && (r.Shape == RoleShape.List || !used(r)))
            .OrderByDescending(r => r.Required).FirstOrDefault();
    }

    private YamlNode Value(string path, VwfPath given, RoleSchema role)
    {
        var standIn = (given.Placeholder ?? whole.PlaceholderOf(given.Path)) is { } wanted ? StandIn(wanted) : null;
        var fields = new List<YamlEntry> { new("path", default, new YamlScalar(default, path, true)) };
        if (standIn is YamlScalar { Text: "skip" } && role is { Required: true, Shape: not RoleShape.List }) notes.NoEqual(given.At, step.Id, "placeholder", $"{kind.Name} cannot do without its {role.Name}");
        else if (standIn is not null) fields.Add(new YamlEntry("placeholder", default, standIn));
        else if (!role.Required && role.Shape == RoleShape.File && whole.IsOptional(given.Path)) fields.Add(new YamlEntry("optional", default, new YamlScalar(default, "true", false)));
        return fields.Count == 1 ? fields[0].Value : new YamlMap(default, fields);
    }

    /// <summary>A stand-in in the words of Spool; null, and told, where there is none.</summary>
    private YamlNode? StandIn(YamlNode node)
    {
        var map = node as YamlMap;
        var word = (node as YamlScalar)?.Text ?? (map?["type"] as YamlScalar)?.Text ?? map?.Entries.FirstOrDefault(e => e.Value is YamlScalar or YamlMap)?.Key ?? "";
        var value = (map?[word] as YamlScalar)?.Text ?? (map?["value"] as YamlScalar)?.Text;
        var seconds = (map?["duration"] as YamlScalar)?.Text ?? (map?["seconds"] as YamlScalar)?.Text;
        switch (word)
        {
            case "solid_color" or "color" or "solid-color" or "solid":
                var colour = value ?? (map?["color"] as YamlScalar)?.Text ?? (map?[word] as YamlMap)?["color"] switch { YamlScalar inner => inner.Text, _ => "#000000" };
                colour = colour.ToLowerInvariant() switch { "black" => "#000000", "white" => "#ffffff", "gray" or "grey" => "#808080", "red" => "#ff0000", "green" => "#008000", "blue" => "#0000ff", _ => colour };
                if (colour is ['#', _, _, _, _, _, _]) return One("color", new YamlScalar(default, colour, true));
                notes.Changed(node.At, step.Id, "placeholder", $"the colour '{colour}' must be written as #RRGGBB; it is black now");
                return One("color", new YamlScalar(default, "#000000", true));
            case "silence" or "silent_audio" or "silent":
                return (value ?? seconds) is { } length && double.TryParse(length, System.Globalization.CultureInfo.InvariantCulture, out var s) && s > 0 ? One("silence", new YamlScalar(default, length, false)) : new YamlScalar(default, "silence", true);
            case "skip" or "none" or "omit":
                return new YamlScalar(default, "skip", true);
            case "tone":
                return new YamlScalar(default, "tone", true);
            case "image" or "static_image" or "still_image" when (value ?? (map?["path"] as YamlScalar)?.Text) is { } file && whole.PathOf(file, node.At) is { } path:
                return One("image", new YamlScalar(default, path, true));
            case "text" or "text_card" when value is not null:
                return One("text", new YamlScalar(default, whole.Text(value, node.At), true));
            default:
                notes.NoEqual(node.At, step.Id, "placeholder", $"the stand-in '{word}' has no equal; there are color, gradient, text, image, silence, tone and skip");
                return null;
        }

        static YamlMap One(string key, YamlNode value) => new(default, [new YamlEntry(key, default, value)]);
    }

    private static int Stars(string path) => path.Count(c => c == '*');
}
