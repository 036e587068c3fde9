using Spool.Engine;
using Spool.Media.Metrics;

namespace Spool.App.Cli;

/// <summary>Names of metrics as users write them.</summary>
internal static class MetricNames
{
    internal static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<Metric>().Where(m => m is not (Metric.None or Metric.All)).Select(m => m.ToString().ToLowerInvariant())];

    /// <summary>Reads names separated by commas; all metrics without any.</summary>
    internal static Metric Read(IReadOnlyList<string> lists)
    {
        var metrics = Metric.None;
        foreach (var name in lists.SelectMany(l => l.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            if (!All.Contains(name)) throw new UsageException($"there is no metric '{name}'; {NearestName.Hint(name, All) ?? "metrics: " + string.Join(", ", All)}");
            metrics |= Enum.Parse<Metric>(name, ignoreCase: true);
        }
        return metrics == Metric.None ? Metric.All : metrics;
    }
}
