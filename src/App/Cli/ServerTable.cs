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
            rows.Add([run.Id.ToString(CultureInfo.InvariantCulture), TerminalText.Plain(run.Label ?? run.Name), run.Status, Tasks(outlook.Tasks ?? run.Tasks), Words.Ago(now - since), Left(run, outlook), TerminalText.Plain(Next(run))]);
        }
        Columns.Print(Console.Out, rows);
    }

    private static string Left(QueuedRun run, Outlook outlook) => run.Status switch
    {
        "running" when outlook.SecondsLeft is { } left => Words.Duration(left),
        "queued" when outlook.StartsIn is { } starts => starts < 1 ? "starts now" : $"starts in {Words.Duration(starts)}",
        "queued" when outlook.Position is { } position => $"no. {position}",
        _ => "-",
    };

    private static string Next(QueuedRun run) => run.Status switch
    {
        "failed" when run.Problem is { } problem => problem.Length > 60 ? problem[..59] + "…" : problem,
        "failed" => $"spool logs --failed --workspace {run.Job.Place}",
        "waiting" => $"spool reviews --workspace {run.Job.Place}",
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
