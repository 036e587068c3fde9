using System.Globalization;
using System.Text.Json;
using Spool.App.Queue;

namespace Spool.App.Cli;

/// <summary>Runs of the server as a table: where each stands, how long it takes yet, and what to type next.</summary>
internal static class ServerTable
{
    internal static void Print(Composition composition, ServerRuns runs, IReadOnlyList<QueuedRun> shown)
    {
        var outlooks = new Foresight(runs.Place, runs.Queue, composition.Time).All();
        var now = composition.Time.GetUtcNow();
        var rows = new List<string[]> { new[] { "ID", "WORKFLOW", "STATE", "TASKS", "SINCE", "LEFT", "NEXT" } };
        foreach (var run in shown)
        {
            var outlook = outlooks.GetValueOrDefault(run.Id) ?? Outlook.None;
            var since = DateTimeOffset.FromUnixTimeMilliseconds(run.FinishedAt ?? run.StartedAt ?? run.SubmittedAt);
            rows.Add([run.Id.ToString(CultureInfo.InvariantCulture), TerminalText.Plain(run.Label ?? run.Name), run.Status, Tasks(outlook.Tasks ?? run.Tasks), Words.Ago(now - since), Left(run, outlook), TerminalText.Plain(Next(runs, run))]);
        }
        Columns.Print(Console.Out, rows);
        if (shown.All(r => r.Status != "queued")) return;
        if (runs.Queue.IsPaused) Console.WriteLine("the queue is paused; let it go on: spool queue resume");
        else if (runs.IsServed && Standing.Read(runs.Place).Held is { } held) Console.WriteLine(held);
    }

    private static string Left(QueuedRun run, Outlook outlook) => run.Status switch
    {
        "running" when outlook.SecondsLeft is { } left => Words.Duration(left),
        "queued" when outlook.StartsIn is { } starts => starts < 1 ? "starts now" : $"starts in {Words.Duration(starts)}",
        "queued" when outlook.Position is { } position => $"no. {position}",
        _ => "-",
    };

    private static string Next(ServerRuns runs, QueuedRun run) => run.Status switch
    {
        "failed" when run.Problem is { } problem => problem.Length > 60 ? problem[..59] + "…" : problem,
        "failed" => $"spool logs {run.Id} --failed",
        "waiting" when RunPage.Missing(runs.Place, run.Id) is { } missing => missing,
        "waiting" => $"spool reviews --workspace {Words.Quoted(run.Job.Place)}",
        "paused" => $"spool queue resume {run.Id}",
        _ => "",
    };

    /// <summary>Finished of all; what failed behind it.</summary>
    internal static string Tasks(string? counts)
    {
        if (counts is null) return "-";
        using var document = JsonDocument.Parse(counts);
        var root = document.RootElement;
        int Count(string name) => root.TryGetProperty(name, out var value) ? value.GetInt32() : 0;
        return $"{Count("ran") + Count("reused") + Count("skipped")}/{Count("total")}{(Count("failed") > 0 ? $" ({Count("failed")} ✗)" : "")}";
    }
}
