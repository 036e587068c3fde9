using System.Globalization;
using Spool.Engine.Journal;
using Spool.Engine.Planning;

namespace Spool.Engine.Scheduling;

/// <summary>What may be spent, in US dollars; null: no cap of that sort.</summary>
public sealed record Caps(decimal Run, decimal? Day)
{
    /// <summary>What a run may spend when nobody said anything.</summary>
    public const decimal DefaultRun = 5.00m;

    /// <summary>The same on a build server, where nobody looks.</summary>
    public const decimal DefaultRunInCi = 1.00m;

    public static Caps Default { get; } = new(DefaultRun, null);

    public IReadOnlyDictionary<string, decimal> Steps { get; init; } = new Dictionary<string, decimal>();

    /// <summary>
    /// What holds for a run: a cap given with the run, else the workflow's, else the user's, else the default (lower on a build server). Of a
    /// day the lower cap holds: a workflow can lower what the user's settings allow, never raise it.
    /// </summary>
    public static Caps Of(Definition.Budget user, Definition.Budget workflow, decimal? given, bool onBuildServer) =>
        new(given ?? workflow.Usd ?? user.Usd ?? (onBuildServer ? DefaultRunInCi : DefaultRun), (user.Day, workflow.Day) switch { ({ } a, { } b) => Math.Min(a, b), var (a, b) => a ?? b })
        { Steps = workflow.Steps };
}

/// <summary>
/// Money of one run: reserved before a call, settled after it, released when it was not made. All on the run's loop, so that a sum and its
/// check are one. A reservation is durable before the call starts; one that a dead engine left is released when the workspace is opened.
/// </summary>
internal sealed class Ledger(Workspace workspace, RunRequest request, string run)
{
    private readonly Dictionary<string, MoneyReserved> _open = [];
    private readonly Dictionary<string, decimal> _steps = [];
    private decimal _total;
    private int _count;

    /// <summary>Brings the day's sum in line with the journal: what a dead engine had reserved is free again, whoever opened the workspace since.</summary>
    internal void Recover() => request.Day?.Reconcile(workspace.Paths.Workspace + " ", workspace.State.Payments.ToDictionary(p => $"{workspace.Paths.Workspace} {p.Reserved.Id}", p => p.Usd));

    /// <summary>Sets money aside; a refusal is the failure of the task.</summary>
    internal (string? Id, Failure? Refusal) Reserve(TaskState task, Charge charge)
    {
        var caps = request.Caps;
        var what = $"{charge.Model} of {charge.Provider}";
        if (charge.MostUsd is not { } usd)
            return (null, new Failure(FailureKind.OutOfBudget, $"the price of {what} is not known, so no cap can be kept")
            {
                Next = "add it to your price file (spool prices import FILE), or say free: true for a provider that costs nothing",
            });
        var step = task.Node.Step.Id;
        if (_total + usd > caps.Run) return Refuse($"this run may spend {Money.Text(caps.Run)}", caps.Run - _total, "budget: { usd: … } in the workflow, or --budget USD");
        if (caps.Steps.TryGetValue(step, out var most) && _steps.GetValueOrDefault(step) + usd > most)
            return Refuse($"the step {step} may spend {Money.Text(most)}", most - _steps.GetValueOrDefault(step), $"budget: {{ steps: {{ {step}: … }} }} in the workflow");
        var id = string.Create(CultureInfo.InvariantCulture, $"{run}-{++_count}");
        if (request.Day is { } day && caps.Day is { } cap && day.TryAdd($"{workspace.Paths.Workspace} {id}", usd, cap) is { } spent)
            return Refuse($"all runs of a day may spend {Money.Text(cap)}", cap - spent, "budget: { day: … } in your settings");
        if (caps.Day is null) request.Day?.TryAdd($"{workspace.Paths.Workspace} {id}", usd, decimal.MaxValue);
        var reserved = new MoneyReserved(id, run, task.Node.Address, step, task.Node.Step.Kind.Name, charge.Provider, charge.Model, usd, workspace.Machine.Now);
        workspace.Journal.Append(reserved);
        workspace.Journal.Commit();
        _open[id] = reserved;
        Count(step, usd);
        return (id, null);

        (string?, Failure?) Refuse(string rule, decimal left, string how) => (null, new Failure(FailureKind.OutOfBudget,
            $"a call of {what} can cost up to {Money.Text(usd)}, and {rule}, of which {Money.Text(Math.Max(0, left))} is left")
        { Kept = "all that is finished; nothing was sent", Next = $"allow more: {how}" });
    }

    internal void Settle(string id, decimal usd, IReadOnlyDictionary<string, decimal> units, bool estimated)
    {
        if (!_open.Remove(id, out var reserved)) return;
        workspace.Journal.Append(new MoneySettled(id, usd, units, estimated));
        workspace.Journal.Commit();
        Count(reserved.Step, usd - reserved.Usd);
        request.Day?.Change($"{workspace.Paths.Workspace} {id}", usd);
    }

    internal void Release(string id, string why)
    {
        if (!_open.Remove(id, out var reserved)) return;
        workspace.Journal.Append(new MoneyReleased(id, why));
        workspace.Journal.Commit();
        Count(reserved.Step, -reserved.Usd);
        request.Day?.Change($"{workspace.Paths.Workspace} {id}", 0);
    }

    private void Count(string step, decimal usd)
    {
        _total += usd;
        _steps[step] = _steps.GetValueOrDefault(step) + usd;
    }

}
