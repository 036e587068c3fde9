namespace Spool.Media.Cuts;

/// <summary>The ways to find cuts.</summary>
public enum CutMethod
{
    /// <summary>A jump of hue, saturation and value.</summary>
    Content,
    /// <summary>A jump of them that stands out from the frames around it: fewer false cuts in fast motion.</summary>
    Adaptive,
    /// <summary>Fades through black.</summary>
    Threshold,
    /// <summary>A jump of the spread of brightness.</summary>
    Histogram,
    /// <summary>A jump of the perceptual hash.</summary>
    Hash,
}

/// <summary>
/// Cuts from the scores of frames, as PySceneDetect 0.7 decides them. The scores are the input, not the frames: a changed threshold needs no
/// decoding. All detectors give the first frame of each new scene. Published accuracy of the family (BBC, hard cuts, F1): adaptive 91.6,
/// content 86.7, hash 83.1, histogram 80.0; on other material much less. Dissolves are found by none of them.
/// </summary>
public static class CutDetector
{
    /// <summary>The shortest score that counts for the adaptive detector, whatever its surroundings.</summary>
    public const double MinContent = 15;

    /// <summary>Neighbours on each side that the adaptive detector compares with.</summary>
    public const int Window = 2;

    /// <summary>The threshold of each method where none is given.</summary>
    public static double UsualThreshold(CutMethod method) => method switch
    {
        CutMethod.Content => 27,
        CutMethod.Adaptive => 3,
        CutMethod.Threshold => 12,
        CutMethod.Histogram => 0.20,
        _ => 0.35,
    };

    /// <summary>Content: score of 0..255 at or above the threshold, through the flash filter.</summary>
    public static IReadOnlyList<CutPoint> Content(FilmTimes times, IReadOnlyList<double> scores, double threshold, MinLength length)
    {
        var filter = new FlashFilter(times, length);
        var cuts = new List<CutPoint>();
        for (var i = 0; i < scores.Count; i++)
            if (filter.Next(i, scores[i] >= threshold) is { } place) cuts.Add(times.Point(place));
        return Sorted(cuts);
    }

    /// <summary>Adaptive: the content score at least <paramref name="threshold"/> times the mean of its neighbours, and at least <see cref="MinContent"/>.</summary>
    public static IReadOnlyList<CutPoint> Adaptive(FilmTimes times, IReadOnlyList<double> scores, double threshold, MinLength length)
    {
        var cuts = new List<CutPoint>();
        var last = 0;
        for (var i = 2 * Window; i < scores.Count; i++)
        {
            var target = i - Window;
            var around = 0.0;
            for (var j = i - (2 * Window); j <= i; j++)
                if (j != target) around += scores[j];
            around /= 2.0 * Window;
            var ratio = Math.Abs(around) >= 0.00001 ? Math.Min(scores[target] / around, 255) : scores[target] >= MinContent ? 255 : 0;
            // The length is counted to the newest frame of the window, not to the cut: so it is there.
            if (ratio < threshold || scores[target] < MinContent || !length.IsMet(times.Between(last, i), times.Rate)) continue;
            last = target;
            cuts.Add(times.Point(target));
        }
        return Sorted(cuts);
    }

    /// <summary>Histogram: correlation (-1..1) with the frame before at or below 1 - threshold. The first frame has no score (NaN).</summary>
    public static IReadOnlyList<CutPoint> Histogram(FilmTimes times, IReadOnlyList<double> correlations, double threshold, MinLength length) =>
        Jumps(times, correlations.Select(c => c <= Math.Clamp(1 - threshold, 0, 1)), length);

    /// <summary>Hash: share of differing bits (0..1) at or above the threshold. The first frame has no score (NaN).</summary>
    public static IReadOnlyList<CutPoint> Hash(FilmTimes times, IReadOnlyList<double> distances, double threshold, MinLength length) =>
        Jumps(times, distances.Select(d => d >= threshold), length);

    private static IReadOnlyList<CutPoint> Jumps(FilmTimes times, IEnumerable<bool> above, MinLength length)
    {
        var cuts = new List<CutPoint>();
        var last = 0;
        var place = -1;
        foreach (var jump in above)
        {
            place++;
            if (!jump || !length.IsMet(times.Between(last, place), times.Rate)) continue;
            last = place;
            cuts.Add(times.Point(place));
        }
        return cuts;
    }

    /// <summary>Threshold: the mean of all colour samples (0..255) falls below and comes back; the cut lies in the middle of the dark stretch.</summary>
    public static IReadOnlyList<CutPoint> Threshold(FilmTimes times, IReadOnlyList<double> means, double threshold, MinLength length)
    {
        var cuts = new List<CutPoint>();
        if (means.Count == 0) return cuts;
        var limit = Math.Truncate(threshold);
        var last = 0;
        var dark = means[0] < limit;
        var since = 0;
        for (var i = 1; i < means.Count; i++)
        {
            if (dark == means[i] < limit) continue;
            if (dark && length.IsMet(times.Between(last, i), times.Rate))
            {
                long from = times.Point(since).Frame, to = times.Point(i).Frame, middle = from + (long)Math.Round((to - from) / 2.0);
                var place = since;
                while (place < i && times.Point(place).Frame < middle) place++;
                cuts.Add(times.Point(place) with { Frame = middle });
                last = i;
            }
            (dark, since) = (!dark, i);
        }
        return Sorted(cuts);
    }

    private static IReadOnlyList<CutPoint> Sorted(List<CutPoint> cuts) => [.. cuts.Order().DistinctBy(c => c.Frame)];
}
