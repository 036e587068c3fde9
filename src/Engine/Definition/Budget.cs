using System.Globalization;

namespace Spool.Engine.Definition;

/// <summary><c>budget: { usd: 2.00, day: 10, steps: { script: 0.50 } }</c>: what may be spent, in US dollars; null where nothing is said.</summary>
public sealed record Budget(decimal? Usd, decimal? Day, IReadOnlyDictionary<string, decimal> Steps)
{
    public static Budget None { get; } = new(null, null, new Dictionary<string, decimal>());

    /// <summary>Reads it from a workflow, or from the settings, where steps have no meaning.</summary>
    /// <param name="node">The value of <c>budget:</c>; null when there is none.</param>
    /// <param name="stepIds">Ids that <c>steps:</c> may name; null where it may not stand.</param>
    /// <param name="problems">Told what is wrong.</param>
    public static Budget Read(YamlNode? node, IReadOnlyCollection<string>? stepIds, ProblemList problems)
    {
        if (node is null) return None;
        if (node is YamlScalar) return new Budget(Dollars(node, "budget", problems), null, new Dictionary<string, decimal>());
        if (node is not YamlMap map)
        {
            problems.Add("SPL0111", node.At, $"budget: must be a mapping such as {{ usd: 2.00 }}, not {node.Noun}");
            return None;
        }
        string[] known = stepIds is null ? ["usd", "day"] : ["usd", "day", "steps"];
        foreach (var entry in map.Entries)
            if (!known.Contains(entry.Key)) problems.Add("SPL0110", entry.KeyAt, $"a budget has no key '{entry.Key}'", NearestName.Hint(entry.Key, known) ?? $"its keys: {string.Join(", ", known)}");
        var steps = new Dictionary<string, decimal>();
        foreach (var entry in (map["steps"] as YamlMap)?.Entries ?? [])
        {
            if (stepIds?.Contains(entry.Key) != true) problems.Add("SPL0131", entry.KeyAt, $"there is no step '{entry.Key}'", NearestName.Hint(entry.Key, stepIds ?? []));
            else if (Dollars(entry.Value, $"budget.steps.{entry.Key}", problems) is { } usd) steps[entry.Key] = usd;
        }
        return new Budget(Dollars(map["usd"], "budget.usd", problems), Dollars(map["day"], "budget.day", problems), steps);
    }

    private static decimal? Dollars(YamlNode? node, string name, ProblemList problems)
    {
        if (node is null) return null;
        if (node is YamlScalar scalar && decimal.TryParse(scalar.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usd) && usd is >= 0 and <= 1_000_000) return usd;
        problems.Add("SPL0304", node.At, $"{name} must be US dollars from 0 to 1000000, such as 2.50");
        return null;
    }
}
