using System.Text.Json;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Queue;

/// <summary>
/// What became of a job: kept as <c>runs/ID/run.json</c> beside the events of its engine. The stage of its file says where it stands in the queue;
/// this says when and by whom.
/// </summary>
public sealed record QueuedRun(long Id, Job Job)
{
    /// <summary>pending, running, done or failed: the folder its file lies in.</summary>
    public string Stage { get; init; } = ServerPlace.Pending;
    /// <summary>queued, running, waiting, succeeded, failed, cancelled.</summary>
    public string Status { get; init; } = "queued";
    /// <summary>Unix milliseconds.</summary>
    public long SubmittedAt { get; init; }
    public long? StartedAt { get; init; }
    public long? FinishedAt { get; init; }
    /// <summary>How often an engine was started for it; its events are those of the last one.</summary>
    public int Attempt { get; init; }
    public ProcessIdentity? Engine { get; init; }
    /// <summary>Noted beside the record when somebody asks for its end; a file of its own, so that two who write never lose it.</summary>
    public string CancelMark(ServerPlace place) => Path.Join(place.RunFolder(Id), "cancel");

    /// <summary>Somebody asked for its end.</summary>
    public bool IsCancelledIn(ServerPlace place) => place.Disk.Stat(CancelMark(place)) is not null;

    /// <summary>Why it failed, in a sentence.</summary>
    public string? Problem { get; init; }
    /// <summary>Counts of tasks as the last run line had them, as JSON.</summary>
    public string? Tasks { get; init; }

    public string Events(ServerPlace place) => Path.Join(place.RunFolder(Id), $"events-{Attempt}.jsonl");

    /// <summary>The workflow file: named by the job, or its text as a file beside the record.</summary>
    public string FileIn(ServerPlace place) => Job.IsText ? Path.Join(place.RunFolder(Id), "spool.yaml") : Job.Workflow;

    public string Errors(ServerPlace place) => Path.Join(place.RunFolder(Id), $"errors-{Attempt}.log");

    /// <summary>Keeps it, durably.</summary>
    public void Save(ServerPlace place)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("status", Status);
            json.WriteNumber("submitted_at", SubmittedAt);
            if (StartedAt is { } started) json.WriteNumber("started_at", started);
            if (FinishedAt is { } finished) json.WriteNumber("finished_at", finished);
            json.WriteNumber("attempt", Attempt);
            if (Problem is not null) json.WriteString("problem", Problem);
            if (Tasks is not null)
            {
                json.WritePropertyName("tasks");
                json.WriteRawValue(Tasks);
            }
            if (Engine is { } engine)
            {
                json.WriteStartObject("engine");
                json.WriteNumber("pid", engine.Pid);
                json.WriteNumber("start_ticks", engine.StartTicks);
                json.WriteString("boot_id", engine.BootId);
                json.WriteString("host", engine.Host);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        DurableFile.CreateFolders(place.Disk, place.RunFolder(Id));
        DurableFile.Write(place.Disk, Path.Join(place.RunFolder(Id), "run.json"), buffer.ToArray());
    }

    /// <summary>Reads what is known of a job whose file lies in a stage; a record that is missing or damaged is taken as none.</summary>
    public static QueuedRun Load(ServerPlace place, long id, Job job, string stage, long seen)
    {
        var fresh = new QueuedRun(id, job) { Stage = stage, SubmittedAt = seen, Status = stage switch { ServerPlace.Failed => "failed", ServerPlace.Done => "succeeded", ServerPlace.Running => "running", _ => "queued" } };
        var path = Path.Join(place.RunFolder(id), "run.json");
        if (place.Disk.Stat(path) is null) return fresh;
        try
        {
            using var document = JsonDocument.Parse(DurableFile.Read(place.Disk, path));
            var root = document.RootElement;
            long? Time(string name) => root.TryGetProperty(name, out var at) ? at.GetInt64() : null;
            return fresh with
            {
                Status = stage == ServerPlace.Pending ? "queued" : root.GetProperty("status").GetString()!,
                SubmittedAt = root.GetProperty("submitted_at").GetInt64(),
                StartedAt = Time("started_at"),
                FinishedAt = Time("finished_at"),
                Attempt = root.GetProperty("attempt").GetInt32(),
                Problem = root.TryGetProperty("problem", out var problem) ? problem.GetString() : null,
                Tasks = root.TryGetProperty("tasks", out var tasks) ? tasks.GetRawText() : null,
                Engine = root.TryGetProperty("engine", out var engine)
                    ? new(engine.GetProperty("pid").GetInt32(), engine.GetProperty("start_ticks").GetInt64(), engine.GetProperty("boot_id").GetString()!, engine.GetProperty("host").GetString()!) : null,
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException) { return fresh; }
    }

    /// <summary>The run as lists and the API tell of it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("id", Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("workflow", Job.IsText ? "(text)" : Job.Workflow);
        json.WriteString("workspace", Job.Place);
        json.WriteString("status", Status);
        if (Tasks is null) json.WriteNull("tasks");
        else
        {
            json.WritePropertyName("tasks");
            json.WriteRawValue(Tasks);
        }
        json.WriteString("submitted_at", RunExport.Time(SubmittedAt));
        Time("started_at", StartedAt);
        Time("finished_at", FinishedAt);
        json.WriteNull("eta_s");
        json.WriteNumber("priority", Job.Priority);
        if (Problem is not null) json.WriteString("problem", Problem);

        void Time(string name, long? at)
        {
            if (at is { } time) json.WriteString(name, RunExport.Time(time));
            else json.WriteNull(name);
        }
    }
}
