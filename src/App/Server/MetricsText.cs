using System.Globalization;
using System.Text;
using Spool.App.Queue;
using Spool.Engine;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>
/// The metrics of the server in the text format 0.0.4 of Prometheus. Labels come from fixed words only, and kinds of steps: no path, name or
/// text of a user. Made at most once a second whoever asks, and from what changed since.
/// </summary>
public sealed class MetricsText
{
    private static readonly string[] RunStatuses = ["queued", "running", "waiting", "paused", "succeeded", "failed", "cancelled"];
    private static readonly string[] TaskStatuses = ["succeeded", "failed", "reused", "skipped", "cancelled", "blocked", "waiting"];
    private readonly ServerPlace _place;
    private readonly JobQueue _queue;
    private readonly TimeProvider _time;
    private readonly Func<decimal> _spentToday;
    private readonly EventTally _tally;
    private readonly long[] _requests = new long[6];
    private readonly double _startedAt;
    private readonly Lock _one = new();
    private string _text = "";
    private long? _madeAt;
    private long _open;

    /// <summary>Notes what was there before.</summary>
    /// <param name="spentToday">US dollars that all runs of the user spent on this day (UTC).</param>
    public MetricsText(ServerPlace place, JobQueue queue, TimeProvider time, Func<decimal> spentToday)
    {
        (_place, _queue, _time, _spentToday) = (place, queue, time, spentToday);
        _tally = new EventTally(place);
        _startedAt = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        _tally.Look(queue.All());
    }

    /// <summary>A request begins; the caller tells of its end.</summary>
    public void Begin() => Interlocked.Increment(ref _open);

    /// <summary>A request was answered with a status.</summary>
    public void End(int status)
    {
        Interlocked.Decrement(ref _open);
        Interlocked.Increment(ref _requests[Math.Clamp(status / 100, 0, 5)]);
    }

    public string Text()
    {
        lock (_one)
        {
            if (_madeAt is { } at && _time.GetElapsedTime(at) < TimeSpan.FromSeconds(1)) return _text;
            _text = Make();
            _madeAt = _time.GetTimestamp();
            return _text;
        }
    }

    private string Make()
    {
        var text = new MetricsWriter();
        var runs = _queue.All();
        _tally.Look(runs);
        text.Gauge("spool_build_info", "Version of the server.", [($"version=\"{Composition.Version}\"", 1)]);
        var statuses = runs.GroupBy(r => r.Status).ToDictionary(g => g.Key, g => g.Count());
        text.Gauge("spool_runs", "Runs that are recorded, by status.", RunStatuses.Select(s => ($"status=\"{s}\"", (double)statuses.GetValueOrDefault(s))));
        var queued = runs.Where(r => r.Stage == ServerPlace.Pending).ToList();
        text.Gauge("spool_queue_depth", "Runs that are queued.", queued.Count);
        text.Gauge("spool_queue_oldest_seconds", "How long the oldest queued run has waited.", queued.Count == 0 ? 0 : Math.Max(0, (_time.GetUtcNow().ToUnixTimeMilliseconds() - queued.Min(r => r.SubmittedAt)) / 1000.0));
        var engines = runs.Where(r => r is { Stage: ServerPlace.Running, Engine: not null }).Select(r => r.Engine!).Where(e => e.IsAlive).Select(e => e.Pid).ToHashSet();
        text.Gauge("spool_workers", "Engines that are alive.", engines.Count);
        text.Gauge("spool_tool_processes", "Processes that engines started and that are alive.", engines.Count == 0 ? 0 : ProcessTree.CountBelow(engines));
        text.Counter("spool_engine_starts_total", "Engines started for runs of the queue since the server began.", _tally.EngineStarts);
        text.Counter("spool_runs_finished_total", "Runs that came to an end since the server began, by status.", RunStatuses.Skip(4).Select(s => ($"status=\"{s}\"", (double)_tally.Finished.GetValueOrDefault(s))));
        text.Counter("spool_tasks_total", "Tasks that came to an end since the server began, by status.", TaskStatuses.Select(s => ($"status=\"{s}\"", (double)_tally.Tasks.GetValueOrDefault(s))));
        text.Counter("spool_task_retries_total", "Attempts at tasks beyond the first since the server began.", _tally.Retries);
        text.Counter("spool_task_failures_total", "Tasks that failed since the server began, by the kind of failure.", Enum.GetNames<FailureKind>().Select(k => ($"kind=\"{k}\"", (double)_tally.Failures.GetValueOrDefault(k))));
        text.Counter("spool_cost_usd_total", "US dollars spent by runs of the queue since the server began.", (double)_tally.Cost);
        text.Gauge("spool_cost_usd_today", "US dollars that all runs of the user spent on this day (UTC).", (double)_spentToday());
        text.Histogram("spool_step_seconds", "How long tasks ran that came to a result since the server began, by the kind of their step.", EventTally.Bounds, _tally.Steps.Select(s => ($"kind=\"{s.Key}\"", s.Value.Buckets, s.Value.Sum, s.Value.Count)));
        text.Counter("spool_http_requests_total", "Requests that were answered, by class of status.", Enumerable.Range(1, 5).Select(c => (string.Create(CultureInfo.InvariantCulture, $"status=\"{c}xx\""), (double)Interlocked.Read(ref _requests[c]))));
        text.Gauge("spool_http_requests_open", "Requests under way, listeners of events among them.", Interlocked.Read(ref _open));
        Process(text);
        return text.ToString();
    }

    // The names are those that every client library of Prometheus uses.
    private void Process(MetricsWriter text)
    {
        text.Gauge("process_start_time_seconds", "When the server started, in seconds since 1970.", _startedAt);
        text.Counter("process_cpu_seconds_total", "User and system time of the server.", Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Gauge("process_resident_memory_bytes", "Memory of the server that is in RAM.", Environment.WorkingSet);
        if (ProcessTree.OpenFiles(_place.Disk) is { } open) text.Gauge("process_open_fds", "Open files of the server.", open);
        if (ProcessTree.MostOpenFiles() is { } most) text.Gauge("process_max_fds", "How many files the server may have open.", most);
    }
}

/// <summary>Writes families of metrics, each with its help and its type.</summary>
internal sealed class MetricsWriter
{
    private readonly StringBuilder _text = new(8192);

    internal void Gauge(string name, string help, double value) => Family(name, help, "gauge", [("", value)]);

    internal void Gauge(string name, string help, IEnumerable<(string Labels, double Value)> values) => Family(name, help, "gauge", values);

    internal void Counter(string name, string help, double value) => Family(name, help, "counter", [("", value)]);

    internal void Counter(string name, string help, IEnumerable<(string Labels, double Value)> values) => Family(name, help, "counter", values);

    internal void Histogram(string name, string help, IReadOnlyList<double> bounds, IEnumerable<(string Labels, long[] Buckets, double Sum, long Count)> series)
    {
        Family(name, help, "histogram", []);
        foreach (var (labels, buckets, sum, count) in series)
        {
            long below = 0;
            for (var i = 0; i < bounds.Count; i++)
            {
                below += buckets[i];
                Line(name + "_bucket", string.Create(CultureInfo.InvariantCulture, $"{labels},le=\"{bounds[i]}\""), below);
            }
            Line(name + "_bucket", $"{labels},le=\"+Inf\"", count);
            Line(name + "_sum", labels, sum);
            Line(name + "_count", labels, count);
        }
    }

    private void Family(string name, string help, string type, IEnumerable<(string Labels, double Value)> values)
    {
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        foreach (var (labels, value) in values) Line(name, labels, value);
    }

    private void Line(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0) _text.Append('{').Append(labels).Append('}');
        _text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    public override string ToString() => _text.ToString();
}
