using System.Text;
using System.Text.Json;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Queue;

/// <summary>
/// Starts what is queued and follows what runs. Each run is an engine process of its own (<c>spool run --json</c>) that writes its events into a
/// file: a run that breaks takes no other with it, and an engine outlives a server that was killed. The next server finds it by its identity
/// and follows on. Engines share processors and pools through the slots under the state root, as runs from terminals do.
/// Order: higher priority first, then workspaces that have none running, then the order of submission. One run a workspace at a time.
/// </summary>
public sealed class Supervisor(ServerPlace place, JobQueue queue, Composition composition, Action<ServerLine> say)
{
    private readonly Dictionary<long, QueuedRun> _running = [];
    private readonly Dictionary<long, long> _journals = [];
    private readonly Dictionary<long, (int, long)> _decided = [];
    private readonly HashSet<long> _told = [], _draining = [];

    /// <summary>What the machine must have left for a run to start.</summary>
    public Admission Admission { get; init; } = new(Math.Max(1, Environment.ProcessorCount), Admission.UsualMinFree);

    /// <summary>The share of memory in use.</summary>
    public Func<double> MemoryInUse { get; init; } = Admission.MemoryInUse;

    /// <summary>Asks the engine that owns a workspace; null when nobody answers.</summary>
    public Func<string, string, JsonElement?> Ask { get; init; } = (_, _) => null;

    /// <summary>Folders from which jobs may bring files, besides their workspace.</summary>
    public IReadOnlyList<string> Roots { get; init; } = [];

    /// <summary>Where the API is, for those who look.</summary>
    public string? Address { get; init; }

    private Standing? _standing;
    private string? _lastStarted;

    private long Now => composition.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public int RunningCount => _running.Count;

    /// <summary>Finds engines of an earlier server that live, and queues again what has none.</summary>
    public void Recover()
    {
        int alive = 0, again = 0;
        foreach (var run in queue.In(ServerPlace.Running))
        {
            if (run.Engine?.IsAlive == true || run.Status == "waiting")
            {
                _running[run.Id] = run;
                alive++;
            }
            else if (EndOf(run) is { } end) Finish(run, end);
            else
            {
                queue.Move(run with { Status = "queued", Engine = null }, ServerPlace.Pending);
                again++;
            }
        }
        if (alive + again > 0) say(new ServerLine("recovered", $"recovered: {alive} run{(alive == 1 ? "" : "s")} go on, {again} start again (what was finished is reused)"));
    }

    /// <summary>One round: takes in new files, looks at engines, starts what may start.</summary>
    public void Round()
    {
        foreach (var line in queue.TakeIn()) say(new ServerLine("job-taken", line));
        foreach (var run in _running.Values.ToList()) Look(run);
        var pending = queue.In(ServerPlace.Pending);
        foreach (var run in pending.Where(r => r.IsCancelledIn(place))) queue.Move(run with { Status = "cancelled", FinishedAt = Now }, ServerPlace.Failed);
        var used = MemoryInUse();
        var held = Admission.Held(used, place.Disk.FreeBytes(place.Root), place.Root);
        var atOnce = Admission.AtOnce(used);
        // A run that waits for a person is not active: another of its workspace may go on.
        var busy = _running.Values.Where(r => r.Status == "running").Select(r => r.Job.Place).ToHashSet(StringComparer.Ordinal);
        foreach (var run in QueueOrder.Sorted([.. pending.Where(r => r.Status == "queued" && !r.IsCancelledIn(place))], _lastStarted).ToList())
        {
            if (queue.IsPaused || held is not null || _running.Values.Count(r => r.Status == "running") >= atOnce) break;
            if (busy.Contains(run.Job.Place)) continue;
            // A full disk of its own holds this run alone; the others go past it.
            var full = place.Disk.Stat(run.Job.Place) is null ? null : Admission.Held(0, place.Disk.FreeBytes(run.Job.Place), run.Job.Place);
            if (full is null != run.Problem is null)
            {
                queue.Change(run.Id, r => r.Stage == ServerPlace.Pending ? r with { Problem = full } : r);
                if (full is not null) say(new ServerLine("held", $"run {run.Id} waits: {full}") { Level = "warn" });
            }
            if (full is not null) continue;
            busy.Add(run.Job.Place);
            _lastStarted = run.Job.Place;
            Start(run);
        }
        Tell(new Standing(Math.Max(1, atOnce), held, _lastStarted) { Address = Address });
    }

    private void Tell(Standing standing)
    {
        if (standing == _standing) return;
        if (standing.Held is not null && standing.Held != _standing?.Held) say(new ServerLine("held", standing.Held) { Level = "warn" });
        _standing = standing;
        standing.Write(place);
    }

    private void Start(QueuedRun run)
    {
        var begun = run with { Status = "running", StartedAt = run.StartedAt ?? Now, FinishedAt = null, Attempt = run.Attempt + 1, Engine = null, Problem = null };
        var moved = queue.Move(begun, ServerPlace.Running);
        try
        {
            var arguments = Arguments(moved);
            if (!run.Job.IsText && place.Disk.Stat(run.Job.Workflow) is not { Kind: FileKind.File })
            {
                queue.Move(moved with { Status = "failed", FinishedAt = Now, Problem = $"the workflow {run.Job.Workflow} is not there" }, ServerPlace.Failed);
                say(ServerLine.End(run.Id, "failed", $"run {run.Id} cannot be started: the workflow {run.Job.Workflow} is not there"));
                return;
            }
            DurableFile.CreateFolders(place.Disk, run.Job.Place);
            if (JobInput.Bring(place.Disk, place, run.Job.Place, run.Job.Inputs, Roots) is { } refusal)
            {
                queue.Move(moved with { Status = "failed", FinishedAt = Now, Problem = refusal }, ServerPlace.Failed);
                say(ServerLine.End(run.Id, "failed", $"run {run.Id} cannot be started: {refusal}"));
                return;
            }
            var engine = DetachedProgram.Start(Environment.ProcessPath!, arguments, run.Job.Place, EngineEnvironment(), (moved.Events(place), moved.Errors(place)));
            moved = moved with { Engine = engine };
            moved.Save(place);
            _running[run.Id] = moved;
            say(new ServerLine(ServerLine.Started, $"run {run.Id} of {Named(run)} started (pid {engine.Pid})") { Run = run.Id });
        }
        catch (Exception e) when (e is ProcessFailedException or DiskException)
        {
            queue.Move(moved with { Status = "failed", FinishedAt = Now, Problem = e.Message }, ServerPlace.Failed);
            say(ServerLine.End(run.Id, "failed", $"run {run.Id} cannot be started: {e.Message}"));
        }
    }

    private List<string> Arguments(QueuedRun run)
    {
        var file = run.FileIn(place);
        if (run.Job.IsText)
        {
            DurableFile.Write(place.Disk, file, Encoding.UTF8.GetBytes(run.Job.Workflow));
        }
        var arguments = new List<string> { "run", file, "--json", "--served", place.RunFolder(run.Id), "--workspace", run.Job.Place };
        // A value is a text, never the name of a file to be read.
        foreach (var (name, value) in run.Job.Vars) arguments.AddRange(["--var", $"{name}={(value.StartsWith('@') ? "@" : "")}{value}"]);
        if (run.Job.Profile is { } profile) arguments.AddRange(["--profile", profile]);
        if (run.Job.Budget is { } budget) arguments.AddRange(["--budget", budget.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        if (place.Disk.Stat(run.StandInMark(place)) is not null) arguments.Add("--allow-placeholders");
        return arguments;
    }

    // What the server's user had set when it was started reaches the engines: PATH, keys of services, places.
    private Dictionary<string, string> EngineEnvironment()
    {
        var all = new Dictionary<string, string>();
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables()) all[(string)entry.Key] = (string?)entry.Value ?? "";
        all["SPOOL_STATE"] = place.Root;
        return all;
    }

    private void Look(QueuedRun run)
    {
        if (run.Status == "waiting")
        {
            // A person decided: the journal grew since.
            if (run.IsCancelledIn(place)) Finish(run, ("cancelled", run.Tasks));
            else if (place.Disk.Stat(run.Job.Place) is null) Finish(run with { Problem = $"its workspace {run.Job.Place} is gone" }, ("failed", run.Tasks));
            else if (place.Disk.Stat(run.WakeMark(place)) is not null)
            {
                place.Disk.DeleteFile(run.WakeMark(place));
                Again(run);
            }
            else if (Journal(run) is var size && size != _journals.GetValueOrDefault(run.Id))
            {
                // The journal grows for many reasons; only a decision is one to go on.
                _journals[run.Id] = size;
                if (Decisions(run) is var decided && decided != _decided.GetValueOrDefault(run.Id)) Again(run);
            }
            return;
        }
        if (run.Engine is { } engine)
        {
            DetachedProgram.Reap(engine.Pid);
            if (engine.IsAlive)
            {
                // TERM ends an engine as Ctrl+C does: tools are ended, what is finished is kept.
                if (run.IsCancelledIn(place) && _told.Add(run.Id)) DetachedProgram.Signal(engine, kill: false);
                else if (run.IsPausedIn(place) && !_draining.Contains(run.Id) && Ask(run.Job.Place, "drain") is not null) _draining.Add(run.Id);
                return;
            }
        }
        _draining.Remove(run.Id);
        // A pause ends the engine at a safe point; the run goes back to the queue and stays there until it may go on.
        if (run.IsPausedIn(place) && !run.IsCancelledIn(place) && EndOf(run) is null or ("cancelled", _)) Again(run);
        else if (EndOf(run) is { } end) Finish(run, end);
        else if (run.IsCancelledIn(place)) Finish(run, ("cancelled", null));
        else if (run.Attempt - run.EarlierAttempts >= 3) Finish(run with { Problem = $"its engine ended {run.Attempt - run.EarlierAttempts} times without a result; see {run.Errors(place)}" }, ("failed", null));
        else
        {
            say(new ServerLine(ServerLine.Restarted, $"the engine of run {run.Id} is gone; it starts again") { Run = run.Id, Level = "warn" });
            Again(run);
        }
    }

    private void Again(QueuedRun run)
    {
        _running.Remove(run.Id);
        queue.Move(run with { Status = "queued", Engine = null }, ServerPlace.Pending);
    }

    private long Journal(QueuedRun run)
    {
        var folder = new WorkspacePaths(run.Job.Place).Journal;
        return place.Disk.Stat(folder) is null ? 0 : place.Disk.List(folder).Sum(e => place.Disk.Stat(Path.Join(folder, e.Name))?.Size ?? 0);
    }

    /// <summary>How many decisions from before a moment stand in the journal of its workspace, and when the last was taken.</summary>
    private (int, long) Decisions(QueuedRun run, long before = long.MaxValue)
    {
        var folder = new WorkspacePaths(run.Job.Place).Journal;
        if (place.Disk.Stat(folder) is null) return (0, 0);
        try
        {
            var decisions = Spool.Engine.Journal.EventJournal.ReadOnly(place.Disk, folder).State.Decisions.Values.Where(d => d.At < before).ToList();
            return (decisions.Count, decisions.Select(d => d.At).DefaultIfEmpty(0).Max());
        }
        catch (Spool.Engine.Journal.JournalException) { return (0, 0); }
    }

    private void Finish(QueuedRun run, (string Status, string? Tasks) end)
    {
        _running.Remove(run.Id);
        if (end.Status == "waiting")
        {
            var waits = queue.Move(run with { Status = "waiting", Tasks = end.Tasks, Engine = null }, ServerPlace.Running);
            // Somebody may have decided after the engine looked last and before we saw its end; so what counts is what it knew.
            _journals[run.Id] = -1;
            _decided[run.Id] = Decisions(run, RunPage.FinishedAt(place, run.Id) ?? long.MaxValue);
            _running[run.Id] = waits;
            say(ServerLine.End(run.Id, "waiting", $"run {run.Id} of {Named(run)} {(RunPage.Missing(place, run.Id) is { } missing ? $"waits: {missing}" : $"waits for you: spool reviews --workspace {run.Job.Place}")}"));
            return;
        }
        var problem = run.Problem ?? (end.Status == "failed" ? Complaint(run) : null);
        queue.Move(run with { Status = end.Status, Tasks = end.Tasks, FinishedAt = Now, Problem = problem, Engine = null }, end.Status == "succeeded" ? ServerPlace.Done : ServerPlace.Failed);
        say(ServerLine.End(run.Id, end.Status, $"run {run.Id} of {Named(run)}: {end.Status}{(problem is null ? "" : $": {problem}")}"));
    }

    private static string Named(QueuedRun run) => run.Job.IsText ? "a text" : Path.GetFileName(Path.GetDirectoryName(run.Job.Workflow)) + "/" + Path.GetFileName(run.Job.Workflow);

    /// <summary>How the engine said that it ended; null when it did not.</summary>
    private (string Status, string? Tasks)? EndOf(QueuedRun run)
    {
        if (run.Attempt == 0 || place.Disk.Stat(run.Events(place)) is null) return null;
        (string, string?)? end = null;
        foreach (var line in Media.Streams.StreamLines.Lines(place.Disk, run.Events(place)))
        {
            if (!line.Span.StartsWith("{\"type\":\"run\""u8) && !line.Span.StartsWith("{\"type\":\"problems\""u8)) continue;
            try
            {
                using var document = JsonDocument.Parse(line);
                var root = document.RootElement;
                end = root.GetProperty("type").GetString() == "problems" ? ("failed", null) : (root.GetProperty("status").GetString()!, root.GetProperty("tasks").GetRawText());
            }
            catch (JsonException) { continue; } // torn by a kill
        }
        return end;
    }

    /// <summary>The first problem or failure that the events tell of.</summary>
    private string? Complaint(QueuedRun run)
    {
        foreach (var line in Media.Streams.StreamLines.Lines(place.Disk, run.Events(place)))
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                var root = document.RootElement;
                if (root.TryGetProperty("failure", out var failure) && failure.ValueKind == JsonValueKind.Object) return $"{root.GetProperty("task").GetString()}: {failure.GetProperty("sentence").GetString()}";
                if (root.TryGetProperty("problems", out var problems) && problems.GetArrayLength() > 0) return problems[0].GetProperty("message").GetString();
            }
            catch (JsonException) { continue; }
        }
        return null;
    }

    /// <summary>Asks all engines to end; their runs are queued again, so that the next server goes on with them.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        foreach (var run in _running.Values.Where(r => r.Engine is not null)) DetachedProgram.Signal(run.Engine!, kill: false);
        var began = composition.Time.GetTimestamp();
        while (_running.Values.Any(r => r.Engine?.IsAlive == true) && composition.Time.GetElapsedTime(began) < patience)
        {
            foreach (var run in _running.Values) if (run.Engine is { } engine) DetachedProgram.Reap(engine.Pid);
            await Task.Delay(TimeSpan.FromMilliseconds(50), composition.Time);
        }
        foreach (var run in _running.Values.ToList())
        {
            if (run.Engine is { } engine) DetachedProgram.Signal(engine, kill: true);
            if (run.Status == "waiting") continue;
            if (EndOf(run) is ("succeeded" or "failed", _) and { } end) Finish(run, end);
            else Again(run);
        }
    }
}
