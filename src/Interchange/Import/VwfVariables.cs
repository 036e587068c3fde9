using System.Globalization;
using Spool.Engine;
using Spool.Engine.Definition;

namespace Spool.Interchange.Import;

/// <summary>The variables of a VWF workflow: those under <c>vars</c>, the inputs that are no files, and names that are only used.</summary>
public sealed class VwfVariables
{
    private readonly ImportNotes _notes;
    private readonly Dictionary<string, string> _names = [];
    private readonly List<(string Name, YamlNode Value)> _all = [];

    public VwfVariables(VwfFile source, ImportNotes notes)
    {
        _notes = notes;
        foreach (var entry in source.Vars)
        {
            if (entry.Value is YamlMap map)
            {
                notes.NoEqual(entry.KeyAt, null, $"vars.{entry.Key}", "a variable of Spool is a value or a list, no mapping; it became its text");
                Declare(entry.Key, entry.KeyAt, new YamlScalar(default, FlowText.Of(map), true));
            }
            else Declare(entry.Key, entry.KeyAt, entry.Value is YamlScalar { IsNull: true } ? Typed(("type", "string")) : entry.Value);
        }
        foreach (var input in source.Inputs) Input(input);
    }

    public IReadOnlyList<(string Name, YamlNode Value)> All => _all;

    /// <summary>The name of a variable in Spool; one that nothing declares is declared as needed.</summary>
    public string Use(string name, Mark at)
    {
        if (_names.TryGetValue(name, out var known)) return known;
        _notes.Do(at, null, $"{{{{ {name} }}}}", "nothing gives this variable a value; give it with --var, or a default in the file");
        return Declare(name, at, Typed(("type", "string")));
    }

    private string Declare(string name, Mark at, YamlNode value)
    {
        if (_names.TryGetValue(name, out var known)) return known;
        var free = VwfConversion.Free(VwfConversion.Name(name), _names.ContainsValue);
        if (free != name) _notes.Changed(at, null, name, $"names of variables are letters, digits, - and _: it is {free} now");
        _names[name] = free;
        _all.Add((free, value));
        return free;
    }

    private void Input(VwfInput input)
    {
        var type = (input.Spec?["type"] as YamlScalar)?.Text;
        // A path is a file that the steps read; all else is a variable.
        if (type is null or "file" or "path" && IsPath(input.Name))
        {
            foreach (var entry in input.Spec?.Entries ?? [])
                if (entry.Key is not ("placeholder" or "description" or "type" or "path")) _notes.NoEqual(entry.KeyAt, null, $"{input.Name}.{entry.Key}", "a file that steps read is not declared in Spool; the step that reads it waits for it");
            return;
        }
        var fields = new List<YamlEntry>();
        var list = type is not null && type.StartsWith("list", StringComparison.Ordinal);
        Add("type", list ? "list" : type switch { "integer" or "int" => "integer", "number" or "float" => "number", "boolean" or "bool" => "boolean", "file" or "path" => "file", _ => "string" });
        if (list && type!.IndexOf('[', StringComparison.Ordinal) is > 0 and var open && type[(open + 1)..].TrimEnd(']') is "string" or "integer" or "number") Add("items", type[(open + 1)..].TrimEnd(']'));
        foreach (var entry in input.Spec?.Entries ?? [])
        {
            if (entry.Key is "type") continue;
            if (entry.Key is "description" && entry.Value is YamlScalar told) Add("description", told.Text);
            else if (entry.Key is "default") fields.Add(entry);
            else if (entry.Key is "count" && list && Count(entry.Value) is var (least, most))
            {
                if (least is not null) fields.Add(new YamlEntry("min-items", default, Number(least.Value)));
                if (most is not null) fields.Add(new YamlEntry("max-items", default, Number(most.Value)));
            }
            else if (entry.Key is "extensions" && entry.Value is YamlList extensions && fields[0].Value is YamlScalar { Text: "file" })
                fields.Add(new YamlEntry("extensions", default, new YamlList(default, [.. extensions.Items.OfType<YamlScalar>().Select(e => new YamlScalar(default, "." + e.Text.TrimStart('.'), true))])));
            else _notes.NoEqual(entry.KeyAt, null, $"{input.Name}.{entry.Key}", "this key of an input has no equal");
        }
        var declared = new YamlMap(default, fields);
        if (!input.Required && fields.TrueForAll(f => f.Key != "default"))
        {
            fields.Add(new YamlEntry("default", default, list ? new YamlList(default, []) : new YamlScalar(default, (fields[0].Value as YamlScalar)!.Text switch { "integer" or "number" => "0", "boolean" => "false", _ => "" }, (fields[0].Value as YamlScalar)!.Text is "string" or "file")));
            _notes.Changed(input.At, null, input.Name, "an optional input of Spool has a default: it is empty (0, false) now");
        }
        else if (fields.TrueForAll(f => f.Key != "default")) _notes.Do(input.At, null, input.Name, "it has no default: give it with --var, or a default in the file");
        Declare(input.Name, input.At, declared);

        void Add(string key, string value) => fields.Add(new YamlEntry(key, default, new YamlScalar(default, value, true)));
    }

    private static bool IsPath(string name) => name.Contains('/', StringComparison.Ordinal) || name.Contains('.', StringComparison.Ordinal);

    private static YamlScalar Number(int value) => new(default, value.ToString(CultureInfo.InvariantCulture), false);

    /// <summary>3, or 3-5.</summary>
    private static (int?, int?) Count(YamlNode node)
    {
        var parts = (node as YamlScalar)?.Text.Split('-') ?? [];
        var numbers = parts.Select(p => int.TryParse(p.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : (int?)null).ToList();
        return numbers is [var one] ? (one, one) : numbers is [var least, var most] ? (least, most) : (null, null);
    }

    private static YamlMap Typed(params (string Key, string Value)[] fields) => new(default, [.. fields.Select(f => new YamlEntry(f.Key, default, new YamlScalar(default, f.Value, true)))]);
}
