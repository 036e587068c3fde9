using System.CommandLine;
using System.Text;
using Spool.App.Help;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class NewVerb : Verb
{
    private readonly Argument<string?> _name = new("TEMPLATE") { Description = "What to begin with (default: list the templates)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string?> _folder = new("DIR") { Description = "The folder to make (default: the template's name); it must be empty or not there", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> _vars = new("--var") { Description = "Give a variable another default", HelpName = "NAME=VALUE" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Ask nothing" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line" };

    public override string Name => "new";
    public override string Summary => "Make a project folder from a template";
    public override int Order => 4;
    public override IReadOnlyList<string> Examples => ["spool new", "spool new empty talk", "spool new explainer rain --var title=\"Why it rains\""];

    public override void Build(Command command)
    {
        command.Add(_name);
        command.Add(_folder);
        foreach (var option in (Option[])[_vars, _yes, _json]) command.Add(option);
        command.SetAction(parsed =>
        {
            using var composition = new Composition();
            var json = parsed.GetValue(_json);
            return parsed.GetValue(_name) is { } name ? Make(composition, name, parsed.GetValue(_folder), parsed.GetValue(_vars) ?? [], json) : List(json);
        });
    }

    private static int List(bool json)
    {
        foreach (var template in ProjectTemplate.All())
        {
            if (json) JsonOut.Line(w => { w.WriteString("name", template.Name); w.WriteString("description", template.Description); });
            else Console.WriteLine($"{template.Name,-12} {template.Description}");
        }
        if (!json) Console.WriteLine("next  spool new NAME DIR");
        return Done;
    }

    private static int Make(Composition composition, string name, string? given, IReadOnlyList<string> vars, bool json)
    {
        var templates = ProjectTemplate.All();
        var template = templates.FirstOrDefault(t => t.Name == name)
            ?? throw new UsageException($"there is no template '{name}'; {NearestName.Hint(name, templates.Select(t => t.Name)) ?? $"templates: {string.Join(", ", templates.Select(t => t.Name))}"}");
        var shown = given ?? name;
        var folder = Path.GetFullPath(shown, composition.CurrentFolder);
        Empty(composition.Disk, folder, shown);
        var (workflow, why) = ProjectTemplate.With(template.Text, [.. vars.Select(Pair)]);
        if (workflow is null) throw new UsageException(why!);
        foreach (var file in template.Files)
        {
            var path = Path.Join(folder, file);
            DurableFile.CreateFolders(composition.Disk, Path.GetDirectoryName(path)!);
            DurableFile.WritePlain(composition.Disk, path, file == ProjectTemplate.Workflow ? Encoding.UTF8.GetBytes(workflow) : template.Bytes(file));
        }
        // A value of the wrong type shows only when the whole file is read; then nothing is left behind.
        var problems = new ProblemList();
        new WorkflowReader(composition.Disk, composition.Catalogue, composition.Environment).Read(Path.Join(folder, ProjectTemplate.Workflow), WorkflowArguments.None, problems);
        if (vars.Count > 0 && problems.Any)
        {
            ProblemPrinter.Print(composition, Console.Error, problems.Problems, []);
            foreach (var file in template.Files) composition.Disk.DeleteFile(Path.Join(folder, file));
            return WrongText;
        }
        string[] next = folder == composition.CurrentFolder ? ["spool plan", "spool run"] : [$"cd {Quoted(shown)}", "spool plan", "spool run"];
        if (json) JsonOut.Line(w => Json(w, template, folder, next));
        else
        {
            Console.WriteLine($"made {shown.TrimEnd('/')}/: {string.Join(", ", template.Files.Order(StringComparer.Ordinal))}");
            for (var i = 0; i < next.Length; i++) Console.WriteLine($"{(i == 0 ? "next" : "    ")}  {next[i]}");
        }
        return Done;
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

    private static void Empty(IDisk disk, string folder, string shown)
    {
        if (disk.Stat(folder) is not { } stat) return;
        if (stat.Kind != FileKind.Folder) throw new UsageException($"{shown} is a file; name a folder that is empty or not there");
        if (disk.List(folder) is [var first, ..]) throw new UsageException($"{shown} is not empty ({first.Name} is in it); nothing was written. Name a folder that is empty or not there");
    }

    private static (string, string) Pair(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (text[..at], text[(at + 1)..]) : throw new UsageException($"'{text}' is not of the form --var NAME=VALUE");
    }

    private static string Quoted(string path) => path.All(c => char.IsLetterOrDigit(c) || c is '/' or '.' or '-' or '_') ? path : "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
