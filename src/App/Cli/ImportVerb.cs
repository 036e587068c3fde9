using System.CommandLine;
using Spool.Interchange.Export;
using Spool.App.Help;
using Spool.Interchange.Import;
using Spool.Engine;

namespace Spool.App.Cli;

public sealed class ImportVerb : Verb
{
    private static readonly string[] Forms = ["vwf", "winnow"];

    private readonly Argument<string> _form = new("FORM") { Description = "What the file is: vwf, winnow" };
    private readonly Argument<string> _file = new("FILE") { Description = "The file to read; of winnow a JSON configuration, pipeline.py:cfg, or a folder with results" };
    private readonly Option<string?> _out = new("--out") { Description = "The folder to make (default: the name of the file); it must be empty or not there", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override string Name => "import";
    public override string Summary => "Make a project from a workflow or the results of an older system, and say what has no equal";
    public override int Order => 7;
    public override IReadOnlyList<string> Examples => ["spool import vwf workflow.yaml --out talk", "spool import vwf workflow.yaml --json | jq '.notes[]'", "spool import winnow pipeline.py:cfg --out cam7", "spool import winnow old-project --out cam7     its .winnow folder: streams, figures, groups"];

    public override void Build(Command command)
    {
        command.Add(_form);
        command.Add(_file);
        command.Add(_out);
        command.Add(_json);
        command.SetAction(parsed =>
        {
            using var composition = new Composition();
            return Import(composition, parsed.GetValue(_form)!, parsed.GetValue(_file)!, parsed.GetValue(_out), parsed.GetValue(_json));
        });
    }

    private static int Import(Composition composition, string form, string file, string? given, bool json)
    {
        if (!Forms.Contains(form)) throw new UsageException($"'{form}' cannot be imported; {NearestName.Hint(form, Forms) ?? $"what can: {string.Join(", ", Forms)}"}");
        var source = Path.GetFullPath(file, composition.CurrentFolder);
        var shown = given ?? Path.GetFileNameWithoutExtension(file.TrimEnd('/'));
        var folder = Path.GetFullPath(shown, composition.CurrentFolder).TrimEnd('/');
        NewProject.MustBeEmpty(composition.Disk, folder, shown);
        var problems = new ProblemList();
        Imported? project;
        try { project = form == "winnow" ? new WinnowProject(composition.Disk, ProjectTemplate.BuiltIn().First(t => t.Name == WinnowWorkflow.Template).Text, source.TrimEnd('/'), folder).Make(problems) : Vwf(new ImportedProject(composition.Disk, composition.Catalogue, composition.Environment, source, folder), problems); }
        catch (CurationException e)
        {
            Console.Error.WriteLine("error: " + TerminalText.Plain(e.Message));
            return Failed;
        }
        if (project is null)
        {
            if (json) JsonOut.Line(w => JsonOut.Problems(w, "problems", problems.Problems));
            else ProblemPrinter.Print(composition, Console.Error, problems.Problems, []);
            return WrongText;
        }
        var vars = string.Concat(project.Needed.Select(n => $" --var {n}=…").Concat(project.Programs.Select(p => $" --allow {p}")));
        string[] next = project.Form == "results" ? [$"read {shown}/import-report.md", $"spool inspect metrics {shown}", $"spool export {shown} --all --format coco --out {shown}-coco"] : [$"read {shown}/import-report.md", $"spool check {shown}{vars}", $"spool run {shown}{vars}"];
        if (json) JsonOut.Line(w => Json(w, project, folder, next));
        else Text(project, shown, next);
        return Done;
    }

    private static Imported? Vwf(ImportedProject project, ProblemList problems) =>
        project.Make(problems) ? new Imported(project.Form, project.Made, project.Left, project.Files, project.Notes) { Programs = project.Programs, Needed = project.Needed, Line = project.Line } : null;

    private static void Text(Imported project, string shown, string[] next)
    {
        Console.WriteLine($"made {shown.TrimEnd('/')}/ {(project.Unit == "steps" ? $"of the {project.Form} form" : $"of {project.Form}")}: {project.Made} {project.Unit} made, {project.Left} {project.LeftAs}; {string.Join(", ", project.Files)}");
        foreach (var (sort, title) in new[] { (NoteSort.NoEqual, "no equal"), (NoteSort.Changed, "in another form"), (NoteSort.ToDo, "to do") })
        {
            var notes = project.Notes.Where(n => n.Sort == sort).ToList();
            if (notes.Count > 0) Console.WriteLine($"{title}:");
            foreach (var note in notes.Take(50)) Console.WriteLine("  " + project.Line(note));
            if (notes.Count > 50) Console.WriteLine($"  and {notes.Count - 50} more, see {shown.TrimEnd('/')}/import-report.md");
        }
        for (var i = 0; i < next.Length; i++) Console.WriteLine($"{(i == 0 ? "next" : "    ")}  {next[i]}");
    }

    private static void Json(System.Text.Json.Utf8JsonWriter write, Imported project, string folder, string[] next)
    {
        write.WriteString("folder", folder);
        write.WriteString("form", project.Form);
        write.WriteNumber("made", project.Made);
        write.WriteNumber("left", project.Left);
        Strings("files", project.Files);
        Strings("vars", project.Needed);
        Strings("programs", project.Programs);
        write.WriteStartArray("notes");
        foreach (var note in project.Notes)
        {
            write.WriteStartObject();
            write.WriteString("sort", KindSchema.Kebab(note.Sort.ToString()));
            write.WriteString("file", note.At.File);
            write.WriteNumber("line", note.At.Line);
            write.WriteNumber("column", note.At.Column);
            write.WriteString("step", note.Step);
            write.WriteString("field", note.Field);
            write.WriteString("text", note.Why);
            write.WriteEndObject();
        }
        write.WriteEndArray();
        Strings("next", next);

        void Strings(string name, IReadOnlyList<string> texts)
        {
            write.WriteStartArray(name);
            foreach (var text in texts) write.WriteStringValue(text);
            write.WriteEndArray();
        }
    }
}
