namespace Spool.Media.Metrics;

/// <summary>When a stretch counts as idle.</summary>
/// <param name="Enter">The mean motion of the window falls below this (0..1).</param>
/// <param name="Leave">A stretch ends when it rises above this; at least <paramref name="Enter"/>.</param>
/// <param name="Window">Frames of the trailing mean.</param>
/// <param name="MinFrames">The shortest stretch in frames without motion.</param>
/// <param name="MinSeconds">The shortest stretch in seconds, beside the frames; 0 for none.</param>
public sealed record IdleRule(double Enter = 0.02, double Leave = 0.02, int Window = 5, int MinFrames = 8, double MinSeconds = 0);

/// <summary>One frame for the search: its motion is null where nothing stands before it (first frame, gap, unreadable).</summary>
public readonly record struct IdleFrame(long Index, double? Motion, double Seconds);

/// <summary>A stretch in which the picture stays: from the frame whose picture stays to the last that still shows it.</summary>
/// <param name="EndSeconds">When the next frame comes; the time of the last frame at the end of a stream.</param>
/// <param name="Motion">Mean motion of the frames after the first.</param>
public sealed record IdleStretch(long First, long Last, double StartSeconds, double EndSeconds, double Motion);

/// <summary>
/// Stretches without motion: the mean over a trailing window is under the threshold, which one spike (a light switch, the key frame of a codec)
/// does not undo when <c>Leave</c> is above <c>Enter</c>. Where a stretch begins and ends is then read off the frames themselves, not the
/// mean, which lags: it begins with the picture that stays and ends before the frame that moves. A gap in the frames ends a stretch.
/// On digital freezes this is what ffmpeg's freezedetect reports.
/// </summary>
public static class Idle
{
    public static IReadOnlyList<IdleStretch> Find(IReadOnlyList<IdleFrame> frames, IdleRule rule)
    {
        var found = new List<IdleStretch>();
        for (var start = 0; start < frames.Count;)
        {
            var end = start + 1;
            while (end < frames.Count && frames[end].Motion is not null) end++;
            Piece(frames, start, end, rule, found);
            start = end;
        }
        return found;
    }

    /// <summary>Frames from..to (exclusive) without a gap; the first has no motion.</summary>
    private static void Piece(IReadOnlyList<IdleFrame> frames, int from, int to, IdleRule rule, List<IdleStretch> found)
    {
        var begun = -1;
        var sum = 0.0;
        for (var i = from + 1; i < to; i++)
        {
            sum += frames[i].Motion!.Value;
            var first = i - rule.Window + 1;
            if (first > from + 1) sum -= frames[first - 1].Motion!.Value;
            var mean = Math.Max(0, sum) / (i - Math.Max(first, from + 1) + 1);
            // The rest that adding and taking away leaves must not hold a stretch of exact zeros open.
            if (begun < 0 ? mean < rule.Enter : mean <= rule.Leave)
            {
                if (begun >= 0) continue;
                begun = i;
                while (begun > from + 1 && frames[begun - 1].Motion < rule.Enter) begun--;
                while (begun <= i && frames[begun].Motion >= rule.Enter) begun++;
                if (begun > i) begun = -1;
            }
            else if (begun >= 0)
            {
                Close(frames, begun, i, to, rule, found);
                begun = -1;
            }
        }
        if (begun >= 0) Close(frames, begun, to, to, rule, found);
    }

    /// <summary>The stretch whose still frames are begun..until, of which the last ones may already move.</summary>
    private static void Close(IReadOnlyList<IdleFrame> frames, int begun, int until, int to, IdleRule rule, List<IdleStretch> found)
    {
        var last = until - 1;
        while (last >= begun && frames[last].Motion > rule.Leave) last--;
        if (until < to) // it ended because of motion: the frames that brought the mean up belong to the motion
            for (var i = Math.Max(begun, until - rule.Window); i <= last; i++)
                if (frames[i].Motion > rule.Leave)
                {
                    last = i - 1;
                    break;
                }
        var count = last - begun + 1;
        var end = last + 1 < frames.Count && frames[last + 1].Motion is not null ? frames[last + 1].Seconds : frames[Math.Max(last, 0)].Seconds;
        if (count < rule.MinFrames || end - frames[begun - 1].Seconds < rule.MinSeconds) return;
        found.Add(new(frames[begun - 1].Index, frames[last].Index, frames[begun - 1].Seconds, end, Enumerable.Range(begun, count).Average(i => frames[i].Motion!.Value)));
    }
}
