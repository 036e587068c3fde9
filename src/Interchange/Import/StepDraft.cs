using System.Globalization;
using Spool.Engine;
using Spool.Engine.Definition;

namespace Spool.Interchange.Import;

/// <summary>One VWF step on its way to a step of Spool: fields are taken one after the other, and what nobody took is told at the end.</summary>
internal sealed partial class StepDraft(VwfStep step, string id, Catalogue catalogue, ImportNotes notes, VwfConversion whole)
{
    private readonly HashSet<string> _taken = [];
    private readonly List<(string Role, YamlNode Value)> _in = [], _out = [];
    private readonly List<(string Name, YamlNode Value)> _with = [];
    private readonly List<(string Key, YamlNode Value)> _keys = [];
    private readonly SortedDictionary<string, YamlNode> _resources = new(StringComparer.Ordinal);
    private readonly List<SpoolStep> _beside = [];
    private string? _left;

    /// <summary>The step, last, and the steps beside it that it needs.</summary>
    internal IReadOnlyList<SpoolStep> Make()
    {
        var kind = Special() ?? Ruled();
        Common();
        if (_left is null)
        {
            foreach (var field in step.Fields.Where(f => !_taken.Contains(f.Key)))
                notes.NoEqual(field.KeyAt, step.Id, field.Key, kind is null ? "this field has no equal" : $"{kind} has nothing like it");
            if (step.ResumeOutput is { } resume && !_out.Exists(o => VwfConversion.PathsIn(o.Value).Contains(whole.PathOf(resume.Text, resume.At))))
                notes.NoEqual(resume.At, step.Id, "resume_output", "it is no output of the step; Spool decides by content, and checks every output itself");
        }
        var made = new SpoolStep(id, step.At, kind ?? "") { Inputs = _in, Outputs = _out, Options = _with, Keys = _keys, Left = _left, Source = step };
        return _left is null ? [.. _beside, made] : [made];
    }

    private string? Ruled()
    {
        var name = step.Kind == "llm_audit" && AuditsText() ? "llm_audit text" : step.Kind;
        if (KindRule.Find(name) is not { } rule) return Leave(KindRule.WhyNone(step.Kind));
        if (catalogue.Find(rule.Kind) is not { } kind) return Leave($"it would be {rule.Kind}, which this version of Spool does not have");
        foreach (var field in rule.Fields)
        {
            var entry = step.Fields.FirstOrDefault(f => field.Names.Contains(f.Key) && !_taken.Contains(f.Key));
            if (field.Goal == FieldGoal.Nowhere) foreach (var one in step.Fields.Where(f => field.Names.Contains(f.Key) && _taken.Add(f.Key))) notes.NoEqual(one.KeyAt, step.Id, one.Key, field.Why!);
            else if (field is { Goal: FieldGoal.Option, Target: "size" } && entry is null) SizeOf(kind);
            else if (entry is null) continue;
            else if (field.Goal == FieldGoal.Option) Option(kind, field.Target, entry);
            else if (_taken.Add(entry.Key)) Files(kind, field, entry);
        }
        if (step.IsTask) new RoleAssignment(step, kind, whole, notes).Assign(_in, _out, why => Leave(why));
        else if (_out.Count == 0 && step.ResumeOutput is { } resume && kind.Outputs.FirstOrDefault(o => MediaClass.Fits(o.Name, MediaClass.Of(resume.Text))) is { } role && whole.PathOf(resume.Text, resume.At) is { } path) _out.Add((role.Name, Of(path)));
        InPlace(kind);
        if (_left is null && kind.Inputs.FirstOrDefault(r => r.Required && _in.TrueForAll(i => i.Role != r.Name)) is { } missing) Leave($"{rule.Kind} needs the input {missing.Name}, which the step does not name");
        if (_left is null && (kind.Outputs.FirstOrDefault(r => r.Required && _out.TrueForAll(o => o.Role != r.Name))?.Name ?? (_out.Count == 0 ? kind.Outputs[0].Name : null)) is { } lacking) Leave($"{rule.Kind} needs the output {lacking}, which the step does not name");
        if (_left is null && rule.Told is not null) notes.Changed(step.At, step.Id, "kind", rule.Told);
        return rule.Kind;
    }

    private bool AuditsText() =>
        (step.IsTask ? step.Inputs.Select(i => i.Path) : step.Fields.Where(f => f.Key is "assets" or "asset_paths" or "inputs" or "input" or "input_path" or "paths" or "files").SelectMany(f => VwfConversion.PathsIn(f.Value)))
            .ToList() is { Count: > 0 } all && all.TrueForAll(p => MediaClass.Of(p) is "text");

    private string? Leave(string why)
    {
        _left ??= why;
        return null;
    }

    private static YamlScalar Of(string text, bool quoted = true) => new(default, text, quoted);

    /// <summary>Takes a field of paths into the role that it is meant for.</summary>
    private void Files(KindSchema kind, FieldRule field, YamlEntry entry)
    {
        var roles = field.Goal == FieldGoal.In ? kind.Inputs : kind.Outputs;
        var into = field.Goal == FieldGoal.In ? _in : _out;
        var items = (entry.Value as YamlList)?.Items ?? [entry.Value];
        var paths = new List<YamlNode>();
        foreach (var item in items)
        {
            var scalar = item as YamlScalar ?? (item as YamlMap)?["path"] as YamlScalar ?? (item as YamlMap)?["file"] as YamlScalar;
            if (scalar is not { IsNull: false }) continue;
            foreach (var extra in (item as YamlMap)?.Entries.Where(e => e.Key is not ("path" or "file")) ?? []) notes.NoEqual(extra.KeyAt, step.Id, $"{entry.Key}.{extra.Key}", $"{kind.Name} has nothing like it for one file");
            if (field.Goal == FieldGoal.In && field.Target is "text" or "prompt" && !LooksLikePath(scalar.Text)) paths.Add(Of(Written(scalar)));
            else if (whole.PathOf(scalar.Text, scalar.At) is { } path) paths.Add(Of(field.Goal == FieldGoal.In ? whole.Current(path) : path));
            else Leave($"the path '{scalar.Text}' lies outside the workspace or is none");
        }
        if (paths.Count == 0) return;
        var first = ((YamlScalar)paths[0]).Text;
        var name = field.Target == "media" && roles.All(r => r.Name != "media") ? roles.FirstOrDefault(r => MediaClass.Fits(r.Name, MediaClass.Of(first)))?.Name : field.Target;
        var role = roles.FirstOrDefault(r => r.Name == name);
        if (role is null) notes.NoEqual(entry.KeyAt, step.Id, entry.Key, $"{kind.Name} takes no such file ({first})");
        else if (into.Exists(i => i.Role == role.Name)) notes.NoEqual(entry.KeyAt, step.Id, entry.Key, $"the {role.Name} of {kind.Name} is named already");
        else if (role.Shape != RoleShape.List && paths.Count > 1) Leave($"{kind.Name} takes one {role.Name}, and {entry.Key} names {paths.Count}; make a step for each");
        else
        {
            if (role.Shape == RoleShape.Folder && !first.EndsWith('/')) paths[0] = Of(first + "/");
            into.Add((role.Name, paths.Count == 1 ? Optional((YamlScalar)paths[0], role) : new YamlList(default, paths)));
        }
    }

    /// <summary>A path as an input; one that may be missing says so where the kind can do without.</summary>
    private YamlNode Optional(YamlScalar path, RoleSchema role) =>
        !role.Required && whole.IsOptional(path.Text) ? new YamlMap(default, [new YamlEntry("path", default, path), new YamlEntry("optional", default, Of("true", false))]) : path;

    private static bool LooksLikePath(string text) => text.Length < 300 && !text.Contains('\n', StringComparison.Ordinal) && (MediaClass.Of(text) != "file" || (text.Contains('/', StringComparison.Ordinal) && !text.Contains(' ', StringComparison.Ordinal)));

    /// <summary>A text that stands in the step becomes a file, written by a step of its own; gives its path.</summary>
    private string Written(YamlScalar text, string extension = ".txt")
    {
        var path = $"work/{id}-text{extension}";
        _beside.Add(new SpoolStep(whole.Extra($"{id}-text"), step.At, "files.write") { Options = [("text", Of(whole.Text(text.Text, text.At)))], Outputs = [("file", Of(path))] });
        return path;
    }

    private void Option(KindSchema kind, string name, YamlEntry entry)
    {
        if (!_taken.Add(entry.Key) || entry.Value is YamlScalar { IsNull: true }) return;
        if (!kind.OptionsByName.TryGetValue(name, out _))
        {
            notes.NoEqual(entry.KeyAt, step.Id, entry.Key, $"{kind.Name} has no option like it");
            return;
        }
        var value = Filled(name == "size" ? Size(entry.Value) : entry.Value);
        // Bound alone, so that one value that does not fit does not cost the step.
        var problems = new ProblemList();
        var at = new Mark("option", 1, 1);
        OptionBinder.Bind(kind, new YamlMap(default, [new YamlEntry(name, at, Marked(value, at))]), default, problems, unresolved: true);
        if (problems.Problems.FirstOrDefault(p => p.At.File == "option") is { } wrong) notes.NoEqual(entry.KeyAt, step.Id, entry.Key, $"{wrong.Message}{(wrong.Hint is null ? "" : $" ({wrong.Hint})")}");
        else _with.Add((name, value));
    }

    private static YamlNode Marked(YamlNode node, Mark at) => node switch
    {
        YamlScalar scalar => scalar with { At = at },
        YamlList list => list with { At = at, Items = [.. list.Items.Select(i => Marked(i, at))] },
        YamlMap map => map with { At = at, Entries = [.. map.Entries.Select(e => new YamlEntry(e.Key, at, Marked(e.Value, at)))] },
        _ => node,
    };

    private YamlNode Filled(YamlNode node) => node switch
    {
        YamlScalar scalar => whole.Text(scalar.Text, scalar.At) is var text && text != scalar.Text ? new YamlScalar(default, text, true) : scalar,
        YamlList list => list with { Items = [.. list.Items.Select(Filled)] },
        YamlMap map => map with { Entries = [.. map.Entries.Select(e => e with { Value = Filled(e.Value) })] },
        _ => node,
    };

    private void SizeOf(KindSchema kind)
    {
        if (step.Fields.FirstOrDefault(f => f.Key == "width") is not { Value: YamlScalar width } entry || step.Fields.FirstOrDefault(f => f.Key == "height") is not { Value: YamlScalar height }) return;
        _taken.Add("height");
        Option(kind, "size", entry with { Value = Of($"{width.Text}x{height.Text}") });
    }

    private static YamlNode Size(YamlNode node) => node switch
    {
        YamlList { Items: [YamlScalar w, YamlScalar h] } => Of($"{w.Text}x{h.Text}"),
        YamlMap map when map["width"] is YamlScalar w && map["height"] is YamlScalar h => Of($"{w.Text}x{h.Text}"),
        _ => node,
    };

    /// <summary>A step that writes what it reads gets a new file to write, which later steps read.</summary>
    private void InPlace(KindSchema kind)
    {
        var reads = _in.SelectMany(i => VwfConversion.PathsIn(i.Value)).ToList();
        if (_out.Count == 0 && kind.Name == "audio.normalize" && reads is [var only])
        {
            var role = kind.Outputs.FirstOrDefault(o => MediaClass.Fits(o.Name, MediaClass.Of(only)));
            if (role is not null) _out.Add((role.Name, Of(only)));
        }
        for (var i = 0; i < _out.Count; i++)
        {
            if (_out[i].Value is not YamlScalar { Text: var path } || !reads.Contains(path)) continue;
            var dot = path.LastIndexOf('.');
            var other = dot > path.LastIndexOf('/') ? $"{path[..dot]}-{id}{path[dot..]}" : $"{path}-{id}";
            _out[i] = (_out[i].Role, Of(other));
            whole.Rename(path, other);
            notes.Changed(step.At, step.Id, "output", $"it changed {path} in place; it writes {other} now, and the steps after it read that");
        }
    }

    /// <summary>What every step may say.</summary>
    private void Common()
    {
        if (step.Segment is { } segment) _keys.Add(("segment", Of(segment)));
        foreach (var field in step.Fields.Where(f => !_taken.Contains(f.Key)))
        {
            var text = (field.Value as YamlScalar)?.Text;
            var known = true;
            if (field.Value is YamlScalar { IsNull: true }) known = true;
            else if (field.Key is "description" or "label" or "name" && text is not null && _keys.TrueForAll(k => k.Key != "label")) _keys.Add(("label", Of(whole.Text(text, field.Value.At))));
            else if (field.Key is "timeout" or "timeout_secs" or "timeout_seconds" && text is not null && double.TryParse(text.TrimEnd('s', 'm', 'h'), NumberStyles.Float, CultureInfo.InvariantCulture, out var time) && time > 0) _keys.Add(("timeout", Of(text, false)));
            else if (field.Key is "retry" or "retries" or "max_retries" && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var tries) && tries <= 100) _keys.Add(("retry", Of(text!, false)));
            else if (field.Key is "constraints" && field.Value is YamlMap constraints) foreach (var one in constraints.Entries) Constraint(one);
            else if (field.Key is "sequential_group" or "resource" or "max_parallelism" or "parallelism" or "always_run") Constraint(field);
            else if (field.Key is "condition" or "when" or "if" && text is not null && whole.Condition(text, field.Value.At) is { } condition) _keys.Add(("when", Of(condition)));
            else if (field.Key is "parallel") notes.Changed(field.KeyAt, step.Id, field.Key, "tasks that do not wait for each other run side by side anyway");
            else known = false;
            if (known) _taken.Add(field.Key);
        }
        if (_resources.Count > 0) _keys.Add(("resources", new YamlMap(default, [.. _resources.Select(r => new YamlEntry(r.Key, default, r.Value))])));
    }

    private void Constraint(YamlEntry entry)
    {
        var text = (entry.Value as YamlScalar)?.Text;
        if (entry.Value is YamlScalar { IsNull: true }) return;
        if (entry.Key == "sequential_group" && text is not null) _keys.Add(("group", Of(VwfConversion.Name(text))));
        else if (entry.Key == "resource" && text is not null)
        {
            var name = VwfConversion.Name(text);
            _resources[name] = Of("1", false);
            whole.Pool(name, name == "lipsync" ? 2 : 1);
        }
        else if (entry.Key is "max_parallelism" or "parallelism" && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0)
        {
            // Tasks of one step at once: a pool that only this step takes from.
            var pool = VwfConversion.Name($"{id}-tasks");
            _resources[pool] = Of("1", false);
            whole.Pool(pool, most);
        }
        else if (entry.Key == "always_run") notes.NoEqual(entry.KeyAt, step.Id, entry.Key, text == "true" ? $"a task runs when its content changed; to run it again: spool run --force {id}" : "it is so anyway");
        else notes.NoEqual(entry.KeyAt, step.Id, entry.Key, "this constraint has no equal");
    }
}
