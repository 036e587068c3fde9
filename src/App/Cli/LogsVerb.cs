using System.CommandLine;
using Spool.Engine.Scheduling;

namespace Spool.App.Cli;

public sealed class LogsVerb : Verb
{
    private readonly Argument<string[]> _what = new("RUN TASK") { Description = "The run (default: the last) and a task", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: here or above)", HelpName = "DIR" };
    private readonly Option<bool> _failed = new("--failed") { Description = "Only what failed" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a log: task, attempt, path" };

    public override string Name => "logs";
    public override string Summary => "Show what the tools of a task wrote";
    public override int Order => 13;
    public override IReadOnlyList<string> Examples => ["spool logs --failed", "spool logs narration:intro", "spool logs 41 join"];

    public override void Build(Command command)
    {
        command.Add(_what);
        foreach (var option in (Option[])[_workspace, _failed, _json]) command.Add(option);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        using var composition = new Composition();
        var words = (parsed.GetValue(_what) ?? []).ToList();
        var workspace = parsed.GetValue(_workspace);
        // A number is a run of the server where lists speak of the server's; its workspace counts it by another.
        if (words.Count > 0 && new ServerRuns(composition) is var served && served.AreMeant(workspace) && served.Find(words[0]) is { } meant)
        {
            workspace = meant.Job.Place;
            words[0] = Queue.RunPage.Engine(served.Place, meant.Id) ?? throw new UsageException($"run {meant.Id} has no logs ({meant.Status}{(meant.Problem is { } problem ? ": " + problem : "")})");
        }
        var past = PastRuns.Read(composition, workspace);
        var run = words.Count > 0 && past.State.Run(words[0]) is { } named ? named : null;
        if (run is not null) words.RemoveAt(0);
        var task = words.FirstOrDefault();
        run ??= task is null ? past.Run(null) : past.State.Runs.LastOrDefault(r => Logs(past, r.Run).Any(l => IsOf(l, task))) ?? throw new UsageException($"no run has a log of {task}");
        var failed = past.TasksOf(run).Where(t => t.GetProperty("status").GetString() == "failed").Select(t => t.GetProperty("task").GetString()).ToHashSet();
        var logs = Logs(past, run.Run).Where(l => (task is null || IsOf(l, task)) && (!parsed.GetValue(_failed) || failed.Any(f => IsOf(l, f!)) || (failed.Count == 0 && past.State.LastFailure(run.Workflow, l.Task)?.Run == run.Run))).ToList();
        if (parsed.GetValue(_json))
        {
            foreach (var log in logs) JsonOut.Line(w => { w.WriteString("run", run.Run); w.WriteString("task", log.Task); w.WriteNumber("attempt", log.Attempt); w.WriteString("path", log.Path); });
            return logs.Count > 0 ? Done : Failed;
        }
        foreach (var log in logs)
        {
            Console.WriteLine($"── {log.Task}, attempt {log.Attempt} ── {log.Path}");
            foreach (var line in File.ReadLines(log.Path)) Console.WriteLine(line);
        }
        foreach (var name in failed.Where(f => f is not null && logs.All(l => !IsOf(l, f!))))
            if (past.State.LastFailure(run.Workflow, name!) is { } failure) Console.WriteLine($"── {name} ── {failure.Failure.Sentence}");
        if (logs.Count == 0 && failed.Count == 0) Console.WriteLine($"run {run.Run} has no logs{(task is null ? "" : $" of {task}")}");
        return Done;
    }

    // Long names are cut in file names.
    private static bool IsOf((string Task, int Attempt, string Path) log, string task) => log.Task == task || log.Task == WorkspacePaths.LogName(task);

    private static List<(string Task, int Attempt, string Path)> Logs(PastRuns past, string run)
    {
        var folder = Path.Join(past.Paths.Run(run), "logs");
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.EnumerateFiles(folder, "*.log").Select(path =>
        {
            var name = Path.GetFileNameWithoutExtension(path);
            var dot = name.LastIndexOf('.');
            return (name[..dot].Replace('\u2215', '/'), int.Parse(name[(dot + 1)..], System.Globalization.CultureInfo.InvariantCulture), path);
        }).OrderBy(l => l.Item1, StringComparer.Ordinal).ThenBy(l => l.Item2)];
    }
}
