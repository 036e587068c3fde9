using System.Text;
using Spool.Platform;

namespace Spool.Engine.Definition;

/// <summary>Text to <see cref="Workflow"/>: every Problem of the text is found, none is thrown.</summary>
public sealed class WorkflowReader(IDisk disk, Catalogue catalogue, Func<string, string?> environment)
{
    /// <summary>The name of the file that is looked for where none is named.</summary>
    public const string DefaultName = "spool.yaml";

    private static readonly string[] Keys =
        ["version", "name", "description", "vars", "roots", "resources", "budget", "outputs", "steps", "profiles", "include", "tools", "store", "provenance", "preview", "alias"];

    /// <summary>The folder that files named by variables are looked for in; null: the folder of the workflow.</summary>
    public string? Workspace { get; init; }

    /// <summary>The workflow, or null when its text cannot be used at all. Check <paramref name="problems"/> in any case.</summary>
    public Workflow? Read(string file, WorkflowArguments arguments, ProblemList problems)
    {
        var texts = new List<(string File, string Text)>();
        var root = ReadFile(file, problems, texts);
        if (root is null) return null;
        var reader = new StepReader(catalogue, problems);
        foreach (var entry in root.Entries)
            if (!Keys.Contains(entry.Key)) problems.Add("SPL0110", entry.KeyAt, $"a workflow has no key '{entry.Key}'", NearestName.Hint(entry.Key, Keys) ?? $"its keys: {string.Join(", ", Keys)}");
        foreach (var entry in root.Entries.Where(e => e.Key is "provenance" or "store"))
            problems.Warn("SPL0165", entry.KeyAt, $"this version does not look at '{entry.Key}' yet");
        foreach (var alias in reader.List(root["alias"], "alias").Where(a => !StepReader.IsName(a.Text))) problems.Add("SPL0112", alias.At, $"'{alias.Text}' cannot be another name of a template", "use letters, digits, - and _, starting with a letter or digit");
        if (root["version"] is not { } version) problems.Add("SPL0109", root.At, "the file does not say its version", "add the line: version: 1");
        else if (version is not YamlScalar { Text: "1" }) problems.Add("SPL0109", version.At, "this program reads version 1 of workflow files", "write version: 1");

        var maps = new List<YamlMap> { root };
        Include(root, file, problems, texts, maps, [file]);
        var profile = Profile(root, arguments.Profile, problems, reader);
        var vars = new VariableReader(problems, environment, path => IsFile(Path.Join(Workspace ?? Path.GetDirectoryName(file), path)))
            .Read([.. maps.SelectMany(m => reader.Map(m["vars"], "vars"))], profile is null ? [] : reader.Map(profile["vars"], "vars"), arguments);
        var sets = Sets(profile, arguments, problems, reader);

        var pools = maps.SelectMany(m => reader.Numbers(m["resources"], "resources")).Concat(profile is null ? [] : reader.Numbers(profile["resources"], "resources"))
            .GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.Last().Value);
        var steps = new List<StepDefinition>();
        var known = new List<string>();
        foreach (var map in maps)
        {
            if (map["steps"] is YamlList list)
            {
                foreach (var item in list.Items.SelectMany(i => Expand(i, file, vars.Values, new Reading(problems, texts, reader, pools), [file])))
                {
                    var id = ((item as YamlMap)?["id"] as YamlScalar)?.Text ?? "";
                    known.Add(id);
                    if (reader.Read(item, sets.Where(s => s.Step == id).ToDictionary(s => s.Option, s => s.Value)) is { } step) steps.Add(step);
                }
            }
            else if (map["steps"] is { } other) problems.Add("SPL0111", other.At, $"steps: must be a list, not {other.Noun}");
            else if (map == root && maps.Count == 1) problems.Add("SPL0114", root.At, "the workflow has no steps", "add 'steps:' with at least one step");
        }
        foreach (var same in steps.GroupBy(s => s.Id).Where(g => g.Count() > 1))
            problems.Add("SPL0129", same.Last().At, $"two steps have the id '{same.Key}'", $"the first is at line {same.First().At.Line}");
        foreach (var (step, option, _, at) in sets)
            if (!known.Contains(step)) problems.Add("SPL0130", at, $"there is no step '{step}' to set {option} of", NearestName.Hint(step, known));
        foreach (var step in steps)
            foreach (var (need, at) in step.Needs)
                if (!known.Contains(need)) problems.Add("SPL0131", at, $"there is no step '{need}'", NearestName.Hint(need, known));

        return new Workflow
        {
            File = file,
            Name = (root["name"] as YamlScalar)?.Text ?? Path.GetFileNameWithoutExtension(file),
            Text = Digest.Of(string.Join('\0', texts.Select(t => t.File + "\0" + t.Text))),
            Steps = steps,
            Variables = vars.Declared,
            Vars = vars.Values,
            ShownVars = vars.Shown,
            Secrets = vars.Secrets,
            Roots = Roots(root, file, vars.Values, problems, reader),
            Pools = pools,
            Budget = Budget.Read(root["budget"], known, problems),
            PreviewAfter = PreviewAfter(root, known, problems, reader),
            Outputs = root["outputs"] is null ? null : [.. reader.List(root["outputs"], "outputs").Select(o => (o.Text, o.At))],
            ToolPrecisions = Tools(root, problems, reader),
            Files = [.. texts.Select(t => t.File)],
        };
    }

    /// <summary>What reading goes on with.</summary>
    private sealed record Reading(ProblemList Problems, List<(string, string)> Texts, StepReader Steps, Dictionary<string, double> Pools);

    /// <summary>A step as it is, or the steps of the workflow that it stands for.</summary>
    private IEnumerable<YamlNode> Expand(YamlNode node, string file, IReadOnlyDictionary<string, YamlNode> vars, Reading reading, IReadOnlyList<string> chain)
    {
        if (node is not YamlMap step || (step["kind"] as YamlScalar)?.Text != SubWorkflow.Kind) return [node];
        var (problems, _, reader, _) = reading;
        foreach (var entry in step.Entries)
            if (!SubWorkflow.Keys.Contains(entry.Key)) problems.Add("SPL0110", entry.KeyAt, $"a workflow step has no key '{entry.Key}'", NearestName.Hint(entry.Key, SubWorkflow.Keys) ?? $"its keys: {string.Join(", ", SubWorkflow.Keys)}");
        if (reader.Text(step, "id", required: true) is not { } id || reader.Text(step, "file", required: true) is not { } name) return [];
        if (Paths.Normalise(name) is not { } path)
        {
            problems.Add("SPL0132", step["file"]!.At, $"'{name}' lies outside the folder of the workflow");
            return [];
        }
        var full = Path.Join(Path.GetDirectoryName(file), path);
        if (chain.Contains(full))
        {
            problems.Add("SPL0133", step["file"]!.At, $"files include each other: {string.Join(" -> ", chain.Append(full).Select(Path.GetFileName))}");
            return [];
        }
        if (ReadFile(full, problems, reading.Texts) is not { } root) return [];
        foreach (var entry in root.Entries.Where(e => e.Key is "include" or "roots"))
            problems.Add("SPL0110", entry.KeyAt, $"a workflow that another brings in cannot have '{entry.Key}'", "move it into the outer file");
        if (step["when"] is YamlScalar { Text: var outer } && outer.StartsWith("exists ", StringComparison.Ordinal))
            foreach (var inside in ((root["steps"] as YamlList)?.Items ?? []).OfType<YamlMap>().Select(s => s["when"]).OfType<YamlScalar>().Where(w => w.Text.StartsWith("exists ", StringComparison.Ordinal)))
                problems.Add("SPL0121", inside.At, $"'{inside.Text}' cannot stand beside '{outer}' of the step that brings this workflow in", "use one of them, or a variable");
        foreach (var (pool, capacity) in reader.Numbers(root["resources"], "resources")) reading.Pools.TryAdd(pool, capacity);
        // Its variables take what the step gives them, in the words of this file.
        var inputs = reader.Map(step["inputs"], "inputs").Select(e => e with { Value = Template.Fill(e.Value, (expression, at) => Given(expression, at, vars, problems)) }).ToList();
        var inner = new VariableReader(problems, environment, p => IsFile(Path.Join(Workspace ?? Path.GetDirectoryName(file), p))).Read(reader.Map(root["vars"], "vars"), inputs, WorkflowArguments.None);
        var condition = (step["when"] as YamlScalar)?.Text;
        var never = condition is not null && !condition.StartsWith("exists ", StringComparison.Ordinal) && !SubWorkflow.Holds(condition, vars) ? condition : null;
        return [.. new SubWorkflow(step, id, root, inner.Values, never).Steps().SelectMany(s => Expand(s, full, inner.Values, reading, [.. chain, full]))];
    }

    private static YamlNode? Given(string expression, Mark at, IReadOnlyDictionary<string, YamlNode> vars, ProblemList problems)
    {
        if (expression.StartsWith("vars.", StringComparison.Ordinal) && vars.TryGetValue(expression[5..], out var value)) return value;
        problems.Add("SPL0201", at, $"the inputs of a workflow step may use variables only, not '{expression}'", NearestName.Hint(expression, vars.Keys.Select(k => "vars." + k)));
        return null;
    }

    private static List<string> PreviewAfter(YamlMap root, IReadOnlyCollection<string> known, ProblemList problems, StepReader reader)
    {
        foreach (var entry in reader.Map(root["preview"], "preview"))
            if (entry.Key != "after") problems.Add("SPL0110", entry.KeyAt, $"preview: has no key '{entry.Key}'", NearestName.Hint(entry.Key, ["after"]) ?? "write preview: { after: [STEP] }");
        var steps = reader.List((root["preview"] as YamlMap)?["after"], "preview.after");
        foreach (var step in steps.Where(s => !known.Contains(s.Text))) problems.Add("SPL0131", step.At, $"there is no step '{step.Text}'", NearestName.Hint(step.Text, known));
        return [.. steps.Select(s => s.Text)];
    }

    private bool IsFile(string path)
    {
        try { return disk.Stat(path) is { Kind: FileKind.File }; }
        catch (DiskException) { return false; } // a name that no file can have
    }

    private YamlMap? ReadFile(string file, ProblemList problems, List<(string, string)> texts)
    {
        string text;
        try
        {
            if (disk.Stat(file) is not { } stat)
            {
                problems.Add("SPL0100", new Mark(file, 0, 0), "there is no such file", NearFile(file));
                return null;
            }
            if (stat.Kind != FileKind.File)
            {
                problems.Add("SPL0100", new Mark(file, 0, 0), "this is not a file");
                return null;
            }
            if (stat.Size > YamlText.MostBytes)
            {
                problems.Add("SPL0105", new Mark(file, 1, 1), $"the file has more than {YamlText.MostBytes >> 20} MiB");
                return null;
            }
            text = new UTF8Encoding(false, true).GetString(DurableFile.Read(disk, file));
        }
        catch (DecoderFallbackException)
        {
            problems.Add("SPL0101", new Mark(file, 1, 1), "the file is not text in UTF-8");
            return null;
        }
        catch (DiskException e)
        {
            problems.Add("SPL0100", new Mark(file, 0, 0), e.Message);
            return null;
        }
        texts.Add((file, text));
        var node = YamlText.Read(file, text.TrimStart('\uFEFF'), problems);
        if (node is YamlMap map) return map;
        if (node is not null) problems.Add("SPL0111", node.At, $"a workflow is a mapping, not {node.Noun}");
        else if (!problems.Any) problems.Add("SPL0111", new Mark(file, 1, 1), "the file is empty", "start with: version: 1");
        return null;
    }

    private string? NearFile(string file)
    {
        var folder = Path.GetDirectoryName(file)!;
        return disk.Stat(folder) is { Kind: FileKind.Folder } ? NearestName.Hint(Path.GetFileName(file), disk.List(folder).Select(e => e.Name)) : null;
    }

    private void Include(YamlMap map, string file, ProblemList problems, List<(string, string)> texts, List<YamlMap> maps, IReadOnlyList<string> chain)
    {
        var reader = new StepReader(catalogue, problems);
        foreach (var name in reader.List(map["include"], "include"))
        {
            if (Paths.Normalise(name.Text) is not { } path)
            {
                problems.Add("SPL0132", name.At, $"'{name.Text}' lies outside the folder of the workflow");
                continue;
            }
            var full = Path.Join(Path.GetDirectoryName(file), path);
            if (chain.Contains(full))
            {
                problems.Add("SPL0133", name.At, $"files include each other: {string.Join(" -> ", chain.Append(full).Select(Path.GetFileName))}");
                continue;
            }
            if (ReadFile(full, problems, texts) is not { } included) continue;
            foreach (var entry in included.Entries)
                if (entry.Key is not ("version" or "name" or "description" or "vars" or "resources" or "steps" or "include"))
                    problems.Add("SPL0110", entry.KeyAt, $"an included file has no key '{entry.Key}'", "it brings vars, resources and steps");
            maps.Add(included);
            Include(included, full, problems, texts, maps, [.. chain, full]);
        }
    }

    private static YamlMap? Profile(YamlMap root, string? name, ProblemList problems, StepReader reader)
    {
        var profiles = reader.Map(root["profiles"], "profiles");
        foreach (var profile in profiles)
            foreach (var entry in reader.Map(profile.Value, $"profile {profile.Key}"))
                if (entry.Key is not ("vars" or "set" or "resources")) problems.Add("SPL0110", entry.KeyAt, $"a profile has no key '{entry.Key}'", NearestName.Hint(entry.Key, ["vars", "set", "resources"]) ?? "its keys: vars, set, resources");
        if (name is null) return null;
        var found = profiles.FirstOrDefault(p => p.Key == name);
        if (found is null) problems.Add("SPL0134", new Mark($"--profile {name}", 0, 0), $"the workflow has no profile '{name}'", NearestName.Hint(name, profiles.Select(p => p.Key)) ?? (profiles.Count == 0 ? "it has none" : $"its profiles: {string.Join(", ", profiles.Select(p => p.Key))}"));
        return found?.Value as YamlMap;
    }

    private static List<(string Step, string Option, YamlNode Value, Mark At)> Sets(YamlMap? profile, WorkflowArguments arguments, ProblemList problems, StepReader reader)
    {
        var sets = new List<(string, string, YamlNode, Mark)>();
        foreach (var entry in profile is null ? [] : reader.Map(profile["set"], "set")) Add(entry.Key, entry.Value, entry.KeyAt);
        foreach (var (target, text) in arguments.Sets)
        {
            var at = new Mark($"--set {target}", 0, 0);
            var value = text.StartsWith('[') || text.StartsWith('{') ? YamlText.Read($"--set {target}", text, problems) : new YamlScalar(at, text, false);
            if (value is not null) Add(target, value, at);
        }
        return sets;

        void Add(string target, YamlNode value, Mark at)
        {
            var dot = target.IndexOf('.', StringComparison.Ordinal);
            if (dot <= 0 || dot == target.Length - 1) problems.Add("SPL0135", at, $"'{target}' does not name an option", "write STEP.OPTION=VALUE");
            else
            {
                sets.RemoveAll(s => s.Item1 == target[..dot] && s.Item2 == target[(dot + 1)..]);
                sets.Add((target[..dot], target[(dot + 1)..], value, at));
            }
        }
    }

    private Dictionary<string, string> Roots(YamlMap root, string file, IReadOnlyDictionary<string, YamlNode> vars, ProblemList problems, StepReader reader)
    {
        var roots = new Dictionary<string, string>();
        foreach (var entry in reader.Map(root["roots"], "roots"))
        {
            if (entry.Value is not YamlScalar { IsNull: false } value || !StepReader.IsName(entry.Key))
            {
                problems.Add("SPL0136", entry.KeyAt, $"the root {entry.Key} must be a name with a folder");
                continue;
            }
            var path = RootPath(value, vars, problems);
            if (path.Length == 0) continue;
            if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal)) path = environment("HOME") + path[1..];
            if (!Path.IsPathRooted(path)) path = Path.Join(Path.GetDirectoryName(file), path);
            roots[entry.Key] = Path.GetFullPath(path).TrimEnd('/');
        }
        return roots;
    }

    private static string RootPath(YamlScalar value, IReadOnlyDictionary<string, YamlNode> vars, ProblemList problems) =>
        Template.FillText(value.Text, value.At, (expression, at) =>
        {
            if (expression.StartsWith("vars.", StringComparison.Ordinal) && vars.GetValueOrDefault(expression[5..]) is YamlScalar found) return found;
            problems.Add("SPL0136", at, $"'{expression}' is no variable that a root can be made of", NearestName.Hint(expression, vars.Keys.Select(k => "vars." + k)));
            return null;
        });

    private static Dictionary<string, ToolPrecision> Tools(YamlMap root, ProblemList problems, StepReader reader)
    {
        var precisions = new Dictionary<string, ToolPrecision>();
        foreach (var entry in reader.Map(root["tools"], "tools"))
        {
            if (entry.Value is YamlScalar scalar && Enum.TryParse<ToolPrecision>(scalar.Text, true, out var precision)) precisions[entry.Key] = precision;
            else problems.Add("SPL0303", entry.Value.At, $"tools.{entry.Key} must be exact, minor or any");
        }
        return precisions;
    }
}
