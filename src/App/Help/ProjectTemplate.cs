using Spool.Engine;
using Spool.Engine.Definition;

namespace Spool.App.Help;

/// <summary>A project to begin with: a folder of files inside the program.</summary>
public sealed record ProjectTemplate(string Name, IReadOnlyList<string> Files)
{
    public const string Workflow = "spool.yaml";

    /// <summary>All templates that have a workflow.</summary>
    public static IReadOnlyList<ProjectTemplate> All() =>
        [.. EmbeddedText.Names("templates/").Where(n => n.Contains('/', StringComparison.Ordinal)).GroupBy(n => n[..n.IndexOf('/', StringComparison.Ordinal)])
            .Select(g => new ProjectTemplate(g.Key, [.. g.Select(n => n[(g.Key.Length + 1)..])])).Where(t => t.Files.Contains(Workflow))];

    public byte[] Bytes(string file) => EmbeddedText.Bytes($"templates/{Name}/{file}") ?? throw new InvalidOperationException($"the template {Name} has no file {file}");

    public string Text => EmbeddedText.Text($"templates/{Name}/{Workflow}")!;

    /// <summary>What its workflow says of itself.</summary>
    public string Description => ((Read()["description"] ?? Read()["name"]) as YamlScalar)?.Text ?? "";

    public IReadOnlyList<string> Variables => [.. (Read()["vars"] as YamlMap)?.Entries.Select(e => e.Key) ?? []];

    private YamlMap Read() => YamlText.Read(Workflow, Text, new ProblemList()) as YamlMap ?? new YamlMap(default, []);

    /// <summary>The workflow with other defaults of variables, its comments and layout kept; null and why when one cannot be set.</summary>
    public static (string? Text, string? Why) With(string workflow, IReadOnlyList<(string Name, string Value)> values)
    {
        foreach (var (name, value) in values)
        {
            var vars = (YamlText.Read(Workflow, workflow, new ProblemList()) as YamlMap)?["vars"] as YamlMap;
            var node = vars?[name];
            if (node is null)
                return (null, $"the template has no variable '{name}'; {NearestName.Hint(name, vars?.Entries.Select(e => e.Key) ?? []) ?? (vars is null ? "it has none" : $"its variables: {string.Join(", ", vars.Entries.Select(e => e.Key))}")}");
            if (node is YamlMap spec) node = spec["default"];
            if (node is not YamlScalar scalar) return (null, $"the variable '{name}' is no single value; set it in the file, or for one run: spool run --var {name}=…");
            if (Replace(workflow, scalar, value) is not { } changed) return (null, $"the variable '{name}' cannot be set here; set it in the file, or for one run: spool run --var {name}=…");
            workflow = changed;
        }
        return (workflow, null);
    }

    /// <summary>Puts another value where a scalar of one line stands.</summary>
    private static string? Replace(string text, YamlScalar scalar, string value)
    {
        var lines = text.Split('\n');
        var line = lines[scalar.At.Line - 1];
        var from = scalar.At.Column - 1;
        var to = End(line, from);
        // A number or switch stays plain, so that its type does; all else is quoted.
        var plain = !scalar.Quoted && (value is "true" or "false" || double.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out _));
        lines[scalar.At.Line - 1] = line[..from] + (plain ? value : Quote(value)) + line[to..];
        var changed = string.Join('\n', lines);
        // What stands there now must read as the value, and the rest as before.
        var problems = new ProblemList();
        return YamlText.Read(Workflow, changed, problems) is not null && !problems.Any && Texts(changed).SequenceEqual(Texts(text).Select((t, i) => i == Index(text, scalar) ? value : t)) ? changed : null;
    }

    private static int End(string line, int from)
    {
        if (line[from] is '"' or '\'')
        {
            for (var i = from + 1; i < line.Length; i++)
            {
                if (line[from] == '"' && line[i] == '\\') i++;
                else if (line[i] == line[from] && line[from] == '\'' && i + 1 < line.Length && line[i + 1] == '\'') i++;
                else if (line[i] == line[from]) return i + 1;
            }
            return line.Length;
        }
        var inFlow = line[..from].Contains('{', StringComparison.Ordinal);
        var end = from;
        while (end < line.Length && !(inFlow && line[end] is ',' or '}') && !(line[end] == '#' && line[end - 1] == ' ')) end++;
        while (end > from && line[end - 1] is ' ' or '\r') end--;
        return end;
    }

    private static string Quote(string value) => "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    private static IEnumerable<string> Texts(string text) => Scalars(YamlText.Read(Workflow, text, new ProblemList())).Select(s => s.Text);

    private static int Index(string text, YamlScalar scalar) => Scalars(YamlText.Read(Workflow, text, new ProblemList())).ToList().FindIndex(s => s.At == scalar.At);

    private static IEnumerable<YamlScalar> Scalars(YamlNode? node) => node switch
    {
        YamlScalar scalar => [scalar],
        YamlList list => list.Items.SelectMany(Scalars),
        YamlMap map => map.Entries.SelectMany(e => Scalars(e.Value).Prepend(new YamlScalar(e.KeyAt, e.Key, true))),
        _ => [],
    };
}
