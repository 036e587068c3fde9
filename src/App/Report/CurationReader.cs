using System.Text.Json;
using Spool.Platform;

namespace Spool.App.Report;

/// <summary>
/// Makes what the page tells of the streams of a curation, from the files that a run left. Text is read as a stream; what stays in memory is a few
/// bytes a frame. What would make the page too large is left out, the least wanted first, and said.
/// </summary>
/// <param name="room">Characters that all streams together may take.</param>
internal sealed class CurationReader(IDisk disk, Allowance room)
{
    private const int MostNoted = 200, MostRanges = 2000, MostStretches = 10_000, MostScenes = 20_000;

    /// <summary>The streams, or null for a run that curated nothing. Files that are not as their format says are named in <paramref name="leftOut"/>.</summary>
    internal ReportedCuration? Read(IReadOnlyList<StreamFiles> streams, string? input, List<string> leftOut)
    {
        var shown = new List<CurationStream>();
        foreach (var stream in streams)
        {
            var reading = "stream.json";
            try { shown.Add(One(stream, name => reading = name)); }
            catch (CurationFormatException e) { leftOut.Add($"The curation of {stream.Name}: out/{stream.Name}/{reading}: {ArtifactTypes.Cut(e.Message, 300)}"); }
        }
        return shown.Count == 0 ? null : new ReportedCuration(input, shown);
    }

    private CurationStream One(StreamFiles files, Action<string> reading)
    {
        var leftOut = new List<string>();
        var stream = Document("stream.json", json => Facts(files.Name, json))!;
        var notes = new List<string>();
        var scenes = Document("cuts.json", json => IsThere(json, "Shots", notes) ? Cuts(json) : null);
        var idle = Document("idle.json", json => IsThere(json, "Idle stretches", notes) ? Idle(json) : null);
        var rules = new List<string>();
        var selection = Document("selection.json", json => Selection(json, rules));

        var frames = new CurationFrames(stream.Kind == "film", stream.Fps);
        if (idle?.Rule is { } rule) frames.Of("motion").Line = rule.Enter;
        if (scenes is { Detector: "content" }) frames.Of("cut_content").Line = scenes.Threshold;
        if (!Lines("metrics.jsonl", frames.Take)) Lines("frames.jsonl", frames.Take);
        if (idle is not null)
            foreach (var stretch in idle.Stretches.First)
            {
                var (from, to) = frames.Numbers.Between((long)stretch[0]!.Value, (long)stretch[1]!.Value);
                foreach (ref var flag in frames.Flags[from..Math.Max(from, to)]) flag |= (byte)FrameFlags.Idle;
            }
        CurationGroups? groups = null;
        if (PlaceOf("clusters.json") is { } clusters)
        {
            groups = new CurationGroups(frames.Numbers);
            groups.Read(disk, clusters);
            groups.Mark(frames.Flags);
        }
        Lines("selection.jsonl", line => frames.TakeChoice(line, rules));

        stream = stream with { Cuts = scenes, Idle = Cut(idle, leftOut), Selection = selection is null ? null : selection with { Rules = [.. selection.Rules, .. rules.Skip(selection.Rules.Count).Select(r => new RuleCount(r, 0, 0))] } };
        if (scenes is not null && scenes.Scenes.Total > scenes.Scenes.First.Count) leftOut.Add($"shots after the first {Cli.Words.Count(MostScenes)}");
        stream = WithColumns(stream, frames, leftOut);
        stream = stream with { Sheets = stream.Numbers is null ? [] : SheetsOf(files.Parts, leftOut), Groups = stream.Numbers is null ? null : groups?.ToGroups(room, leftOut) };
        if (groups?.Unavailable is { } why) notes.Add($"Groups of near-equal frames: {why}");
        return stream with { Notes = notes, LeftOut = leftOut };

        string? PlaceOf(string name)
        {
            reading(name);
            return files.Files.GetValueOrDefault(name)?.FirstOrDefault(p => disk.Stat(p) is { Kind: FileKind.File });
        }

        T? Document<T>(string name, Func<JsonElement, T?> read) where T : class => PlaceOf(name) is { } place ? CurationText.Document(disk, place, read)
            : name == "stream.json" ? throw new CurationFormatException("it is no longer there") : null;

        bool Lines(string name, LineTaker take)
        {
            if (PlaceOf(name) is not { } place) return false;
            CurationText.Lines(disk, place, take);
            return true;
        }
    }

    /// <summary>False, with a note of the reason, where a step had nothing to look at.</summary>
    private static bool IsThere(JsonElement json, string what, List<string> notes)
    {
        if (Text(json, "unavailable") is not { } why) return true;
        notes.Add($"{what}: {why}");
        return false;
    }

    /// <summary>The columns for which there is room.</summary>
    internal CurationStream WithColumns(CurationStream stream, CurationFrames frames, List<string> leftOut)
    {
        var count = frames.Numbers.Count;
        if (count == 0) return stream;
        var perByte = count / 3 * 4 + 4;
        if (frames.Numbers.ToRuns() is not { } numbers)
        {
            leftOut.Add($"all that is told frame by frame: two numbers lie more than {Cli.Words.Count(int.MaxValue)} apart, which the page cannot draw; the figures are in metrics.jsonl");
            return stream;
        }
        if (!room.Take(frames.Numbers.Cost + 2 * perByte))
        {
            leftOut.Add($"all that is told frame by frame, of {Cli.Words.Count(count)} frames, to keep the page small");
            return stream;
        }
        var columns = new Dictionary<string, Column>();
        foreach (var score in CurationFrames.Scores)
        {
            var values = frames.Of(score);
            if (!values.Any) continue;
            if (room.Take(ColumnValues.CostOf(count))) columns.Add(score, values.ToColumn());
            else leftOut.Add($"the column {score}, to keep the page small");
        }
        var paths = room.Take(frames.Paths.Cost);
        if (!paths || frames.Paths.LeftOut > 0) leftOut.Add($"the paths of {Cli.Words.Count(paths ? frames.Paths.LeftOut : count)} frames; they are in frames.jsonl");
        return stream with
        {
            Numbers = numbers,
            Columns = columns,
            Flags = frames.Flags.ToArray(),
            Rules = frames.Rules,
            Paths = paths ? frames.Paths.ToPaths() : null,
            TimeShift = frames.IsShifted && room.Take(ColumnValues.CostOf(count)) ? frames.Shifts.ToColumn() : null,
            Lines = columns.Keys.Where(c => frames.Of(c).Line is not null).ToDictionary(c => c, c => frames.Of(c).Line!.Value),
        };
    }

    private List<SheetFolder> SheetsOf(IReadOnlyList<SheetFiles> parts, List<string> leftOut)
    {
        var folders = new List<SheetFolder>();
        var lost = 0;
        foreach (var part in parts)
        {
            if (part.Places.FirstOrDefault(p => disk.Stat(p) is { Kind: FileKind.File }) is not { } place) continue;
            var folder = CurationText.Document(disk, place, json => SheetFolderOf(part.Path, json));
            if (room.Take(folder.Frames.Count * 8 + folder.Address.Length + 70)) folders.Add(folder);
            else lost++;
        }
        if (lost > 0) leftOut.Add($"the pictures of {Cli.Words.Count(lost)} of {Cli.Words.Count(parts.Count)} parts, to keep the page small");
        return folders;
    }

    private static SheetFolder SheetFolderOf(string path, JsonElement json)
    {
        var tile = json.GetProperty("tile").EnumerateArray().Select(t => t.GetInt32()).ToArray();
        var columns = json.GetProperty("columns").GetInt32();
        if (columns < 1 || tile is not [> 0, > 0]) throw new FormatException("tiles have no size");
        var runs = new List<long>();
        foreach (var element in json.GetProperty("frames").EnumerateArray())
        {
            var frame = element.GetInt64();
            // Triples of first, count, step; the second tile of a run decides its step.
            if (runs.Count > 0 && (runs[^2] == 1 || frame == runs[^3] + runs[^2] * runs[^1]))
            {
                if (runs[^2] == 1) runs[^1] = frame - runs[^3];
                runs[^2]++;
            }
            else runs.AddRange([frame, 1, 1]);
        }
        return new SheetFolder(ArtifactTypes.Address(path) + "/", columns, tile, runs);
    }

    private static CurationStream Facts(string name, JsonElement json)
    {
        var missing = json.GetProperty("missing").EnumerateArray().Select(r => (From: r[0].GetInt64(), To: r[1].GetInt64())).ToList();
        return new CurationStream
        {
            Name = name,
            Kind = json.GetProperty("kind").GetString() == "film" ? "film" : "pictures",
            Frames = json.GetProperty("frames").GetInt64(),
            Fps = Optional(json, "fps"),
            Seconds = Optional(json, "duration_s"),
            Sizes = json.TryGetProperty("sizes", out var sizes) ? [.. sizes.EnumerateArray().Take(20).Select(s => new SizeCount(s.GetProperty("width").GetInt32(), s.GetProperty("height").GetInt32(), s.GetProperty("frames").GetInt64()))] : [],
            Missing = new Listed<IReadOnlyList<long>>(missing.Count, [.. missing.Take(MostRanges).Select(m => new[] { m.From, m.To })]),
            MissingFrames = missing.Sum(m => m.To - m.From + 1),
            Doubles = Noted(json, "duplicate_indices", null),
            Unreadable = Noted(json, "unreadable", "more_unreadable"),
            NotFrames = Noted(json, "not_frames", "more_not_frames"),
            LeftOut = [],
        };
    }

    private static Listed<NotedFile> Noted(JsonElement json, string name, string? more) => json.TryGetProperty(name, out var list)
        ? new Listed<NotedFile>(list.GetArrayLength() + (more is null ? 0 : (int)(Optional(json, more) ?? 0)), [.. list.EnumerateArray().Take(MostNoted).Select(e => new NotedFile(
            e.TryGetProperty("frame_idx", out var frame) ? frame.GetInt64() : null, Text(e, "path") ?? Text(e, "frame_path"), Text(e, "why") ?? Text(e, "error")))])
        : new Listed<NotedFile>(0, []);

    private static ReportedIdle Idle(JsonElement json)
    {
        var stretches = json.GetProperty("stretches").EnumerateArray()
            .Select(s => new[] { s.GetProperty("start_frame").GetInt64(), s.GetProperty("end_frame").GetInt64(), Optional(s, "start_s"), Optional(s, "end_s"), Optional(s, "mean_motion") }).ToList();
        var rule = json.TryGetProperty("rule", out var r)
            ? new IdleSettings(r.GetProperty("enter").GetDouble(), r.GetProperty("leave").GetDouble(), r.GetProperty("window").GetInt32(), r.GetProperty("min_frames").GetInt32(), Optional(r, "min_s") ?? 0) : null;
        return new ReportedIdle(rule, new Listed<IReadOnlyList<double?>>(stretches.Count, stretches), json.GetProperty("stretches").EnumerateArray().Sum(s => s.GetProperty("frames").GetInt64()));
    }

    /// <summary>All stretches mark frames; the page lists the first ones.</summary>
    private static ReportedIdle? Cut(ReportedIdle? idle, List<string> leftOut)
    {
        if (idle is null || idle.Stretches.Total <= MostStretches) return idle;
        leftOut.Add($"idle stretches after the first {Cli.Words.Count(MostStretches)}");
        return idle with { Stretches = idle.Stretches with { First = [.. idle.Stretches.First.Take(MostStretches)] } };
    }

    private static ReportedCuts Cuts(JsonElement json)
    {
        var scenes = json.GetProperty("scenes");
        return new ReportedCuts(json.GetProperty("detector").GetString() ?? "", json.GetProperty("threshold").GetDouble(), Optional(json, "fps"), new Listed<IReadOnlyList<double>>(scenes.GetArrayLength(),
            [.. scenes.EnumerateArray().Take(MostScenes).Select(s => (double[])[At(s, "start", "frame"), At(s, "end", "frame"), At(s, "start", "s"), At(s, "end", "s")])]));

        static double At(JsonElement scene, string end, string unit) => scene.GetProperty(end).GetProperty(unit).GetDouble();
    }

    private static SelectionCounts Selection(JsonElement json, List<string> names)
    {
        var rules = json.GetProperty("rules").EnumerateArray().Select(r => new RuleCount(r.GetProperty("rule").GetString() ?? "", r.GetProperty("matched").GetInt64(), r.GetProperty("first").GetInt64())).ToList();
        names.AddRange(rules.Select(r => r.Rule));
        return new SelectionCounts(json.GetProperty("kept").GetInt64(), json.GetProperty("dropped").GetInt64(), rules);
    }

    private static double? Optional(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? ArtifactTypes.Cut(value.GetString()!, 300) : null;
}
