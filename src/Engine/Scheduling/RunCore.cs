using Spool.Engine.Attempts;
using Spool.Engine.Graph;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Spool.Platform;

namespace Spool.Engine.Scheduling;

/// <summary>A task to be started, with what it holds while it runs.</summary>
public sealed record Start(TaskState Task, Needs Needs);

/// <summary>A result to be put into the store and the workspace; <see cref="Attempt"/> is null for a remembered one.</summary>
public sealed record PublishRequest(TaskState Task, AttemptResult? Attempt, IReadOnlyList<RecordedOutput> Recorded, Reconciled Reconciled);

/// <summary>
/// The deterministic heart of a run: state and event in, decisions out. It looks at the disk through the planner, but starts nothing, waits
/// for nothing and knows no clock but the one it is told; the same events in the same order give the same decisions, so the simulation
/// drives it with seeds. One thread.
/// </summary>
public sealed partial class RunCore
{
    private readonly TaskGraph _graph;
    private readonly PlannerWorld _world;
    private readonly Planner _planner;
    private readonly Selection _selection;
    private readonly ResourcePools _pools;
    private readonly NeedsTable _needs;
    private readonly StepTracker _steps;
    private readonly CancellationToken _cancel;
    private readonly List<TaskState> _tasks = [];
    private readonly Queue<TaskState> _settle = new();
    private readonly ReadyQueue _ready = new();
    private readonly Dictionary<TaskState, Needs> _held = [];
    private readonly Dictionary<string, TaskState> _underWay = [];
    private readonly Dictionary<string, List<TaskState>> _twins = [];
    private readonly List<PublishRequest> _publish = [];
    private readonly Action<TaskState> _changed;
    private readonly bool _dry;
    private bool _fresh = true;

    public RunCore(TaskGraph graph, PlannerWorld world, Selection selection, IReadOnlyDictionary<string, double> capacities, bool dry, Action<TaskState> changed, CancellationToken cancel)
    {
        (_graph, _world, _selection, _dry, _changed, _cancel) = (graph, world, selection, dry, changed, cancel);
        _planner = new Planner(world, graph, node => _tasks[node.Index], cancel) { LookOnly = dry };
        _pools = new ResourcePools(capacities);
        _needs = new NeedsTable(_pools, world.Providers);
        _steps = new StepTracker(graph, world, node => _tasks[node.Index]);
    }

    public Planner Planner => _planner;

    public IReadOnlyList<TaskState> Tasks => _tasks;

    public IReadOnlyList<StepState> OpenSteps => [.. _steps.Open.Where(s => _selection.WantsStep(s.Step))];

    /// <summary>True when admission stopped because the disk is full.</summary>
    public bool IsPaused { get; private set; }

    public int Running => _held.Count;

    public int Ready => _ready.Count;

    /// <summary>Nothing runs, nothing is ready, nothing is to be looked at.</summary>
    public bool IsIdle => _held.Count == 0 && _settle.Count == 0 && _publish.Count == 0 && (_ready.Count == 0 || IsPaused) && _steps.PendingTimers == 0;

    /// <summary>Expands what can be expanded and gives each task whose producers have ended its verdict, until nothing changes.</summary>
    public async Task SettleAsync()
    {
        while (true)
        {
            var wave = new List<StepNode>();
            foreach (var step in _steps.TryExpandAll())
            {
                foreach (var node in step.Tasks) _tasks.Add(new TaskState(node));
                wave.Add(step);
            }
            if (wave.Count > 0)
            {
                _selection.Update();
                foreach (var step in wave) Admit(step);
                Urgencies.Update(_tasks, _world);
            }
            if (wave.Count > 0) BindAll();
            if (_graph.Problems.Any && _held.Count == 0 && _fresh) return;
            if (!_settle.TryDequeue(out var task)) return;
            if (task.Status != TaskStatus.Pending || task.Open > 0 || IsCancelled) continue;
            Evaluation evaluation;
            while ((evaluation = Blocked(task) ?? Evaluate(task)) is Evaluation.NeedsTool needed) await _world.Tools.FindAsync(needed.Name);
            Take(task, evaluation);
        }
    }

    // A file that cannot be read ends what needs it, not the run.
    private Evaluation Evaluate(TaskState task)
    {
        try { return _planner.Evaluate(task); }
        catch (DiskException e) { return new Evaluation.Fail(new Failure(FailureKind.BadOutput, e.Message)); }
    }

    /// <summary>Binds the options of every task known so far, so that all their Problems are found before anything runs.</summary>
    public void BindAll()
    {
        foreach (var task in _tasks)
            if (task.Options is null && task.Status == TaskStatus.Pending) _planner.Bind(task);
    }

    private void Admit(StepNode step)
    {
        var skip = _steps.SkipReason(step);
        foreach (var node in step.Tasks)
        {
            var task = _tasks[node.Index];
            task.Open = node.Producers.Count(p => !_tasks[p.Index].IsOver) + step.Needs.Count(n => !_steps.IsOver(n));
            if (IsCancelled) End(task, TaskStatus.Cancelled, null);
            else if (!_selection.Wants(node)) End(task, TaskStatus.Skipped, NotSelected);
            else if (skip is not null) End(task, TaskStatus.Skipped, skip);
            else if (task.Open == 0) _settle.Enqueue(task);
        }
        if (step.Tasks.Count == 0) StepMayBeOver(step);
    }

    /// <summary>The reason of tasks that a run with targets leaves out; they are not counted.</summary>
    public static Reason NotSelected { get; } = new("not-selected", "not asked for");

    /// <summary>A task behind something that did not succeed.</summary>
    private Evaluation.Wait? Blocked(TaskState task)
    {
        foreach (var producer in task.Node.Producers)
        {
            var made = _tasks[producer.Index];
            if (made.Status is TaskStatus.Succeeded or TaskStatus.Reused or TaskStatus.Skipped) continue;
            task.BlockedOn = made.BlockedOn ?? made.Node.Address;
            return new Evaluation.Wait(new Reason("blocked", $"waits for {task.BlockedOn}"));
        }
        foreach (var needed in task.Node.Step.Needs)
        {
            if (_steps.Trouble(needed) is not { } trouble) continue;
            task.BlockedOn = trouble;
            return new Evaluation.Wait(new Reason("blocked", $"waits for {trouble}"));
        }
        return null;
    }

    private void Take(TaskState task, Evaluation evaluation)
    {
        switch (evaluation)
        {
            case Evaluation.Reuse reuse:
                task.Verdict = Verdict.Reuse;
                Remembered(task, reuse.Record, reuse.Reasons);
                break;
            case Evaluation.Run run:
                task.Verdict = Verdict.Run;
                task.Reasons = run.Reasons;
                if (_dry)
                {
                    task.Status = TaskStatus.Ready;
                    return;
                }
                // Deterministic tasks with equal keys run once: the others take its result.
                if (!task.Node.Step.Kind.Traits.VariesWith(task.Options) && task.Key is not null && _underWay.ContainsKey(task.Key))
                {
                    (_twins.TryGetValue(task.Key, out var twins) ? twins : _twins[task.Key] = []).Add(task);
                    return;
                }
                if (Resurrect(task)) return;
                if (task.Key is not null) _underWay[task.Key] = task;
                MakeReady(task);
                break;
            case Evaluation.Approved approved:
                task.Verdict = Verdict.Reuse;
                End(task, TaskStatus.Reused, approved.Reason);
                break;
            case Evaluation.Wait or Evaluation.Fail or Evaluation.Skip { Reason.Code: "stand-in" } when _world.IsPreview && task.BlockedOn is null:
                StandIn(task, evaluation switch { Evaluation.Wait w => w.Reason, Evaluation.Skip s => s.Reason, Evaluation.Fail f => new Reason("stand-in", f.Failure.Sentence), _ => throw new InvalidOperationException() });
                break;
            case Evaluation.Wait wait:
                task.Verdict = task.BlockedOn is null ? Verdict.Wait : Verdict.Blocked;
                End(task, task.BlockedOn is null ? TaskStatus.Waiting : TaskStatus.Blocked, wait.Reason);
                break;
            case Evaluation.Skip skip:
                task.Verdict = Verdict.Skip;
                End(task, TaskStatus.Skipped, skip.Reason);
                break;
            case Evaluation.Fail fail:
                task.Verdict = Verdict.Run;
                task.Failure = fail.Failure;
                End(task, TaskStatus.Failed, new Reason("failed", fail.Failure.Sentence));
                break;
        }
    }

    // In a preview nothing waits and nothing fails: what is not there is shown as missing.
    private void StandIn(TaskState task, Reason reason)
    {
        task.Verdict = Verdict.Skip;
        task.IsStoodIn = true;
        End(task, TaskStatus.Skipped, reason);
    }

    private void MakeReady(TaskState task)
    {
        task.Status = TaskStatus.Ready;
        _ready.Add(task, _needs.Of(task));
        _changed(task);
    }

    /// <summary>Producers whose bytes were dropped from the store are made again before a reader that must run.</summary>
    private bool Resurrect(TaskState task)
    {
        var again = false;
        foreach (var producer in task.Node.Producers)
        {
            var made = _tasks[producer.Index];
            if (made.Status is TaskStatus.Ready or TaskStatus.Running or TaskStatus.Publishing)
            {
                again = true;
                continue;
            }
            if (made.Status != TaskStatus.Reused || !made.Outputs.Any(o => _world.State.Gone.Contains(o.Digest.ToString()) || (o.IsFolder && _world.Store.ReadManifest(o.Digest).Any(e => _world.State.Gone.Contains(e.Digest.ToString()))))) continue;
            again = true;
            _steps.Reopen(made);
            made.Verdict = Verdict.Run;
            made.Reasons = [new Reason("lost", $"its result is no longer in the store and {task.Node.Address} needs it")];
            if (!Resurrect(made)) MakeReady(made);
        }
        if (!again) return false;
        task.Open = task.Node.Producers.Count(p => !_tasks[p.Index].IsOver);
        task.Verdict = Verdict.Pending;
        return true;
    }

    private void Remembered(TaskState task, Recorded record, IReadOnlyList<Reason> reasons)
    {
        var reconciled = Reconciliation.Compare(_world, task.Node, record.Record.Outputs, restore: true, _cancel);
        task.Outputs = reconciled.Outputs;
        task.Reasons = [.. reasons, .. reconciled.Edited.Select(p => new Reason("edited", $"{p} edited by hand"))];
        if (reconciled.Publications.Count > 0 || reconciled.NewEdits.Count > 0) _publish.Add(new PublishRequest(task, null, record.Record.Outputs, reconciled));
        if (reconciled.Wait is { } wait)
        {
            task.Verdict = Verdict.Wait;
            End(task, TaskStatus.Waiting, wait);
        }
        // Readers of an edit take it from the store, so it must be there first.
        else if (reconciled.NewEdits.Count > 0 && !_dry) task.Status = TaskStatus.Publishing;
        else End(task, TaskStatus.Reused, null);
    }

    /// <summary>Tasks to start now, their resources taken.</summary>
    public IEnumerable<Start> TakeStarts(long now, Func<Needs, TaskState, bool> host)
    {
        while (!IsPaused && !IsCancelled && _ready.Next(_pools, host) is var (task, needs))
        {
            task.Status = TaskStatus.Running;
            task.Attempts++;
            _fresh = false;
            if (task.StartedAt == 0) task.StartedAt = now;
            _held[task] = needs;
            _changed(task);
            yield return new Start(task, needs);
        }
    }

    /// <summary>Results to be published; taken once.</summary>
    public IReadOnlyList<PublishRequest> TakePublications()
    {
        if (_publish.Count == 0) return [];
        var taken = _publish.ToArray();
        _publish.Clear();
        return taken;
    }

    /// <summary>An attempt succeeded: what is to be published. The task is over only when that was done.</summary>
    public PublishRequest Made(TaskState task, AttemptResult result)
    {
        ReleaseResources(task);
        var recorded = new List<RecordedOutput>();
        foreach (var output in result.Outputs)
        {
            if (output.Shape != RoleShape.Folder) recorded.Add(new RecordedOutput(output.Role, false, output.Files[0].Digest.ToString(), output.Files[0].Bytes));
            else
            {
                var entries = output.Files.Select(f => new Artifacts.ManifestEntry(f.Name, f.Digest, f.Bytes)).ToList();
                var digest = Digest.Of(Artifacts.Manifest.Write(entries));
                _world.Store.Remember(digest, entries);
                recorded.Add(new RecordedOutput(output.Role, true, digest.ToString(), entries.Sum(e => e.Bytes)));
            }
        }
        task.Result = result;
        task.Status = TaskStatus.Publishing;
        return new PublishRequest(task, result, recorded, Reconciliation.Compare(_world, task.Node, recorded, restore: true, _cancel));
    }

    /// <summary>A publication was done, durable, and may be told.</summary>
    public void Published(PublishRequest request, long now)
    {
        var task = request.Task;
        if (request.Attempt is null)
        {
            if (task.Status == TaskStatus.Publishing) End(task, task.Result is null ? TaskStatus.Reused : TaskStatus.Succeeded, null);
            return;
        }
        task.FinishedAt = now;
        task.Outputs = request.Reconciled.Outputs;
        if (request.Reconciled.Edited.Count > 0) task.Reasons = [.. task.Reasons, .. request.Reconciled.Edited.Select(p => new Reason("edited", $"{p} edited by hand"))];
        if (request.Reconciled.Wait is { } wait) End(task, TaskStatus.Waiting, wait);
        else End(task, TaskStatus.Succeeded, null);
        Twins(task);
    }

    /// <summary>An attempt or its publication failed. Gives the pause before it is tried again; null when that was its end.</summary>
    public TimeSpan? Failed(TaskState task, Failure failure, long now, double spread)
    {
        ReleaseResources(task);
        var pause = IsCancelled || failure.Kind == FailureKind.Cancelled ? null : RetryPolicy.Pause(failure.Kind, task.Attempts, task.Node.Step.Definition.Retry, spread);
        if (pause is not null)
        {
            task.Status = TaskStatus.Pending;
            _steps.PendingTimers++;
            return pause;
        }
        task.FinishedAt = now;
        if (_world.IsPreview && failure.Kind is not (FailureKind.Cancelled or FailureKind.OutOfDisk))
        {
            StandIn(task, new Reason("stand-in", failure.Sentence));
            Twins(task);
            return null;
        }
        task.Failure = failure;
        if (failure.Kind == FailureKind.OutOfDisk) IsPaused = true;
        End(task, failure.Kind == FailureKind.Cancelled ? TaskStatus.Cancelled : TaskStatus.Failed, new Reason("failed", failure.Sentence));
        Twins(task);
        return null;
    }

    /// <summary>The pause of a failed task is over: it is looked at anew, because its inputs may have changed.</summary>
    public void Again(TaskState task)
    {
        _steps.PendingTimers--;
        if (task.Key is not null) _underWay.Remove(task.Key);
        if (task.Status == TaskStatus.Pending) _settle.Enqueue(task);
    }

    private void Twins(TaskState task)
    {
        if (task.Key is null) return;
        if (_underWay.GetValueOrDefault(task.Key) == task) _underWay.Remove(task.Key);
        if (!_twins.Remove(task.Key, out var twins)) return;
        foreach (var twin in twins.Where(t => t.Status == TaskStatus.Pending)) _settle.Enqueue(twin);
    }

    private void ReleaseResources(TaskState task)
    {
        if (_held.Remove(task, out var needs)) _pools.Release(needs);
    }

    private void End(TaskState task, TaskStatus status, Reason? reason)
    {
        task.Status = status;
        if (reason is not null && !task.Reasons.Contains(reason)) task.Reasons = [.. task.Reasons, reason];
        _changed(task);
        foreach (var reader in task.Node.Readers)
        {
            if (reader.Index >= _tasks.Count) continue;
            var waiting = _tasks[reader.Index];
            if (waiting.Status == TaskStatus.Pending && --waiting.Open == 0) _settle.Enqueue(waiting);
        }
        if (_steps.TaskOver(task.Node.Step)) StepMayBeOver(task.Node.Step);
    }

    private void StepMayBeOver(StepNode step)
    {
        foreach (var other in _steps.NeededBy(step))
            foreach (var node in other.Tasks)
            {
                if (node.Index >= _tasks.Count) continue;
                var waiting = _tasks[node.Index];
                if (waiting.Status == TaskStatus.Pending && --waiting.Open == 0) _settle.Enqueue(waiting);
            }
    }
}
