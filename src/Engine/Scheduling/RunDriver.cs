using System.Threading.Channels;
using Spool.Engine.Artifacts;
using Spool.Engine.Attempts;
using Spool.Engine.Graph;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Spool.Platform;

namespace Spool.Engine.Scheduling;

/// <summary>
/// Drives a run: asks the core what to do, does it off the loop (attempts, copying, renaming), and brings every result back to the loop,
/// which alone touches core, journal and caches. What was journalled may be told; nothing else is.
/// </summary>
public sealed partial class RunDriver
{
    private const int MostLinesWaiting = 10_000;
    private readonly Workspace _workspace;
    private readonly RunRequest _request;
    private readonly TaskGraph _graph;
    private readonly ToolTable _tools;
    private readonly IExecutor _executor;
    private readonly IRunReporter _reporter;
    private readonly RunCore _core;
    private readonly PlannerWorld _world;
    private readonly Publisher _publisher;
    private readonly Channel<Action> _loop = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stopTools = new();
    private readonly List<PublishRequest> _toPublish = [];
    private readonly string _id;
    private readonly string _workflowId;
    private readonly Intermediates _intermediates;
    private readonly Random _spread;
    private readonly Ledger _ledger;
    // Real runs use the pool; the simulation a scheduler of its own, so that one seed gives one order of everything.
    private readonly TaskScheduler _scheduler = TaskScheduler.Current;
    private readonly Dictionary<TaskState, IReadOnlyList<IDisposable>> _leases = [];
    private bool _publishing, _hostBusy, _looking;
    private int _attempts, _timers;
    private string? _stopped;

    public RunDriver(Workspace workspace, RunRequest request, TaskGraph graph, ToolTable tools, IExecutor executor, IRunReporter reporter)
    {
        (_workspace, _request, _graph, _tools, _executor, _reporter) = (workspace, request, graph, tools, executor, reporter);
        _id = RunIds.Next(workspace.State);
        _workflowId = request.WorkflowId(request.PreviewOf?.Workspace ?? workspace.Paths.Workspace);
        var sources = request.Sources(workspace.Machine.Disk, request.PreviewOf?.Workspace ?? workspace.Paths.Workspace, (request.PreviewOf?.State ?? workspace.State).Paths.ContainsKey);
        _world = new PlannerWorld(workspace.Machine.Disk, workspace.Paths.Workspace, workspace.State, workspace.Store, workspace.Stats, sources, tools)
        {
            Allowed = request.Allowed,
            Forced = request.Forced,
            Environment = request.Environment,
            Providers = request.Providers,
            WorkflowId = _workflowId,
            Now = () => workspace.Machine.Now,
            IsPreview = request.PreviewOf is not null,
            Parent = request.PreviewOf,
            AllowsStandIns = request.AllowsStandIns,
            StandInKind = request.StandInKind,
            MarkKind = request.MarkKind,
        };
        var selection = new Selection(graph, request.Targets, request.Only);
        _core = new RunCore(graph, _world, selection, request.Capacities(), dry: false, Changed, _stopTools.Token);
        _core.Planner.Hashing = (path, bytes) => reporter.Tell(new RunFact.Hashing(path, bytes));
        _publisher = new Publisher(workspace.Machine.Disk, workspace.Paths, workspace.Store, CancellationToken.None);
        _intermediates = new Intermediates(workspace, graph, _core);
        _spread = new Random(workspace.Machine.Identity.Pid);
        _ledger = new Ledger(workspace, request, _id);
        _ledger.Recover();
        Selection = selection;
    }

    public Selection Selection { get; }
    public PlannerWorld World => _world;
    public RunCore Core => _core;
    public string Id => _id;

    /// <summary>Runs to the end. Problems that show before anything ran end it at once, with nothing journalled: null, and they are in the graph.</summary>
    public async Task<RunResult?> RunAsync(CancellationToken cancel)
    {
        var machine = _workspace.Machine;
        var startedAt = machine.Now;
        await _core.SettleAsync();
        PathOwners.Check(_graph, _core, _workspace.State, _workflowId, _request.OutputsOf);
        if (_graph.Problems.Any) return null;
        var fullRun = Selection.IsFull;
        _workspace.Journal.Append(new RunStarted(_id, _workflowId, _graph.Workflow.Name, startedAt, _graph.Workflow.ShownVars, fullRun));
        _workspace.Journal.Commit();
        var view = new RunView(_id, _graph.Workflow.Name, _core.Tasks, () => _core.OpenSteps, Count, Left);
        _reporter.Tell(new RunFact.Planned(view));
        var known = !HasUnknownSteps();
        using var registration = cancel.Register(() => _loop.Writer.TryWrite(Cancel));
        try
        {
            while (true)
            {
                await _core.SettleAsync();
                if (!known && !HasUnknownSteps())
                {
                    known = true;
                    _reporter.Tell(new RunFact.Known(view));
                }
                _toPublish.AddRange(_core.TakePublications());
                if (!_publishing && _toPublish.Count > 0) StageBatch();
                _hostBusy = false;
                foreach (var start in _core.TakeStarts(machine.Now, TakeHost)) Launch(start);
                if (_hostBusy) LookAgainSoon();
                if (_core.IsIdle && !_publishing && _toPublish.Count == 0 && !IsHeld) break;
                var message = await _loop.Reader.ReadAsync(CancellationToken.None);
                do message();
                while (_loop.Reader.TryRead(out message));
            }
        }
        catch (Exception e) when (e is JournalException or DiskException)
        {
            // The store cannot be written: nothing more is acknowledged, tools are ended, the next start recovers.
            _stopped = e.Message;
            await _stopTools.CancelAsync();
            while (_attempts > 0) await EndQuietlyAsync();
        }
        return new RunEnd(_workspace, _graph, _core, _id, _workflowId, Count).Finish(startedAt, _stopped, fullRun);
    }

    private bool HasUnknownSteps() => _core.OpenSteps.Any(s => s.Status == TaskStatus.Pending);

    // The tools of a stopped run are waited for; what comes back is neither published nor journalled.
    private async Task EndQuietlyAsync()
    {
        try { (await _loop.Reader.ReadAsync(CancellationToken.None))(); }
        catch (Exception e) when (e is JournalException or DiskException) { _stopped ??= e.Message; }
    }

    private void Cancel()
    {
        IsHeld = false;
        _core.Cancel();
        _stopTools.Cancel();
    }

    private void Post(Action message) => _loop.Writer.TryWrite(message);

    private void Changed(TaskState task)
    {
        if (task is { Status: TaskStatus.Waiting, Key: not null } && task.Node.Step.Kind.Traits.IsReview && _workspace.State.Asked(_workflowId, task.Node.Address)?.Shown != task.Key)
            _workspace.Journal.Append(new ReviewAsked(_workflowId, task.Node.Address, task.Key, _workspace.Machine.Now, task.Message, task.Shown));
        // A success is told when it is durable, which is when the core is told too.
        _reporter.Tell(new RunFact.TaskChanged(task));
        if (task.IsOver) _intermediates.TaskOver(task);
    }

    private bool TakeHost(Needs needs, TaskState task)
    {
        if (_request.HostPools is not { } pools) return true;
        if (pools.TryTake(needs) is not { } slots)
        {
            _hostBusy = true;
            return false;
        }
        if (slots.Count > 0) _leases[task] = slots;
        return true;
    }

    // Another engine has the machine: its end cannot be waited for, so it is looked again ten times a second.
    private void LookAgainSoon()
    {
        if (_looking) return;
        _looking = true;
        _ = Task.Delay(TimeSpan.FromMilliseconds(100), _workspace.Machine.Time, CancellationToken.None)
            .ContinueWith(_ => Post(() => _looking = false), CancellationToken.None, TaskContinuationOptions.None, _scheduler);
    }

    private void Launch(Start start)
    {
        var task = start.Task;
        var step = task.Node.Step;
        _workspace.Journal.Append(new AttemptStarted(_id, task.Node.Address, step.Id, task.Key ?? "", task.Attempts, _workspace.Machine.Now));
        var folder = Path.Join(_workspace.Paths.Attempts, $"{_id}-{++_attemptFolders}");
        task.Folder = folder;
        var spec = new AttemptSpec(step.Kind, task.Options!, task.Inputs, TaskPaths.Outputs(task.Node), folder)
        {
            Seed = BitConverter.ToInt64(Convert.FromHexString(task.Key![..16])) & long.MaxValue,
            Tools = task.ToolsUsed.Concat(_request.Providers.ProgramsOf(task.Options!)).Distinct().ToDictionary(t => t, t => _tools.TryKnown(t, out var found) ? found!.Path : t),
            Environment = task.Environment,
            Timeout = step.Definition.Timeout,
            Mark = task.Mark,
            Previous = step.Kind.Traits.SeesPrevious && _workspace.State.LastOf(World.WorkflowId, task.Node.Address) is { } last ? Places(last.Record) : new Dictionary<string, string>(),
            Providers = Providers(task.Options!),
            Secrets = task.Options!.ProvidersUsed().SelectMany(s => _request.Providers.Find(s)!.Secrets).Distinct()
                .Where(n => !string.IsNullOrEmpty(_request.Environment(n))).ToDictionary(n => n, n => _request.Environment(n)!),
        };
        var watcher = new AttemptWatcher(fraction => Post(() => _reporter.Tell(new RunFact.Progress(task, fraction))), line => TellLine(task, line), _ => { })
        {
            Reserve = (charge, stop) => ReserveAsync(task, charge, stop),
        };
        _attempts++;
        Off(() => _executor.RunAsync(spec, watcher, _stopTools.Token), result => Ended(task, spec, result));
    }

    private Dictionary<string, string> Places(CacheRecord record) =>
        record.Outputs.Where(o => !o.Folder && _workspace.Store.Has(Digest.Parse(o.Digest))).ToDictionary(o => o.Role, o => _workspace.Store.PathOf(Digest.Parse(o.Digest)));

    private int _attemptFolders, _linesWaiting;

    // Lines are only shown; a tool that writes faster than they are shown must not fill the memory with them. The log has them all.
    private void TellLine(TaskState task, string line)
    {
        if (Interlocked.Increment(ref _linesWaiting) > MostLinesWaiting)
        {
            Interlocked.Decrement(ref _linesWaiting);
            return;
        }
        Post(() =>
        {
            Interlocked.Decrement(ref _linesWaiting);
            _reporter.Tell(new RunFact.Line(task, line));
        });
    }

    /// <summary>Does work off the loop and comes back with its result; a fault of the work is thrown on the loop, whatever it is.</summary>
    private void Off<T>(Func<Task<T>> work, Action<T> then)
    {
        var task = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler).Unwrap();
        _ = task.ContinueWith(ended => Post(() => then(ended.GetAwaiter().GetResult())), CancellationToken.None, TaskContinuationOptions.None, _scheduler);
    }

    private void Ended(TaskState task, AttemptSpec spec, AttemptResult result)
    {
        _attempts--;
        if (_leases.Remove(task, out var slots))
            foreach (var slot in slots) slot.Dispose();
        KeepLog(task, spec.Folder);
        task.Folder = null;
        // What stands in is told with the result wherever its facts are shown.
        if (task.StandIns.Count > 0) result = result with { Facts = new Dictionary<string, string>(result.Facts) { ["stand-ins"] = string.Join(", ", task.StandIns) } };
        if (result.Failure is null && _stopped is null && (!_core.IsCancelled || _core.IsDrained))
        {
            _toPublish.Add(_core.Made(task, result));
            return;
        }
        task.Result = result;
        DurableFile.DeleteTree(_workspace.Machine.Disk, spec.Folder);
        Fail(task, (result.Failure ?? new Failure(FailureKind.Cancelled, "cancelled")) with { Command = result.Failure?.Command ?? result.Command, LogTail = result.Failure?.LogTail ?? result.LogTail });
    }

    private void KeepLog(TaskState task, string folder)
    {
        var disk = _workspace.Machine.Disk;
        var log = Path.Join(folder, "log");
        if (disk.Stat(log) is null) return;
        var kept = _workspace.Paths.Log(_id, task.Node.Address, task.Attempts);
        DurableFile.CreateFolders(disk, Path.GetDirectoryName(kept)!);
        disk.Rename(log, kept, RenameMode.Replace);
    }

    private void Fail(TaskState task, Failure failure)
    {
        if (failure.Kind == FailureKind.InputChanged)
        {
            foreach (var file in task.Inputs.SelectMany(i => i.Files)) _workspace.Stats.Forget(file.Source);
        }
        if (_stopped is not null) return;
        var pause = _core.Failed(task, failure, _workspace.Machine.Now, _spread.NextDouble());
        if (failure.Kind != FailureKind.Cancelled)
        {
            _workspace.Journal.Append(new AttemptFailed(_id, _workflowId, task.Node.Address, task.Node.Step.Id, task.Attempts, _workspace.Machine.Now, failure));
            _workspace.Journal.Commit();
        }
        if (pause is not { } wait) return;
        _reporter.Tell(new RunFact.Retrying(task, failure, wait));
        _timers++;
        _ = AgainAsync(task, wait);
    }

    private async Task AgainAsync(TaskState task, TimeSpan pause)
    {
        try { await Task.Delay(pause, _workspace.Machine.Time, _stopTools.Token); }
        catch (OperationCanceledException) { }
        Post(() =>
        {
            _timers--;
            _core.Again(task);
        });
    }

    private void StageBatch()
    {
        var batch = _toPublish.ToArray();
        _toPublish.Clear();
        _publishing = true;
        var trusted = batch.SelectMany(r => (r.Attempt?.Outputs ?? []).SelectMany(o => o.Files.Select(f => f.Digest)).Concat(r.Recorded.Select(o => Digest.Parse(o.Digest)))).Where(_workspace.Trusts).ToHashSet();
        Off(() => Task.FromResult(_publisher.Stage(batch, trusted.Contains)), Journal);
    }

    private void Journal(List<PublishOutcome> outcomes)
    {
        var journal = _workspace.Journal;
        var now = _workspace.Machine.Now;
        foreach (var outcome in outcomes.Where(o => o.Failure is null))
        {
            var (task, reconciled) = (outcome.Request.Task, outcome.Request.Reconciled);
            if (reconciled.Lost.Count > 0) journal.Append(new ObjectsGone([.. reconciled.Lost.Select(d => d.ToString())], "edited in place"));
            foreach (var edit in reconciled.NewEdits) journal.Append(new EditSeen(edit.Path, edit.Was.ToString(), edit.Edit.ToString(), edit.Bytes, now));
            var files = reconciled.Wait is null ? reconciled.Publications.Where(p => !p.IsRemoval).ToList() : [];
            if (files.Count > 0)
                journal.Append(new Publishing(_id, _workflowId, task.Node.Step.Id, task.Node.Address, task.Key!,
                    [.. files.Select(p => new PublishedFile(p.Path, p.Digest.ToString(), p.Bytes, p.Was?.ToString()))]));
            if (outcome.Request.Attempt is not { } attempt) continue;
            var record = new CacheRecord(task.Key!, task.Node.Step.Kind.Name, task.Parts, outcome.Request.Recorded)
            {
                Ms = (int)Math.Min(int.MaxValue, attempt.Elapsed.TotalMilliseconds),
                CpuMs = (int)Math.Min(int.MaxValue, attempt.Cpu.TotalMilliseconds),
                Rss = attempt.MaxRssBytes,
                Facts = attempt.Facts.Count > 0 ? attempt.Facts : null,
                Command = attempt.Command,
            };
            journal.Append(new Recorded(_id, _workflowId, task.Node.Address, task.Node.Step.Id, now, record));
        }
        journal.Commit();
        foreach (var outcome in outcomes.Where(o => o.Failure is null))
        {
            foreach (var output in outcome.Request.Attempt?.Outputs ?? [])
                foreach (var file in output.Files) _workspace.Trust(file.Digest);
            foreach (var recorded in outcome.Request.Recorded) _workspace.Trust(Digest.Parse(recorded.Digest));
            foreach (var edit in outcome.Request.Reconciled.NewEdits) _workspace.Trust(edit.Edit);
            foreach (var lost in outcome.Request.Reconciled.Lost) _workspace.Store.Drop(lost);
        }
        Off(() =>
        {
            // Links are looked at anew for each batch: a folder may have become one since the last.
            _publisher.Place(outcomes, new SourceTree(_workspace.Machine.Disk, _workspace.Paths.Workspace, new Dictionary<string, string>(), _ => false).IsInside);
            foreach (var request in outcomes.Select(o => o.Request))
                if (request.Attempt is not null) DurableFile.DeleteTree(_workspace.Machine.Disk, FolderOf(request));
            return Task.FromResult(outcomes);
        }, Placed);
    }

    private static string FolderOf(PublishRequest request)
    {
        var file = request.Attempt!.Outputs.SelectMany(o => o.Files).FirstOrDefault();
        if (file is null) return "/nonexistent";
        var at = file.Path.LastIndexOf("/out/", StringComparison.Ordinal);
        return file.Path[..at];
    }

    private void Placed(List<PublishOutcome> outcomes)
    {
        _publishing = false;
        var done = new List<string>();
        foreach (var outcome in outcomes)
        {
            foreach (var (path, stat, digest) in outcome.Placed) _workspace.Stats.Put(Path.Join(_workspace.Paths.Workspace, path), stat, digest);
            done.AddRange(outcome.Request.Reconciled.Publications.Where(p => p.Was is not null && !p.IsRemoval).Select(p => p.Path));
            if (outcome.Removed.Count > 0) _workspace.Journal.Append(new PathsReleased(outcome.Removed));
            var task = outcome.Request.Task;
            if (outcome.Failure is { } failure)
            {
                if (outcome.Request.Attempt is not null) Fail(task, failure);
                else _stopped ??= failure.Sentence;
            }
            else _core.Published(outcome.Wait is null ? outcome.Request : outcome.Request with { Reconciled = outcome.Request.Reconciled with { Wait = outcome.Wait } }, _workspace.Machine.Now);
        }
        if (done.Count > 0) _workspace.Journal.Append(new PublishDone(done));
    }

    private TaskCounts Count() => RunEnd.Count(_core);

    /// <summary>Seconds left by recorded durations: the longest chain, all work over what runs at once, or what a pool must do over its capacity, whichever is most.</summary>
    private TimeLeft Left()
    {
        double work = 0, chain = 0, all = 0, recorded = 0;
        var pools = new Dictionary<string, double>();
        var now = _workspace.Machine.Now;
        foreach (var task in _core.Tasks)
        {
            if (task.IsOver) continue;
            var whole = Urgencies.Expected(task, _world);
            // What runs has done a part of it already; nobody knows how long it takes when it takes longer than ever.
            var done = task.Status == Planning.TaskStatus.Running ? Math.Min(whole, (now - task.StartedAt) / 1000.0) : 0;
            work += whole - done;
            all += whole;
            if (_world.State.LastOf(_world.WorkflowId, task.Node.Address) is not null) recorded += whole;
            chain = Math.Max(chain, task.Urgency - done);
            foreach (var (pool, amount) in task.Node.Step.Definition.Resources)
                if (pool is not ("cpu" or "memory") && amount > 0) pools[pool] = pools.GetValueOrDefault(pool) + ((whole - done) * amount);
        }
        var capacities = pools.Count == 0 ? null : _request.Capacities();
        foreach (var (pool, load) in pools)
            if (capacities!.TryGetValue(pool, out var capacity) && capacity > 0) chain = Math.Max(chain, load / capacity);
        return new TimeLeft(Math.Max(chain, work / Math.Max(1, Math.Min(_request.Jobs, _request.Cpus))), recorded * 2 >= all);
    }
}
