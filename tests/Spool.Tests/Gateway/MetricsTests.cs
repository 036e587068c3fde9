using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Spool.App.Queue;
using Spool.App.Server;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Gateway;

public sealed class MetricsTests
{
    private readonly FakeTime _time = new();
    private readonly VirtualDisk _disk;
    private readonly ServerPlace _place;
    private readonly JobQueue _queue;

    public MetricsTests()
    {
        _disk = new VirtualDisk(_time);
        DurableFile.CreateFolders(_disk, "/state");
        _place = new ServerPlace(_disk, "/state");
        _queue = new JobQueue(_place, _time);
        _place.Make();
    }

    private MetricsText Metrics() => new(_place, _queue, _time, () => 1.25m);

    private static double Value(string text, string series) =>
        double.Parse(text.Split('\n').Single(l => l.StartsWith(series + " ", StringComparison.Ordinal))[(series.Length + 1)..], CultureInfo.InvariantCulture);

    private string Later(MetricsText metrics)
    {
        _time.Advance(TimeSpan.FromSeconds(2));
        return metrics.Text();
    }

    private QueuedRun Begin(string workflow = "/home/ann/secret plans/spool.yaml")
    {
        var id = _queue.Add(new Job(workflow, null));
        return _queue.Move(_queue.Find(id)! with { Status = "running", Attempt = 1 }, ServerPlace.Running);
    }

    private void Say(QueuedRun run, string text)
    {
        var path = run.Events(_place);
        var old = _disk.Stat(path) is null ? "" : DurableFile.ReadText(_disk, path);
        DurableFile.WritePlain(_disk, path, Encoding.UTF8.GetBytes(old + text));
    }

    private static string Task(string status, double seconds, string more = "") =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"type\":\"task\",\"task\":\"my secret:a\",\"step\":\"my secret\",\"kind\":\"audio.mix\",\"status\":\"{status}\",\"reasons\":[]{more},\"seconds\":{seconds}}}\n");

    [Fact]
    public void Tasks_are_counted_as_their_lines_come_each_once_and_a_half_line_when_it_is_whole()
    {
        var metrics = Metrics();
        var run = Begin();
        Say(run, Task("succeeded", 0.3) + Task("succeeded", 20, ",\"attempts\":3") + "{\"type\":\"task\",\"task\":\"x\",\"step\":\"s\",\"kind\":\"audio.mix\",\"st");
        var text = Later(metrics);
        Assert.Equal(2, Value(text, "spool_tasks_total{status=\"succeeded\"}"));
        Assert.Equal(2, Value(text, "spool_task_retries_total"));
        Say(run, "atus\":\"failed\",\"reasons\":[],\"failure\":{\"kind\":\"TimedOut\"}}\n{\"type\":\"counts\",\"cost_usd\":0.4}\n{\"type\":\"counts\",\"cost_usd\":0.7}\n");
        text = Later(metrics);
        Assert.Equal(text, metrics.Text());
        Assert.Equal(1, Value(text, "spool_tasks_total{status=\"failed\"}"));
        Assert.Equal(1, Value(text, "spool_task_failures_total{kind=\"TimedOut\"}"));
        Assert.Equal(0.7, Value(text, "spool_cost_usd_total"), 9);
        Assert.Equal(1.25, Value(text, "spool_cost_usd_today"));
        Assert.Equal([0, 1, 1, 1, 1, 2, 2, 2, 2, 2], new[] { "0.1", "0.5", "1", "5", "15", "60", "300", "1800", "7200", "+Inf" }.Select(b => (int)Value(text, $"spool_step_seconds_bucket{{kind=\"audio.mix\",le=\"{b}\"}}")));
        Assert.Equal(20.3, Value(text, "spool_step_seconds_sum{kind=\"audio.mix\"}"), 9);
        Assert.Equal(1, Value(text, "spool_engine_starts_total"));
        _queue.Move(run with { Status = "failed" }, ServerPlace.Failed);
        text = Later(metrics);
        Assert.Equal((1, 0), (Value(text, "spool_runs_finished_total{status=\"failed\"}"), Value(text, "spool_runs{status=\"running\"}")));
        Assert.Equal(text.Split('\n').Where(l => l.StartsWith("spool_tasks", StringComparison.Ordinal)), Later(metrics).Split('\n').Where(l => l.StartsWith("spool_tasks", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_was_before_the_server_is_not_counted_and_a_run_that_nobody_saw_run_is()
    {
        var old = Begin();
        Say(old, Task("succeeded", 1));
        _queue.Move(old with { Status = "succeeded" }, ServerPlace.Done);
        var going = Begin();
        Say(going, Task("succeeded", 1));
        var metrics = Metrics();
        Assert.Equal(0, Value(Later(metrics), "spool_tasks_total{status=\"succeeded\"}"));
        Say(going, Task("succeeded", 1));
        var quick = Begin();
        Say(quick, Task("succeeded", 1) + Task("succeeded", 1));
        _queue.Move(quick with { Status = "succeeded" }, ServerPlace.Done);
        var text = Later(metrics);
        Assert.Equal(3, Value(text, "spool_tasks_total{status=\"succeeded\"}"));
        Assert.Equal(1, Value(text, "spool_runs_finished_total{status=\"succeeded\"}"));
        // What is removed leaves the gauge, and never the counter.
        _disk.DeleteFile($"/state/queue/done/{ServerPlace.Name(quick.Id)}.job");
        var after = Later(metrics);
        Assert.Equal((3, 1), (Value(after, "spool_tasks_total{status=\"succeeded\"}"), Value(after, "spool_runs{status=\"succeeded\"}")));
    }

    [Fact]
    public void No_name_of_a_user_is_told_and_every_family_has_its_help_and_its_type()
    {
        var metrics = Metrics();
        var run = Begin();
        Say(run, Task("succeeded", 1) + Task("succeeded", 1).Replace("audio.mix", "\\\"} evil 1\\n", StringComparison.Ordinal) + Task("my status", 1) + "{\"type\":\"task\",\"status\":\"failed\",\"failure\":{\"kind\":\"my secret\"}}\n");
        metrics.Begin();
        metrics.End(404);
        var text = Later(metrics);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", text, StringComparison.Ordinal);
        Assert.Equal(1, Value(text, "spool_http_requests_total{status=\"4xx\"}"));
        string? family = null;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Regex.Match(line, "^# HELP ([a-z_]+) [A-Z].*\\.$") is { Success: true } help) family = help.Groups[1].Value;
            else if (line.StartsWith('#')) Assert.Matches($"^# TYPE {family} (gauge|counter|histogram)$", line);
            else Assert.Matches($"^{family}(_bucket|_sum|_count)?(\\{{[a-z]+=\"[A-Za-z0-9.+_-]+\"(,le=\"[0-9.+Inf]+\")?\\}})? [0-9.E+-]+$", line);
        }
    }

    [Fact]
    public void It_is_made_at_most_once_a_second()
    {
        var metrics = Metrics();
        var first = metrics.Text();
        _queue.Add(new Job("/w/a.yaml", null));
        Assert.Same(first, metrics.Text());
        Assert.Equal(1, Value(Later(metrics), "spool_queue_depth"));
    }
}
