using System.CommandLine;

namespace Spool.App.Cli;

public sealed class ListVerb : Verb
{
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: here or above)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line" };
    private readonly Option<int> _last = new("--last") { Description = "How many, the newest", DefaultValueFactory = _ => 20, HelpName = "N" };

    private readonly Option<bool> _server = new("--server") { Description = "The runs of the server's queue, of all workspaces" };

    public override string Name => "list";
    public override string Summary => "List the runs of this workspace";
    public override int Order => 11;
    public override IReadOnlyList<string> Examples => ["spool list", "spool list --last 100 --json", "spool list --server"];

    public override void Build(Command command)
    {
        foreach (var option in (Option[])[_workspace, _json, _last, _server]) command.Add(option);
        command.SetAction(parsed =>
        {
            using var composition = new Composition();
            if (parsed.GetValue(_server)) return Queued(composition, parsed.GetValue(_json), parsed.GetValue(_last));
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

    private static int Queued(Composition composition, bool json, int last)
    {
        var place = new Queue.ServerPlace(composition.Disk, composition.StateRoot);
        var runs = new Queue.JobQueue(place, composition.Time).All();
        if (json)
        {
            var foresight = new Queue.Foresight(place, new Queue.JobQueue(place, composition.Time), composition.Time).All();
            foreach (var run in runs) JsonOut.Line(w => run.Write(w, foresight.GetValueOrDefault(run.Id) ?? Queue.Outlook.None));
            return Done;
        }
        var now = composition.Time.GetUtcNow();
        var rows = new List<string[]> { new[] { "ID", "WORKSPACE", "STATE", "SUBMITTED", "TOOK", "" } };
        foreach (var run in runs.TakeLast(last))
            rows.Add([run.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), TerminalText.Plain(run.Job.Place), run.Status, Words.Ago(now - DateTimeOffset.FromUnixTimeMilliseconds(run.SubmittedAt)) + " ago",
                run is { StartedAt: { } begun, FinishedAt: { } end } ? Words.Duration((end - begun) / 1000.0) : "-", TerminalText.Plain(run.Problem ?? "")]);
        Columns.Print(Console.Out, rows);
        if (!SubmitVerb.IsServed(composition, place)) Console.Error.WriteLine("no server runs; start one: spool serve");
        return Done;
    }
}
