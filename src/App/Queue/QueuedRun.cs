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

    /// <summary>Noted beside the record: it is not to start, or to come to a safe end, until somebody lets it go on.</summary>
    public string PauseMark(ServerPlace place) => Path.Join(place.RunFolder(Id), "paused");

    public bool IsPausedIn(ServerPlace place) => place.Disk.Stat(PauseMark(place)) is not null;

    /// <summary>Noted beside the record: something it waited for may be there now.</summary>
    public string WakeMark(ServerPlace place) => Path.Join(place.RunFolder(Id), "wake");

    /// <summary>Noted beside the record: its results may be made from stand-ins.</summary>
    public string StandInMark(ServerPlace place) => Path.Join(place.RunFolder(Id), "stand-ins");

    /// <summary>Attempts before somebody had it tried again: those do not count against it.</summary>
    public int EarlierAttempts { get; init; }
    /// <summary>Where somebody put it in the queue; null: where it came.</summary>
    public long? Order { get; init; }
    /// <summary>What a person calls it.</summary>
    public string? Label { get; init; }
    /// <summary>1 to 5.</summary>
    public int? Rating { get; init; }
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
            if (EarlierAttempts > 0) json.WriteNumber("earlier_attempts", EarlierAttempts);
            if (Order is { } order) json.WriteNumber("order", order);
            if (Label is not null) json.WriteString("label", Label);
            if (Rating is { } rating) json.WriteNumber("rating", rating);
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
                Status = stage == ServerPlace.Pending ? (place.Disk.Stat(fresh.PauseMark(place)) is null ? "queued" : "paused") : root.GetProperty("status").GetString()!,
                SubmittedAt = root.GetProperty("submitted_at").GetInt64(),
                StartedAt = Time("started_at"),
                FinishedAt = Time("finished_at"),
                Attempt = root.GetProperty("attempt").GetInt32(),
                EarlierAttempts = (int)(Time("earlier_attempts") ?? 0),
                Order = Time("order"),
                Label = root.TryGetProperty("label", out var label) ? label.GetString() : null,
                Rating = (int?)Time("rating"),
                Problem = root.TryGetProperty("problem", out var problem) ? problem.GetString() : null,
                Tasks = root.TryGetProperty("tasks", out var tasks) ? tasks.GetRawText() : null,
                Engine = root.TryGetProperty("engine", out var engine)
                    ? new(engine.GetProperty("pid").GetInt32(), engine.GetProperty("start_ticks").GetInt64(), engine.GetProperty("boot_id").GetString()!, engine.GetProperty("host").GetString()!) : null,
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException) { return fresh; }
    }

    /// <summary>The name of its workflow, for people: its file's folder, or the file where that says more.</summary>
    public string Name => Job.IsText ? Path.GetFileName(Job.Place) : Path.GetFileName(Job.Workflow) == "spool.yaml" ? Path.GetFileName(Path.GetDirectoryName(Job.Workflow)) ?? "" : Path.GetFileNameWithoutExtension(Job.Workflow);

    /// <summary>The run as lists and the API tell of it.</summary>
    /// <param name="outlook">Where it stands in the queue and how long it will take, as far as that is known.</param>
    public void Write(Utf8JsonWriter json, Outlook outlook)
    {
        json.WriteString("id", Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("workflow", Job.IsText ? "(text)" : Job.Workflow);
        json.WriteString("name", Name);
        json.WriteString("workspace", Job.Place);
        json.WriteString("status", Status);
        if ((outlook.Tasks ?? Tasks) is not { } tasks) json.WriteNull("tasks");
        else
        {
            json.WritePropertyName("tasks");
            json.WriteRawValue(tasks);
        }
        json.WriteString("submitted_at", RunExport.Time(SubmittedAt));
        Time("started_at", StartedAt);
        Time("finished_at", FinishedAt);
        Seconds("eta_s", outlook.SecondsLeft);
        if (outlook.Position is { } position) json.WriteNumber("position", position);
        else json.WriteNull("position");
        Seconds("starts_in_s", outlook.StartsIn);
        json.WriteNumber("priority", Job.Priority);
        if (outlook.CostUsd is { } cost) json.WriteNumber("cost_usd", cost);
        if (Job.Budget is { } budget) json.WriteNumber("budget_usd", budget);
        if (Label is not null) json.WriteString("label", Label);
        if (Rating is { } rating) json.WriteNumber("rating", rating);
        if (Problem is not null) json.WriteString("problem", Problem);

        void Time(string name, long? at)
        {
            if (at is { } time) json.WriteString(name, RunExport.Time(time));
            else json.WriteNull(name);
        }

        void Seconds(string name, double? seconds)
        {
            if (seconds is { } known) json.WriteNumber(name, Math.Round(known, 1));
            else json.WriteNull(name);
        }
    }
}
