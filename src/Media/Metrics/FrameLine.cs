using System.Text.Json;
using Spool.Media.Hashing;

namespace Spool.Media.Metrics;

/// <summary>
/// What is known of a frame, as a line of <c>metrics.jsonl</c> holds it (docs/formats/metrics.md): figures rounded to eight decimals, so that reading and
/// writing again gives the same bytes. Null is what was not measured.
/// </summary>
public sealed record FrameLine(long Index, string Path)
{
    public string? Error { get; init; }
    public double? Seconds { get; init; }
    public int Width { get; init; }
    public int Height { get; init; }
    public (int Width, int Height) MeasuredAt { get; init; }
    public decimal? LaplacianVariance { get; init; }
    public decimal? LumaMean { get; init; }
    public int? LumaPercentile { get; init; }
    public double Percentile { get; init; }
    public decimal? Overexposed { get; init; }
    public decimal? Underexposed { get; init; }
    public decimal? Contrast { get; init; }
    public string? Phash { get; init; }
    public string? Dhash { get; init; }
    /// <summary>True where motion was asked for; it is null all the same where nothing stands before the frame.</summary>
    public bool HasMotion { get; init; }
    public decimal? Motion { get; init; }
    public bool HasContent { get; init; }
    public decimal? Content { get; init; }
    /// <summary>Films only: the scores of three ways to find cuts; null without colour, the last two also for the first frame.</summary>
    public decimal? MeanBgr { get; init; }
    public decimal? HistogramCorrelation { get; init; }
    public decimal? HashDistance { get; init; }
    public bool? IsBlurry { get; init; }
    public bool? IsDark { get; init; }

    public static FrameLine Of(FrameRecord record, Metric metrics, double percentile)
    {
        if (record.Metrics is not { } found) return new(record.Index, record.Name) { Error = record.Error ?? "was not measured" };
        return new(record.Index, record.Name)
        {
            Seconds = record.Seconds,
            Width = found.Width,
            Height = found.Height,
            MeasuredAt = found.MeasuredAt,
            LaplacianVariance = Rounded(found.LaplacianVariance),
            LumaMean = (metrics & Metric.Luma) != 0 ? Rounded(found.Luma?.Mean) : null,
            LumaPercentile = (metrics & Metric.Luma) != 0 ? found.Luma?.Percentile : null,
            Percentile = percentile,
            Overexposed = (metrics & Metric.Exposure) != 0 ? Rounded(found.Luma?.Over) : null,
            Underexposed = (metrics & Metric.Exposure) != 0 ? Rounded(found.Luma?.Under) : null,
            Contrast = (metrics & Metric.Contrast) != 0 ? Rounded(found.Luma?.Deviation) : null,
            Phash = found.Phash is { } phash ? PerceptualHash.Text(phash) : null,
            Dhash = found.Dhash is { } dhash ? PerceptualHash.Text(dhash) : null,
            HasMotion = (metrics & Metric.Motion) != 0,
            Motion = Rounded(found.Motion),
            HasContent = (metrics & Metric.Content) != 0,
            Content = Rounded(found.CutContent),
        };
    }

    /// <summary>Eight decimals, without an exponent: more would only be the rounding of the processor.</summary>
    public static decimal? Rounded(double? value) => value is { } number && double.IsFinite(number) ? Math.Round((decimal)number, 8) : null;

    /// <summary>The same frame with its flags under these thresholds.</summary>
    public FrameLine With(FrameThresholds thresholds) => this with
    {
        IsBlurry = LaplacianVariance is { } variance ? (double)variance < thresholds.BlurBelow : null,
        IsDark = LumaPercentile is { } luma ? luma < thresholds.DarkBelow : null,
    };

    /// <summary>Writes the fields; with thresholds also the flags and what they rest on.</summary>
    public void Write(Utf8JsonWriter json, FrameThresholds? thresholds)
    {
        json.WriteNumber("frame_idx", Index);
        json.WriteString("frame_path", Path);
        if (Error is not null)
        {
            json.WriteString("error", Error);
            return;
        }
        if (Seconds is { } seconds) json.WriteNumber("pts_s", Math.Round(seconds, 6));
        else json.WriteNull("pts_s");
        json.WriteNumber("width", Width);
        json.WriteNumber("height", Height);
        if (LaplacianVariance is { } variance) json.WriteNumber("laplacian_variance", variance);
        if (LumaMean is { } mean) json.WriteNumber("luma_mean", mean);
        if (LumaPercentile is { } percentile)
        {
            json.WriteNumber("luma_percentile", percentile);
            json.WriteNumber("percentile", Percentile);
        }
        if (Overexposed is { } over) json.WriteNumber("overexposed", over);
        if (Underexposed is { } under) json.WriteNumber("underexposed", under);
        if (Contrast is { } contrast) json.WriteNumber("contrast", contrast);
        if (Phash is not null) json.WriteString("phash", Phash);
        if (Dhash is not null) json.WriteString("dhash", Dhash);
        if (HasMotion) Score(json, "motion", Motion);
        if (HasContent) Score(json, "cut_content", Content);
        if (MeanBgr is not null)
        {
            Score(json, "mean_bgr", MeanBgr);
            Score(json, "histogram_correlation", HistogramCorrelation);
            Score(json, "hash_distance", HashDistance);
        }
        if (thresholds is null)
        {
            Size(json, "measured_at");
            return;
        }
        if (IsBlurry is { } blurry) json.WriteBoolean("is_blurry", blurry);
        if (IsDark is { } dark) json.WriteBoolean("is_dark", dark);
        json.WriteStartObject("thresholds");
        if (IsBlurry is not null)
        {
            json.WriteStartObject("is_blurry");
            json.WriteString("method", "laplacian_variance");
            json.WriteNumber("below", thresholds.BlurBelow);
            Size(json, "size");
            json.WriteEndObject();
        }
        if (IsDark is not null)
        {
            json.WriteStartObject("is_dark");
            json.WriteString("method", "luma_percentile");
            json.WriteNumber("below", thresholds.DarkBelow);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private void Size(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(MeasuredAt.Width);
        json.WriteNumberValue(MeasuredAt.Height);
        json.WriteEndArray();
    }

    private static void Score(Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } score) json.WriteNumber(name, score);
        else json.WriteNull(name);
    }

    /// <summary>Reads a line, with or without flags; fields that are not known here are passed over.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static FrameLine Read(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line);
        var frame = new FrameLine(-1, "");
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject) throw new JsonException("a line is no object");
        try
        {
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName) frame = Field(frame, ref json);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException) { throw new JsonException($"a field has another type than expected: {e.Message}", e); }
        return frame.Index >= 0 && frame.Path.Length > 0 ? frame : throw new JsonException("a line has no frame_idx and frame_path");
    }

    private static FrameLine Field(FrameLine frame, ref Utf8JsonReader json)
    {
        var name = json.GetString();
        json.Read();
        switch (name)
        {
            case "frame_idx": return frame with { Index = json.GetInt64() };
            case "frame_path": return frame with { Path = json.GetString() ?? "" };
            case "error": return frame with { Error = json.GetString() };
            case "pts_s": return frame with { Seconds = json.TokenType == JsonTokenType.Null ? null : json.GetDouble() };
            case "width": return frame with { Width = json.GetInt32() };
            case "height": return frame with { Height = json.GetInt32() };
            case "laplacian_variance": return frame with { LaplacianVariance = Number(ref json) };
            case "luma_mean": return frame with { LumaMean = Number(ref json) };
            case "luma_percentile": return frame with { LumaPercentile = (int?)Number(ref json) };
            case "percentile": return frame with { Percentile = json.GetDouble() };
            case "overexposed": return frame with { Overexposed = Number(ref json) };
            case "underexposed": return frame with { Underexposed = Number(ref json) };
            case "contrast": return frame with { Contrast = Number(ref json) };
            case "phash": return frame with { Phash = json.GetString() };
            case "dhash": return frame with { Dhash = json.GetString() };
            case "motion": return frame with { HasMotion = true, Motion = Number(ref json) };
            case "cut_content": return frame with { HasContent = true, Content = Number(ref json) };
            case "mean_bgr": return frame with { MeanBgr = Number(ref json) };
            case "histogram_correlation": return frame with { HistogramCorrelation = Number(ref json) };
            case "hash_distance": return frame with { HashDistance = Number(ref json) };
            case "is_blurry": return frame with { IsBlurry = json.GetBoolean() };
            case "is_dark": return frame with { IsDark = json.GetBoolean() };
            case "measured_at":
                json.Read();
                var width = json.GetInt32();
                json.Read();
                frame = frame with { MeasuredAt = (width, json.GetInt32()) };
                json.Read();
                return frame;
            default:
                json.Skip();
                return frame;
        }
    }

    private static decimal? Number(ref Utf8JsonReader json) => json.TokenType == JsonTokenType.Null ? null : json.GetDecimal();
}
