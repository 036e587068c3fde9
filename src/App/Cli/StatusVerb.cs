using System.CommandLine;
using System.Text.Json;
using Spool.Engine.Journal;

namespace Spool.App.Cli;

public sealed class StatusVerb : Verb
{
    private readonly Argument<string?> _run = new("RUN") { Description = "The run (default: the last)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: here or above)", HelpName = "DIR" };
    private readonly Option<string?> _state = new("--state") { Description = "The state root of the server (default: SPOOL_STATE, else ~/.local/state/spool)", HelpName = "DIR" };
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Show a run of the server until it is over" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override string Name => "status";
    public override string Summary => "Show where a run stands, also one that another terminal runs";
    public override int Order => 10;
    public override IReadOnlyList<string> Examples => ["spool status", "spool status 41 --json"];

    public override void Build(Command command)
    {
        command.Add(_run);
        command.Add(_workspace);
        foreach (var option in (Option[])[_state, _follow, _json]) command.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            using var composition = ServerState.Compose(parsed.GetValue(_state));
            var runs = new ServerRuns(composition);
            var isServers = parsed.GetValue(_state) is not null || runs.AreMeant(parsed.GetValue(_workspace));
            if (isServers && (parsed.GetValue(_run) is null || runs.Find(parsed.GetValue(_run)) is not null || !HasWorkspace(composition)))
                return await ServedAsync(composition, runs, parsed.GetValue(_run), (parsed.GetValue(_json), parsed.GetValue(_follow)), cancel);
            if (parsed.GetValue(_follow)) throw new UsageException("--follow is for runs of the server; this one is shown by the terminal that runs it");
            var past = PastRuns.Read(composition, parsed.GetValue(_workspace));
            var run = past.Run(parsed.GetValue(_run));
            var live = run.Status == "running" ? OwnerSocket.Ask(past.Owner?.Socket, "status") : null;
            if (parsed.GetValue(_json)) Json(past, run, live);
            else Text(past, run, live);
            return Done;
        });
    }

    private static bool HasWorkspace(Composition composition)
    {
        try { return WorkflowFile.FindWorkspace(composition, null).Length > 0; }
        catch (UsageException) { return false; }
    }

    private static async Task<int> ServedAsync(Composition composition, ServerRuns runs, string? id, (bool Json, bool Follow) how, CancellationToken cancel)
    {
        if (id is null && !how.Follow)
        {
            // What is not over, and what ended last; in this order, so that what ends meanwhile is not missed.
            var live = runs.Queue.Live();
            var over = runs.Queue.Newest(r => r.Stage is Queue.ServerPlace.Done or Queue.ServerPlace.Failed, 5);
            var shown = over.Concat(live).DistinctBy(r => r.Id).OrderBy(r => r.Id).ToList();
            if (shown.Count == 0) throw new UsageException("nothing was run here, and the server has no runs; see: spool submit --help");
            if (how.Json)
            {
                var outlooks = new Queue.Foresight(runs.Place, runs.Queue, composition.Time).All();
                foreach (var run in shown) JsonOut.Line(w => run.Write(w, outlooks.GetValueOrDefault(run.Id) ?? Queue.Outlook.None));
                return Done;
            }
            ServerTable.Print(composition, runs, shown);
            if (!runs.IsServed) await Console.Error.WriteLineAsync("no server runs; start one: spool serve");
            return Done;
        }
        var wanted = id is not null ? runs.Get(id) : runs.Queue.Live() is [.., var last] ? last : throw new UsageException("no run is queued or going on");
        if (how.Follow) return await new FollowedRun(composition, runs, wanted.Id) { Json = how.Json }.RunAsync(untilOver: true, cancel);
        var outlook = new Queue.Foresight(runs.Place, runs.Queue, composition.Time).Of(wanted);
        if (how.Json) JsonOut.Line(w => wanted.Write(w, outlook));
        else
        {
            ServerTable.Print(composition, runs, [wanted]);
            Console.WriteLine($"workspace {TerminalText.Plain(wanted.Job.Place)}");
            if (wanted.Problem is { } problem) Console.WriteLine("problem   " + TerminalText.Plain(problem));
        }
        return Done;
    }

    private static void Json(PastRuns past, RunSummary run, JsonElement? live) => JsonOut.Line(w =>
    {
        if (live is { } now)
        {
            foreach (var property in now.EnumerateObject()) if (property.Name is "id" or "workflow" or "status" or "tasks" or "eta_s") property.WriteTo(w);
            w.WriteString("workspace", past.Paths.Workspace);
            w.WriteString("started_at", Engine.Scheduling.RunExport.Time(run.StartedAt));
            w.WriteNull("finished_at");
            w.WritePropertyName("items");
            now.GetProperty("items").WriteTo(w);
            return;
        }
        PastRuns.WriteRun(w, run, past.Paths.Workspace, past.StatusOf(run));
        w.WriteStartArray("outputs");
        foreach (var output in run.Outputs) w.WriteStringValue(output);
        w.WriteEndArray();
        w.WriteStartArray("items");
        foreach (var task in past.TasksOf(run)) task.WriteTo(w);
        w.WriteEndArray();
    });

    private static void Text(PastRuns past, RunSummary run, JsonElement? live)
    {
        var items = live?.GetProperty("items").EnumerateArray().ToList() ?? [.. past.TasksOf(run)];
        var status = live is null ? past.StatusOf(run) : "running";
        var groups = items.GroupBy(i => i.GetProperty("status").GetString() ?? "").ToDictionary(g => g.Key, g => g.Count());
        Console.WriteLine($"run {run.Run} of {run.Name}: {status}   {string.Join(", ", groups.OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Value} {g.Key}"))}");
        if (live is { } l) Console.WriteLine($"{(l.TryGetProperty("eta_s", out var eta) ? $"about {Words.Duration(eta.GetDouble())} left; " : "")}pid {past.Owner!.Pid} runs it since {past.Owner.Started}");
        var rows = new List<string[]>();
        foreach (var item in items.Where(i => i.GetProperty("status").GetString() is not ("reused" or "succeeded" or "pending" or "skipped")).Take(50))
            rows.Add(["  " + item.GetProperty("status").GetString(), item.GetProperty("task").GetString()!, Reasons(item)]);
        Columns.Print(Console.Out, rows);
        foreach (var output in run.Outputs.Take(10)) Console.WriteLine("  " + output);
        var next = status switch
        {
            "failed" => $"spool logs {run.Run} --failed",
            "interrupted" => "spool resume",
            "waiting" => items.FirstOrDefault(i => Codes(i).Contains("review")) is { ValueKind: JsonValueKind.Object } review ? $"spool approve {review.GetProperty("task").GetString()}"
                : items.Any(i => Codes(i).Contains("missing-input")) ? "put the missing file in its place, then: spool run" : "spool run",
            "running" => "spool cancel",
            _ => null,
        };
        if (next is not null) Console.WriteLine("next  " + next);
    }

    private static IEnumerable<string?> Codes(JsonElement item) =>
        item.TryGetProperty("reasons", out var reasons) ? reasons.EnumerateArray().Select(r => r.GetProperty("code").GetString()) : [];

    private static string Reasons(JsonElement item) =>
        item.TryGetProperty("reasons", out var reasons) ? string.Join("; ", reasons.EnumerateArray().Select(r => r.GetProperty("text").GetString())) : "";
}
