using System.CommandLine;
using Spool.Engine;

namespace Spool.App.Cli;

public sealed class PreviewVerb : Verb
{
    private readonly RunOptions _options = new();
    private readonly Option<int?> _jobs = new("--jobs", "-j") { Description = "How many tasks at once (default: the processors)", HelpName = "N" };

    public override string Name => "preview";
    public override string Summary => "Make a watchable cut now, with stand-ins for what is missing";
    public override int Order => 2;
    public override IReadOnlyList<string> Examples =>
    [
        "spool preview                          also while a run goes on or waits",
        "spool preview --json | tail -n 1 | jq .preview.missing",
    ];

    public override void Build(Command command)
    {
        command.Add(_options.Files);
        foreach (var option in (Option[])[_options.Workspace, _options.Vars, _options.Sets, _options.Profile, _options.Allow, _jobs, _options.Json, _options.Verbose]) command.Add(option);
        command.SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var composition = new Composition();
        var (file, arguments, _) = _options.Read(parsed, composition);
        if (arguments.Vars.Count == 0 && arguments.Sets.Count == 0 && arguments.Profile is null) arguments = LastArguments.Of(composition, file);
        var json = parsed.GetValue(_options.Json);
        var verbose = parsed.GetValue(_options.Verbose);
        using RunReporter reporter = json ? new JsonReporter(verbose) : TerminalReporter.Create(composition, file, null, verbose);
        var session = new PreviewSession(composition, file, arguments) { Allow = parsed.GetValue(_options.Allow) ?? [], Jobs = parsed.GetValue(_jobs) };
        var problems = new ProblemList();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var interrupt = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGINT, c => { c.Cancel = true; stop.Cancel(); });
        if (await session.RunAsync(reporter, problems, stop.Token) is not var (result, map))
        {
            if (json) JsonOut.Line(w => { w.WriteString("type", "problems"); JsonOut.Problems(w, "problems", problems.Problems); });
            else ProblemPrinter.Print(composition, Console.Error, problems.Problems, []);
            return WrongText;
        }
        var made = map.File is null ? null : Path.Join(PreviewSession.FolderOf(file.Workspace), map.File);
        if (reporter is JsonReporter lines)
        {
            lines.Extra = w =>
            {
                w.WriteStartObject("preview");
                map.Write(w, made, segments: false);
                w.WriteEndObject();
            };
            var code = lines.Finish(result);
            return code == Done && made is null ? Failed : code;
        }
        reporter.Dispose();
        return Tell(composition, map, made, result);
    }

    private static int Tell(Composition composition, PreviewMap map, string? made, Engine.Scheduling.RunResult result)
    {
        if (result.Status == "cancelled")
        {
            Console.WriteLine("Cancelled: no preview was made");
            return Cancelled;
        }
        var missing = map.Missing.Count == 0 ? "" : $", missing: {string.Join(", ", map.Missing)}";
        if (made is null)
        {
            Console.Error.WriteLine($"error: nothing can be shown yet{missing}");
            foreach (var task in result.All.Where(t => t.IsStoodIn).Take(5)) Console.Error.WriteLine($"  {task.Node.Address}: {string.Join("; ", task.Reasons.Select(r => r.Text))}");
            return Failed;
        }
        var shown = map.Real + map.StandIns;
        Console.WriteLine($"Preview includes {shown} of {map.Segments.Count} segment{(map.Segments.Count == 1 ? "" : "s")}{(map.StandIns > 0 ? $", {map.StandIns} with stand-ins" : "")}{missing}");
        foreach (var segment in map.Segments)
            Console.WriteLine($"  {segment.State,-9} {(segment.Start is { } start ? $"{Words.Clock(start)}-{Words.Clock(segment.End!.Value)}" : "-"),-12} {segment.Name}");
        Console.WriteLine($"  {Path.GetRelativePath(composition.CurrentFolder, made)}");
        return Done;
    }
}
