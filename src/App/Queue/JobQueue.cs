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

    /// <summary>Adds a job; gives the number of its run. With a key that is known already, that of the earlier one, which must have been the same job.</summary>
    /// <exception cref="KeyRefusedException">Its key is none, or that of another job.</exception>
    public long Add(Job job) => place.Locked(() =>
    {
        string? key = null;
        if (job.IdempotencyKey is { } given)
        {
            if (Known(job) is { } known) return known;
            key = place.KeyFile(given);
            DurableFile.CreateFolders(place.Disk, Path.GetDirectoryName(key)!);
        }
        var id = place.TakeNumber();
        new QueuedRun(id, job) { SubmittedAt = Now }.Save(place);
        // The key first: a crash between the two leaves a key of a run that never was, and the next try with it is queued.
        if (key is not null) DurableFile.Write(place.Disk, key, Encoding.ASCII.GetBytes(new KeyNote(id, KeyNote.DigestOf(job)).Text));
        DurableFile.Write(place.Disk, Path.Join(place.Stage(ServerPlace.Pending), ServerPlace.Name(id) + ".job"), Text(job));
        return id;
    });

    private const string AsGiven = ".as-given";

    /// <summary>The run that a job's key names already; null when it has no key, or a new one, or one of a run that is gone.</summary>
    /// <exception cref="KeyRefusedException">Its key is none, or that of another job.</exception>
    public long? Known(Job job)
    {
        if (job.IdempotencyKey is not { } key) return null;
        if (KeyNote.Refusal(key) is { } refusal) throw new KeyRefusedException(refusal, null, isTaken: false);
        if (place.Disk.Stat(place.KeyFile(key)) is null || KeyNote.Read(DurableFile.ReadText(place.Disk, place.KeyFile(key))) is not { } known || Find(known.Run) is not { } earlier) return null;
        return known.Job is null || known.Job == KeyNote.DigestOf(job) ? known.Run : throw KeyNote.Taken(key, known, earlier, job);
    }

    private static byte[] Text(Job job)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            job.Write(json);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    /// <summary>Takes in files that somebody dropped: gives each a number. What cannot be read goes to <c>failed</c> with the reason beside it.</summary>
    public IReadOnlyList<string> TakeIn() => place.Locked(() =>
    {
        var said = new List<string>();
        foreach (var entry in place.Disk.List(place.Stage(ServerPlace.Pending)).Where(e => e.Name.EndsWith(".job", StringComparison.Ordinal)).OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            var path = Path.Join(place.Stage(ServerPlace.Pending), entry.Name);
            var number = ServerPlace.NumberOf(entry.Name);
            try
            {
                if (entry.Kind != FileKind.File) throw new JobFault($"is {(entry.Kind == FileKind.Folder ? "a folder" : entry.Kind == FileKind.Link ? "a symbolic link" : "a device, a pipe or a socket")}, and no file");
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
                // What is no file is kept as it is, but nobody follows or opens it.
                if (entry.Kind != FileKind.File) DurableFile.WritePlain(place.Disk, Path.Join(place.Stage(ServerPlace.Failed), kept), ReadOnlySpan<byte>.Empty);
                place.Disk.Rename(path, Path.Join(place.Stage(ServerPlace.Failed), entry.Kind == FileKind.File ? kept : kept + AsGiven), RenameMode.Replace);
                place.Disk.SyncFolder(place.Stage(ServerPlace.Failed));
                said.Add($"{entry.Name} {e.Message}; it lies in queue/failed");
            }
        }
        return said;
    });

    /// <summary>All runs of some stages, in order of their numbers, each once; what cannot be read is passed over.</summary>
    public IReadOnlyList<QueuedRun> In(params IReadOnlyList<string> stages)
    {
        ForgetWhenChanged();
        // A run may be moved on between the list and the look.
        return [.. Numbers(stages).SelectMany(s => s.Numbers.Select(id => Load(s.Stage, id) ?? Find(id))).OfType<QueuedRun>().Where(r => stages.Contains(r.Stage)).OrderBy(r => r.Id).DistinctBy(r => r.Id)];
    }

    /// <summary>All runs that are not over.</summary>
    public IReadOnlyList<QueuedRun> Live() => In(ServerPlace.Pending, ServerPlace.Running);

    public IReadOnlyList<QueuedRun> All() => In(ServerPlace.Stages);

    private QueuedRun? Load(string stage, long id)
    {
        var isOver = stage is ServerPlace.Done or ServerPlace.Failed;
        if (isOver && _over.TryGetValue(id, out var known) && known.Stage == stage) return known;
        var path = Path.Join(place.Stage(stage), ServerPlace.Name(id) + ".job");
        QueuedRun run;
        try { run = QueuedRun.Load(place, id, stage is ServerPlace.Pending or ServerPlace.Failed ? Job.Read(DurableFile.Read(place.Disk, path)) : Job.ReadKept(DurableFile.Read(place.Disk, path)), stage, place.Disk.Stat(path)?.ModifiedNs / 1_000_000 ?? Now); }
        catch (JobFault) when (stage == ServerPlace.Failed) { run = QueuedRun.Load(place, id, Job.Unreadable, stage, Now); }
        catch (JobFault) { return null; } // looked at when it is taken in
        catch (DiskException e) when (e.Errno == Errors.NotFound) { return null; } // moved on between the list and the look
        if (isOver) _over[id] = run;
        return run;
    }

    /// <summary>The newest runs that a filter takes, the newest first; older ones are not even looked at once there are enough.</summary>
    /// <param name="most">How many runs to look at; null: all that are needed.</param>
    public IReadOnlyList<QueuedRun> Newest(Func<QueuedRun, bool> filter, int limit, long before = long.MaxValue, int? most = null)
    {
        ForgetWhenChanged();
        // A run may be moved on between the list and the look.
        return [.. Downwards(before).Take(most ?? int.MaxValue).Select(r => Load(r.Stage, r.Id) ?? Find(r.Id)).OfType<QueuedRun>().DistinctBy(r => r.Id).Where(filter).Take(limit)];
    }

    /// <summary>All numbers below one, the highest first, each with where it stands; the sorted stages are walked side by side.</summary>
    private IEnumerable<(string Stage, long Id)> Downwards(long before)
    {
        var stages = Numbers(ServerPlace.Stages);
        var at = stages.Select(s =>
        {
            var found = Array.BinarySearch(s.Numbers, before);
            return found < 0 ? ~found : found;
        }).ToArray();
        while (true)
        {
            var next = -1;
            for (var i = 0; i < at.Length; i++)
                if (at[i] > 0 && (next < 0 || stages[i].Numbers[at[i] - 1] > stages[next].Numbers[at[next] - 1])) next = i;
            if (next < 0) yield break;
            yield return (stages[next].Stage, stages[next].Numbers[--at[next]]);
        }
    }

    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, (long At, long[] Numbers)> _numbers = new();

    /// <summary>
    /// The numbers of some stages at one moment, sorted. A job that is moved while they are listed would stand in two of them, or in none; so they are
    /// listed again until none changed meanwhile (a few times: what is left over shows a run as it was a moment ago).
    /// </summary>
    private List<(string Stage, long[] Numbers)> Numbers(IReadOnlyList<string> stages)
    {
        for (var tries = 0; ; tries++)
        {
            var before = Stamps();
            var found = stages.Select(s => (s, Numbers(s))).ToList();
            if (tries == MostTries || Stamps().SequenceEqual(before)) return found;
        }

        List<long?> Stamps() => [.. stages.Select(s => place.Disk.Stat(place.Stage(s))?.ModifiedNs)];
    }

    private const int MostTries = 20;

    /// <summary>
    /// The numbers of a stage, sorted. A folder that has not changed for a moment is not listed again; one that has just changed is, because two
    /// changes within a tick of the file system's clock look like one.
    /// </summary>
    private long[] Numbers(string stage)
    {
        if (place.Disk.Stat(place.Stage(stage)) is not { } stat) return [];
        if (_numbers.TryGetValue(stage, out var known) && known.At == stat.ModifiedNs) return known.Numbers;
        var numbers = place.Disk.Names(place.Stage(stage)).Select(ServerPlace.NumberOf).OfType<long>().Order().ToArray();
        if (Now - (stat.ModifiedNs / 1_000_000) > 100) _numbers[stage] = (stat.ModifiedNs, numbers);
        else _numbers.TryRemove(stage, out _);
        return numbers;
    }

    /// <summary>The run of a number; null when there is none.</summary>
    public QueuedRun? Find(long id)
    {
        ForgetWhenChanged();
        // A run may be moved on while it is looked for; so the stages are looked through twice.
        return ServerPlace.Stages.Concat(ServerPlace.Stages).Where(s => place.Disk.Stat(Path.Join(place.Stage(s), ServerPlace.Name(id) + ".job")) is not null).Select(s => Load(s, id)).FirstOrDefault(r => r is not null);
    }

    // What is over stays as it is, unless another process changes it and says so by touching a file.
    private readonly System.Collections.Concurrent.ConcurrentDictionary<long, QueuedRun> _over = new();
    private long _changed;

    private string ChangedMark => Path.Join(place.Queue, "changed");

    private void ForgetWhenChanged()
    {
        var at = place.Disk.Stat(ChangedMark)?.ModifiedNs ?? 0;
        if (Interlocked.Exchange(ref _changed, at) != at) _over.Clear();
    }

    private void SayChanged()
    {
        _over.Clear();
        DurableFile.WritePlain(place.Disk, ChangedMark, Encoding.ASCII.GetBytes(Now.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>Keeps what a person says about a run: its label, its rating, its priority.</summary>
    public bool Change(long id, Func<QueuedRun, QueuedRun> change) => place.Locked(() =>
    {
        if (Find(id) is not { } run) return false;
        var changed = change(run);
        if (changed.Job != run.Job) DurableFile.Write(place.Disk, Path.Join(place.Stage(run.Stage), ServerPlace.Name(id) + ".job"), Text(changed.Job));
        changed.Save(place);
        SayChanged();
        return true;
    });

    /// <summary>Puts a queued run in front of another; both keep their priorities equal to that of the other.</summary>
    public bool MoveBefore(long id, long other) => place.Locked(() =>
    {
        var order = QueueOrder.Sorted(In(ServerPlace.Pending), null).ToList();
        if (order.Find(r => r.Id == id) is not { } moved || order.Find(r => r.Id == other) is not { } target) return false;
        order.Remove(moved);
        order.Insert(order.IndexOf(target), moved with { Job = moved.Job with { Priority = target.Job.Priority } });
        // From now on all that is queued stands where it stood; what comes later comes behind.
        for (var i = 0; i < order.Count; i++)
        {
            var run = order[i] with { Order = i };
            run.Save(place);
            if (run.Id == id) DurableFile.Write(place.Disk, Path.Join(place.Stage(ServerPlace.Pending), ServerPlace.Name(id) + ".job"), Text(run.Job));
        }
        return true;
    });

    /// <summary>Queues a run that failed or was cancelled once more; what it finished is reused.</summary>
    public bool Retry(long id) => place.Locked(() =>
    {
        if (Find(id) is not { Stage: ServerPlace.Failed } run || run.Job == Job.Unreadable) return false;
        foreach (var mark in (string[])[run.CancelMark(place), run.PauseMark(place)])
            if (place.Disk.Stat(mark) is not null) place.Disk.DeleteFile(mark);
        Move(run with { Status = "queued", FinishedAt = null, StartedAt = null, Problem = null, Tasks = null, EarlierAttempts = run.Attempt, Engine = null, SubmittedAt = Now }, ServerPlace.Pending);
        SayChanged();
        return true;
    });

    /// <summary>Queues a run again that failed, and no other; one that somebody cancelled stays so.</summary>
    public bool RetryFailed(long id) => Find(id) is { Status: "failed" } && Retry(id);

    /// <summary>Lets a run wait: a queued one at once, a running one when what runs in it has come to its end.</summary>
    public bool PauseRun(QueuedRun run, bool paused)
    {
        if (run.Stage is ServerPlace.Done or ServerPlace.Failed) return false;
        if (paused) DurableFile.Write(place.Disk, run.PauseMark(place), "paused\n"u8);
        else if (run.IsPausedIn(place)) place.Disk.DeleteFile(run.PauseMark(place));
        return true;
    }

    /// <summary>True while nothing is started.</summary>
    public bool IsPaused => place.Disk.Stat(Path.Join(place.Queue, "paused")) is not null;

    public void Pause(bool paused)
    {
        place.Make();
        var mark = Path.Join(place.Queue, "paused");
        if (paused) DurableFile.Write(place.Disk, mark, "paused\n"u8);
        else if (IsPaused) place.Disk.DeleteFile(mark);
    }

    /// <summary>Removes a run that is over: its job and what was recorded of it. Its workspace stays as it is.</summary>
    public bool Delete(long id, Func<QueuedRun, bool>? only = null) => place.Locked(() =>
    {
        if (Find(id) is not { Stage: ServerPlace.Done or ServerPlace.Failed } run || only?.Invoke(run) == false) return false;
        foreach (var name in (string[])[".job", ".job.problems.json", ".job" + AsGiven])
        {
            var file = Path.Join(place.Stage(run.Stage), ServerPlace.Name(id) + name);
            if (place.Disk.Stat(file, followLinks: false) is not { } stat) continue;
            if (stat.Kind == FileKind.Folder) DurableFile.DeleteTree(place.Disk, file);
            else place.Disk.DeleteFile(file);
        }
        if (place.Disk.Stat(place.RunFolder(id)) is not null) DurableFile.DeleteTree(place.Disk, place.RunFolder(id));
        SayChanged();
        return true;
    });

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
        if (run.Stage != ServerPlace.Running || run.Status is "succeeded" or "failed" or "cancelled") return false;
        // The server ends it with its next round; the engine, where one answers already, at once.
        DurableFile.Write(place.Disk, run.CancelMark(place), "cancel\n"u8);
        ask(run.Job.Place);
        return true;
    }

    /// <summary>Moves a job to another stage, after its record was kept.</summary>
    public QueuedRun Move(QueuedRun run, string stage)
    {
        // Whoever moves it on may have read it long ago; what a person said since stays.
        var kept = place.Disk.Stat(Path.Join(place.RunFolder(run.Id), "run.json")) is null ? run : QueuedRun.Load(place, run.Id, run.Job, run.Stage, run.SubmittedAt);
        var moved = run with { Stage = stage, Label = kept.Label, Rating = kept.Rating, Order = kept.Order };
        moved.Save(place);
        _over.TryRemove(run.Id, out _);
        if (run.Stage == stage) return moved;
        var name = ServerPlace.Name(run.Id) + ".job";
        place.Disk.Rename(Path.Join(place.Stage(run.Stage), name), Path.Join(place.Stage(stage), name), RenameMode.Replace);
        place.Disk.SyncFolder(place.Stage(stage));
        place.Disk.SyncFolder(place.Stage(run.Stage));
        return moved;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
[System.Text.Json.Serialization.JsonSerializable(typeof(JsonElement))]
internal sealed partial class ServerJson : System.Text.Json.Serialization.JsonSerializerContext;
