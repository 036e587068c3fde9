using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Models.Cost;
using Spool.Models.Providers;
using Spool.Platform;

namespace Spool.App.Providers;

/// <summary>
/// The services of a run, from the user's settings and the <c>providers.yaml</c> beside the workflow; of two with one name the workspace's counts.
/// The one place where the table is made that planner, run and <c>spool services</c> share.
/// </summary>
/// <param name="All">By name, in the order in which they become the default of a purpose: the workspace's first.</param>
public sealed record ProviderSetup(IReadOnlyList<ProviderSettings> All, ProviderTable Table)
{
    public const string FileName = "providers.yaml", PriceFileName = "prices.json";

    public static ProviderSetup None { get; } = new([], ProviderTable.None);

    /// <summary>Changes with everything that decides results: part of what a remembered quiet plan depends on.</summary>
    public string Signature => string.Join('\n', Table.Entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key} {e.Value.Name} {e.Value.Identity} {string.Join(',', e.Value.Programs)}"));

    public static ProviderSetup Read(Composition composition, Settings settings, string workflowFile, ProblemList problems)
    {
        var before = problems.Problems.Count;
        var users = new ProviderReader(problems, fromWorkspace: false, []).Read(settings.Providers);
        var workspace = FromWorkspace(composition, workflowFile, users, problems);
        if (problems.Problems.Count > before || users.Count + workspace.Count == 0) return None;
        List<ProviderSettings> all = [.. workspace, .. users.Where(u => workspace.All(w => w.Name != u.Name))];
        if (all.Any(p => !p.IsFree))
        {
            if (Prices(composition, problems) is not { } prices) return None;
            all = [.. all.Select(p => p.IsFree ? p : p with { Prices = prices.Of(p) })];
        }
        return new ProviderSetup(all, TableOf(all));
    }

    /// <summary>The prices that Spool brings with those of the user over them; null when the user's file is wrong.</summary>
    public static PriceTable? Prices(Composition composition, ProblemList problems)
    {
        var path = Path.Join(composition.StateRoot, PriceFileName);
        if (composition.Disk.Stat(path) is null) return PriceTable.Embedded();
        var (own, why) = PriceTable.Parse(DurableFile.ReadText(composition.Disk, path));
        if (own is not null) return PriceTable.Embedded().With(own);
        problems.Add("SPL0408", new Mark(path, 0, 0), $"the price file cannot be used: {why}", "mend or delete it; paid calls need known prices");
        return null;
    }

    /// <summary>Entries by name, and by purpose for the first that is for it.</summary>
    public static ProviderTable TableOf(IReadOnlyList<ProviderSettings> all)
    {
        var entries = new Dictionary<string, ProviderEntry>();
        foreach (var provider in all)
        {
            var entry = new ProviderEntry(provider.Name, provider.Identity(), provider.ToJson())
            {
                Capacity = provider.Capacity,
                Secrets = provider.KeyEnv is { } key ? [key] : [],
                Programs = provider.Kind == ProviderKind.Command ? [provider.Run[0]] : [],
            };
            entries[provider.Name] = entry;
            // A stand-in never slips in by being the only one left: it is the default only of what it says it is for.
            foreach (var purpose in provider.For ?? (provider.Kind == ProviderKind.Canned ? [] : ProviderWords.PurposesOf(provider.Kind))) entries.TryAdd(purpose, entry);
        }
        return new ProviderTable(entries);
    }

    private static IReadOnlyList<ProviderSettings> FromWorkspace(Composition composition, string workflowFile, IReadOnlyList<ProviderSettings> users, ProblemList problems)
    {
        var path = Path.Join(Path.GetDirectoryName(workflowFile), FileName);
        if (composition.Disk.Stat(path) is not { Kind: FileKind.File }) return [];
        var node = YamlText.Read(path, DurableFile.ReadText(composition.Disk, path), problems);
        if (node is null or YamlScalar { IsNull: true }) return [];
        if (node is not YamlMap map)
        {
            problems.Add("SPL0404", node.At, $"{FileName} must be a mapping with the key 'providers'");
            return [];
        }
        foreach (var entry in map.Entries)
            if (entry.Key != "providers") problems.Add("SPL0403", entry.KeyAt, $"{FileName} has no key '{entry.Key}'", "its only key is 'providers'");
        return new ProviderReader(problems, fromWorkspace: true, users).Read(map["providers"]);
    }
}
