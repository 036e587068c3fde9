using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Spool.Media.Cuts;
using Spool.Media.Frames;
using Spool.Media.Metrics;
using Spool.Media.Timeline;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class CutsVerb : Verb
{
    private readonly Argument<string> _film = new("VIDEO") { Description = "The film" };
    private readonly Option<CutMethod> _detector = new("--detector") { Description = "content, adaptive, threshold, histogram or hash (default: content)", HelpName = "NAME" };
    private readonly Option<double?> _threshold = new("--threshold") { Description = "Of the detector (defaults: 27, 3, 12, 0.20, 0.35)", HelpName = "X" };
    private readonly Option<string?> _length = new("--min-length") { Description = "Shortest scene: frames, or seconds as in 0.6s (default 15)", HelpName = "N" };
    private readonly Option<string?> _from = new("--from") { Description = "Take the scenes of this edited CSV instead of looking for cuts", HelpName = "CSV" };
    private readonly Option<string?> _csv = new("--csv") { Description = "Write a table of the scenes", HelpName = "FILE" };
    private readonly Option<string?> _edl = new("--edl") { Description = "Write an edit decision list (CMX 3600)", HelpName = "FILE" };
    private readonly Option<string?> _otio = new("--otio") { Description = "Write an OpenTimelineIO timeline", HelpName = "FILE" };
    private readonly Option<string?> _accuracy = new("--accuracy") { Description = "Compare with the cuts of this CSV or JSON: precision, recall, F1", HelpName = "REF" };
    private readonly Option<int> _tolerance = new("--tolerance") { Description = "Frames that cuts may be apart for --accuracy (default 1)", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override string Name => "cuts";
    public override string Summary => "Find the cuts of a film, and list its scenes";
    public override int Order => 31;
    public override IReadOnlyList<string> Examples =>
    [
        "spool cuts trailer.mp4",
        "spool cuts trailer.mp4 --detector adaptive --csv scenes.csv --otio scenes.otio",
        "spool cuts trailer.mp4 --from scenes.csv --edl scenes.edl    after editing the table",
        "spool cuts trailer.mp4 --accuracy by-hand.csv",
    ];

    public override void Build(Command command)
    {
        command.Add(_film);
        foreach (var option in (Option[])[_detector, _threshold, _length, _from, _csv, _edl, _otio, _accuracy, _tolerance, _json]) command.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            using var composition = new Composition();
            try { return await RunAsync(composition, parsed, cancel); }
            catch (PictureFault e)
            {
                await Console.Error.WriteLineAsync($"error: {TerminalText.Plain(parsed.GetValue(_film)!)} {e.Message}");
                return Failed;
            }
            catch (SceneCsvException e) { throw new UsageException($"{parsed.GetValue(_from) ?? parsed.GetValue(_accuracy)} cannot be read as scenes: {e.Message}"); }
        });
    }

    private async Task<int> RunAsync(Composition composition, ParseResult parsed, CancellationToken cancel)
    {
        var path = Path.GetFullPath(parsed.GetValue(_film)!, composition.CurrentFolder);
        if (parsed.GetValue(_threshold) is { } limit && limit is not (>= 0 and <= 255)) throw new UsageException("--threshold is a number from 0 to 255");
        if (parsed.GetValue(_tolerance) < 0) throw new UsageException("--tolerance is a number of frames, 0 or more");
        if (!MinLength.TryParse(parsed.GetValue(_length) ?? "15", null, out var length)) throw new UsageException($"--min-length {parsed.GetValue(_length)}: neither a number of frames nor seconds such as 0.6s");
        var reference = parsed.GetValue(_accuracy) is { } file ? Text(composition, file) : null;
        var list = parsed.GetValue(_from) is { } csv ? await EditedAsync(composition, path, csv, cancel) : await FoundAsync(composition, path, parsed, length, cancel);
        var accuracy = reference is null ? null : CutAccuracy.Of([.. list.Cuts.Select(c => c.Frame)], Reference(reference, list.Rate), parsed.GetValue(_tolerance));
        Write(composition, parsed.GetValue(_csv), () => Encoding.UTF8.GetBytes(SceneFiles.Csv(list)));
        Write(composition, parsed.GetValue(_edl), () => Encoding.UTF8.GetBytes(SceneFiles.Edl(list, Path.GetFileNameWithoutExtension(path))));
        Write(composition, parsed.GetValue(_otio), () => SceneFiles.Otio(list, Path.GetFileNameWithoutExtension(path), "file://" + Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)));
        if (parsed.GetValue(_json)) JsonOut.Line(w => Json(w, list, accuracy));
        else Show(list, accuracy);
        return Done;
    }

    private async Task<SceneList> FoundAsync(Composition composition, string path, ParseResult parsed, MinLength length, CancellationToken cancel)
    {
        var method = parsed.GetValue(_detector);
        var threshold = parsed.GetValue(_threshold) ?? CutDetector.UsualThreshold(method);
        var scores = new CutScores(method);
        var form = FilmForm.Of(await new MediaTools(composition).ProbeAsync(path, cancel));
        // Every method works on colour at working size; the content score is the one that asks for it.
        var records = await new FrameWork(composition, Metric.Content, 0).MeasureFilmAsync(path, Path.GetFileName(path), (frame, found, colour, _) => scores.Add(frame, found, colour), cancel);
        var times = new FilmTimes(records.Select(r => r.Seconds ?? 0), form.Rate);
        return new SceneList(form.Rate, times.Count, times.End, scores.Cuts(times, threshold, length));
    }

    private static async Task<SceneList> EditedAsync(Composition composition, string path, string csv, CancellationToken cancel)
    {
        var form = FilmForm.Of(await new MediaTools(composition).ProbeAsync(path, cancel));
        var cuts = SceneCsv.Read(Text(composition, csv), form.Rate);
        var frames = (int)(form.Frames ?? 0);
        var end = new CutPoint(frames, form.Rate.Seconds(frames));
        if (cuts.Count > 0 && cuts[^1].Frame >= frames) throw new SceneCsvException($"a scene starts at frame {cuts[^1].Frame + 1}, but the film has {frames}");
        return new SceneList(form.Rate, frames, end, cuts);
    }

    private static string Text(Composition composition, string file)
    {
        var path = Path.GetFullPath(file, composition.CurrentFolder);
        if (composition.Disk.Stat(path) is not { Kind: FileKind.File, Size: < 64 << 20 }) throw new UsageException($"{file} is not there or no ordinary file below 64 MiB");
        return DurableFile.ReadText(composition.Disk, path);
    }

    private static IReadOnlyList<long> Reference(string text, FrameRate rate)
    {
        if (!text.TrimStart().StartsWith('{')) return [.. SceneCsv.Read(text, rate).Select(c => c.Frame)];
        try
        {
            using var document = JsonDocument.Parse(text);
            return [.. document.RootElement.GetProperty("cuts").EnumerateArray().Select(c => c.GetInt64()).Order()];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SceneCsvException("it is no JSON with a list 'cuts' of frame numbers");
        }
    }

    private static void Write(Composition composition, string? file, Func<byte[]> bytes)
    {
        if (file is null) return;
        DurableFile.Write(composition.Disk, Path.GetFullPath(file, composition.CurrentFolder), bytes());
        Console.Error.WriteLine($"wrote {file}");
    }

    private static void Json(Utf8JsonWriter write, SceneList list, CutAccuracy? accuracy)
    {
        write.WriteNumber("fps", Math.Round((decimal)list.Rate.PerSecond, 6));
        write.WriteNumber("frames", list.Frames);
        write.WriteStartArray("cuts");
        foreach (var cut in list.Cuts) write.WriteNumberValue(cut.Frame);
        write.WriteEndArray();
        write.WriteStartArray("scenes");
        foreach (var scene in list.Scenes)
        {
            write.WriteStartObject();
            Point(write, "start", scene.Start);
            Point(write, "end", scene.End);
            write.WriteEndObject();
        }
        write.WriteEndArray();
        if (accuracy is null) return;
        write.WriteStartObject("accuracy");
        write.WriteNumber("matched", accuracy.Matched);
        write.WriteNumber("found", accuracy.Found);
        write.WriteNumber("reference", accuracy.Reference);
        write.WriteNumber("precision", Math.Round((decimal)accuracy.Precision, 6));
        write.WriteNumber("recall", Math.Round((decimal)accuracy.Recall, 6));
        write.WriteNumber("f1", Math.Round((decimal)accuracy.F1, 6));
        write.WriteEndObject();
    }

    private static void Point(Utf8JsonWriter write, string name, CutPoint point)
    {
        write.WriteStartObject(name);
        write.WriteNumber("frame", point.Frame);
        write.WriteNumber("s", Math.Round((decimal)point.Seconds, 6));
        write.WriteEndObject();
    }

    private static void Show(SceneList list, CutAccuracy? accuracy)
    {
        var rows = new List<string[]> { new[] { "scene", "from", "to", "frames" } };
        var number = 0;
        foreach (var (start, end) in list.Scenes)
            rows.Add([(++number).ToString(CultureInfo.InvariantCulture), SceneFiles.Timecode(start.Seconds), SceneFiles.Timecode(end.Seconds), $"{start.Frame}-{end.Frame - 1}"]);
        Columns.Print(Console.Out, rows);
        if (accuracy is not null)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"precision {accuracy.Precision:0.000}, recall {accuracy.Recall:0.000}, F1 {accuracy.F1:0.000} ({accuracy.Matched} of {accuracy.Found} found and {accuracy.Reference} in the reference agree)"));
    }
}
