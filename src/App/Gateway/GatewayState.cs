using System.Globalization;
using System.Text.Json;
using Spool.App.Queue;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Gateway;

/// <summary>A run under way: who does it.</summary>
public sealed record Worker(long Run, int? Pid, bool IsAlive);

/// <summary>A run that failed: when, and why in a sentence.</summary>
public sealed record FailedRun(long Run, string Workflow, long? At, string? Problem);

/// <summary>How the server of a state root stands, read from its files: it is told also when no server runs.</summary>
public sealed record GatewayState(RunningServer? Server, string? Complaint)
{
    private const int FailuresShown = 5;

    public IReadOnlyList<Worker> Workers { get; init; } = [];
    /// <summary>Runs that wait for a person.</summary>
    public int Waiting { get; init; }
    /// <summary>Runs that are queued.</summary>
    public int Backlog { get; init; }
    /// <summary>Seconds for which the oldest of them has been queued; null when none is.</summary>
    public double? OldestWait { get; init; }
    /// <summary>The last ones, newest first.</summary>
    public IReadOnlyList<FailedRun> Failures { get; init; } = [];

    public static async Task<GatewayState> ReadAsync(Composition composition, ServerPlace place, CancellationToken cancel)
    {
        var server = RunningServer.Find(place);
        var complaint = server is null ? null : await server.ComplaintAsync(place, composition.Time, cancel);
        var queue = new JobQueue(place, composition.Time);
        var running = queue.In(ServerPlace.Running);
        var pending = queue.In(ServerPlace.Pending);
        var now = composition.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return new GatewayState(server, complaint)
        {
            Workers = [.. running.Where(r => r.Status != "waiting").Select(r => new Worker(r.Id, r.Engine?.Pid, r.Engine?.IsAlive == true))],
            Waiting = running.Count(r => r.Status == "waiting"),
            Backlog = pending.Count,
            OldestWait = pending.Count == 0 ? null : Math.Max(0, (now - pending.Min(r => r.SubmittedAt)) / 1000.0),
            Failures = LastFailures(place),
        };
    }

    // The folder may hold thousands: only the newest are opened.
    private static List<FailedRun> LastFailures(ServerPlace place)
    {
        var failures = new List<FailedRun>();
        if (place.Disk.Stat(place.Stage(ServerPlace.Failed)) is null) return failures;
        foreach (var id in place.Disk.List(place.Stage(ServerPlace.Failed)).Select(e => ServerPlace.NumberOf(e.Name)).OfType<long>().OrderDescending())
        {
            Job job;
            try { job = Job.ReadKept(DurableFile.Read(place.Disk, Path.Join(place.Stage(ServerPlace.Failed), ServerPlace.Name(id) + ".job"))); }
            catch (JobFault) { job = Job.Unreadable; }
            catch (DiskException e) when (e.Errno == Errors.NotFound) { continue; } // moved on between the list and the look
            var run = QueuedRun.Load(place, id, job, ServerPlace.Failed, 0);
            if (run.Status != "failed") continue;
            failures.Add(new FailedRun(id, job.IsText ? "(text)" : job.Workflow, run.FinishedAt, run.Problem));
            if (failures.Count == FailuresShown) break;
        }
        return failures;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteBoolean("running", Server is not null);
        json.WriteBoolean("ready", Server is not null && Complaint is null);
        if (Server is { } server)
        {
            json.WriteNumber("pid", server.Process.Pid);
            json.WriteString("since", DateTimeOffset.TryParse(server.Started, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since) ? Engine.Scheduling.RunExport.Time(since.ToUnixTimeMilliseconds()) : server.Started);
            json.WriteString("address", server.Address?.ToString());
            if (Complaint is not null) json.WriteString("problem", Complaint);
        }
        json.WriteStartArray("workers");
        foreach (var worker in Workers)
        {
            json.WriteStartObject();
            json.WriteString("run", worker.Run.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (worker.Pid is { } pid) json.WriteNumber("pid", pid);
            else json.WriteNull("pid");
            json.WriteBoolean("alive", worker.IsAlive);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("waiting", Waiting);
        json.WriteNumber("backlog", Backlog);
        if (OldestWait is { } wait) json.WriteNumber("oldest_wait_s", Math.Round(wait, 3));
        else json.WriteNull("oldest_wait_s");
        json.WriteStartArray("failures");
        foreach (var failure in Failures)
        {
            json.WriteStartObject();
            json.WriteString("run", failure.Run.ToString(System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("workflow", failure.Workflow);
            json.WriteString("at", failure.At is { } at ? RunExport.Time(at) : null);
            json.WriteString("problem", failure.Problem);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
