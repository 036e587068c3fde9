namespace Spool.Engine.Scheduling;

/// <summary>What a task holds while it runs: amounts by pool, and at most one group.</summary>
public sealed record Needs(IReadOnlyList<(string Pool, double Amount)> Amounts, string? Group)
{
    /// <summary>Equal needs have equal text.</summary>
    public string Signature { get; } = string.Join(';', Amounts.Select(a => $"{a.Pool}={a.Amount}")) + "|" + Group;
}

/// <summary>The pools of one run with their capacities and what is taken. Taken all at once or not at all.</summary>
public sealed class ResourcePools(IReadOnlyDictionary<string, double> capacities)
{
    private readonly Dictionary<string, double> _taken = [];
    private readonly HashSet<string> _groups = [];

    public double Capacity(string pool) => capacities.GetValueOrDefault(pool, double.PositiveInfinity);

    public bool TryTake(Needs needs)
    {
        if (needs.Group is not null && _groups.Contains(needs.Group)) return false;
        foreach (var (pool, amount) in needs.Amounts)
            if (_taken.GetValueOrDefault(pool) + amount > Capacity(pool) + 1e-9) return false;
        foreach (var (pool, amount) in needs.Amounts) _taken[pool] = _taken.GetValueOrDefault(pool) + amount;
        if (needs.Group is not null) _groups.Add(needs.Group);
        return true;
    }

    public void Release(Needs needs)
    {
        foreach (var (pool, amount) in needs.Amounts) _taken[pool] -= amount;
        if (needs.Group is not null) _groups.Remove(needs.Group);
    }
}
