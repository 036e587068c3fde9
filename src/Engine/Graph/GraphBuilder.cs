using Spool.Engine.Definition;

namespace Spool.Engine.Graph;

/// <summary>
/// Workflow to graph: paths become patterns, patterns that may meet become edges between steps, edges an order. All Problems of the text that
/// need no disk are found here. Literal paths meet through a table, so ten thousand plain steps cost ten thousand look-ups.
/// </summary>
public static class GraphBuilder
{
    public static TaskGraph Build(Workflow workflow, ProblemList problems)
    {
        var scope = new Scope(workflow, problems);
        var steps = workflow.Steps.Select((definition, i) => new StepNode(definition, i)).ToList();
        foreach (var step in steps) Patterns(step, workflow, scope, problems);
        var byId = new Dictionary<string, StepNode>();
        foreach (var step in steps) byId.TryAdd(step.Id, step);
        foreach (var step in steps)
            foreach (var (need, _) in step.Definition.Needs)
                if (byId.TryGetValue(need, out var needed) && !step.Needs.Contains(needed)) step.Needs.Add(needed);
        Connect(steps, problems);
        Reviews.Gate(steps);
        Order(steps, problems);
        Outputs(workflow, steps, scope, problems);
        return new TaskGraph(workflow, [.. steps.OrderBy(s => s.Order).ThenBy(s => s.Index)], scope, problems);
    }

    private static void Patterns(StepNode step, Workflow workflow, Scope scope, ProblemList problems)
    {
        var definition = step.Definition;
        var inputs = new List<StepInput>();
        foreach (var input in definition.Inputs)
        {
            var role = step.Kind.Inputs.FirstOrDefault(r => r.Name == input.Role);
            var shape = role?.Shape ?? (input.IsList ? RoleShape.List : input.Paths.Any(p => p.Path.EndsWith('/')) ? RoleShape.Folder : RoleShape.File);
            inputs.Add(new StepInput(input, shape, [.. input.Paths.Select(p => Pattern(p.Path, p.At, isOutput: false))])
            {
                Order = input.Order is var (order, orderAt) ? Pattern(order, orderAt, isOutput: false) : null,
            });
        }
        step.Inputs = inputs;
        step.Outputs = [.. definition.Outputs.Select(o => Pattern(o.Path, o.At, isOutput: true))];
        var loop = definition.Foreach;
        if (loop is { Kind: ForeachKind.Glob or ForeachKind.Csv or ForeachKind.Json, Value: YamlScalar path }) step.ItemSource = Pattern(path.Text, path.At, isOutput: false);
        else if (loop is { Kind: ForeachKind.Glob or ForeachKind.Csv or ForeachKind.Json }) problems.Add("SPL0120", loop.At, $"foreach {KindSchema.Kebab(loop.Kind.ToString())} needs a path");
        CheckTemplates(step, scope);

        PathPattern Pattern(string text, Mark at, bool isOutput)
        {
            var filled = scope.FillVars(text, at);
            var tree = filled.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && workflow.Roots.ContainsKey(filled[..colon]) ? filled[..(colon + 1)] : "";
            if (tree.Length > 0 && isOutput) problems.Add("SPL0140", at, $"{filled} lies in a root, which is only read", "write inside the workspace");
            // A root alone is the folder itself.
            var normal = tree.Length > 0 && filled.Length == tree.Length ? "" : Paths.Normalise(filled[tree.Length..]);
            if (normal is null || normal.StartsWith(".spool/", StringComparison.Ordinal))
                problems.Add("SPL0140", at, $"'{filled}' lies outside the workspace", "use a path relative to the workspace; for other folders declare a root");
            var hasItem = Template.Holds(filled) || filled.Contains("{stem}", StringComparison.Ordinal);
            if (isOutput && definition.Foreach is not null && !hasItem)
                problems.Add("SPL0143", at, $"every item of {definition.Id} would write {filled}", "name the item in the path: ${{ item }}");
            return new PathPattern(normal is null ? filled : tree + normal, at);
        }
    }

    /// <summary>Finds unknown names in templates before anything is expanded.</summary>
    private static void CheckTemplates(StepNode step, Scope scope)
    {
        var definition = step.Definition;
        var item = step.FansOut ? new Item("?", new YamlScalar(definition.At, "?", true), new AnyFields()) : null;
        string? Files(string name) =>
            name.StartsWith("in.", StringComparison.Ordinal) ? definition.Inputs.Any(i => i.Role == name[3..]) ? name : null
            : definition.Outputs.Any(o => o.Role == name[4..]) ? name : null;
        if (definition.With is { } with) Walk(with, Files);
        foreach (var pattern in step.Inputs.SelectMany(i => i.Patterns).Concat(step.Outputs)) Walk(new YamlScalar(pattern.At, pattern.Text, true), null);

        void Walk(YamlNode node, Func<string, string?>? files)
        {
            if (node is YamlScalar scalar)
                foreach (var expression in Template.Expressions(scalar, scope.Problems)) scope.Lookup(expression, scalar.At, item, files);
            else if (node is YamlList list) foreach (var child in list.Items) Walk(child, files);
            else if (node is YamlMap map) foreach (var entry in map.Entries) Walk(entry.Value, files);
        }
    }

    private static void Connect(List<StepNode> steps, ProblemList problems)
    {
        var literals = new Dictionary<string, List<StepNode>>();
        var open = new List<(PathPattern Pattern, StepNode Step)>();
        var all = new List<(PathPattern Pattern, StepNode Step)>();
        foreach (var step in steps)
        {
            foreach (var output in step.Outputs)
            {
                all.Add((output, step));
                if (output is { IsLiteral: true, IsFolder: false })
                {
                    if (literals.TryGetValue(output.Text, out var writers)) writers.Add(step);
                    else literals[output.Text] = [step];
                }
                else open.Add((output, step));
            }
        }
        foreach (var (path, writers) in literals)
            if (writers.Count > 1)
                problems.Add("SPL0141", writers[1].Outputs.First(o => o.Text == path).At, $"{writers[0].Id} and {writers[1].Id} both write {path}", "give each its own path");
        foreach (var step in steps)
        {
            var found = new HashSet<StepNode>();
            foreach (var pattern in step.Inputs.SelectMany(i => i.Order is null ? i.Patterns : [.. i.Patterns, i.Order]).SelectMany(p => OfItems(step, p)).Concat(step.ItemSource is null ? [] : [step.ItemSource]))
            {
                if (pattern is { IsLiteral: true, IsFolder: false })
                {
                    if (literals.TryGetValue(pattern.Text, out var writers)) found.UnionWith(writers);
                    foreach (var (output, writer) in open)
                        if (pattern.MayMeet(output)) found.Add(writer);
                }
                else
                    foreach (var (output, writer) in all)
                        if (pattern.MayMeet(output)) found.Add(writer);
                // What an item alone decides is looked at when the items are known.
                if (!found.Remove(step) || pattern.IsOnlyItem) continue;
                problems.Add("SPL0144", pattern.At, $"{step.Id} reads {pattern.Text}, which it writes itself", "write to another folder");
            }
            foreach (var producer in found.OrderBy(s => s.Index))
            {
                step.Producers.Add(producer);
                producer.Readers.Add(step);
            }
        }
    }

    /// <summary>An input that is the item itself can only be what the items can be: the files of their glob, the values of their list.</summary>
    private static IEnumerable<PathPattern> OfItems(StepNode step, PathPattern pattern)
    {
        const int most = 1000;
        if (!pattern.IsOnlyItem) return [pattern];
        return step.Definition.Foreach switch
        {
            { Kind: ForeachKind.Glob } when step.ItemSource is not null => [], // the glob itself is looked at anyway
            { Kind: ForeachKind.List, Value: YamlList { Items: var items } } when items.Count <= most && items.All(i => i is YamlScalar s && !Template.Holds(s.Text)) =>
                items.Select(i => new PathPattern(((YamlScalar)i).Text, pattern.At)),
            _ => [pattern],
        };
    }

    /// <summary>Numbers the steps so that each comes after what it reads and needs; a cycle is named whole.</summary>
    private static void Order(List<StepNode> steps, ProblemList problems)
    {
        var waiting = steps.ToDictionary(s => s, s => s.Producers.Union(s.Needs).Union(s.Gates).Count());
        var after = new Dictionary<StepNode, List<StepNode>>();
        foreach (var step in steps)
            foreach (var before in step.Producers.Union(step.Needs).Union(step.Gates))
                (after.TryGetValue(before, out var list) ? list : after[before] = []).Add(step);
        var ready = new PriorityQueue<StepNode, int>(waiting.Where(w => w.Value == 0).Select(w => (w.Key, w.Key.Index)));
        var order = 0;
        while (ready.TryDequeue(out var step, out _))
        {
            step.Order = order++;
            foreach (var reader in after.GetValueOrDefault(step) ?? [])
                if (--waiting[reader] == 0) ready.Enqueue(reader, reader.Index);
        }
        if (order == steps.Count) return;
        var left = steps.Where(s => waiting[s] > 0).ToHashSet();
        var path = new List<StepNode>();
        var at = left.First();
        while (!path.Contains(at))
        {
            path.Add(at);
            at = at.Producers.Concat(at.Needs).Concat(at.Gates).First(left.Contains);
        }
        var cycle = path.SkipWhile(s => s != at).Reverse().ToList();
        if (Reviews.Cycle(cycle) is var (message, hint)) problems.Add("SPL0148", at.Definition.At, message, hint);
        else problems.Add("SPL0145", at.Definition.At, $"steps wait for each other in a circle: {string.Join(" -> ", cycle.Append(cycle[0]).Select(s => s.Id))}", "remove one of these edges");
        foreach (var step in left) step.Order = order++;
    }

    private static void Outputs(Workflow workflow, List<StepNode> steps, Scope scope, ProblemList problems)
    {
        foreach (var (path, at) in workflow.Outputs ?? [])
        {
            var filled = scope.FillVars(path, at);
            var pattern = new PathPattern(Paths.Normalise(filled) ?? filled, at);
            var writers = steps.Where(s => s.Outputs.Any(o => o.MayMeet(pattern))).ToList();
            if (writers.Count == 0)
                problems.Add("SPL0146", at, $"no step writes {filled}", NearestName.Hint(filled, steps.SelectMany(s => s.Outputs).Select(o => o.Text)));
            foreach (var dropped in writers.SelectMany(s => s.Definition.Outputs.Where((o, i) => !o.Keep && s.Outputs[i].MayMeet(pattern))))
                problems.Add("SPL0147", dropped.At, $"{filled} is a final and cannot have keep: false");
        }
        foreach (var step in steps.Where(s => s.Kind.Traits.VariesWith(OptionBinder.Bind(s.Kind, s.Definition.With, s.Definition.At, new ProblemList(), unresolved: true))))
            foreach (var dropped in step.Definition.Outputs.Where(o => !o.Keep))
                problems.Add("SPL0147", dropped.At, $"{step.Id} makes something else each time, so {dropped.Path} cannot have keep: false");
    }

    /// <summary>Stands for the fields of items that are not known yet: every name is there.</summary>
    private sealed class AnyFields : IReadOnlyDictionary<string, YamlNode>
    {
        private static readonly YamlScalar Unknown = new(default, "?", true);

        public YamlNode this[string key] => Unknown;
        public IEnumerable<string> Keys => [];
        public IEnumerable<YamlNode> Values => [];
        public int Count => 0;
        public bool ContainsKey(string key) => true;
        public IEnumerator<KeyValuePair<string, YamlNode>> GetEnumerator() => Enumerable.Empty<KeyValuePair<string, YamlNode>>().GetEnumerator();
        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

        public bool TryGetValue(string key, out YamlNode value)
        {
            value = Unknown;
            return true;
        }
    }
}
