namespace Spool.Engine.Definition;

/// <summary>
/// A step of the kind <c>workflow</c>: another workflow file whose steps become steps of this one, with ids <c>outer/inner</c>, one run, one lock.
/// <code>
/// - { id: short, kind: workflow, file: short.yaml, inputs: { title: "${{ vars.title }}" }, output-dir: short/, when: want-short }
/// </code>
/// Its variables take <c>inputs:</c>, else their defaults. What its steps write goes under <c>output-dir:</c>, and paths that read it follow; all
/// other paths stay as they are, so that two branches share their assets. Conditions over its variables are decided here.
/// </summary>
internal sealed class SubWorkflow(YamlMap step, string id, YamlMap root, IReadOnlyDictionary<string, YamlNode> vars, string? never)
{
    internal const string Kind = "workflow";
    internal static readonly string[] Keys = ["id", "kind", "file", "inputs", "output-dir", "when", "needs", "label"];

    private readonly string _folder = ((step["output-dir"] as YamlScalar)?.Text ?? id).TrimEnd('/') + "/";
    private readonly List<PathPattern> _written = [];

    /// <summary>The steps as if they stood in the outer file.</summary>
    internal IEnumerable<YamlMap> Steps()
    {
        var steps = ((root["steps"] as YamlList)?.Items ?? []).OfType<YamlMap>().Select(s => (YamlMap)FillVars(s)).ToList();
        foreach (var inner in steps)
            foreach (var path in OutputPaths(inner)) _written.Add(new PathPattern(path.Text, path.At));
        foreach (var inner in steps) yield return Outer(inner);
    }

    private YamlMap Outer(YamlMap inner)
    {
        var entries = new List<YamlEntry>();
        foreach (var entry in inner.Entries)
            entries.Add(entry with
            {
                Value = entry.Key switch
                {
                    "id" => Named(entry.Value),
                    "needs" => Each(entry.Value, Named),
                    "in" or "foreach" => Paths(entry.Value, onlyWritten: true),
                    "out" => Paths(entry.Value, onlyWritten: false),
                    "with" when (inner["kind"] as YamlScalar)?.Text == "review" && entry.Value is YamlMap with =>
                        with with { Entries = [.. with.Entries.Select(e => e.Key == "regenerate" ? e with { Value = Each(e.Value, Named) } : e)] },
                    _ => entry.Value,
                },
            });
        if (step["needs"] is { } needs)
        {
            var own = entries.FindIndex(e => e.Key == "needs");
            IReadOnlyList<YamlNode> all = [.. Items(needs), .. own < 0 ? [] : Items(entries[own].Value)];
            if (own >= 0) entries.RemoveAt(own);
            entries.Add(new YamlEntry("needs", needs.At, new YamlList(needs.At, all)));
        }
        Condition(entries);
        return inner with { Entries = entries };
    }

    // A condition over variables of the inner file is decided now, because the outer one does not know them; one over files stays.
    private void Condition(List<YamlEntry> entries)
    {
        var at = entries.FindIndex(e => e.Key == "when");
        var written = at < 0 ? null : entries[at].Value as YamlScalar;
        var why = never;
        if (why is null && written is not null && !written.Text.StartsWith("exists ", StringComparison.Ordinal))
        {
            if (!Holds(written.Text, vars)) why = written.Text;
            entries.RemoveAt(at);
        }
        else if (why is not null && at >= 0) entries.RemoveAt(at);
        if (why is not null) entries.Add(new YamlEntry("when", step.At, new YamlScalar(step.At, "never " + why, false)));
        else if (at < 0 && step["when"] is YamlScalar outer && outer.Text.StartsWith("exists ", StringComparison.Ordinal)) entries.Add(new YamlEntry("when", outer.At, outer));
    }

    /// <summary>Whether <c>VAR</c>, <c>VAR == literal</c> or <c>VAR != literal</c> holds.</summary>
    internal static bool Holds(string condition, IReadOnlyDictionary<string, YamlNode> vars)
    {
        foreach (var sign in (ReadOnlySpan<string>)["==", "!="])
        {
            var at = condition.IndexOf(sign, StringComparison.Ordinal);
            if (at > 0) return (Value(condition[..at]) == condition[(at + 2)..].Trim().Trim('"', '\'')) == (sign == "==");
        }
        return Value(condition) is not ("" or "false" or "0" or "no");

        string Value(string name) => (vars.GetValueOrDefault(name.Trim()) as YamlScalar)?.Text ?? "";
    }

    private YamlNode FillVars(YamlNode node) => Template.Fill(node, (expression, at) =>
        expression.StartsWith("vars.", StringComparison.Ordinal) && vars.TryGetValue(expression[5..], out var value) ? value : new YamlScalar(at, $"${{{{ {expression} }}}}", true));

    private YamlNode Named(YamlNode node) => node is YamlScalar name ? name with { Text = $"{id}/{name.Text}" } : node;

    private static YamlNode Each(YamlNode node, Func<YamlNode, YamlNode> change) => node is YamlList list ? list with { Items = [.. list.Items.Select(change)] } : change(node);

    private static IReadOnlyList<YamlNode> Items(YamlNode node) => node is YamlList list ? list.Items : [node];

    private YamlNode Paths(YamlNode node, bool onlyWritten) => node switch
    {
        YamlScalar path => Moved(path, onlyWritten),
        YamlList list => list with { Items = [.. list.Items.Select(i => Paths(i, onlyWritten))] },
        // Of a mapping only what holds paths: the roles themselves, path and order of one, the files of foreach.
        YamlMap map => map with
        {
            Entries = [.. map.Entries.Select(e => e.Key is "placeholder" or "list" or "range" or "matrix" or "key" or "at" or "keep" or "optional" or "writable" ? e : e with { Value = Paths(e.Value, onlyWritten) })],
        },
        _ => node,
    };

    private YamlScalar Moved(YamlScalar path, bool onlyWritten)
    {
        if (path.IsNull || path.Text is "true" or "false" || path.Text.Contains(':', StringComparison.Ordinal)) return path;
        if (onlyWritten && !_written.Any(new PathPattern(path.Text, path.At).MayMeet)) return path;
        return path with { Text = _folder + path.Text };
    }

    private static IEnumerable<YamlScalar> OutputPaths(YamlMap inner) =>
        ((inner["out"] as YamlMap)?.Entries ?? []).Select(e => (e.Value is YamlMap map ? map["path"] : e.Value) as YamlScalar).OfType<YamlScalar>().Where(p => !p.IsNull);
}
