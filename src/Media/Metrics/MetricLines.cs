using System.Text.Json;
using Spool.Media.Hashing;

namespace Spool.Media.Metrics;

/// <summary>When a frame counts as blurry or dark.</summary>
/// <param name="BlurBelow">Laplacian variance.</param>
/// <param name="Percentile">Fraction of the pixels, 0..1, whose luma decides darkness.</param>
/// <param name="DarkBelow">Luma at that percentile, 0..255.</param>
public sealed record FrameThresholds(double BlurBelow, double Percentile, double DarkBelow)
{
    /// <summary>For pictures at their full size.</summary>
    public static FrameThresholds Pictures { get; } = new(80, 0.1, 25);
}

/// <summary>The lines of <c>metrics.jsonl</c>, described in docs/formats/metrics.md. What was not asked for is left out.</summary>
public static class MetricLines
{
    public static void Write(Utf8JsonWriter json, FrameRecord record, Metric metrics, FrameThresholds thresholds)
    {
        json.WriteNumber("frame_idx", record.Index);
        json.WriteString("frame_path", record.Name);
        if (record.Metrics is not { } found)
        {
            json.WriteString("error", record.Error);
            return;
        }
        if (record.Seconds is { } seconds) json.WriteNumber("pts_s", Math.Round(seconds, 6));
        else json.WriteNull("pts_s");
        json.WriteNumber("width", found.Width);
        json.WriteNumber("height", found.Height);
        if (found.LaplacianVariance is { } variance) json.WriteNumber("laplacian_variance", Rounded(variance));
        if (found.Luma is { } luma)
        {
            if ((metrics & Metric.Luma) != 0)
            {
                json.WriteNumber("luma_mean", Rounded(luma.Mean));
                json.WriteNumber("luma_percentile", luma.Percentile);
                json.WriteNumber("percentile", thresholds.Percentile);
            }
            if ((metrics & Metric.Exposure) != 0)
            {
                json.WriteNumber("overexposed", Rounded(luma.Over));
                json.WriteNumber("underexposed", Rounded(luma.Under));
            }
            if ((metrics & Metric.Contrast) != 0) json.WriteNumber("contrast", Rounded(luma.Deviation));
        }
        if (found.Phash is { } phash) json.WriteString("phash", PerceptualHash.Text(phash));
        if (found.Dhash is { } dhash) json.WriteString("dhash", PerceptualHash.Text(dhash));
        if ((metrics & Metric.Motion) != 0) Score(json, "motion", found.Motion);
        if ((metrics & Metric.Content) != 0) Score(json, "cut_content", found.CutContent);
        if (IsBlurry(found, thresholds) is { } blurry) json.WriteBoolean("is_blurry", blurry);
        if (IsDark(found, metrics, thresholds) is { } dark) json.WriteBoolean("is_dark", dark);
        json.WriteStartObject("thresholds");
        if (found.LaplacianVariance is not null)
        {
            json.WriteStartObject("is_blurry");
            json.WriteString("method", "laplacian_variance");
            json.WriteNumber("below", thresholds.BlurBelow);
            json.WriteStartArray("size");
            json.WriteNumberValue(found.MeasuredAt.Width);
            json.WriteNumberValue(found.MeasuredAt.Height);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        if (found.Luma is not null && (metrics & Metric.Luma) != 0)
        {
            json.WriteStartObject("is_dark");
            json.WriteString("method", "luma_percentile");
            json.WriteNumber("below", thresholds.DarkBelow);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>Null where sharpness was not measured.</summary>
    public static bool? IsBlurry(FrameMetrics found, FrameThresholds thresholds) => found.LaplacianVariance is { } variance ? variance < thresholds.BlurBelow : null;

    /// <summary>Null where luma was not measured.</summary>
    public static bool? IsDark(FrameMetrics found, Metric metrics, FrameThresholds thresholds) =>
        found.Luma is { } luma && (metrics & Metric.Luma) != 0 ? luma.Percentile < thresholds.DarkBelow : null;

    private static void Score(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } score) json.WriteNumber(name, Rounded(score));
        else json.WriteNull(name);
    }

    /// <summary>Eight decimals, without an exponent: more would only be the rounding of the processor.</summary>
    private static decimal Rounded(double value) => Math.Round((decimal)value, 8);
}
