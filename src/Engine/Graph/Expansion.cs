using System.Globalization;
using System.Text.Json;
using Spool.Engine.Definition;

namespace Spool.Engine.Graph;

/// <summary>Whether a step could be expanded into tasks, and why not.</summary>
public enum ExpansionOutcome { Done, NotYet, NoItems, NoMatch, Problem }

/// <summary>Turns a step into its tasks once its items are known.</summary>
public sealed class Expansion(TaskGraph graph, SourceTree sources)
{
    /// <summary>What a step that found no match was looking for.</summary>
    public string? Missing { get; private set; }

    public ExpansionOutcome TryExpand(StepNode step, KnownArtifacts known)
    {
        if (step.IsExpanded) return ExpansionOutcome.Done;
        if (step.Producers.Any(p => !p.IsExpanded) || step.Gates.Any(g => !g.IsExpanded)) return ExpansionOutcome.NotYet;
        var before = graph.Problems.Problems.Count;
        IReadOnlyList<Item?>? items = [null];
        if (step.Definition.Foreach is { } loop) items = Items(step, loop, known);
        else if (step.FansOut) items = Stems(step, known);
        if (graph.Problems.Problems.Count > before) return ExpansionOutcome.Problem;
        if (items is null) return ExpansionOutcome.NotYet;
        if (items.Count == 0)
        {
            var pattern = step.ItemSource ?? step.Inputs.SelectMany(i => i.Patterns).FirstOrDefault(p => p.HasStem);
            var produced = pattern is null || step.Producers.Any(p => p.Outputs.Any(o => o.MayMeet(pattern)));
            if (!produced)
            {
                Missing = pattern!.Text;
                return ExpansionOutcome.NoMatch;
            }
            step.IsExpanded = true;
            return ExpansionOutcome.NoItems;
        }
        step.IsExpanded = true;
        var ids = new HashSet<string>(items.Count);
        foreach (var item in items)
        {
            if (item is not null && !ids.Add(item.Id))
                graph.Problems.Add("SPL0150", step.Definition.Foreach?.At ?? step.Definition.At, $"two items of {step.Id} are called '{item.Id}'", "make the values distinct, or name a key: for objects");
            else Add(step, item);
        }
        if (step.Inputs.Any(i => i.Patterns.Any(p => p.IsOnlyItem))) ReadsItsOwn(step);
        return graph.Problems.Problems.Count > before ? ExpansionOutcome.Problem : ExpansionOutcome.Done;
    }

    /// <summary>What an item names may be what another item of the step writes; that shows only here.</summary>
    private void ReadsItsOwn(StepNode step)
    {
        foreach (var input in step.Tasks.SelectMany(t => t.Inputs))
            foreach (var reference in input.Refs)
                if (graph.WriterOf(reference.Path) is { } writer && writer.Task.Step == step)
                    graph.Problems.Add("SPL0144", input.Definition.At, $"{step.Id} reads {reference.Path}, which it writes itself", "write to another folder");
    }

    private void Add(StepNode step, Item? item)
    {
        var task = new TaskNode(step, item, graph.Tasks.Count);
        var outputs = new OutputBinding[step.Outputs.Count];
        for (var i = 0; i < outputs.Length; i++)
        {
            var path = Fill(step.Outputs[i], item);
            outputs[i] = new OutputBinding(step.Definition.Outputs[i].Role, path.TrimEnd('/'), step.Outputs[i].IsFolder, step.Definition.Outputs[i].Keep);
        }
        var inputs = new InputBinding[step.Inputs.Count];
        for (var i = 0; i < inputs.Length; i++) inputs[i] = Bind(step, step.Inputs[i], item);
        task.Outputs = outputs;
        task.Inputs = inputs;
        task.Producers = step.Gates.Count == 0 ? Distinct(inputs) : [.. Distinct(inputs).Concat(Reviews.Of(step, inputs)).Distinct()];
        graph.Add(task);
    }

    private static IReadOnlyList<TaskNode> Distinct(InputBinding[] inputs)
    {
        if (inputs is [{ Refs: [var one], Order: null }]) return one.Producer is { } producer ? [producer] : [];
        return [.. inputs.SelectMany(b => b.Order is null ? b.Refs : b.Refs.Append(b.Order)).Select(r => r.Producer).OfType<TaskNode>().Distinct()];
    }

    private string Fill(PathPattern pattern, Item? item)
    {
        var text = pattern.Text;
        if (pattern.HasStem) text = text.Replace("{stem}", (item?.Fields.GetValueOrDefault("stem") as YamlScalar)?.Text ?? "", StringComparison.Ordinal);
        if (!pattern.HasItem) return text;
        text = Template.FillText(text, pattern.At, (expression, at) => graph.Scope.Lookup(expression, at, item, null));
        if (Paths.Normalise(text) is { } normal) return normal;
        graph.Problems.Add("SPL0140", pattern.At, $"'{text}' lies outside the workspace");
        return text;
    }

    private InputBinding Bind(StepNode step, StepInput input, Item? item)
    {
        var refs = new List<InputRef>(input.Patterns.Count);
        var folderOfRefs = false;
        for (var i = 0; i < input.Patterns.Count; i++)
        {
            var pattern = input.Patterns[i];
            var path = Fill(pattern, item);
            var before = refs.Count;
            if (Paths.IsGlob(path)) Glob(step, pattern, path, i, refs);
            else if (graph.TryFile(path, out var file)) refs.Add(new InputRef.Output(path, file.Task, file.Index));
            else if (graph.TryFolder(path, out var folder))
            {
                if (input.Shape == RoleShape.List) refs.Add(new InputRef.Members(path, folder.Task, folder.Index, Paths.Matcher("**/*")) { Group = i });
                else refs.Add(new InputRef.Output(path.TrimEnd('/'), folder.Task, folder.Index));
            }
            else if (graph.FolderAbove(path) is { } above)
                refs.Add(new InputRef.Member(path, above.Task, above.Index, path[(above.Task.Outputs[above.Index].Path.Length + 1)..]));
            else if (input.Shape == RoleShape.Folder && step.Producers.Count > 0 && UnderFolder(step, path, refs)) folderOfRefs = true;
            else refs.Add(new InputRef.Source(path.TrimEnd('/')));
            if (input.Definition.PathPlaceholders.Count > 0)
                for (var added = before; added < refs.Count; added++) refs[added] = refs[added] with { Pattern = i };
        }
        var order = input.Order is null ? null : Bind(step, new StepInput(input.Definition, RoleShape.File, [input.Order]), item).Refs[0];
        return new InputBinding(input.Definition, input.Shape, refs) { IsFolderOfRefs = folderOfRefs, Order = order };
    }

    /// <summary>A folder that several tasks write into, read whole.</summary>
    private static bool UnderFolder(StepNode step, string path, List<InputRef> refs)
    {
        var prefix = path.TrimEnd('/') + "/";
        foreach (var (task, index, output) in TaskGraph.OutputsBefore(step))
            if (!output.IsFolder && output.Path.StartsWith(prefix, StringComparison.Ordinal)) refs.Add(new InputRef.Output(output.Path, task, index));
        return refs.Count > 0;
    }

    private void Glob(StepNode step, PathPattern pattern, string glob, int group, List<InputRef> refs)
    {
        var matcher = Paths.Matcher(glob);
        var found = new List<InputRef>();
        var seen = new HashSet<string>();
        foreach (var (task, index, output) in TaskGraph.OutputsBefore(step))
        {
            if (!output.IsFolder)
            {
                if (matcher.IsMatch(output.Path) && seen.Add(output.Path)) found.Add(new InputRef.Output(output.Path, task, index) { Group = group });
            }
            else if (glob.StartsWith(output.Path + "/", StringComparison.Ordinal))
                found.Add(new InputRef.Members(glob, task, index, Paths.Matcher(glob[(output.Path.Length + 1)..])) { Group = group });
        }
        foreach (var path in sources.Match(glob))
            if (!seen.Contains(path) && graph.WriterOf(path) is null) found.Add(new InputRef.Source(path) { Group = group });
        found.Sort((a, b) => Paths.CompareNatural(a.Path, b.Path));
        if (found.Count == 0 && !step.Producers.Any(p => p.Outputs.Any(o => o.MayMeet(pattern)))) found.Add(new InputRef.NoMatch(glob));
        refs.AddRange(found);
    }

    private IReadOnlyList<Item?>? Items(StepNode step, Foreach loop, KnownArtifacts known)
    {
        var key = loop.Key;
        switch (loop.Kind)
        {
            case ForeachKind.List:
                var list = Template.Fill(loop.Value, (e, at) => graph.Scope.Lookup(e, at, null, null));
                if (list is YamlList items) return [.. items.Items.Select(i => FromNode(i, key, step))];
                graph.Problems.Add("SPL0120", loop.At, $"foreach list needs a list, not {list.Noun}");
                return [];
            case ForeachKind.Range:
                var range = Template.Fill(loop.Value, (e, at) => graph.Scope.Lookup(e, at, null, null));
                if (range is YamlList { Items.Count: 2 } ends && Whole(ends.Items[0]) is { } from && Whole(ends.Items[1]) is { } to && to - from <= 10_000_000)
                    return [.. Sequence(from, to).Select(n => n.ToString(CultureInfo.InvariantCulture)).Select(t => new Item(t, new YamlScalar(loop.At, t, false), new Dictionary<string, YamlNode>()))];
                graph.Problems.Add("SPL0120", loop.At, "foreach range needs two whole numbers [from, to), at most ten million apart", "for 0, 1, 2 write: range: [0, 3]");
                return [];
            case ForeachKind.Matrix:
                return Matrix(loop);
            case ForeachKind.Glob:
                return Names(step, step.ItemSource!, known) is { } paths ? [.. paths.Select(p => FromPath(p, step.ItemSource!.Text, loop.At))] : null;
            default:
                var reference = Bind(step, new StepInput(new InputDefinition("items", loop.At, [], false), RoleShape.File, [step.ItemSource!]), null).Refs[0];
                var text = known.Text(reference);
                if (text is null) return reference.Producer is null ? Unreadable(reference.Path, loop.At) : null;
                return loop.Kind == ForeachKind.Json ? FromJson(text, loop, step) : FromCsv(text, loop, step);
        }
    }

    private List<Item?> Unreadable(string path, Mark at)
    {
        Missing = path;
        _ = at;
        return [];
    }

    private static IEnumerable<long> Sequence(long from, long to)
    {
        for (var n = from; n < to; n++) yield return n;
    }

    private static long? Whole(YamlNode node) =>
        node is YamlScalar scalar && long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : null;

    private List<Item?> Matrix(Foreach loop)
    {
        var node = Template.Fill(loop.Value, (e, at) => graph.Scope.Lookup(e, at, null, null));
        if (node is not YamlMap map || map.Entries.Any(e => e.Value is not YamlList))
        {
            graph.Problems.Add("SPL0120", loop.At, "foreach matrix needs names with lists");
            return [];
        }
        IEnumerable<Dictionary<string, YamlNode>> rows = [[]];
        foreach (var entry in map.Entries)
            rows = rows.SelectMany(row => ((YamlList)entry.Value).Items.Select(v => new Dictionary<string, YamlNode>(row) { [entry.Key] = v })).ToList();
        return [.. rows.Select(row => new Item(string.Join(',', row.Select(f => ItemIds.Escape($"{f.Key}={(f.Value as YamlScalar)?.Text}"))), null, row))];
    }

    private Item? FromNode(YamlNode node, string? key, StepNode step)
    {
        if (node is YamlScalar scalar) return new Item(ItemIds.Escape(scalar.Text), scalar, new Dictionary<string, YamlNode>());
        if (node is YamlMap map && key is not null && map[key] is YamlScalar name)
            return new Item(ItemIds.Escape(name.Text), null, map.Entries.ToDictionary(e => e.Key, e => e.Value));
        graph.Problems.Add("SPL0151", node.At, key is null ? $"the items of {step.Id} are mappings, so one field must name them" : $"an item of {step.Id} has no field '{key}'", "add to foreach: key: FIELD");
        return null;
    }

    private static Item FromPath(string path, string glob, Mark at)
    {
        var relative = path[Paths.FixedPart(glob).Length..];
        return new Item(ItemIds.Escape(relative), new YamlScalar(at, path, true), PathFields(path, at));
    }

    private static Dictionary<string, YamlNode> PathFields(string path, Mark at)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        YamlScalar Text(string value) => new(at, value, true);
        return new() { ["path"] = Text(path), ["name"] = Text(name), ["stem"] = Text(Paths.Stem(path)), ["ext"] = Text(Path.GetExtension(name)), ["dir"] = Text(path.Length > name.Length ? path[..^(name.Length + 1)] : ".") };
    }

    private List<Item?> FromJson(string text, Foreach loop, StepNode step)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var element = document.RootElement;
            foreach (var part in loop.Pointer.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
                if (element.ValueKind == JsonValueKind.Array && int.TryParse(name, out var n) && n < element.GetArrayLength()) element = element[n];
                else if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                {
                    graph.Problems.Add("SPL0152", loop.At, $"{step.ItemSource!.Text} has nothing at {loop.Pointer}");
                    return [];
                }
            }
            if (element.ValueKind == JsonValueKind.Array) return [.. element.EnumerateArray().Select(e => FromNode(Node(e, loop.At), loop.Key, step))];
            graph.Problems.Add("SPL0152", loop.At, $"{step.ItemSource!.Text}{(loop.Pointer.Length > 0 ? " at " + loop.Pointer : "")} is no list");
        }
        catch (JsonException e) { graph.Problems.Add("SPL0152", loop.At, $"{step.ItemSource!.Text} is not JSON: {e.Message}"); }
        return [];
    }

    private static YamlNode Node(JsonElement element, Mark at) => element.ValueKind switch
    {
        JsonValueKind.Object => new YamlMap(at, [.. element.EnumerateObject().Select(p => new YamlEntry(p.Name, at, Node(p.Value, at)))]),
        JsonValueKind.Array => new YamlList(at, [.. element.EnumerateArray().Select(e => Node(e, at))]),
        JsonValueKind.String => new YamlScalar(at, element.GetString()!, true),
        _ => new YamlScalar(at, element.GetRawText(), false),
    };

    private List<Item?> FromCsv(string text, Foreach loop, StepNode step)
    {
        var rows = Csv.Read(text);
        if (rows.Count == 0) return [];
        var names = rows[0];
        var key = loop.Key ?? names[0];
        return [.. rows.Skip(1).Select(row => FromNode(new YamlMap(loop.At, [.. names.Select((n, i) => new YamlEntry(n, loop.At, new YamlScalar(loop.At, i < row.Count ? row[i] : "", true)))]), key, step))];
    }

    /// <summary>The items of <c>{stem}</c>: the union of what each input finds; a missing partner shows as a missing file of its task.</summary>
    private IReadOnlyList<Item?>? Stems(StepNode step, KnownArtifacts known)
    {
        var stems = new SortedSet<string>(Comparer<string>.Create(Paths.CompareNatural));
        foreach (var pattern in step.Inputs.SelectMany(i => i.Patterns).Where(p => p.HasStem))
        {
            if (pattern.HasItem || pattern.Text.Split("{stem}").Length != 2)
            {
                graph.Problems.Add("SPL0153", pattern.At, $"{pattern.Text} must hold {{stem}} once and no ${{{{ item }}}}");
                return [];
            }
            if (Names(step, pattern, known) is not { } paths) return null;
            var matcher = Paths.Matcher(pattern.Text);
            foreach (var path in paths) stems.Add(matcher.Match(path).Groups["stem"].Value);
        }
        return [.. stems.Select(stem => new Item(ItemIds.Escape(stem), new YamlScalar(step.Definition.At, stem, true), new Dictionary<string, YamlNode> { ["stem"] = new YamlScalar(step.Definition.At, stem, true) }))];
    }

    /// <summary>All paths that a pattern matches among sources and outputs; null while a folder is not known.</summary>
    private List<string>? Names(StepNode step, PathPattern pattern, KnownArtifacts known)
    {
        var matcher = Paths.Matcher(pattern.Text);
        var names = new HashSet<string>();
        foreach (var (task, index, output) in TaskGraph.OutputsBefore(step))
        {
            if (!output.IsFolder)
            {
                if (matcher.IsMatch(output.Path)) names.Add(output.Path);
            }
            else if (pattern.Text.StartsWith(output.Path + "/", StringComparison.Ordinal))
            {
                if (known.FolderNames(task, index) is not { } members) return null;
                names.UnionWith(members.Select(m => output.Path + "/" + m).Where(p => matcher.IsMatch(p)));
            }
        }
        names.UnionWith(sources.Match(pattern.Text).Where(p => graph.WriterOf(p) is null));
        var sorted = names.ToList();
        sorted.Sort(Paths.CompareNatural);
        return sorted;
    }
}
