using Spool.Media.Ffmpeg;
using Spool.Media.Frames;

namespace Spool.Media.Metrics;

/// <summary>Told each frame of a film in order; colour (where it is measured) and luma are at working size and used again for the next frame.</summary>
public delegate void FilmWatcher(int frame, FrameMetrics metrics, SmallColour colour, Plane luma);

/// <summary>
/// Measures the frames of a film in one decode. Sharpness, luma and hashes are taken at the working size (or, with <paramref name="full"/>, at
/// the film's own); comparisons always at the working size.
/// </summary>
public sealed class FilmPass(RunTool run, Metric metrics, double percentile, bool full)
{
    /// <summary>The watcher looks at the luma, whatever is measured.</summary>
    public bool KeepsSmall { get; init; }

    /// <summary>The records in order; their times are whole, their numbers from 0. Damage that ffmpeg reports is told in <paramref name="warn"/>.</summary>
    /// <exception cref="PictureFault">The film cannot be measured.</exception>
    public async Task<IReadOnlyList<FrameRecord>> RunAsync(string path, string name, FilmForm form, FilmWatcher? watch, Action<string> warn, CancellationToken cancel)
    {
        var meter = new FrameMeter(metrics, percentile) { KeepsSmall = KeepsSmall };
        var reader = new FilmReader(path, form, meter.NeedsColour, full);
        var measured = new List<FrameMetrics>();
        SmallFrame now = new(), before = new();
        await reader.ReadAsync(run, (frame, picture) =>
        {
            var figures = meter.MeasureFilm(picture, now, (form.Width, form.Height), full);
            if (frame > 0)
                figures = figures with
                {
                    Motion = (metrics & Metric.Motion) != 0 ? FrameChange.Motion(before, now) : null,
                    CutContent = (metrics & Metric.Content) != 0 ? FrameChange.Content(before, now) : null,
                };
            measured.Add(figures);
            watch?.Invoke(frame, figures, meter.LastColour, now.Luma);
            (now, before) = (before, now);
        }, cancel);
        foreach (var about in reader.Damage) warn($"{name} {about}");
        return [.. measured.Select((m, i) => new FrameRecord(i, name) { Seconds = reader.Times[i], Metrics = m })];
    }
}
