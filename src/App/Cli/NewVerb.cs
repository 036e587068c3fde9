using System.CommandLine;
using System.Text;
using Spool.App.Help;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class NewVerb : Verb
{
    private readonly Argument<string?> _name = new("TEMPLATE") { Description = "What to begin with: a name, or the path of a folder with a spool.yaml (default: list the templates)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string?> _folder = new("DIR") { Description = "The folder to make (default: the template's name); it must be empty or not there", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> _vars = new("--var") { Description = "Give a variable its value; @FILE reads it from a file", HelpName = "NAME=VALUE" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Ask nothing, take the defaults" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line; asks nothing" };

    public override string Name => "new";
    public override string Summary => "Make a project folder from a template; on a terminal it asks for what the template needs";
    public override int Order => 4;
    public override IReadOnlyList<string> Examples => ["spool new", "spool new empty talk", "spool new explainer rain --var theme=paper --yes"];

    public override void Build(Command command)
    {
        command.Add(_name);
        command.Add(_folder);
        foreach (var option in (Option[])[_vars, _yes, _json]) command.Add(option);
        command.SetAction(parsed =>
        {
            using var composition = new Composition();
            var json = parsed.GetValue(_json);
            if (parsed.GetValue(_name) is not { } name) return List(composition, json);
            var asks = !json && !parsed.GetValue(_yes) && !Console.IsInputRedirected && !Console.IsOutputRedirected;
            var wizard = asks ? new NewWizard(Console.In, Console.Out, f => GivenVariables.Content(composition, f)) : null;
            return new NewProject(composition, wizard, json).Make(name, parsed.GetValue(_folder), GivenVariables.Read(composition, parsed.GetValue(_vars) ?? []));
        });
    }

    private static int List(Composition composition, bool json)
    {
        var problems = new ProblemList();
        var templates = TemplateShelf.All(composition, problems);
        ProblemPrinter.Print(composition, Console.Error, [], problems.Problems);
        if (json) foreach (var template in templates) JsonOut.Line(w => { w.WriteString("name", template.Name); w.WriteString("description", template.Description); });
        else
        {
            Columns.Print(Console.Out, [.. templates.Select(t => new[] { t.Name, t.Description })]);
            Console.WriteLine("next  spool new NAME DIR, or what one needs: spool templates NAME");
        }
        return Done;
    }
}

/// <summary>Makes the folder of a project: all of it, or nothing.</summary>
public sealed class NewProject(Composition composition, NewWizard? wizard, bool json)
{
    public int Make(string name, string? given, GivenVariables vars)
    {
        var problems = new ProblemList();
        var templates = TemplateShelf.All(composition, problems);
        var template = TemplateShelf.Find(composition, templates, name, problems)
            ?? throw new UsageException($"there is no template '{name}'; {(name.Contains('/', StringComparison.Ordinal) ? $"a template is a folder with a {ProjectTemplate.Workflow}" : NearestName.Hint(name, templates.SelectMany(t => t.Aliases.Prepend(t.Name))) ?? $"templates: {string.Join(", ", templates.Select(t => t.Name))}")}");
        ProblemPrinter.Print(composition, Console.Error, [], problems.Problems);
        problems = new ProblemList();
        var shown = given ?? template.Name;
        var folder = Path.GetFullPath(shown, composition.CurrentFolder);
        MustBeEmpty(composition.Disk, folder, shown);
        var variables = template.Variables(problems);
        if (problems.Any) return Told(problems);
        if (wizard is not null && template.Description.Length > 0) Console.WriteLine($"{template.Name}: {template.Description}");
        if (Values(variables, vars, shown, problems) is not { } values) return problems.Any ? Told(problems) : Verb.Cancelled;
        var workflow = template.With(values, problems);
        if (problems.Any) return Told(problems);
        var made = Write(template, folder, workflow);
        // What only the whole file tells is told by the reader; then nothing is left behind. Files that are asked for come later.
        new WorkflowReader(composition.Disk, composition.Catalogue, composition.Environment).Read(Path.Join(folder, ProjectTemplate.Workflow), WorkflowArguments.None, problems);
        if (problems.Problems.Where(p => p.Code != "SPL0139").ToList() is { Count: > 0 } wrong)
        {
            foreach (var file in template.Files) composition.Disk.DeleteFile(Path.Join(folder, file));
            foreach (var one in made.AsEnumerable().Reverse()) composition.Disk.DeleteFolder(one);
            var told = new ProblemList();
            foreach (var problem in wrong) told.Add(problem.Code, problem.At with { File = template.WorkflowPath }, problem.Message, problem.Hint);
            return Told(told);
        }
        Say(template, folder, shown, problems);
        return Verb.Done;
    }

    /// <summary>The values to set; null with Problems, or without when the person gave up.</summary>
    private IReadOnlyList<(Variable, YamlNode)>? Values(IReadOnlyList<Variable> variables, GivenVariables vars, string shown, ProblemList problems)
    {
        var values = new List<(Variable Variable, YamlNode Value)>();
        foreach (var (name, text) in vars.Values)
        {
            var at = new Mark($"--var {name}", 0, 0);
            var variable = variables.FirstOrDefault(v => v.Name == name);
            if (variable is null)
                problems.Add("SPL0126", at, $"the template has no variable '{name}'", NearestName.Hint(name, variables.Select(v => v.Name)) ?? (variables.Count == 0 ? "it has none" : $"its variables: {string.Join(", ", variables.Select(v => v.Name))}"));
            else if (variable.Type == VariableType.Secret) problems.Add("SPL0127", at, $"the secret {name} must not be given on the command line", $"set the environment variable {variable.Environment}");
            else
            {
                var value = variable.Parse(text, vars.FromFiles.Contains(name));
                if (variable.Check(value, _ => true) is { } wrong) problems.Add(wrong.Code, at, wrong.Message, wrong.Hint);
                else values.Add((variable, value));
            }
        }
        if (wizard is null)
            foreach (var variable in variables.Where(v => v is { Type: not VariableType.Secret, Default: null } && vars.Values.All(g => g.Name != v.Name)))
                problems.Add("SPL0124", new Mark($"--var {variable.Name}", 0, 0), $"the variable {variable.Name} has no value{(variable.Description is null ? "" : $" ({variable.Description})")}", $"give it one: --var {variable.Name}={Example(variable)}");
        if (problems.Any) return null;
        return wizard is null || variables.Count == 0 ? values : wizard.Ask(variables, values, shown, _ => true);
    }

    private static string Example(Variable variable) => variable.Choices.Count > 0 ? variable.Choices[0] : variable.Type switch
    {
        VariableType.Integer or VariableType.Number => variable.Least is { } least ? least.ToString(System.Globalization.CultureInfo.InvariantCulture) : "1",
        VariableType.Boolean => "true",
        VariableType.List => "one,two",
        VariableType.File => "assets/file" + (variable.Extensions.Count > 0 ? variable.Extensions[0] : ""),
        _ => "…",
    };

    private int Told(ProblemList problems)
    {
        if (json) JsonOut.Line(w => JsonOut.Problems(w, "problems", problems.Problems));
        else ProblemPrinter.Print(composition, Console.Error, problems.Problems, []);
        return Verb.WrongText;
    }

    /// <summary>The folders that were made, outermost first.</summary>
    private List<string> Write(ProjectTemplate template, string folder, string workflow)
    {
        var made = new List<string>();
        foreach (var file in template.Files)
        {
            var path = Path.Join(folder, file);
            made.AddRange(DurableFile.CreateFolders(composition.Disk, Path.GetDirectoryName(path)!));
            DurableFile.WritePlain(composition.Disk, path, file == ProjectTemplate.Workflow ? Encoding.UTF8.GetBytes(workflow) : template.Bytes(file));
        }
        return made;
    }

    private void Say(ProjectTemplate template, string folder, string shown, ProblemList missing)
    {
        string[] next = folder == composition.CurrentFolder ? ["spool plan", "spool run"] : [$"cd {Words.Quoted(shown)}", "spool plan", "spool run"];
        if (json) JsonOut.Line(w => Json(w, template, folder, next));
        else
        {
            Console.WriteLine($"made {shown.TrimEnd('/')}/: {string.Join(", ", template.Files)}");
            foreach (var problem in missing.Problems) Console.WriteLine($"      {problem.Message}: {problem.Hint}");
            for (var i = 0; i < next.Length; i++) Console.WriteLine($"{(i == 0 ? "next" : "    ")}  {next[i]}");
        }
    }

    private static void Json(System.Text.Json.Utf8JsonWriter write, ProjectTemplate template, string folder, string[] next)
    {
        write.WriteString("template", template.Name);
        write.WriteString("folder", folder);
        write.WriteStartArray("files");
        foreach (var file in template.Files) write.WriteStringValue(file);
        write.WriteEndArray();
        write.WriteStartArray("next");
        foreach (var command in next) write.WriteStringValue(command);
        write.WriteEndArray();
    }

    internal static void MustBeEmpty(IDisk disk, string folder, string shown)
    {
        if (disk.Stat(folder) is not { } stat) return;
        if (stat.Kind != FileKind.Folder) throw new UsageException($"{shown} is a file; name a folder that is empty or not there");
        if (disk.List(folder) is [var first, ..]) throw new UsageException($"{shown} is not empty ({first.Name} is in it); nothing was written. Name a folder that is empty or not there");
    }
}
