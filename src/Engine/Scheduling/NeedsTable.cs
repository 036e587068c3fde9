using Spool.Engine.Graph;

namespace Spool.Engine.Scheduling;

/// <summary>What the tasks of each step hold while they run. A kind's own default is clamped to the machine; what the user wrote is not.</summary>
internal sealed class NeedsTable(ResourcePools pools, ProviderTable providers)
{
    private readonly Dictionary<StepNode, Needs> _needs = [];

    /// <summary>What a task holds: what its step needs, and a place at each service that it calls.</summary>
    internal Needs Of(Planning.TaskState task)
    {
        var needs = Of(task.Node.Step);
        var called = (task.Options?.ProvidersUsed() ?? []).Select(providers.Find).Where(s => s?.Capacity is not null).Select(s => s!.Pool).Distinct().Order(StringComparer.Ordinal).ToList();
        return called.Count == 0 ? needs : new Needs([.. needs.Amounts, .. called.Select(pool => (pool, 1.0))], needs.Group);
    }

    private Needs Of(StepNode step)
    {
        if (_needs.TryGetValue(step, out var known)) return known;
        var amounts = new List<(string, double)> { ("jobs", 1) };
        var written = step.Definition.Resources;
        if (!written.ContainsKey("cpu") && !step.Kind.Traits.InProcess) amounts.Add(("cpu", Math.Min(step.Kind.Traits.Cpu, pools.Capacity("cpu"))));
        amounts.AddRange(written.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => (r.Key, r.Value)));
        return _needs[step] = new Needs(amounts, step.Definition.Group);
    }
}
