using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Spool.App.Queue;

namespace Spool.App.Cli;

/// <summary>
/// Shows a run of the server while it goes on, from the events that its engine writes. Whoever follows may stop following at any time; the run
/// goes on. Ends with the exit code that the run would have had here.
/// </summary>
internal sealed class FollowedRun(Composition composition, ServerRuns runs, long id)
{
    private readonly int _width = Console.IsOutputRedirected ? 0 : Math.Max(40, Console.BufferWidth);
    private int _attempt = 1;
    private long _at;
    private string? _told;

    /// <summary>The lines of <c>spool run --json</c> as they are.</summary>
    internal bool Json { get; init; }

    /// <summary>Shows it until its end; gives the exit code.</summary>
    /// <param name="untilOver">Follow on while it waits for a person.</param>
    internal async Task<int> RunAsync(bool untilOver, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => { c.Cancel = true; stop.Cancel(); });
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => { c.Cancel = true; stop.Cancel(); });
        try
        {
            while (true)
            {
                var run = runs.Find(id.ToString(CultureInfo.InvariantCulture)) ?? throw new UsageException($"run {id} is gone");
                Read(run);
                if (run.Stage is ServerPlace.Done or ServerPlace.Failed || (!untilOver && run.Status == "waiting")) return End(run);
                Stand(run);
                await Task.Delay(TimeSpan.FromMilliseconds(150), composition.Time, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Clear();
            await Console.Error.WriteLineAsync($"run {id} goes on; follow it again: spool status {id} --follow   end it: spool cancel {id}");
            return Verb.Cancelled;
        }
    }

    /// <summary>Shows the whole lines that came since.</summary>
    private void Read(QueuedRun run)
    {
        while (_attempt <= run.Attempt)
        {
            var path = (run with { Attempt = _attempt }).Events(runs.Place);
            if (composition.Disk.Stat(path) is { } stat && stat.Size > _at)
            {
                var buffer = new byte[stat.Size - _at];
                int count;
                using (var file = composition.Disk.OpenRead(path)) count = file.Read(_at, buffer);
                var whole = buffer.AsSpan(0, count).LastIndexOf((byte)'\n') + 1;
                foreach (var line in System.Text.Encoding.UTF8.GetString(buffer, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries)) Show(line);
                _at += whole;
            }
            if (_attempt == run.Attempt) return;
            (_attempt, _at) = (_attempt + 1, 0);
        }
    }

    private void Show(string line)
    {
        if (Json)
        {
            Console.Out.WriteLine(line);
            return;
        }
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var said = root.GetProperty("type").GetString() switch
            {
                "task" => $"{Mark(root.GetProperty("status").GetString())} {root.GetProperty("task").GetString()}{(root.TryGetProperty("seconds", out var seconds) ? $"  {Words.Duration(seconds.GetDouble())}" : "")}{(root.TryGetProperty("failure", out var failure) ? $"  {failure.GetProperty("sentence").GetString()}" : "")}",
                "warning" => "note: " + root.GetProperty("text").GetString(),
                "problems" => string.Join('\n', root.GetProperty("problems").EnumerateArray().Select(p => $"{p.GetProperty("code").GetString()}  {p.GetProperty("message").GetString()}")),
                _ => null,
            };
            if (said is null) return;
            Clear();
            Console.WriteLine(string.Join('\n', said.Split('\n').Select(TerminalText.Plain)));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException) { return; } // torn by a kill
    }

    private static string Mark(string? status) => status switch { "succeeded" => "✓", "failed" => "✗", "waiting" => "●", "blocked" => "…", _ => "-" };

    /// <summary>One line on how it stands: on a terminal it is kept up, else told when it changes.</summary>
    private void Stand(QueuedRun run)
    {
        if (Json) return;
        var outlook = new Foresight(runs.Place, runs.Queue, composition.Time).Of(run);
        var text = run.Status switch
        {
            "queued" => outlook.Position is { } position ? $"queued, no. {position}{(outlook.StartsIn is { } starts and >= 1 ? $", starts in about {Words.Duration(starts)}" : "")}{Held()}" : "queued" + Held(),
            "running" => $"running {ServerTable.Tasks(outlook.Tasks)}{(outlook.SecondsLeft is { } left ? $", about {Words.Duration(left)} left" : "")}",
            _ => run.Status,
        };
        if (_width > 0) Console.Write("\r" + (text.Length >= _width ? text[..(_width - 1)] : text) + "\x1b[K");
        else if (_told != run.Status + Held()) Console.WriteLine($"run {id}: {text}");
        _told = run.Status + Held();
    }

    /// <summary>Why nothing is started; empty while things are.</summary>
    private string Held() => runs.Queue.IsPaused ? "; the queue is paused (spool queue resume)" : !runs.IsServed ? "; no server runs (spool serve)" : Standing.Read(runs.Place).Held is { } held ? "; " + held : "";

    private void Clear()
    {
        if (_width > 0 && !Json) Console.Write("\r\x1b[K");
    }

    private int End(QueuedRun run)
    {
        Clear();
        if (!Json)
        {
            var took = run is { StartedAt: { } begun, FinishedAt: { } end } ? $" in {Words.Duration((end - begun) / 1000.0)}" : "";
            Console.WriteLine($"run {id} of {TerminalText.Plain(run.Name)}: {run.Status}{took}{(run.Tasks is null ? "" : $", {ServerTable.Tasks(run.Tasks)} tasks")}");
            if (run.Problem is { } problem) Console.WriteLine("  " + TerminalText.Plain(problem));
            if (run.Status == "waiting") Console.WriteLine($"  next  spool reviews --workspace {Words.Quoted(run.Job.Place)}");
        }
        return run.Status switch { "succeeded" => Verb.Done, "cancelled" => Verb.Cancelled, "waiting" => Verb.Waiting, _ => Verb.Failed };
    }
}
