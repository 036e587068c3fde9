using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;
using Spool.Media.Hashing;

namespace Spool.Media.Metrics;

/// <summary>What of a frame is compared with the next one: small planes, used again.</summary>
public sealed class SmallFrame
{
    public Plane Luma { get; } = new();
    public SmallHsv Hsv { get; } = new();
    public bool HasColour { get; internal set; }
}

/// <summary>
/// Measures one frame after the other on one thread, all figures from one decoded picture. What needs the frame before is left to
/// <see cref="FrameChange"/>, so that frames can be decoded side by side and compared in order.
/// </summary>
public sealed class FrameMeter(Metric metrics, double percentile)
{
    /// <summary>Rows gone through at once: a multiple of what the hash takes.</summary>
    private const int Stripe = 16;
    private readonly Shrinker _shrinker = new();
    private readonly ColourSampler _sampler = new();
    private readonly FilmColour _film = new();
    private readonly FullRange _range = new();
    private readonly HsvConverter _hsv = new();
    private readonly PerceptualHash _hash = new();
    private readonly SmallColour _colour = new();

    /// <summary>True when a picture must be decoded with its colour.</summary>
    public bool NeedsColour => (metrics & Metric.Content) != 0;

    /// <summary>The small luma is made whatever is measured: somebody looks at it.</summary>
    public bool KeepsSmall { get; init; }

    private bool NeedsSmall => KeepsSmall || (metrics & (Metric.Motion | Metric.Content)) != 0;

    /// <summary>Measures a picture at its full size and leaves its small form in <paramref name="small"/>.</summary>
    public FrameMetrics Measure(Picture picture, SmallFrame small)
    {
        if (NeedsSmall)
        {
            var size = WorkingSize.Of(picture.Width, picture.Height);
            _shrinker.Shrink(picture.Grey, small.Luma, size);
            Colour(picture, small, size);
        }
        return Figures(picture.Grey, picture.Hashed, picture.Width, picture.Height);
    }

    /// <summary>Measures a frame of a film at working size (or, with <paramref name="full"/>, at its own); its planes are of limited range, as wide
    /// as the film, and as tall as the working size or whole.</summary>
    public FrameMetrics MeasureFilm(Picture wide, SmallFrame small, (int Width, int Height) film, bool full)
    {
        var size = WorkingSize.Of(film.Width, film.Height);
        small.HasColour = NeedsColour;
        if (NeedsColour)
        {
            _film.Sample(wide.Grey, wide.Cb, wide.Cr, _colour, size);
            _hsv.Convert(_colour, small.Hsv);
        }
        if ((metrics & ~Metric.Content) == 0 && !KeepsSmall) return new(film.Width, film.Height);
        if (full) _range.Widen(wide.Grey);
        _shrinker.Shrink(wide.Grey, small.Luma, size);
        if (!full) _range.Widen(small.Luma);
        return full ? Figures(wide.Grey, wide.Grey, film.Width, film.Height) : Figures(small.Luma, small.Luma, film.Width, film.Height);
    }

    /// <summary>Red, green and blue of the frame measured last, at working size; only with colour.</summary>
    public SmallColour LastColour => _colour;

    private void Colour(Picture picture, SmallFrame small, (int Width, int Height) size)
    {
        small.HasColour = NeedsColour;
        if (!NeedsColour) return;
        switch (picture.Colour)
        {
            case ColourForm.Chroma:
                _sampler.Sample(picture.Grey, picture.Cb, picture.Cr, _colour, size);
                break;
            case ColourForm.Rgb:
                _shrinker.Shrink(picture.Red, _colour.Red, size);
                _shrinker.Shrink(picture.Green, _colour.Green, size);
                _shrinker.Shrink(picture.Blue, _colour.Blue, size);
                break;
            default:
                _shrinker.Shrink(picture.Grey, _colour.Red, size);
                _colour.Green.CopyFrom(_colour.Red);
                _colour.Blue.CopyFrom(_colour.Red);
                break;
        }
        _hsv.Convert(_colour, small.Hsv);
    }

    /// <summary>All figures of one picture. Where hashes and figures look at the same plane, it is gone through once, in stripes that stay in the
    /// cache nearest to the processor; the picture itself is larger than that.</summary>
    private unsafe FrameMetrics Figures(Plane grey, Plane hashed, int width, int height)
    {
        bool sharpness = (metrics & Metric.Blur) != 0, spread = (metrics & (Metric.Exposure | Metric.Contrast)) != 0, light = spread || (metrics & Metric.Luma) != 0;
        var hash = (metrics & Metric.Phash) != 0;
        var stripes = Avx2.IsSupported && (!hash || (ReferenceEquals(grey, hashed) && _hash.TakesStripes(grey)));
        if (!stripes)
            return new(width, height)
            {
                MeasuredAt = (grey.Width, grey.Height),
                LaplacianVariance = sharpness ? Laplacian.Variance(grey) : null,
                Luma = light ? Metrics.Luma.Of(grey, percentile, spread) : null,
                Phash = hash ? _hash.Of(hashed) : null,
                Dhash = (metrics & Metric.Dhash) != 0 ? _hash.DifferenceOf(hashed) : null,
            };
        long squares = 0;
        var tally = light ? new LumaTally(grey, percentile, spread) : default;
        if (hash) _hash.Begin(grey);
        fixed (byte* first = &grey.First)
            for (var y = 0; y < grey.Height; y += Stripe)
            {
                var end = Math.Min(grey.Height, y + Stripe);
                if (sharpness) squares += Laplacian.Squares(grey, y, end);
                if (light) tally.Add(first + ((long)y * grey.Width), (end - y) * grey.Width);
                if (hash) _hash.Add(grey, y, end);
            }
        return new(width, height)
        {
            MeasuredAt = (grey.Width, grey.Height),
            LaplacianVariance = sharpness ? Laplacian.Finish(grey, squares) : null,
            Luma = light ? tally.Finish() : null,
            Phash = hash ? _hash.End() : null,
            Dhash = (metrics & Metric.Dhash) != 0 ? _hash.DifferenceOf(hashed) : null,
        };
    }
}

/// <summary>How much a frame differs from the one before; frames must come in order. A frame of another size has nothing before it.</summary>
public static class FrameChange
{
    /// <summary>Mean absolute difference of luma, 0..1; null without a frame of the same size before.</summary>
    public static double? Motion(SmallFrame? before, SmallFrame now) =>
        Comparable(before?.Luma, now.Luma) ? Vectors.Difference(before!.Luma, now.Luma) / (255.0 * now.Luma.Count) : null;

    /// <summary>The content score of PySceneDetect: the mean of the mean absolute differences of hue, saturation and value, 0..255.</summary>
    public static double? Content(SmallFrame? before, SmallFrame now)
    {
        if (before is not { HasColour: true } || !now.HasColour || !Comparable(before.Hsv.Value, now.Hsv.Value)) return null;
        double count = now.Hsv.Value.Count;
        return ((Vectors.Difference(before.Hsv.Hue, now.Hsv.Hue) / count) + (Vectors.Difference(before.Hsv.Saturation, now.Hsv.Saturation) / count)
            + (Vectors.Difference(before.Hsv.Value, now.Hsv.Value) / count)) / 3;
    }

    private static bool Comparable(Plane? before, Plane now) => before is not null && before.Width == now.Width && before.Height == now.Height && now.Count > 0;
}
