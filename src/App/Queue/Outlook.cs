using System.Text.Json;

namespace Spool.App.Queue;

/// <summary>What is expected of a run: its place in the queue, when it starts, how long it still takes.</summary>
/// <param name="Position">From 1, of queued runs only.</param>
/// <param name="StartsIn">Seconds until it probably starts.</param>
/// <param name="SecondsLeft">Seconds that a running one probably takes yet; of a queued one from now on, its waiting included.</param>
/// <param name="Tasks">Counts of tasks as JSON, while it runs.</param>
/// <param name="CostUsd">US dollars spent, where anything costs.</param>
public sealed record Outlook(int? Position, double? StartsIn, double? SecondsLeft, string? Tasks, decimal? CostUsd)
{
    public static Outlook None { get; } = new(null, null, null, null, null);
}

/// <summary>
/// Foresees the queue from what was recorded: a run takes as long as the last run of its workflow in its workspace that did work, else as the
/// median of the last five of its workflow anywhere; one that runs says itself how long it takes yet. With that the queue is played through.
/// Nothing is said where nothing was recorded.
/// </summary>
public sealed class Foresight(ServerPlace place, JobQueue queue, TimeProvider time)
{
    /// <summary>Processors of this machine.</summary>
    public int Processors { get; init; } = Environment.ProcessorCount;

    private readonly Dictionary<(string, string), double> _here = [];
    private readonly Dictionary<string, List<double>> _anywhere = [];
    private readonly HashSet<long> _learnt = [];
    private const int MostLearnt = 300;

    /// <summary>The outlook of all runs that are not over.</summary>
    public IReadOnlyDictionary<long, Outlook> All()
    {
        lock (_here)
        {
            var live = queue.Live();
            var (running, queued) = (live.Where(r => r.Stage == ServerPlace.Running).ToList(), live.Where(r => r.Stage == ServerPlace.Pending).ToList());
            if (live.Count == 0) return new Dictionary<long, Outlook>();
            Learn();
            var standing = Standing.Read(place);
            var outlooks = new Dictionary<long, Outlook>();
            // When each place gets free, and until when each workspace is taken; null: nobody knows.
            var free = new List<double?>();
            var taken = new Dictionary<string, double?>();
            var crowd = Math.Max(1, (double)running.Count(r => r.Status == "running") / Processors);
            foreach (var run in running)
            {
                var progress = Progress.Read(place, run.Id);
                if (run.Status == "running")
                {
                    // With more runs than processors each waits for the others.
                    var left = crowd * (progress.SecondsLeft is { } said ? Math.Max(0, said - progress.Age(time)) : (double?)null) ?? Rest(run);
                    free.Add(left);
                    taken[run.Job.Place] = left;
                    outlooks[run.Id] = new Outlook(null, null, left, progress.Tasks, progress.CostUsd);
                }
                else outlooks[run.Id] = Outlook.None with { CostUsd = progress.CostUsd };
            }
            while (free.Count < Math.Max(1, standing.MaxConcurrent)) free.Add(0);
            var isStill = queue.IsPaused || standing.Held is not null;
            var position = 0;
            foreach (var run in QueueOrder.Sorted(queued, standing.LastStarted))
            {
                if (run.Status == "paused")
                {
                    outlooks[run.Id] = Outlook.None;
                    continue;
                }
                position++;
                // The place that is free first; one that nobody can tell of comes last.
                var next = Enumerable.Range(0, free.Count).MinBy(i => free[i] ?? double.MaxValue);
                var start = isStill ? null : free[next];
                if (taken.TryGetValue(run.Job.Place, out var busy)) start = start is { } s && busy is { } b ? Math.Max(s, b) : null;
                var length = Expected(run);
                var end = start + length;
                free[next] = end;
                taken[run.Job.Place] = end;
                outlooks[run.Id] = new Outlook(position, start, end, null, null);
            }
            return outlooks;
        }
    }

    /// <summary>The outlook of one run.</summary>
    public Outlook Of(QueuedRun run)
    {
        if (run.Stage is ServerPlace.Done or ServerPlace.Failed) return Progress.Read(place, run.Id) is { CostUsd: { } cost } ? Outlook.None with { CostUsd = cost } : Outlook.None;
        return All().GetValueOrDefault(run.Id) ?? Outlook.None;
    }

    /// <summary>Seconds that a run needs yet by those of its workflow in other workspaces, where its engine has no records; null when none was recorded, or when it takes longer than they did.</summary>
    private double? Rest(QueuedRun run) => Expected(run) is { } whole && run.StartedAt is { } began && whole - ((time.GetUtcNow().ToUnixTimeMilliseconds() - began) / 1000.0) is > 0 and var rest ? rest : null;

    /// <summary>Seconds that a run of this workflow takes; null when none was recorded.</summary>
    private double? Expected(QueuedRun run)
    {
        if (_here.TryGetValue((run.Job.Workflow, run.Job.Place), out var here)) return here;
        return _anywhere.TryGetValue(run.Job.Workflow, out var known) ? known.Order().ElementAt(known.Count / 2) : null;
    }

    private void Learn()
    {
        // The oldest of the newest first, so that the newest has the last word.
        foreach (var run in queue.Newest(r => r.Stage == ServerPlace.Done, MostLearnt, most: MostLearnt * 2).Reverse())
        {
            if (!_learnt.Add(run.Id)) continue;
            if (run is not { StartedAt: { } start, FinishedAt: { } end, Tasks: { } tasks } || !DidWork(tasks)) continue;
            var seconds = (end - start) / 1000.0;
            _here[(run.Job.Workflow, run.Job.Place)] = seconds;
            if (!_anywhere.TryGetValue(run.Job.Workflow, out var known)) _anywhere[run.Job.Workflow] = known = [];
            known.Add(seconds);
            if (known.Count > 5) known.RemoveAt(0);
        }
    }

    private static bool DidWork(string tasks)
    {
        try
        {
            using var document = JsonDocument.Parse(tasks);
            return document.RootElement.TryGetProperty("ran", out var ran) && ran.GetInt32() > 0;
        }
        catch (JsonException) { return false; }
    }
}

/// <summary>What a running engine said last of how far it is: <c>progress.json</c> in the run's folder.</summary>
public sealed record Progress(string? Tasks, double? SecondsLeft, decimal? CostUsd)
{
    /// <summary>When it was said, Unix milliseconds.</summary>
    public long At { get; init; }

    /// <summary>Seconds since it was said.</summary>
    public double Age(TimeProvider time) => At == 0 ? 0 : Math.Max(0, (time.GetUtcNow().ToUnixTimeMilliseconds() - At) / 1000.0);

    public static Progress Read(ServerPlace place, long run)
    {
        if (RunPage.Read(place, run, "progress.json") is not { } bytes) return new Progress(null, null, null);
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            return new Progress(root.GetProperty("tasks").GetRawText(), root.TryGetProperty("eta_s", out var left) ? left.GetDouble() : null, root.TryGetProperty("cost_usd", out var cost) ? cost.GetDecimal() : null) { At = root.TryGetProperty("at", out var at) ? at.GetInt64() : 0 };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException) { return new Progress(null, null, null); }
    }
}
