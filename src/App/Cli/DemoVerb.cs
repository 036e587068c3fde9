using System.CommandLine;
using Spool.App.Help;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class DemoVerb : Verb
{
    private readonly Option<string?> _folder = new("--folder") { Description = "Where (default: ./demo)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line" };
    private readonly Option<int?> _jobs = new("--jobs", "-j") { Description = "How many tasks at once (default: the processors)", HelpName = "N" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Ask nothing" };

    public override string Name => "demo";
    public override string Summary => "Make a narrated explainer video in ./demo, with nothing but this machine";
    public override int Order => 0;
    public override IReadOnlyList<string> Examples => ["spool demo", "nano demo/script.md && spool run demo"];

    public override void Build(Command command)
    {
        foreach (var option in (Option[])[_folder, _json, _jobs, _yes]) command.Add(option);
        command.SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var composition = new Composition();
        var folder = Path.GetFullPath(parsed.GetValue(_folder) ?? "demo", composition.CurrentFolder);
        DurableFile.CreateFolders(composition.Disk, folder);
        // Files that are there are the user's: they are left as they are.
        var template = ProjectTemplate.BuiltIn().First(t => t.Name == "explainer");
        foreach (var file in template.Files)
        {
            var path = Path.Join(folder, file);
            if (composition.Disk.Stat(path) is not null) continue;
            DurableFile.CreateFolders(composition.Disk, Path.GetDirectoryName(path)!);
            DurableFile.WritePlain(composition.Disk, path, template.Bytes(file));
        }
        var json = parsed.GetValue(_json);
        var shown = Path.GetRelativePath(composition.CurrentFolder, folder);
        if (!json) Console.WriteLine($"workspace {shown} (yours to edit)");
        var workflow = WorkflowFile.Locate(composition, folder, null);
        var code = await new RunSession(composition, workflow, Engine.Definition.WorkflowArguments.None) { Json = json, Jobs = parsed.GetValue(_jobs) }.RunAsync(cancel);
        if (!json && code == Done)
        {
            Console.WriteLine($"  look   {shown}/out/explainer.mp4       why it did what it did: {shown}/report.html");
            Console.WriteLine($"  next   edit {shown}/script.md, then: spool run {shown}");
        }
        return code;
    }
}
