using System.Globalization;
using System.Text.Json;
using Spool.Engine;
using Spool.Media.Metrics;
using Spool.Media.Streams;

namespace Spool.Steps.Curate;

/// <summary>
/// Joins the measured parts of a stream and marks what is blurry or dark under the thresholds. Decodes nothing, so another threshold costs a second.
/// </summary>
[StepKind("curate.flag", version: 1, InProcess = true)]
public sealed record Flag : Step
{
    /// <summary>What curate.ingest knows of the stream.</summary>
    [In("report")] public InputFile Report { get; init; } = null!;

    /// <summary>The parts of the stream, in order.</summary>
    [In("slices")] public InputList Slices { get; init; } = null!;

    /// <summary>The measured parts, in the same order.</summary>
    [In("parts")] public InputList Parts { get; init; } = null!;

    /// <summary>The stream: numbers, gaps, sizes, what cannot be read.</summary>
    [Out("stream")] public OutputFile Stream { get; init; } = null!;

    /// <summary>A line a frame: number, path, content hash, size.</summary>
    [Out("frames")] public OutputFile Frames { get; init; } = null!;

    /// <summary>A line a frame: all figures and flags.</summary>
    [Out("metrics")] public OutputFile Metrics { get; init; } = null!;

    /// <summary>Pictures are blurry below this Laplacian variance, measured at their full size.</summary>
    [Within(0, 1_040_400)] public double BlurBelow { get; init; } = FrameThresholds.Pictures.BlurBelow;

    /// <summary>Frames of films are blurry below this Laplacian variance, measured at the working size (256 pixels, where the same scene scores higher).</summary>
    [Within(0, 1_040_400)] public double FilmBlurBelow { get; init; } = FrameThresholds.Films.BlurBelow;

    /// <summary>Frames are dark when their percentile of luma is below this.</summary>
    [Within(0, 256)] public double DarkBelow { get; init; } = FrameThresholds.Pictures.DarkBelow;

    public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var report = context.Report(Report);
        if (Slices.Files.Count != Parts.Files.Count)
            return Task.FromResult(new StepResult(new Failure(FailureKind.BadOutput, $"there are {Slices.Files.Count} parts, but {Parts.Files.Count} of them are measured") { Next = "give both lists the same pattern" }));
        FilmFacts? film = null;
        var thresholds = new FrameThresholds(report.Kind == "film" ? FilmBlurBelow : BlurBelow, 0, DarkBelow);
        var count = new FrameCount();
        using (var frames = new LineWriter(context.Disk, context.Full(Frames.Path)))
        using (var metrics = new LineWriter(context.Disk, context.Full(Metrics.Path)))
            for (var i = 0; i < Parts.Files.Count; i++)
            {
                cancel.ThrowIfCancellationRequested();
                var slice = context.Reading(Slices.Files[i], "curate.ingest", _ => SliceFile.Read(context.ReadBytes(Slices.Files[i])));
                var contents = slice.Frames.ToDictionary(f => f.Index);
                context.Reading(Parts.Files[i], "curate.measure", path =>
                {
                    foreach (var line in StreamLines.Lines(context.Disk, path))
                    {
                        if (FilmHead.Read(line.Span) is { } head)
                        {
                            film = head;
                            continue;
                        }
                        var frame = FrameLine.Read(line.Span).With(thresholds);
                        count.Add(frame);
                        frames.Write(json => Frame(json, frame, contents.GetValueOrDefault(frame.Index), film is not null));
                        metrics.Write(json => frame.Write(json, thresholds));
                    }
                    return true;
                });
            }
        context.WriteBytes(Stream, report.WithFrames(count, film));
        Tell("frames", count.All);
        Tell("unreadable", count.Unreadable);
        Tell("blurry", count.Blurry);
        Tell("dark", count.Dark);
        Tell("gaps", report.Missing.Count);
        Tell("doubles", report.Doubles.Count);
        return Task.FromResult(StepResult.Done);

        void Tell(string name, int count)
        {
            if (count > 0 || name == "frames") context.Fact(name, count.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void Frame(Utf8JsonWriter json, FrameLine line, SliceFrame? content, bool film)
    {
        json.WriteNumber("frame_idx", line.Index);
        json.WriteString("frame_path", line.Path);
        if (!film && content is { Error: null }) json.WriteNumber("bytes", content.Bytes);
        if (!film && content?.Sha256 is { } digest) json.WriteString("hash", "sha256:" + digest);
        else json.WriteNull("hash");
        if (line.Error is null)
        {
            json.WriteNumber("width", line.Width);
            json.WriteNumber("height", line.Height);
        }
        else
        {
            json.WriteNull("width");
            json.WriteNull("height");
        }
        if (line.Seconds is { } seconds) json.WriteNumber("pts_s", Math.Round(seconds, 6));
        else json.WriteNull("pts_s");
    }
}
