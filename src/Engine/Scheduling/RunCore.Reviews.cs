using Spool.Engine.Planning;

namespace Spool.Engine.Scheduling;

/// <summary>What a decision of a person changes in a run that goes on.</summary>
public sealed partial class RunCore
{
    /// <summary>
    /// Looks again at what a review shows, because a person may have edited it while it waits; its key is then that of the content now.
    /// The makers whose edits were not known yet end once these are in the store.
    /// </summary>
    public void LookAgain(TaskState review)
    {
        foreach (var maker in review.Node.Producers.Select(p => _tasks[p.Index]).Where(m => m.HasOutputs && m.Key is not null).ToList())
        {
            if (!_world.State.Records.TryGetValue(maker.Key!, out var record)) continue;
            var reconciled = Reconciliation.Compare(_world, maker.Node, record.Record.Outputs, restore: true, _cancel);
            maker.Outputs = reconciled.Outputs;
            if (reconciled.NewEdits.Count == 0) continue;
            _publish.Add(new PublishRequest(maker, null, record.Record.Outputs, reconciled));
            _steps.Reopen(maker);
            maker.Status = TaskStatus.Publishing;
        }
        _planner.Evaluate(review);
    }

    /// <summary>A decision was made: the review and all that waits for it are looked at anew, while everything else goes on.</summary>
    public void Reopen(TaskState review)
    {
        var again = _tasks.Where(t => t == review || (t.Status == TaskStatus.Blocked && t.BlockedOn == review.Node.Address)).ToList();
        foreach (var task in again)
        {
            if (task.IsOver) _steps.Reopen(task);
            (task.Status, task.Verdict, task.BlockedOn, task.Failure, task.Reasons) = (TaskStatus.Pending, Verdict.Pending, null, null, []);
            _changed(task);
        }
        foreach (var task in _tasks.Where(t => t.Status == TaskStatus.Pending))
            task.Open = task.Node.Producers.Count(p => !_tasks[p.Index].IsOver) + task.Node.Step.Needs.Count(n => !_steps.IsOver(n));
        foreach (var task in again.Where(t => t.Open == 0)) _settle.Enqueue(task);
    }
}
