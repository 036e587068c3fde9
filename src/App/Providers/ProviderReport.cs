using Spool.Models.Providers;
using Spool.Platform;

namespace Spool.App.Providers;

/// <summary>A service that is needed: which steps ask for it and by which name, whether it is up, and how to start it.</summary>
/// <param name="Asked">The names and purposes under which it is asked for.</param>
/// <param name="Provider">Null when nothing is set up under that name.</param>
public sealed record ProviderState(IReadOnlyList<string> Asked, ProviderSettings? Provider, IReadOnlyList<string> Steps, Health Health)
{
    public string Name => Provider?.Name ?? Asked[0];

    /// <summary>What a person does when it is not up.</summary>
    public string? Start => Health.Up ? null : Provider is null ? "add it under providers: in your settings (docs/guide/providers.md)" : Provider.Start;
}

/// <summary>Looks at services, all at once, each for a few seconds at most.</summary>
public sealed class ProviderReport(Composition composition, ProviderSetup setup, IReadOnlySet<string> allowed)
{
    /// <summary>Each service once, with all steps that need it.</summary>
    /// <param name="needs">Step and the name or purpose that it asks for.</param>
    public async Task<IReadOnlyList<ProviderState>> OfAsync(IEnumerable<(string Step, string Asked)> needs, CancellationToken cancel)
    {
        var groups = needs.GroupBy(n => setup.Table.Find(n.Asked)?.Name ?? n.Asked).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        return await Task.WhenAll(groups.Select(async group =>
        {
            var asked = group.Select(n => n.Asked).Distinct().Order(StringComparer.Ordinal).ToList();
            var provider = setup.All.FirstOrDefault(p => setup.Table.Find(asked[0])?.Name == p.Name);
            var health = provider is null ? new Health(false, ProviderWords.Purposes.Contains(asked[0]) ? $"no provider for {asked[0]} is set up" : $"no provider '{asked[0]}' is set up") : await LookAsync(provider, cancel);
            return new ProviderState(asked, provider, [.. group.Select(n => n.Step).Distinct()], health);
        }));
    }

    private async Task<Health> LookAsync(ProviderSettings provider, CancellationToken cancel)
    {
        if (provider.Kind == ProviderKind.Canned) return new Health(true, "makes stand-ins");
        var program = provider.Kind switch
        {
            ProviderKind.Command => provider.Run[0],
            ProviderKind.Pocketsphinx => "pocketsphinx_continuous",
            ProviderKind.WhisperCpp when provider.Url is null => "whisper-cli",
            _ => null,
        };
        if (program is not null)
        {
            if (ProgramFinder.Find(composition.Disk, program, composition.Environment("PATH")) is null) return new Health(false, $"the program {program} is not on this machine");
            return provider.Kind == ProviderKind.Command && !allowed.Contains(program) ? new Health(false, $"the program {program} is not allowed; add it to allow: in your settings") : new Health(true, $"{program} is there");
        }
        var key = provider.KeyEnv is { } name ? composition.Environment(name) : null;
        if (provider.KeyEnv is not null && string.IsNullOrEmpty(key)) return new Health(false, $"the environment variable {provider.KeyEnv} with its key is empty");
        var line = new ProviderLine(provider, composition.Network, key, (_, _) => Task.FromResult(new Models.Cost.SetAside(_ => Task.CompletedTask, () => ValueTask.CompletedTask)), _ => { });
        return await HealthCheck.AskAsync(line, cancel);
    }
}
