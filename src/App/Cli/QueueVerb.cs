using System.CommandLine;
using System.Globalization;
using Spool.App.Queue;

namespace Spool.App.Cli;

public sealed class QueueVerb : Verb
{
    private readonly Argument<string> _action = new("ACTION") { Description = "list, pause, resume, retry, move, priority or label" };
    private readonly Argument<string[]> _runs = new("RUN") { Description = "Runs; pause and resume without any mean the whole queue", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<long?> _before = new("--before") { Description = "move: in front of this run", HelpName = "RUN" };
    private readonly Option<string?> _to = new("--to") { Description = "priority: the new one; label: the text", HelpName = "VALUE" };
    private readonly Option<string?> _state = new("--state") { Description = "The state root of the server (default: SPOOL_STATE, else ~/.local/state/spool)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line" };

    public override string Name => "queue";
    public override string Summary => "See and order the server's queue: pause, resume, retry, move";
    public override int Order => 18;
    public override IReadOnlyList<string> Examples => ["spool queue list", "spool queue pause", "spool queue pause 41", "spool queue retry 39", "spool queue move 44 --before 42", "spool queue priority 44 --to 5"];

    public override void Build(Command command)
    {
        command.Add(_action.AcceptOnlyFromAmong("list", "pause", "resume", "retry", "move", "priority", "label"));
        command.Add(_runs);
        foreach (var option in (Option[])[_before, _to, _state, _json]) command.Add(option);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        using var composition = ServerState.Compose(parsed.GetValue(_state));
        var runs = new ServerRuns(composition);
        var (action, json, names) = (parsed.GetValue(_action)!, parsed.GetValue(_json), parsed.GetValue(_runs) ?? []);
        if (action == "list") return List(composition, runs, json);
        if (names.Length == 0)
        {
            if (action is not ("pause" or "resume")) throw new UsageException($"name a run: spool queue {action} RUN");
            runs.Queue.Pause(action == "pause");
            if (json) JsonOut.Line(w => w.WriteBoolean("paused", action == "pause"));
            else Console.WriteLine(action == "pause" ? "nothing more is started; what runs goes on (let it go on: spool queue resume)" : "the queue goes on");
            return Done;
        }
        var code = Done;
        foreach (var run in names.Select(runs.Get).ToList())
        {
            var refusal = Do(runs, run, action, parsed);
            if (refusal is not null) code = Failed;
            if (json) JsonOut.Line(w => { w.WriteString("id", run.Id.ToString(CultureInfo.InvariantCulture)); w.WriteBoolean("done", refusal is null); if (refusal is not null) w.WriteString("problem", refusal); });
            else if (refusal is null) Console.WriteLine($"run {run.Id}: {Said(action, run)}");
            else Console.Error.WriteLine("error: " + refusal);
        }
        return code;
    }

    private static string Said(string action, QueuedRun run) => action switch
    {
        "pause" => run.Status == "running" ? "is paused when what runs in it has come to its end" : "is paused",
        "resume" => "goes on",
        "retry" => "is queued again; what it finished is reused",
        _ => "is changed",
    };

    /// <summary>Null, or why it cannot be done.</summary>
    private string? Do(ServerRuns runs, QueuedRun run, string action, ParseResult parsed)
    {
        switch (action)
        {
            case "pause" or "resume":
                return runs.Queue.PauseRun(run, action == "pause") ? null : $"run {run.Id} is over ({run.Status})";
            case "retry":
                return runs.Queue.Retry(run.Id) ? null : $"run {run.Id} did not fail and was not cancelled ({run.Status})";
            case "move":
                var before = parsed.GetValue(_before) ?? throw new UsageException("say where: --before RUN");
                return before != run.Id && runs.Queue.MoveBefore(run.Id, before) ? null : $"run {run.Id} and run {before} are not both queued";
            case "priority":
                if (!int.TryParse(parsed.GetValue(_to), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority) || priority is < -1_000_000 or > 1_000_000) throw new UsageException("say which: --to N, a whole number up to a million");
                return run.Stage != ServerPlace.Pending ? $"run {run.Id} is not queued any more" : runs.Queue.Change(run.Id, r => r with { Job = r.Job with { Priority = priority } }) ? null : $"run {run.Id} is gone";
            default:
                return runs.Queue.Change(run.Id, r => r with { Label = parsed.GetValue(_to) is { Length: > 0 } text ? text : null }) ? null : $"run {run.Id} is gone";
        }
    }

    private static int List(Composition composition, ServerRuns runs, bool json)
    {
        var standing = Standing.Read(runs.Place);
        var live = runs.Queue.Live();
        var shown = live.Where(r => r.Stage == ServerPlace.Running).Concat(QueueOrder.Sorted([.. live.Where(r => r.Stage == ServerPlace.Pending)], standing.LastStarted)).ToList();
        if (json)
        {
            var outlooks = new Foresight(runs.Place, runs.Queue, composition.Time).All();
            foreach (var run in shown) JsonOut.Line(w => run.Write(w, outlooks.GetValueOrDefault(run.Id) ?? Outlook.None));
            return Done;
        }
        ServerTable.Print(composition, runs, shown);
        if (!runs.IsServed) Console.Error.WriteLine("no server runs; start one: spool serve");
        return Done;
    }
}
