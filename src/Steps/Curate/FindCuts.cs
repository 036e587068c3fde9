using System.Globalization;
using System.Text.Json;
using Spool.Engine;
using Spool.Media.Cuts;
using Spool.Media.Streams;
using Spool.Media.Timeline;

namespace Spool.Steps.Curate;

/// <summary>
/// Finds the cuts of a stream from scores that are already measured, and lists its shots. Decodes nothing. A person's added and removed cuts count
/// more than the detector; an edited table of scenes takes its place altogether.
/// </summary>
[StepKind("curate.cuts", version: 1, InProcess = true)]
public sealed record FindCuts : Step
{
    /// <summary>The measured frames, as curate.flag wrote them.</summary>
    [In("metrics")] public InputFile Metrics { get; init; } = null!;

    /// <summary>The stream, as curate.flag wrote it.</summary>
    [In("stream")] public InputFile Stream { get; init; } = null!;

    /// <summary>The frames with their content hashes, for decisions about pictures.</summary>
    [In("frames")] public InputFile? Frames { get; init; }

    /// <summary>Decisions of people: added and removed cuts.</summary>
    [In("decisions")] public InputFile? Overrides { get; init; }

    /// <summary>An edited table of scenes (PySceneDetect's CSV): its cuts are taken instead of the detector's.</summary>
    [In("edited")] public InputFile? Edited { get; init; }

    /// <summary>Cuts and scenes.</summary>
    [Out("cuts")] public OutputFile Cuts { get; init; } = null!;

    /// <summary>The scenes as a table, as PySceneDetect writes it; it may be edited and given back.</summary>
    [Out("csv")] public OutputFile? Csv { get; init; }

    /// <summary>An edit decision list (CMX 3600).</summary>
    [Out("edl")] public OutputFile? Edl { get; init; }

    /// <summary>An OpenTimelineIO timeline.</summary>
    [Out("otio")] public OutputFile? Otio { get; init; }

    /// <summary>content, adaptive, threshold, histogram or hash; pictures know the first two.</summary>
    public CutMethod Detector { get; init; } = CutMethod.Adaptive;

    /// <summary>Of the detector; its usual one where not given (27, 3, 12, 0.20, 0.35).</summary>
    [Within(0, 255)] public double? Threshold { get; init; }

    /// <summary>The shortest scene: frames, or seconds as in 0.6s.</summary>
    public string MinLength { get; init; } = "15";

    /// <summary>How many pictures are a second, for pictures.</summary>
    [Within(0.01, 1000)] public double Fps { get; init; } = 30;

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (!Media.Cuts.MinLength.TryParse(MinLength, null, out _)) yield return (nameof(MinLength), $"'{MinLength}' is neither a number of frames nor seconds such as 0.6s");
    }

    public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        Media.Metrics.FrameLine? head = null;
        var frames = context.Frames(Metrics, f => new Scored((head ??= f) is null ? 0 : f.Index, f.Seconds, f.Error is not null, f.HasContent, (double?)f.Content, (double?)f.MeanBgr, (double?)f.HistogramCorrelation, (double?)f.HashDistance));
        var (id, rate) = context.Reading(Stream, "curate.flag", _ => Form(context.ReadBytes(Stream)));
        var film = frames.Any(f => f.Seconds is not null);
        var readable = frames.Where(f => !film || !f.IsError).ToList();
        var start = film || readable.Count == 0 ? 0 : readable[0].Index;
        var times = new FilmTimes(readable.Select(f => f.Seconds ?? rate.Seconds(f.Index - start)), rate);
        var unavailable = Missing(readable, film);
        var threshold = Threshold ?? CutDetector.UsualThreshold(Detector);
        IReadOnlyList<CutPoint> cuts = unavailable is null && readable.Count > 0 ? Found(readable, times, threshold) : [];
        // The table numbers frames at the average rate; the frame of that number has a time of its own where the rate varies.
        if (Edited is not null) cuts = times.Count == 0 ? [] : [.. FromTable(context, rate).Select(c => times.Point(Enumerable.Range(0, times.Count).MinBy(i => Math.Abs(times.Point(i).Frame - c.Frame)))).Where(c => c.Frame > 0).DistinctBy(c => c.Frame)];
        cuts = Decided(context, StreamFiles.NamesOf(id, head), frames, cuts, times, start);
        var list = new SceneList(rate, readable.Count, times.End, cuts);
        context.WriteBytes(Cuts, StreamLines.Object(json => Write(json, list, start, threshold, Edited is null ? unavailable : null)));
        var name = id.Replace('.', '_');
        if (Csv is not null) context.WriteText(Csv, SceneFiles.Csv(list));
        if (Edl is not null) context.WriteText(Edl, SceneFiles.Edl(list, name));
        if (Otio is not null) context.WriteBytes(Otio, SceneFiles.Otio(list, name, id));
        context.Fact("shots", list.Scenes.Count.ToString(CultureInfo.InvariantCulture));
        return Task.FromResult(StepResult.Done);
    }

    /// <summary>What the detectors need of a frame.</summary>
    private readonly record struct Scored(long Index, double? Seconds, bool IsError, bool HasContent, double? Content, double? Mean, double? Correlation, double? Distance);

    private (string Id, FrameRate Rate) Form(byte[] text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        var rate = root.TryGetProperty("rate", out var exact) ? new FrameRate(exact[0].GetInt32(), exact[1].GetInt32()) : new FrameRate((int)Math.Round(Fps * 1000), 1000);
        return (root.GetProperty("stream").GetString()!, rate);
    }

    private string? Missing(List<Scored> frames, bool film)
    {
        if (!film && Detector is not (CutMethod.Content or CutMethod.Adaptive)) return $"the detector {KindSchema.Kebab(Detector.ToString())} needs a film; pictures know content and adaptive";
        return frames.Any(f => !f.IsError) && !frames.Any(f => f.HasContent) ? "the cut score was not measured (measure content)" : null;
    }

    private IReadOnlyList<CutPoint> Found(List<Scored> frames, FilmTimes times, double threshold)
    {
        var length = Media.Cuts.MinLength.Parse(MinLength, null);
        double[] Of(Func<Scored, double?> score, double absent) => [.. frames.Select(f => score(f) ?? absent)];
        return Detector switch
        {
            CutMethod.Content => CutDetector.Content(times, Of(f => f.Content, 0), threshold, length),
            CutMethod.Adaptive => CutDetector.Adaptive(times, Of(f => f.Content, 0), threshold, length),
            CutMethod.Threshold => CutDetector.Threshold(times, Of(f => f.Mean, 0), threshold, length),
            CutMethod.Histogram => CutDetector.Histogram(times, Of(f => f.Correlation, double.NaN), threshold, length),
            _ => CutDetector.Hash(times, Of(f => f.Distance, double.NaN), threshold, length),
        };
    }

    private IReadOnlyList<CutPoint> FromTable(StepContext context, FrameRate rate)
    {
        try { return SceneCsv.Read(context.ReadText(Edited!), rate); }
        catch (SceneCsvException e) { throw new StepFailedException(new Failure(FailureKind.BadOutput, $"the edited table of scenes cannot be read: {e.Message}") { Next = "correct it, or take it out of the workflow" }); }
    }

    private IReadOnlyList<CutPoint> Decided(StepContext context, IReadOnlyCollection<string> names, List<Scored> frames, IReadOnlyList<CutPoint> cuts, FilmTimes times, long start)
    {
        var decided = context.Decided(Overrides, names, frames.Select(f => (f.Index, f.Seconds)), Frames);
        if (decided.AddedCuts.Count + decided.RemovedCuts.Count == 0 || times.Count == 0) return cuts;
        // Moments of films are counted as their frames are, from the start of the file; those of pictures from the first frame, as cuts.json has them.
        var begin = frames[0].Seconds ?? 0;
        double Of(CutPlace place) => place.Frame is { } frame ? times.Rate.Seconds(frame - start) : place.Seconds!.Value - begin;
        var result = cuts.ToList();
        foreach (var place in decided.RemovedCuts)
        {
            var seconds = Of(place);
            var near = result.Where(c => Math.Abs(c.Seconds - seconds) <= Decisions.Reach).OrderBy(c => Math.Abs(c.Seconds - seconds)).Take(1).ToList();
            if (near.Count == 0) context.Log($"a removed cut at {seconds.ToString(CultureInfo.InvariantCulture)} s is near to none that was found");
            result.RemoveAll(near.Contains);
        }
        foreach (var place in decided.AddedCuts)
        {
            var seconds = Of(place);
            var at = Enumerable.Range(0, times.Count).MinBy(i => Math.Abs(times.At(i) - seconds));
            if (at > 0 && Math.Abs(times.At(at) - seconds) <= Math.Max(Decisions.Reach, times.Rate.Seconds(1))) result.Add(times.Point(at));
            else context.Log($"an added cut at {seconds.ToString(CultureInfo.InvariantCulture)} s lies outside the stream");
        }
        return [.. result.Order().DistinctBy(c => c.Frame)];
    }

    private void Write(Utf8JsonWriter json, SceneList list, long start, double threshold, string? unavailable)
    {
        json.WriteStartArray("cuts");
        foreach (var cut in list.Cuts) json.WriteNumberValue(cut.Frame + start);
        json.WriteEndArray();
        json.WriteString("detector", Edited is null ? KindSchema.Kebab(Detector.ToString()) : "edited table");
        json.WriteNumber("fps", Math.Round((decimal)list.Rate.PerSecond, 6));
        json.WriteNumber("frames", list.Frames);
        json.WriteStartArray("scenes");
        foreach (var scene in list.Scenes)
        {
            json.WriteStartObject();
            Point("start", scene.Start);
            Point("end", scene.End);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("threshold", threshold);
        if (unavailable is not null) json.WriteString("unavailable", unavailable);

        void Point(string name, CutPoint point)
        {
            json.WriteStartObject(name);
            json.WriteNumber("frame", point.Frame + start);
            json.WriteNumber("s", Math.Round((decimal)point.Seconds, 6));
            json.WriteEndObject();
        }
    }
}
