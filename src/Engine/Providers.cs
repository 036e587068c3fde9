using Spool.Platform;

namespace Spool.Engine;

/// <summary>A service that steps may call: what identifies it for reuse, and its settings, which only its adapter reads.</summary>
/// <param name="Name">As the workflow and the settings name it.</param>
/// <param name="Identity">Part of the key of every task that uses it: protocol and default model, never an address or a secret.</param>
/// <param name="Settings">JSON.</param>
public sealed record ProviderEntry(string Name, string Identity, string Settings)
{
    /// <summary>How many calls it takes at once; null: no limit of its own. Becomes the pool <c>provider:NAME</c>.</summary>
    public double? Capacity { get; init; }

    /// <summary>Programs that it starts on this machine, by bare name: each must be allowed, and its identity is part of the key.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>Names of the environment variables that hold its secrets.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    public string Pool => "provider:" + Name;
}

/// <summary>The services of this run by name, and by purpose (<c>chat</c>, <c>speech</c> ...) where one is the default for it.</summary>
public sealed record ProviderTable(IReadOnlyDictionary<string, ProviderEntry> Entries)
{
    public static ProviderTable None { get; } = new(new Dictionary<string, ProviderEntry>());

    public ProviderEntry? Find(string name) => Entries.GetValueOrDefault(name);

    /// <summary>Programs that the services of a step start, beside the step's own tools.</summary>
    public IEnumerable<string> ProgramsOf(Step options) => options.ProvidersUsed().Select(Find).SelectMany(e => e?.Programs ?? []).Distinct();
}

/// <summary>What an attempt may ask of providers, and how it gets money for them.</summary>
public sealed record ProviderAccess(ProviderTable Table, IReadOnlyDictionary<string, string> Secrets, Func<Charge, CancellationToken, Task<Reservation>> Reserve)
{
    /// <summary>How services are reached; null where nothing may be.</summary>
    public Network? Network { get; init; }
}
