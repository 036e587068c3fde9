using System.Globalization;
using Spool.Engine;
using Spool.Media.Streams;
using Spool.Platform;

namespace Spool.Steps.Curate;

/// <summary>
/// Finds the streams in a folder of footage (each folder of pictures, each film), orders their frames by number, and tells gaps, numbers used
/// twice and files that cannot be read. Cuts each stream into parts of a fixed range of numbers, so that new frames touch only their own part.
/// </summary>
[StepKind("curate.ingest", version: 1, InProcess = true)]
public sealed record Ingest : Step
{
    /// <summary>The folder of footage, or a film. Only read.</summary>
    [In("input", View = FolderView.Tree)] public InputFolder Input { get; init; } = null!;

    /// <summary>The list of streams.</summary>
    [Out("streams")] public OutputFile Streams { get; init; } = null!;

    /// <summary>What is known of each stream: gaps, doubles, what is no frame.</summary>
    [Out("reports")] public OutputFolder Reports { get; init; } = null!;

    /// <summary>The parts: numbers, paths and digests.</summary>
    [Out("parts")] public OutputFolder Parts { get; init; } = null!;

    /// <summary>How frames are named: any text with one &lt;index&gt;. In folders where no name fits, the last digits of the names count.</summary>
    public string Pattern { get; init; } = FrameNumbering.Usual;

    /// <summary>What the stream of pictures right in the input folder is called.</summary>
    public string Name { get; init; } = "frames";

    /// <summary>Frame numbers in a part. Changing it measures everything again.</summary>
    [Within(16, 100_000)] public int Part { get; init; } = 512;

    /// <summary>Gaps, numbers used twice and unreadable files fail the step.</summary>
    public bool StrictSequence { get; init; }

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (FrameNumbering.Read(Pattern) is null) yield return (nameof(Pattern), $"'{Pattern}' must hold <index> once and no slash, as in image_<index>");
        if (Name.Length == 0) yield return (nameof(Name), "the name of the stream is empty");
    }

    public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var entries = Input.Files.Select(f => new FoundEntry(f.Name, f.File.Bytes, f.File.Digest.ToString(), null)).Concat(Input.Foreign.Select(f => new FoundEntry(f.Name, 0, null, f.Why)));
        var streams = StreamScan.Find(entries, FrameNumbering.Read(Pattern)!, Pattern, Name);
        if (streams.Count == 0) return Task.FromResult(Nothing());
        if (StrictSequence && Gap(streams) is { } gap) return Task.FromResult(gap);
        context.WriteBytes(Streams, StreamLines.Object(json =>
        {
            json.WriteStartArray("streams");
            foreach (var stream in streams)
            {
                json.WriteStartObject();
                json.WriteString("id", stream.Id);
                json.WriteString("kind", stream.IsFilm ? "film" : "pictures");
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }));
        foreach (var stream in streams)
        {
            cancel.ThrowIfCancellationRequested();
            DurableFile.WritePlain(context.Disk, context.Full($"{Reports.Path}/{stream.Id}.json"), StreamReport.Write(stream));
            foreach (var (first, part) in SliceFile.Cut(stream, Part))
                DurableFile.WritePlain(context.Disk, context.Full(string.Create(CultureInfo.InvariantCulture, $"{Parts.Path}/{stream.Id}~{first:000000000}.jsonl")), part.Write());
        }
        var known = Input.Files.Where(f => !Media.Frames.FrameNames.IsPicture(f.Name) && !Media.Frames.FrameNames.IsFilm(f.Name)).ToList();
        if (known.Count > 0)
        {
            context.Fact("passed over", known.Count.ToString(CultureInfo.InvariantCulture));
            foreach (var other in known.Take(1000)) context.Log($"passed over: {other.Name} (neither a picture nor a film by its name)");
        }
        context.Fact("streams", streams.Count.ToString(CultureInfo.InvariantCulture));
        context.Fact("frames", streams.Where(s => !s.IsFilm).Sum(s => s.Frames.Count).ToString(CultureInfo.InvariantCulture));
        return Task.FromResult(StepResult.Done);
    }

    private StepResult Nothing()
    {
        var seen = Input.Files.Count + Input.Foreign.Count;
        var why = seen == 0 ? "it is empty" : Input.Foreign.FirstOrDefault(f => f.Name.Length == 0) is { } closed ? $"it {closed.Why}" : $"of its {seen} entries none is a picture (jpg, png, webp, bmp, tiff, gif) or a film (mp4, mov, mkv, webm, avi)";
        return new(new Failure(FailureKind.BadOutput, $"the input holds no frames: {why}") { Next = "name a folder of pictures or a film" });
    }

    private static StepResult? Gap(IReadOnlyList<FrameStream> streams)
    {
        foreach (var stream in streams)
        {
            var what = stream.Missing().FirstOrDefault() is { To: > 0 } gap ? gap.From == gap.To ? $"number {gap.From} is missing" : $"numbers {gap.From} to {gap.To} are missing"
                : stream.Doubles.Count > 0 ? $"number {stream.Doubles[0].Index} is there twice ({stream.Doubles[0].Entry.Path})"
                : stream.Frames.FirstOrDefault(f => f.Entry.Why is not null || f.Entry.Bytes == 0) is { Entry: { } bad } ? $"{bad.Path} {bad.Why ?? "is empty (0 bytes)"}" : null;
            if (what is not null)
                return new(new Failure(FailureKind.BadOutput, $"the sequence of {stream.Id} is not whole: {what}") { Next = "complete the frames, or go on without: strict-sequence false" });
        }
        return null;
    }
}
