using System.CommandLine;
using System.Globalization;
using Spool.App.Queue;

namespace Spool.App.Cli;

public sealed class ListVerb : Verb
{
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The runs of this workspace alone, as it counts them (with --server: as the server does)", HelpName = "DIR" };
    private readonly Option<string?> _state = new("--state") { Description = "The state root of the server (default: SPOOL_STATE, else ~/.local/state/spool)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line" };
    private readonly Option<int?> _last = new("--last") { Description = "How many, the newest (default: 20; with --json all)", HelpName = "N" };
    private readonly Option<bool> _server = new("--server") { Description = "The runs of the server's queue, also inside of a workspace" };
    private readonly Option<string?> _status = new("--status") { Description = "Only with this status, or one of several: failed,cancelled", HelpName = "STATUS" };
    private readonly Option<string?> _text = new("--text") { Description = "Only with this text in name, place, label or error", HelpName = "TEXT" };
    private readonly Option<string?> _workflow = new("--workflow") { Description = "Only of workflows with this in their path", HelpName = "TEXT" };
    private readonly Option<string?> _label = new("--label") { Description = "Only with this in their label", HelpName = "TEXT" };
    private readonly Option<int?> _rating = new("--rating") { Description = "Only with at least so many stars", HelpName = "N" };
    private readonly Option<string?> _since = new("--since") { Description = "Only submitted on this day or later: 2026-01-31", HelpName = "DATE" };
    private readonly Option<string?> _until = new("--until") { Description = "Only submitted on this day or earlier", HelpName = "DATE" };

    public override string Name => "list";
    public override string Summary => "List runs: of the server, or of this workspace";
    public override int Order => 11;
    public override IReadOnlyList<string> Examples => ["spool list", "spool list --last 100 --json", "spool list --status failed --since 2026-01-31"];

    public override void Build(Command command)
    {
        foreach (var option in (Option[])[_workspace, _state, _json, _last, _server, _status, _text, _workflow, _label, _rating, _since, _until]) command.Add(option);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_status) is { } words && RunFilter.UnknownStatus(words) is { } unknown) throw new UsageException($"there is no status '{unknown}'; statuses: {string.Join(", ", RunFilter.Statuses)}");
        using var composition = ServerState.Compose(parsed.GetValue(_state));
        if (parsed.GetValue(_rating) is < 1 or > 5) throw new UsageException("--rating is a number of stars from 1 to 5");
        if (parsed.GetValue(_last) is < 1) throw new UsageException("--last is a number from 1 on");
        var runs = new ServerRuns(composition);
        var (json, last) = (parsed.GetValue(_json), parsed.GetValue(_last));
        if (parsed.GetValue(_server) || parsed.GetValue(_state) is not null || runs.AreMeant(parsed.GetValue(_workspace))) return Served(composition, runs, Filter(parsed) with { Place = parsed.GetValue(_workspace) is { } only ? WorkflowFile.FindWorkspace(composition, only) : null }, json, last);
        var past = PastRuns.Read(composition, parsed.GetValue(_workspace));
        var status = parsed.GetValue(_status)?.Split(',');
        var found = past.State.Runs.Where(r => status is null || status.Contains(past.StatusOf(r))).TakeLast(last ?? (json ? int.MaxValue : 20)).ToList();
        if (json)
        {
            foreach (var run in found) JsonOut.Line(w => PastRuns.WriteRun(w, run, past.Paths.Workspace, past.StatusOf(run)));
            return Done;
        }
        var now = composition.Time.GetUtcNow();
        var rows = new List<string[]> { new[] { "ID", "WORKFLOW", "STATE", "RAN", "REUSED", "FAILED", "TOOK", "AGO" } };
        foreach (var run in found)
            rows.Add([run.Run, run.Name, past.StatusOf(run), run.Tasks?.Ran.ToString() ?? "-", run.Tasks?.Reused.ToString() ?? "-", run.Tasks?.Failed.ToString() ?? "-",
                run.FinishedAt is { } end ? Words.Duration((end - run.StartedAt) / 1000.0) : "-", Words.Ago(now - DateTimeOffset.FromUnixTimeMilliseconds(run.StartedAt))]);
        Columns.Print(Console.Out, rows);
        return Done;
    }

    private RunFilter Filter(ParseResult parsed) => new(parsed.GetValue(_status)?.Split(','), parsed.GetValue(_text), parsed.GetValue(_workflow), null, parsed.GetValue(_label), parsed.GetValue(_rating),
        Day(parsed.GetValue(_since), "--since", 0), Day(parsed.GetValue(_until), "--until", 1));

    private static long? Day(string? text, string option, int plus)
    {
        if (text is null) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) ? day.AddDays(text.Length <= 10 ? plus : 0).ToUnixTimeMilliseconds()
            : throw new UsageException($"{option} {text} is no date such as 2026-01-31");
    }

    private static int Served(Composition composition, ServerRuns runs, RunFilter filter, bool json, int? last)
    {
        if (json)
        {
            JsonOut.All(runs.Lines(filter, last ?? int.MaxValue));
            return Done;
        }
        var shown = runs.Queue.Newest(filter.Takes, last ?? 20).Reverse().ToList();
        ServerTable.Print(composition, runs, shown);
        if (!runs.IsServed) Console.Error.WriteLine("no server runs; start one: spool serve");
        return Done;
    }
}
