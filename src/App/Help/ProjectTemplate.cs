using System.Text;
using Spool.Engine;
using Spool.Engine.Definition;

namespace Spool.App.Help;

/// <summary>A project to begin with: a folder of files with a workflow whose variables are its inputs.</summary>
/// <param name="From">The folder that holds it; null: inside the program.</param>
/// <param name="Files">Paths in the folder, sorted.</param>
public sealed record ProjectTemplate(string Name, string? From, IReadOnlyList<string> Files, Func<string, byte[]> Bytes)
{
    public const string Workflow = "spool.yaml";

    /// <summary>Those that travel in the program.</summary>
    public static IReadOnlyList<ProjectTemplate> BuiltIn() =>
        [.. EmbeddedText.Names("templates/").Where(n => n.Contains('/', StringComparison.Ordinal)).GroupBy(n => n[..n.IndexOf('/', StringComparison.Ordinal)])
            .Select(g => new ProjectTemplate(g.Key, null, [.. g.Select(n => n[(g.Key.Length + 1)..])], f => EmbeddedText.Bytes($"templates/{g.Key}/{f}")!)).Where(t => t.Files.Contains(Workflow))];

    /// <summary>Where its workflow stands, for messages.</summary>
    public string WorkflowPath => From is null ? $"{Name}/{Workflow}" : Path.Join(From, Workflow);

    public string Text => Encoding.UTF8.GetString(Bytes(Workflow)).TrimStart('\uFEFF');

    /// <summary>What its workflow says of itself.</summary>
    public string Description => ((Read()["description"] ?? Read()["name"]) as YamlScalar)?.Text.Trim() ?? "";

    /// <summary>Its other names.</summary>
    public IReadOnlyList<string> Aliases => Read()["alias"] switch
    {
        YamlScalar { IsNull: false } one => [one.Text],
        YamlList list => [.. list.Items.OfType<YamlScalar>().Select(a => a.Text)],
        _ => [],
    };

    /// <summary>Its inputs as its workflow declares them; mistakes in it are Problems.</summary>
    public IReadOnlyList<Variable> Variables(ProblemList problems) => new VariableDeclarations(problems).Read((Read(problems)["vars"] as YamlMap)?.Entries ?? []);

    private YamlMap Read(ProblemList? problems = null) => YamlText.Read(WorkflowPath, Text, problems ?? new ProblemList()) as YamlMap ?? new YamlMap(default, []);

    /// <summary>The workflow with other defaults of variables, its comments and layout kept; what cannot be set is a Problem at its place.</summary>
    public string With(IReadOnlyList<(Variable Variable, YamlNode Value)> values, ProblemList problems)
    {
        var text = Text;
        foreach (var (variable, value) in values)
        {
            var declared = ((YamlText.Read(WorkflowPath, text, new ProblemList()) as YamlMap)?["vars"] as YamlMap)?[variable.Name];
            string[] path = declared is YamlMap ? ["vars", variable.Name, "default"] : ["vars", variable.Name];
            if (YamlEdit.Set(text, path, value) is { } changed) text = changed;
            else problems.Add("SPL0170", variable.At, $"the variable {variable.Name} cannot be set in this file", $"give its value no anchor; or set it for one run: spool run --var {variable.Name}=…");
        }
        return text;
    }
}
