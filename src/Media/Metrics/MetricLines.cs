using System.Text.Json;

namespace Spool.Media.Metrics;

/// <summary>When a frame counts as blurry or dark.</summary>
/// <param name="BlurBelow">Laplacian variance.</param>
/// <param name="Percentile">Fraction of the pixels, 0..1, whose luma decides darkness.</param>
/// <param name="DarkBelow">Luma at that percentile, 0..255.</param>
public sealed record FrameThresholds(double BlurBelow, double Percentile, double DarkBelow)
{
    /// <summary>For pictures at their full size.</summary>
    public static FrameThresholds Pictures { get; } = new(80, 0.1, 25);

    /// <summary>
    /// For films at working size, where the same scene scores higher because the shrinking takes two neighbours and averages nothing.
    /// </summary>
    public static FrameThresholds Films { get; } = new(250, 0.1, 25);
}

/// <summary>The lines of <c>metrics.jsonl</c>, described in docs/formats/metrics.md. What was not asked for is left out.</summary>
public static class MetricLines
{
    public static void Write(Utf8JsonWriter json, FrameRecord record, Metric metrics, FrameThresholds thresholds) =>
        FrameLine.Of(record, metrics, thresholds.Percentile).With(thresholds).Write(json, thresholds);

    /// <summary>Null where sharpness was not measured.</summary>
    public static bool? IsBlurry(FrameMetrics found, FrameThresholds thresholds) => found.LaplacianVariance is { } variance ? variance < thresholds.BlurBelow : null;

    /// <summary>Null where luma was not measured.</summary>
    public static bool? IsDark(FrameMetrics found, Metric metrics, FrameThresholds thresholds) =>
        found.Luma is { } luma && (metrics & Metric.Luma) != 0 ? luma.Percentile < thresholds.DarkBelow : null;
}
