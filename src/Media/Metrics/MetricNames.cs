namespace Spool.Media.Metrics;

/// <summary>Names of metrics as users write them.</summary>
public static class MetricNames
{
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<Metric>().Where(m => m is not (Metric.None or Metric.All)).Select(m => m.ToString().ToLowerInvariant())];

    /// <summary>The metric of a name, which may also be that of a field of <c>metrics.jsonl</c>; null when there is none.</summary>
    public static Metric? Find(string name) => name switch
    {
        "laplacian_variance" => Metric.Blur,
        "luma_mean" or "luma_percentile" => Metric.Luma,
        "overexposed" or "underexposed" => Metric.Exposure,
        "cut_content" => Metric.Content,
        _ => All.Contains(name) ? Enum.Parse<Metric>(name, ignoreCase: true) : null,
    };

    /// <summary>The metrics of names that exist; all without any.</summary>
    public static Metric Read(IEnumerable<string> names)
    {
        var metrics = names.Aggregate(Metric.None, (sum, name) => sum | (Find(name) ?? Metric.None));
        return metrics == Metric.None ? Metric.All : metrics;
    }
}
