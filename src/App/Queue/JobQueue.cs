using System.Text;
using System.Text.Json;
using Spool.Platform;

namespace Spool.App.Queue;

/// <summary>
/// The queue as files: where a job's file lies is where the job stands, and a rename moves it. So it can be looked into with <c>ls</c>, a file
/// may be dropped into <c>pending</c> by anybody who owns the folder, with or without a server, and a crash leaves each job in one place.
/// Whoever adds a file writes it elsewhere on the same file system and renames it, as always where another program may be reading.
/// </summary>
public sealed class JobQueue(ServerPlace place, TimeProvider time)
{
    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Adds a job; gives the number of its run. With a key that is known already, that of the earlier one.</summary>
    public long Add(Job job) => place.Locked(() =>
    {
        string? key = null;
        if (job.IdempotencyKey is { } given)
        {
            key = place.KeyFile(given);
            DurableFile.CreateFolders(place.Disk, Path.GetDirectoryName(key)!);
            if (place.Disk.Stat(key) is not null && long.TryParse(DurableFile.ReadText(place.Disk, key), out var known)) return known;
        }
        var id = place.TakeNumber();
        new QueuedRun(id, job) { SubmittedAt = Now }.Save(place);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            job.Write(json);
            json.WriteEndObject();
        }
        // The key first: a crash between the two leaves a key of a run that never was, which the next try with it is told of.
        if (key is not null) DurableFile.Write(place.Disk, key, Encoding.ASCII.GetBytes(id.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        DurableFile.Write(place.Disk, Path.Join(place.Stage(ServerPlace.Pending), ServerPlace.Name(id) + ".job"), buffer.ToArray());
        return id;
    });

    /// <summary>Takes in files that somebody dropped: gives each a number. What cannot be read goes to <c>failed</c> with the reason beside it.</summary>
    public IReadOnlyList<string> TakeIn() => place.Locked(() =>
    {
        var said = new List<string>();
        foreach (var entry in place.Disk.List(place.Stage(ServerPlace.Pending)).Where(e => e.Kind == FileKind.File && e.Name.EndsWith(".job", StringComparison.Ordinal)).OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            var path = Path.Join(place.Stage(ServerPlace.Pending), entry.Name);
            var number = ServerPlace.NumberOf(entry.Name);
            try
            {
                var job = Job.Read(DurableFile.Read(place.Disk, path));
                if (number is not null) continue;
                var id = place.TakeNumber();
                new QueuedRun(id, job) { SubmittedAt = Now }.Save(place);
                place.Disk.Rename(path, Path.Join(place.Stage(ServerPlace.Pending), ServerPlace.Name(id) + ".job"), RenameMode.NoReplace);
                place.Disk.SyncFolder(place.Stage(ServerPlace.Pending));
                said.Add($"{entry.Name} is run {id}");
            }
            catch (JobFault e)
            {
                var id = number ?? place.TakeNumber();
                new QueuedRun(id, Job.Unreadable) { Status = "failed", SubmittedAt = Now, FinishedAt = Now, Problem = $"{entry.Name} {e.Message}" }.Save(place);
                var kept = ServerPlace.Name(id) + ".job";
                DurableFile.Write(place.Disk, Path.Join(place.Stage(ServerPlace.Failed), kept + ".problems.json"), JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["problem"] = $"{entry.Name} {e.Message}" }, ServerJson.Default.DictionaryStringString));
                place.Disk.Rename(path, Path.Join(place.Stage(ServerPlace.Failed), kept), RenameMode.Replace);
                place.Disk.SyncFolder(place.Stage(ServerPlace.Failed));
                said.Add($"{entry.Name} {e.Message}; it lies in queue/failed");
            }
        }
        return said;
    });

    /// <summary>All runs of a stage, in order of their numbers; what cannot be read is passed over.</summary>
    public IReadOnlyList<QueuedRun> In(string stage)
    {
        var runs = new List<QueuedRun>();
        foreach (var entry in place.Disk.Stat(place.Stage(stage)) is null ? [] : place.Disk.List(place.Stage(stage)))
        {
            if (ServerPlace.NumberOf(entry.Name) is not { } id) continue;
            var path = Path.Join(place.Stage(stage), entry.Name);
            try { runs.Add(QueuedRun.Load(place, id, Job.Read(DurableFile.Read(place.Disk, path)), stage, place.Disk.Stat(path)?.ModifiedNs / 1_000_000 ?? Now)); }
            catch (JobFault) when (stage == ServerPlace.Failed) { runs.Add(QueuedRun.Load(place, id, Job.Unreadable, stage, Now)); }
            catch (JobFault) { continue; } // looked at when it is taken in
            catch (DiskException e) when (e.Errno == Errors.NotFound) { continue; } // moved on between the list and the look
        }
        return [.. runs.OrderBy(r => r.Id)];
    }

    public IReadOnlyList<QueuedRun> All() => [.. ServerPlace.Stages.SelectMany(In).OrderBy(r => r.Id)];

    public QueuedRun? Find(long id) => All().FirstOrDefault(r => r.Id == id);

    /// <summary>Cancels a run: a queued one is over at once, others when the server has seen it and their engine has ended.</summary>
    /// <param name="ask">Asks the engine that owns a workspace to end; false when nobody answers.</param>
    public bool Cancel(QueuedRun run, Func<string, bool> ask)
    {
        if (run.Stage == ServerPlace.Pending)
        {
            return place.Locked(() =>
            {
                if (Find(run.Id) is not { Stage: ServerPlace.Pending } still) return false;
                Move(still with { Status = "cancelled", FinishedAt = Now }, ServerPlace.Failed);
                return true;
            }) || (Find(run.Id) is { Stage: ServerPlace.Running } begun && Cancel(begun, ask));
        }
        if (run.Stage != ServerPlace.Running) return false;
        // The server ends it with its next round; the engine, where one answers already, at once.
        DurableFile.Write(place.Disk, run.CancelMark(place), "cancel\n"u8);
        ask(run.Job.Place);
        return true;
    }

    /// <summary>Moves a job to another stage, after its record was kept.</summary>
    public QueuedRun Move(QueuedRun run, string stage)
    {
        var moved = run with { Stage = stage };
        moved.Save(place);
        if (run.Stage == stage) return moved;
        var name = ServerPlace.Name(run.Id) + ".job";
        place.Disk.Rename(Path.Join(place.Stage(run.Stage), name), Path.Join(place.Stage(stage), name), RenameMode.Replace);
        place.Disk.SyncFolder(place.Stage(stage));
        place.Disk.SyncFolder(place.Stage(run.Stage));
        return moved;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class ServerJson : System.Text.Json.Serialization.JsonSerializerContext;
