namespace Spool.Media.Cuts;

/// <summary>
/// Keeps flashes from making scenes of a few frames (PySceneDetect 0.7, mode MERGE): a frame above the threshold is a cut when the last such
/// frame is at least the shortest scene away. Frames above it that come sooner are merged, once there has been a first cut: one cut is given,
/// at the last of them, when the shortest scene has passed without another one and they span at least as much.
/// </summary>
public sealed class FlashFilter(FilmTimes times, MinLength length)
{
    private readonly double _seconds = length.InSeconds(times.Rate);
    private int? _lastAbove;
    private bool _mayMerge, _merging;
    private int _mergeStart;

    /// <summary>The place of a cut that this frame brings, which may lie before it; null for none. Frames come in order.</summary>
    public int? Next(int place, bool above)
    {
        if (_seconds <= 0) return above ? place : null;
        var last = _lastAbove ??= place;
        var far = times.Between(last, place) >= _seconds;
        if (above) _lastAbove = last = place;
        if (_merging)
        {
            if (!far || above || times.Between(_mergeStart, last) < _seconds) return null;
            _merging = false;
            return last;
        }
        if (!above) return null;
        if (far)
        {
            _mayMerge = true;
            return place;
        }
        if (_mayMerge) (_merging, _mergeStart) = (true, place);
        return null;
    }
}
