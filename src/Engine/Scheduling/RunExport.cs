using System.Globalization;
using System.Text;
using System.Text.Json;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Spool.Platform;

namespace Spool.Engine.Scheduling;

/// <summary>
/// Writes what others read: <c>runs/&lt;id&gt;/run.json</c> for every run, also a failed or killed one, and the plan object that the journal
/// names. Never read back as state. Fields of run.json: run_id, workflow_name, status, started_at, finished_at, vars (no secrets),
/// steps[{id, kind, status, started_at, finished_at, duration_ms, error}].
/// </summary>
public static class RunExport
{
    private static readonly JsonWriterOptions Pretty = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Word(TaskStatus status) => status switch
    {
        TaskStatus.Publishing => "running",
        _ => status.ToString().ToLowerInvariant(),
    };

    public static string Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static void Write(IDisk disk, WorkspacePaths paths, RunSummary run, string status, long finishedAt, IReadOnlyList<TaskState> tasks, IReadOnlyList<StepState> open)
    {
        var steps = tasks.Where(t => !IsLeftOut(t)).GroupBy(t => t.Node.Step).Select(g => (g.Key, Status: Worst(g.Select(t => t.Status)),
            Started: g.Where(t => t.StartedAt > 0).Select(t => t.StartedAt).DefaultIfEmpty(0).Min(), Finished: g.Select(t => t.FinishedAt).DefaultIfEmpty(0).Max(),
            Error: g.FirstOrDefault(t => t.Failure is not null)?.Failure!.Sentence)).ToList();
        Save(disk, paths, run, status, finishedAt, write =>
        {
            foreach (var (step, worst, started, finished, error) in steps) Step(write, step.Id, step.Kind.Name, Word(worst), started, finished, error);
            foreach (var step in open) Step(write, step.Step.Id, step.Step.Kind.Name, Word(step.Status), 0, 0, null);
        });
    }

    public static void WriteInterrupted(IDisk disk, WorkspacePaths paths, RunSummary run) => Save(disk, paths, run, "failed", run.FinishedAt ?? run.StartedAt, _ => { });

    /// <summary>The export of a run that had nothing to do; not synced, because nothing depends on it.</summary>
    internal static void WriteQuiet(IDisk disk, WorkspacePaths paths, RunSummary run, long finishedAt, IReadOnlyList<(string Id, string Kind)> steps) =>
        Save(disk, paths, run, "succeeded", finishedAt, write =>
        {
            foreach (var (id, kind) in steps) Step(write, id, kind, "reused", 0, 0, null);
        }, durable: false);

    /// <summary>True for tasks that a run with targets is not about.</summary>
    public static bool IsLeftOut(TaskState task) => task.Status == TaskStatus.Skipped && task.Reasons.Contains(RunCore.NotSelected);

    private static TaskStatus Worst(IEnumerable<TaskStatus> statuses)
    {
        TaskStatus[] order = [TaskStatus.Failed, TaskStatus.Cancelled, TaskStatus.Waiting, TaskStatus.Blocked, TaskStatus.Running, TaskStatus.Publishing, TaskStatus.Ready, TaskStatus.Pending, TaskStatus.Succeeded, TaskStatus.Reused, TaskStatus.Skipped];
        return statuses.MinBy(s => Array.IndexOf(order, s));
    }

    private static void Step(Utf8JsonWriter write, string id, string kind, string status, long started, long finished, string? error)
    {
        write.WriteStartObject();
        write.WriteString("id", id);
        write.WriteString("kind", kind);
        write.WriteString("status", status);
        WriteTime(write, "started_at", started);
        WriteTime(write, "finished_at", finished);
        write.WriteNumber("duration_ms", started > 0 && finished >= started ? finished - started : 0);
        if (error is null) write.WriteNull("error");
        else write.WriteString("error", error);
        write.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter write, string name, long at)
    {
        if (at > 0) write.WriteString(name, Time(at));
        else write.WriteNull(name);
    }

    private static void Save(IDisk disk, WorkspacePaths paths, RunSummary run, string status, long finishedAt, Action<Utf8JsonWriter> steps, bool durable = true)
    {
        var buffer = new MemoryStream();
        using (var write = new Utf8JsonWriter(buffer, Pretty))
        {
            write.WriteStartObject();
            write.WriteString("run_id", run.Run);
            write.WriteString("workflow_name", run.Name);
            write.WriteString("status", status);
            write.WriteString("started_at", Time(run.StartedAt));
            write.WriteString("finished_at", Time(finishedAt));
            write.WriteStartObject("vars");
            foreach (var (name, value) in run.Vars.OrderBy(v => v.Key, StringComparer.Ordinal)) write.WriteString(name, value);
            write.WriteEndObject();
            write.WriteStartArray("steps");
            steps(write);
            write.WriteEndArray();
            write.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        DurableFile.CreateFolders(disk, paths.Run(run.Run));
        var path = Path.Join(paths.Run(run.Run), "run.json");
        if (durable) DurableFile.Write(disk, path, buffer.ToArray());
        else DurableFile.WritePlain(disk, path, buffer.ToArray());
    }

    /// <summary>The plan of a run as an object: one JSON line per task, sorted by address, without times, so equal plans are one object.</summary>
    public static byte[] Plan(IReadOnlyList<TaskState> tasks, IReadOnlyList<StepState> open)
    {
        var buffer = new MemoryStream();
        foreach (var task in tasks.Where(t => !IsLeftOut(t)).OrderBy(t => t.Node.Address, StringComparer.Ordinal))
        {
            using (var write = new Utf8JsonWriter(buffer, Compact))
            {
                Line(write, task.Node.Address, task.Node.Step.Id, task.Status, task.Reasons, task.Key);
            }
            buffer.WriteByte((byte)'\n');
        }
        foreach (var step in open)
        {
            using (var write = new Utf8JsonWriter(buffer, Compact)) Line(write, step.Step.WholeAddress, step.Step.Id, step.Status, step.Reasons, null);
            buffer.WriteByte((byte)'\n');
        }
        return buffer.ToArray();
    }

    private static void Line(Utf8JsonWriter write, string task, string step, TaskStatus status, IReadOnlyList<Reason> reasons, string? key)
    {
        write.WriteStartObject();
        write.WriteString("task", task);
        write.WriteString("step", step);
        write.WriteString("status", Word(status));
        if (key is not null) write.WriteString("key", key);
        if (reasons.Count > 0)
        {
            write.WriteStartArray("reasons");
            foreach (var reason in reasons)
            {
                write.WriteStartObject();
                write.WriteString("code", reason.Code);
                write.WriteString("text", reason.Text);
                write.WriteEndObject();
            }
            write.WriteEndArray();
        }
        write.WriteEndObject();
    }

    /// <summary>The text of a plan object read back for showing.</summary>
    public static IReadOnlyList<JsonElement> ReadPlan(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<JsonElement>();
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            lines.Add(document.RootElement.Clone());
        }
        return lines;
    }
}
