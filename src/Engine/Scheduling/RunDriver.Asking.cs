using Spool.Engine.Planning;

namespace Spool.Engine.Scheduling;

/// <summary>What others ask of a run while it goes on: questions, decisions, money. All of it is answered on the loop.</summary>
public sealed partial class RunDriver
{
    /// <summary>Asks something of the run from another thread; answered between two of its steps.</summary>
    public Task<T> AskAsync<T>(Func<RunView, T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => answer.SetResult(question(new RunView(_id, _graph.Workflow.Name, _core.Tasks, () => _core.OpenSteps, Count, Left))));
        return answer.Task;
    }

    /// <summary>The results that are there by now. Call it on the loop, see <see cref="AskAsync"/>.</summary>
    public IReadOnlyList<string> Finals() => new RunEnd(_workspace, _graph, _core, _id, _workflowId, Count).Finals();

    /// <summary>Starts nothing more; what runs comes to its end and is kept, then the run ends as cancelled.</summary>
    public Task DrainAsync() => AskAsync(_ =>
    {
        IsHeld = false;
        _core.Drain();
        return true;
    });

    /// <summary>Keeps the run open although nothing is left to do: a person is being asked. Set and cleared on the loop, see <see cref="AskAsync"/>.</summary>
    public bool IsHeld { get; set; }

    /// <summary>A rejection has something made anew, which the next run does.</summary>
    public bool WantsAnotherRun { get; private set; }

    /// <summary>Decides on a review of this run; gives what came of it in a sentence, and whether it was taken. Of two at once the second is told.</summary>
    public Task<(bool Taken, string Said)> DecideAsync(string? review, ReviewDecision decision) => OnLoop(() =>
    {
        if (review?.EndsWith('*') != true) return Decide(review, decision);
        var all = _core.Tasks.Where(t => Deciding.IsOpen(t, decision.Verdict) && t.Node.Address.StartsWith(review[..^1], StringComparison.Ordinal)).Select(t => t.Node.Address).ToList();
        var said = all.Select(address => Decide(address, decision)).ToList();
        return said.Count == 0 ? (false, "no review is open") : (said.TrueForAll(s => s.Taken), string.Join('\n', said.Select(s => s.Said)));
    });

    private (bool Taken, string Said) Decide(string? review, ReviewDecision decision)
    {
        var reviews = _core.Tasks.Where(t => t.Node.Step.Kind.Traits.IsReview).ToList();
        var named = reviews.Where(t => review is null || t.Node.Address == review || t.Node.Step.Id == review).ToList();
        var open = named.Where(t => Deciding.IsOpen(t, decision.Verdict)).ToList();
        if (open.Count == 0) return (false, NotOpen(review, named));
        if (open.Count > 1) return (false, $"several are open: {string.Join(", ", open.Select(t => t.Node.Address))}; name one");
        var task = open[0];
        _core.LookAgain(task);
        var decided = Deciding.Decide(_workspace.State, _workflowId, task, node => _core.Tasks[node.Index], decision, _workspace.Machine.Now);
        if (decided.Refusal is { } refusal) return (false, refusal);
        foreach (var made in decided.Events) _workspace.Journal.Append(made);
        _workspace.Journal.Commit();
        if (decided.Regenerated.Count > 0) WantsAnotherRun = true;
        _core.Reopen(task);
        return (true, decision.Verdict == "approve" ? $"{task.Node.Address}: approved"
            : decided.Regenerated.Count > 0 ? $"{task.Node.Address}: rejected; made anew: {string.Join(", ", decided.Regenerated)}" : $"{task.Node.Address}: rejected");
    }

    private string NotOpen(string? review, List<TaskState> named)
    {
        if (named.Count == 0) return review is null ? "no review is open" : $"there is no review '{review}'";
        var decision = named.Select(t => t.Key is null ? null : _workspace.State.Decisions.GetValueOrDefault(t.Key)).FirstOrDefault(d => d is not null);
        return decision is null ? "no review is open" : $"{decision.Review} was {(decision.Verdict == "approve" ? "approved" : "rejected")} by {decision.Who} already";
    }

    private ProviderTable Providers(Step options) => options.ProvidersUsed() is { Count: > 0 } used ? new ProviderTable(used.ToDictionary(n => n, n => _request.Providers.Find(n)!)) : ProviderTable.None;

    // Money is counted on the loop, so that two tasks never reserve the same dollar; a step waits until its reservation is durable.
    private async Task<Reservation> ReserveAsync(TaskState task, Charge charge, CancellationToken cancel)
    {
        var (id, refusal) = await OnLoop(() => _ledger.Reserve(task, charge)).WaitAsync(cancel);
        if (refusal is not null) throw new StepFailedException(refusal);
        return new Reservation(
            (usd, units, estimated) => OnLoop(() => { _ledger.Settle(id!, usd, units, estimated); return true; }),
            () => OnLoop(() => { _ledger.Release(id!, "not used"); return true; }));
    }

    private Task<T> OnLoop<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            if (_stopped is not null) done.SetException(new StepFailedException(new Failure(FailureKind.Interrupted, _stopped)));
            else done.SetResult(work());
        });
        return done.Task;
    }
}
