using System.Globalization;
using System.Text.Json;
using Spool.Engine;
using Spool.Media.Cuts;
using Spool.Media.Ffmpeg;
using Spool.Media.Frames;
using Spool.Media.Metrics;
using Spool.Media.Streams;
using Spool.Platform;
using Spool.Steps.Video;

namespace Spool.Steps.Curate;

/// <summary>
/// Measures the frames of one part of a stream in one decode: sharpness, light, perceptual hashes, motion, cut scores; and makes small pictures of
/// them for looking. A frame that cannot be read is told and the rest goes on.
/// </summary>
[StepKind("curate.measure", version: 1)]
public sealed record Measure : Step
{
    /// <summary>Which frames, with the digests of their contents, as curate.ingest wrote it.</summary>
    [In("slice")] public InputFile Slice { get; init; } = null!;

    /// <summary>The folder of footage, or the film. Only read; what is read must have the digests of the slice.</summary>
    [In("input", View = FolderView.Slice)] public InputFolder Input { get; init; } = null!;

    /// <summary>A line a frame; thresholds are not applied yet.</summary>
    [Out("metrics")] public OutputFile Metrics { get; init; } = null!;

    /// <summary>Contact sheets of all frames of the part; of long films of every k-th.</summary>
    [Out("thumbs", IsPreview = true)] public OutputFolder? Thumbs { get; init; }

    /// <summary>What to measure: blur, luma, exposure, contrast, phash, dhash, motion, content; all when empty. Without content no colour is decoded.</summary>
    public IReadOnlyList<string> Measures { get; init; } = [];

    /// <summary>The fraction of pixels whose luma decides darkness.</summary>
    [Within(0, 1)] public double Percentile { get; init; } = 0.1;

    /// <summary>Films are measured at their own size, not at the working size of 256 pixels.</summary>
    public bool FullSize { get; init; }

    /// <summary>More tiles than this are not made of a film.</summary>
    private const int MostFilmTiles = 2000;

    public override IReadOnlyList<string> ToolsUsed() => MediaRuns.Both;

    public override IEnumerable<(string Option, string Message)> Check()
    {
        foreach (var name in Measures)
            if (MetricNames.Find(name) is null) yield return (nameof(Measures), $"there is no metric '{name}'; {NearestName.Hint(name, MetricNames.All) ?? "metrics: " + string.Join(", ", MetricNames.All)}");
    }

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        SliceFile slice;
        try { slice = SliceFile.Read(context.ReadBytes(Slice)); }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException) { return new(new Failure(FailureKind.BadOutput, $"{Slice.Name} is no slice of a stream: {e.Message}") { Next = "make it with curate.ingest" }); }
        var metrics = MetricNames.Read(Measures);
        using var sheets = Thumbs is null ? null : new ContactSheets((name, bytes) => DurableFile.WritePlain(context.Disk, context.Full($"{Thumbs.Path}/{name}"), bytes.Span));
        var run = Lenient(context);
        try
        {
            if (slice.Film is { } film) await FilmAsync(context, film, metrics, run, sheets, cancel);
            else await PicturesAsync(context, slice, metrics, run, sheets, cancel);
            sheets?.Finish();
        }
        catch (ContentChangedException e) { return new(new Failure(FailureKind.InputChanged, e.Message) { Next = "let it become complete, then run again" }); }
        catch (PictureFault e) when (sheets is not null) { return new(new Failure(FailureKind.Unavailable, "a contact sheet " + e.Message)); }
        return StepResult.Done;
    }

    /// <summary>Frames lie apart by more than one and a half, or less than half, of the usual distance.</summary>
    private static bool IsUneven(IReadOnlyList<FrameRecord> records)
    {
        var steps = records.Skip(1).Select((r, i) => r.Seconds!.Value - records[i].Seconds!.Value).Order().ToList();
        return steps.Count > 1 && (steps[^1] > steps[steps.Count / 2] * 1.5 || steps[0] < steps[steps.Count / 2] * 0.5);
    }

    private string Place(StepContext context, string path) => context.Full($"{Input.Path}/{path}");

    /// <summary>A tool that fails is only a bad file here.</summary>
    private static RunTool Lenient(StepContext context) => async (command, cancel) =>
    {
        try { return await context.RunAsync(command, cancel); }
        catch (StepFailedException e) when (e.Result is { TimedOut: false } result) { return result; }
    };

    private async Task PicturesAsync(StepContext context, SliceFile slice, Metric metrics, RunTool run, ContactSheets? sheets, CancellationToken cancel)
    {
        var lines = new List<FrameLine>(slice.Frames.Count);
        FrameTile? tile = null;
        var pass = new PicturePass(context.Disk, run, metrics, Percentile) { Workers = 1, Tiles = sheets is null ? null : t => tile = t };
        await pass.RunAsync([.. slice.Frames.Select(f => f.At(p => Place(context, p)))], slice.Before?.At(p => Place(context, p)), record =>
        {
            if (record.Metrics is not null && tile is not null) sheets!.Add(record.Index, tile);
            lines.Add(FrameLine.Of(record, metrics, Percentile));
            if (lines.Count % 32 == 0) context.Progress((double)lines.Count / slice.Frames.Count);
        }, cancel);
        StreamLines.Write(context.Disk, context.Full(Metrics.Path), lines, (json, line) => line.Write(json, null));
        if (lines.Count(l => l.Error is not null) is var bad and > 0) context.Fact("unreadable", bad.ToString(CultureInfo.InvariantCulture));
    }

    private async Task FilmAsync(StepContext context, SlicedFilm film, Metric metrics, RunTool run, ContactSheets? sheets, CancellationToken cancel)
    {
        var path = Place(context, film.Path);
        if (context.Disk.Stat(path) is not { Kind: FileKind.File } || ContentHash.OfFile(context.Disk, path, null, cancel).ToString() != film.Sha256) throw new ContentChangedException(film.Path);
        List<FrameLine> lines;
        byte[]? head = null;
        try { (lines, head) = await FramesAsync(context, film, path, metrics, run, sheets, cancel); }
        catch (PictureFault e) { lines = [new(0, film.Path) { Error = e.Message }]; }
        StreamLines.Write(context.Disk, context.Full(Metrics.Path), lines, (json, line) => line.Write(json, null));
        if (head is not null) FilmHead.Prepend(context.Disk, context.Full(Metrics.Path), head);
    }

    private async Task<(List<FrameLine>, byte[])> FramesAsync(StepContext context, SlicedFilm film, string path, Metric metrics, RunTool run, ContactSheets? sheets, CancellationToken cancel)
    {
        using (var open = context.Disk.OpenRead(path))
            if (Wholeness.Fault(film.Bytes, open.Read) is { } fault) throw new PictureFault(fault);
        var probed = await run(MediaProbe.Command(path, Accepted.Video), cancel);
        if (!probed.Succeeded) throw new PictureFault(Complaints.FirstIn(probed.Tail) ?? "is no film that can be read");
        var probe = MediaProbe.Parse(probed.Output);
        var form = FilmForm.Of(probe);
        var every = sheets is null ? 0 : (int)Math.Max(1, ((form.Frames ?? 0) + MostFilmTiles - 1) / MostFilmTiles);
        var colour = (metrics & Metric.Content) != 0;
        CutScores[] scores = colour ? [new(CutMethod.Threshold), new(CutMethod.Histogram), new(CutMethod.Hash)] : [];
        var tile = new FrameTile();
        var damage = new List<string>();
        var records = await new FilmPass(run, metrics, Percentile, FullSize) { KeepsSmall = sheets is not null }.RunAsync(path, film.Path, form, (frame, found, rgb, luma) =>
        {
            foreach (var score in scores) score.Add(frame, found, rgb);
            if (every > 0 && frame % every == 0)
            {
                tile.Draw(luma, colour ? rgb : null);
                sheets!.Add(frame, tile);
            }
            if (form.Frames is > 0 && frame % 32 == 0) context.Progress((double)frame / form.Frames.Value);
        }, damage.Add, cancel);
        var first = records.Count > 0 ? records[0].Seconds ?? 0 : 0;
        var lines = records.Select((r, i) => FrameLine.Of(r, metrics, Percentile) is var line && !colour ? line : line with
        {
            MeanBgr = FrameLine.Rounded(scores[0].Values[i]),
            HistogramCorrelation = FrameLine.Rounded(scores[1].Values[i]),
            HashDistance = FrameLine.Rounded(scores[2].Values[i]),
        }).ToList();
        // What the file says of its rate need not be so; the times of its frames are.
        var back = Enumerable.Range(1, Math.Max(0, records.Count - 1)).FirstOrDefault(i => records[i].Seconds <= records[i - 1].Seconds);
        if (back > 0) damage.Add($"{film.Path} has times that do not rise (first at frame {back}); cuts and stretches there are not to be trusted");
        var seconds = records.Count > 0 ? records[^1].Seconds!.Value - first + form.Rate.Seconds(1) : 0;
        return (lines, FilmHead.Write(new(form.Rate, seconds, form.VariableRate || IsUneven(records), probe.Video!.Rotation, first, damage)));
    }
}
