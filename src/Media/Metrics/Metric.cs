namespace Spool.Media.Metrics;

/// <summary>What can be measured of a frame; names as users write them, in lower case.</summary>
[Flags]
public enum Metric
{
    None = 0,
    /// <summary>Sharpness: <c>laplacian_variance</c>.</summary>
    Blur = 1,
    /// <summary><c>luma_mean</c>, <c>luma_percentile</c>.</summary>
    Luma = 2,
    /// <summary><c>overexposed</c>, <c>underexposed</c>.</summary>
    Exposure = 4,
    /// <summary><c>contrast</c>.</summary>
    Contrast = 8,
    /// <summary><c>phash</c>.</summary>
    Phash = 16,
    /// <summary><c>dhash</c>.</summary>
    Dhash = 32,
    /// <summary><c>motion</c>, against the frame before.</summary>
    Motion = 64,
    /// <summary><c>cut_content</c>, against the frame before; needs colour.</summary>
    Content = 128,
    All = Blur | Luma | Exposure | Contrast | Phash | Dhash | Motion | Content,
}

/// <summary>What was measured of a frame; null where it was not asked for, or where there is no frame before.</summary>
public sealed record FrameMetrics(int Width, int Height)
{
    /// <summary>The size at which sharpness, luma and hashes were taken.</summary>
    public (int Width, int Height) MeasuredAt { get; init; } = (Width, Height);
    public double? LaplacianVariance { get; init; }
    public LumaFacts? Luma { get; init; }
    public ulong? Phash { get; init; }
    public ulong? Dhash { get; init; }
    /// <summary>Mean absolute difference of luma to the frame before at working size, 0..1; null for the first frame and after a gap or a change of size.</summary>
    public double? Motion { get; init; }
    /// <summary>Mean absolute difference of hue, saturation and value to the frame before, 0..255 (hue ends at 179); null as <see cref="Motion"/>.</summary>
    public double? CutContent { get; init; }
}
