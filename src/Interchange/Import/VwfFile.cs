using Spool.Engine;
using Spool.Engine.Definition;

namespace Spool.Interchange.Import;

/// <summary>A path of a VWF task with what stands in for it.</summary>
public sealed record VwfPath(string Path, Mark At, YamlNode? Placeholder);

/// <summary>A step of the linear form or a task of the reactive one.</summary>
public sealed record VwfStep(string Id, Mark At, string Kind)
{
    public string? Segment { get; init; }
    public IReadOnlyList<YamlScalar> DependsOn { get; init; } = [];
    public YamlScalar? ResumeOutput { get; init; }
    /// <summary>What else stands at the step, as written.</summary>
    public IReadOnlyList<YamlEntry> Fields { get; init; } = [];
    /// <summary>Of the reactive form: paths without roles.</summary>
    public IReadOnlyList<VwfPath> Inputs { get; init; } = [];
    public IReadOnlyList<VwfPath> Outputs { get; init; } = [];
    public bool IsTask { get; init; }
}

/// <summary>An input of the reactive form: a file, or a variable.</summary>
public sealed record VwfInput(string Name, Mark At, bool Required, YamlMap? Spec);

/// <summary>What a VWF workflow says, read strictly in its frame and loosely in what steps carry. Lists what the frame itself has no equal for.</summary>
public sealed record VwfFile
{
    public const int MostSteps = 5000;

    public required string Name { get; init; }
    public string? Description { get; init; }
    public IReadOnlyList<YamlEntry> Vars { get; init; } = [];
    public IReadOnlyList<VwfStep> Steps { get; init; } = [];
    public IReadOnlyList<VwfInput> Inputs { get; init; } = [];
    /// <summary>Id and description of segments.</summary>
    public IReadOnlyDictionary<string, string> Segments { get; init; } = new Dictionary<string, string>();
    public bool IsReactive { get; init; }

    /// <summary>Null, with Problems, when it is no VWF workflow.</summary>
    public static VwfFile? Read(string file, string text, ProblemList problems, ImportNotes notes)
    {
        var node = YamlText.Read(file, text, problems);
        if (problems.Any) return null;
        if (node is not YamlMap root || (root["steps"] ?? root["segments"] ?? root["tasks"]) is null)
        {
            problems.Add("SPL0180", node?.At ?? new Mark(file, 1, 1), "this is no VWF workflow: it has neither steps, segments nor tasks");
            return null;
        }
        if (root["version"] is { } version && version is not YamlScalar { Text: "1" or "1.0" or "2" }) problems.Add("SPL0180", version.At, "only version 1 of VWF workflows is known");
        if (root["steps"] is YamlList list && list.Items.OfType<YamlMap>().Any(s => s["in"] is not null || s["with"] is not null) && root["segments"] is null)
            problems.Add("SPL0180", list.At, "this is a workflow of Spool already");
        var reader = new Frame(problems, notes);
        var read = new VwfFile
        {
            Name = reader.Text(root, "name") ?? Path.GetFileNameWithoutExtension(file),
            Description = reader.Text(root, "description"),
            Vars = reader.Map(root["vars"] ?? root["variables"], "vars"),
            Inputs = reader.Inputs(root["inputs"]),
            Steps = [.. reader.Segments(root["segments"]), .. reader.Steps(root["steps"], null), .. reader.Tasks(root["tasks"])],
            Segments = reader.Described,
            IsReactive = root["tasks"] is not null,
        };
        foreach (var entry in root.Entries.Where(e => e.Key is not ("version" or "name" or "description" or "vars" or "variables" or "inputs" or "segments" or "steps" or "tasks")))
            notes.NoEqual(entry.KeyAt, null, entry.Key, "this key of the workflow has no equal in Spool");
        reader.Ids(read.Steps);
        return problems.Any ? null : read;
    }

    private sealed class Frame(ProblemList problems, ImportNotes notes)
    {
        private int _steps;

        internal Dictionary<string, string> Described { get; } = [];

        internal IEnumerable<VwfStep> Segments(YamlNode? node)
        {
            foreach (var map in Maps(node, "segments"))
            {
                var id = Text(map, "id");
                if (id is null) problems.Add("SPL0181", map.At, "a segment has no id");
                Described[id ?? ""] = Text(map, "description") ?? "";
                foreach (var entry in map.Entries.Where(e => e.Key is not ("id" or "steps" or "description")))
                    notes.NoEqual(entry.KeyAt, null, $"segments.{id}.{entry.Key}", entry.Key == "segment_type" ? "Spool has no types of segments; what plays in it is what its steps make" : "this key of a segment has no equal");
                foreach (var step in Steps(map["steps"], id)) yield return step;
            }
        }

        internal IEnumerable<VwfStep> Steps(YamlNode? node, string? segment)
        {
            foreach (var map in Maps(node, "steps"))
                if (Step(map, Text(map, "id"), map.At, segment, isTask: false) is { } step) yield return step;
        }

        internal IEnumerable<VwfStep> Tasks(YamlNode? node)
        {
            if (node is YamlList)
            {
                foreach (var map in Maps(node, "tasks"))
                    if (Step(map, Text(map, "id") ?? Text(map, "name"), map.At, null, isTask: true) is { } step) yield return step;
                yield break;
            }
            foreach (var entry in Map(node, "tasks"))
            {
                if (entry.Value is not YamlMap map) problems.Add("SPL0181", entry.Value.At, $"the task {entry.Key} must be a mapping, not {entry.Value.Noun}");
                else if (Step(map, entry.Key, entry.KeyAt, null, isTask: true) is { } step) yield return step;
            }
        }

        private VwfStep? Step(YamlMap map, string? id, Mark at, string? segment, bool isTask)
        {
            if (++_steps > MostSteps)
            {
                if (_steps == MostSteps + 1) problems.Add("SPL0180", at, $"the workflow has more than {MostSteps} steps");
                return null;
            }
            if (string.IsNullOrWhiteSpace(id)) problems.Add("SPL0181", at, "a step has no id");
            var kind = Text(map, "kind") ?? Text(map, "type");
            if (kind is null) problems.Add("SPL0181", map.At, $"the step {id} has no kind");
            if (string.IsNullOrWhiteSpace(id) || kind is null) return null;
            string[] frame = isTask ? ["id", "kind", "type", "depends_on", "resume_output", "inputs", "outputs"] : ["id", "kind", "type", "depends_on", "resume_output"];
            return new VwfStep(id, at, kind)
            {
                Segment = segment,
                DependsOn = Names(map["depends_on"]),
                ResumeOutput = map["resume_output"] as YamlScalar,
                Fields = [.. map.Entries.Where(e => !frame.Contains(e.Key) && !(e.Key == "name" && isTask))],
                Inputs = isTask ? Paths(map["inputs"]) : [],
                Outputs = isTask ? Paths(map["outputs"]) : [],
                IsTask = isTask,
            };
        }

        private List<VwfPath> Paths(YamlNode? node)
        {
            var paths = new List<VwfPath>();
            foreach (var item in node is YamlList list ? list.Items : node is null or YamlScalar { IsNull: true } ? [] : [node])
            {
                if (item is YamlScalar one) paths.Add(new VwfPath(one.Text, one.At, null));
                else if (item is YamlMap { Entries: [var only] } && only.Key is not ("path" or "artifact")) paths.Add(new VwfPath(only.Key, only.KeyAt, (only.Value as YamlMap)?["placeholder"] ?? (only.Value is YamlScalar { IsNull: false } word ? word : null)));
                else if (item is YamlMap map && (Text(map, "path") ?? Text(map, "artifact")) is { } path)
                {
                    paths.Add(new VwfPath(path, map.At, map["placeholder"]));
                    foreach (var entry in map.Entries.Where(e => e.Key is not ("path" or "artifact" or "placeholder"))) notes.NoEqual(entry.KeyAt, null, entry.Key, "this key of a path has no equal");
                }
                else problems.Add("SPL0181", item.At, $"a path must be text or PATH: {{ placeholder: … }}, not {item.Noun}");
            }
            return paths;
        }

        internal List<VwfInput> Inputs(YamlNode? node)
        {
            var inputs = new List<VwfInput>();
            foreach (var group in Map(node, "inputs"))
            {
                if (group.Key is not ("required" or "optional"))
                {
                    notes.NoEqual(group.KeyAt, null, $"inputs.{group.Key}", "inputs are required or optional");
                    continue;
                }
                var required = group.Key == "required";
                if (group.Value is YamlList list)
                {
                    foreach (var item in list.Items)
                    {
                        if (item is YamlScalar one) inputs.Add(new VwfInput(one.Text, one.At, required, null));
                        else if (item is YamlMap { Entries: [var only] }) inputs.Add(new VwfInput(only.Key, only.KeyAt, required, only.Value as YamlMap));
                        else if (item is YamlMap map && (Text(map, "path") ?? Text(map, "name")) is { } name) inputs.Add(new VwfInput(name, map.At, required, map));
                        else problems.Add("SPL0181", item.At, $"an input must be a name or NAME: {{ … }}, not {item.Noun}");
                    }
                }
                else foreach (var entry in Map(group.Value, $"inputs.{group.Key}")) inputs.Add(new VwfInput(entry.Key, entry.KeyAt, required, entry.Value as YamlMap ?? (entry.Value is YamlScalar { IsNull: false } type ? new YamlMap(type.At, [new YamlEntry("type", type.At, type)]) : null)));
            }
            return inputs;
        }

        internal void Ids(IReadOnlyList<VwfStep> steps)
        {
            foreach (var same in steps.GroupBy(s => s.Id).Where(g => g.Count() > 1)) problems.Add("SPL0181", same.Last().At, $"two steps have the id '{same.Key}'", $"the first is at line {same.First().At.Line}");
            var known = steps.Select(s => s.Id).ToHashSet();
            foreach (var name in steps.SelectMany(s => s.DependsOn).Where(n => !known.Contains(n.Text)).Take(100))
                problems.Add("SPL0181", name.At, $"there is no step '{name.Text}'", known.Count <= 500 ? NearestName.Hint(name.Text, known) : null);
        }

        private YamlScalar[] Names(YamlNode? node)
        {
            if (node is YamlScalar { IsNull: false } one) return [one];
            if (node is YamlList list && list.Items.All(i => i is YamlScalar)) return [.. list.Items.Cast<YamlScalar>()];
            if (node is not (null or YamlScalar)) problems.Add("SPL0181", node.At, "depends_on must be a list of ids");
            return [];
        }

        internal string? Text(YamlMap map, string key)
        {
            if (map[key] is YamlScalar { IsNull: false } scalar) return scalar.Text;
            if (map[key] is { } other and not YamlScalar) problems.Add("SPL0181", other.At, $"{key} must be text, not {other.Noun}");
            return null;
        }

        internal IReadOnlyList<YamlEntry> Map(YamlNode? node, string name)
        {
            if (node is YamlMap map) return map.Entries;
            if (node is not (null or YamlScalar { IsNull: true })) problems.Add("SPL0181", node.At, $"{name} must be a mapping, not {node.Noun}");
            return [];
        }

        private IEnumerable<YamlMap> Maps(YamlNode? node, string name)
        {
            if (node is null or YamlScalar { IsNull: true }) yield break;
            if (node is not YamlList) problems.Add("SPL0181", node.At, $"{name} must be a list, not {node.Noun}");
            foreach (var item in (node as YamlList)?.Items ?? [])
                if (item is YamlMap map) yield return map;
                else problems.Add("SPL0181", item.At, $"an entry of {name} must be a mapping, not {item.Noun}");
        }
    }
}
