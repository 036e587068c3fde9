using System.CommandLine;

namespace Spool.App.Cli;

public sealed class ListVerb : Verb
{
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: here or above)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line" };
    private readonly Option<int> _last = new("--last") { Description = "How many, the newest", DefaultValueFactory = _ => 20, HelpName = "N" };

    public override string Name => "list";
    public override string Summary => "List the runs of this workspace";
    public override int Order => 11;
    public override IReadOnlyList<string> Examples => ["spool list", "spool list --last 100 --json"];

    public override void Build(Command command)
    {
        foreach (var option in (Option[])[_workspace, _json, _last]) command.Add(option);
        command.SetAction(parsed =>
        {
            using var composition = new Composition();
            var past = PastRuns.Read(composition, parsed.GetValue(_workspace));
            var json = parsed.GetValue(_json);
            var runs = past.State.Runs.ToList();
            if (json)
            {
                foreach (var run in runs) JsonOut.Line(w => PastRuns.WriteRun(w, run, past.Paths.Workspace, past.StatusOf(run)));
                return Done;
            }
            var now = composition.Time.GetUtcNow();
            var rows = new List<string[]> { new[] { "ID", "WORKFLOW", "STATE", "RAN", "REUSED", "FAILED", "TOOK", "AGO" } };
            foreach (var run in runs.TakeLast(parsed.GetValue(_last)))
                rows.Add([run.Run, run.Name, past.StatusOf(run), run.Tasks?.Ran.ToString() ?? "-", run.Tasks?.Reused.ToString() ?? "-", run.Tasks?.Failed.ToString() ?? "-",
                    run.FinishedAt is { } end ? Words.Duration((end - run.StartedAt) / 1000.0) : "-", Words.Ago(now - DateTimeOffset.FromUnixTimeMilliseconds(run.StartedAt))]);
            Columns.Print(Console.Out, rows);
            return Done;
        });
    }
}
