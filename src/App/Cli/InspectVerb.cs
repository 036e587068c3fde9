using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spool.Interchange.Export;
using Spool.Engine;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class InspectVerb : Verb
{
    private static readonly string[] Subjects = ["stream", "metrics", "duplicates", "idle", "cuts", "annotations", "job"];

    private readonly Argument<string> _what = new("WHAT") { Description = string.Join(", ", Subjects) };
    private readonly Argument<string?> _workspace = new("WORKSPACE") { Description = "The folder of a curation (default: here); for stream also any folder of pictures", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> _streams = new("--stream") { Description = "Only this stream, may be repeated (default: all)", HelpName = "NAME" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line" };

    public override string Name => "inspect";
    public override string Summary => "Look at what a curation found: streams, figures, duplicates, idle stretches, scenes";
    public override int Order => 35;
    public override IReadOnlyList<string> Examples =>
    [
        "spool inspect stream /mnt/cam7                  a folder of pictures: only names are read",
        "spool inspect metrics cam7-curation             where to put a threshold",
        "spool inspect duplicates --json | jq .members",
    ];

    public override void Build(Command command)
    {
        command.Add(_what);
        command.Add(_workspace);
        command.Add(_streams);
        command.Add(_json);
        command.SetAction(parsed =>
        {
            using var composition = new Composition();
            var what = parsed.GetValue(_what)!;
            if (!Subjects.Contains(what)) throw new UsageException($"there is no '{what}' to inspect; {NearestName.Hint(what, Subjects) ?? "what there is: " + string.Join(", ", Subjects)}");
            var (given, names) = (parsed.GetValue(_workspace), parsed.GetValue(_streams) ?? []);
            var folder = given is null ? Here(composition) : Path.GetFullPath(given, composition.CurrentFolder).TrimEnd('/');
            if (composition.Disk.Stat(folder) is not { Kind: FileKind.Folder }) throw new UsageException($"there is no folder {given}");
            try
            {
                if (what == "job") Job(composition, names.Length == 0 ? folder : throw new UsageException("a job is about all streams; leave --stream out"), parsed.GetValue(_json));
                else if (what == "stream" && composition.Disk.Stat(Path.Join(folder, "out")) is null && NamedFrames.Of(composition.Disk, folder) is { } named) Names(named, given ?? ".", parsed.GetValue(_json));
                else new Sheet(new CurationFolder(composition.Disk, folder).Streams(names), parsed.GetValue(_json)).Show(what);
                return Done;
            }
            catch (CurationException e)
            {
                Console.Error.WriteLine("error: " + TerminalText.Plain(e.Message));
                return Failed;
            }
        });
    }

    private static string Here(Composition composition)
    {
        for (var folder = composition.CurrentFolder; folder is not null; folder = Path.GetDirectoryName(folder))
            if (composition.Disk.Stat(Path.Join(folder, ".spool")) is { Kind: FileKind.Folder } || composition.Disk.Stat(Path.Join(folder, "out")) is { Kind: FileKind.Folder }) return folder;
        return composition.CurrentFolder;
    }

    private static void Names(NamedFrames found, string shown, bool json)
    {
        if (json)
        {
            JsonOut.Line(w =>
            {
                w.WriteString("path", shown);
                w.WriteNumber("frames", found.Frames);
                if (found.First is { } first) w.WriteNumber("first", first);
                else w.WriteNull("first");
                if (found.Last is { } last) w.WriteNumber("last", last);
                else w.WriteNull("last");
                w.WritePropertyName("missing");
                w.WriteRawValue($"[{string.Join(',', found.Missing.Select(m => string.Create(CultureInfo.InvariantCulture, $"[{m.From},{m.To}]")))}]");
                w.WriteStartArray("duplicate_indices");
                foreach (var (index, name) in found.Doubles)
                {
                    w.WriteStartObject();
                    w.WriteNumber("frame_idx", index);
                    w.WriteString("path", name);
                    w.WriteEndObject();
                }
                w.WriteEndArray();
                w.WriteStartArray("unnumbered");
                foreach (var name in found.Unnumbered) w.WriteStringValue(name);
                w.WriteEndArray();
            });
            return;
        }
        Console.WriteLine($"{TerminalText.Plain(shown)}: {Words.Count(found.Frames)} frames{(found.First is { } from ? $", {from} to {found.Last}" : "")}");
        if (found.Missing.Count > 0) Console.WriteLine($"  missing: {Sheet.Ranges(found.Missing)}");
        foreach (var (index, name) in found.Doubles.Take(20)) Console.WriteLine($"  number {index} is there again: {TerminalText.Plain(name)}");
        if (found.Doubles.Count > 20) Console.WriteLine($"  and {Words.Count(found.Doubles.Count - 20)} more numbers used twice");
        if (found.Unnumbered.Count > 0) Console.WriteLine($"  without a number: {Words.Count(found.Unnumbered.Count)} ({TerminalText.Plain(found.Unnumbered[0])}{(found.Unnumbered.Count > 1 ? ", …" : "")})");
    }

    private static void Job(Composition composition, string workspace, bool json)
    {
        var past = PastRuns.Read(composition, workspace);
        var run = past.Run(null);
        string[] states = ["ran", "reused", "failed", "waiting", "blocked", "skipped", "cancelled"];
        var steps = past.TasksOf(run).GroupBy(t => t.GetProperty("step").GetString()!)
            .Select(g => (Step: g.Key, Counts: states.Select(s => g.Count(t => t.GetProperty("status").GetString() is { } status && (status == "succeeded" ? "ran" : status) == s)).ToArray())).ToList();
        double? seconds = run.FinishedAt is { } end ? (end - run.StartedAt) / 1000.0 : null;
        if (json)
        {
            JsonOut.Line(w =>
            {
                PastRuns.WriteRun(w, run, past.Paths.Workspace, past.StatusOf(run));
                if (seconds is { } took) w.WriteNumber("seconds", took);
                else w.WriteNull("seconds");
                w.WriteStartArray("steps");
                foreach (var (step, counts) in steps)
                {
                    w.WriteStartObject();
                    w.WriteString("step", step);
                    for (var i = 0; i < states.Length; i++) w.WriteNumber(states[i], counts[i]);
                    w.WriteEndObject();
                }
                w.WriteEndArray();
            });
            return;
        }
        Console.WriteLine($"run {run.Run} of {run.Name}: {past.StatusOf(run)}, begun {RunExport.Time(run.StartedAt)}{(seconds is { } lasted ? $", took {Words.Duration(lasted)}" : "")}");
        var shown = Enumerable.Range(0, states.Length).Where(i => i < 3 || steps.Any(s => s.Counts[i] > 0)).ToList();
        var rows = new List<string[]> { shown.Select(i => states[i].ToUpperInvariant()).Prepend("STEP").ToArray() };
        foreach (var (step, counts) in steps) rows.Add([step, .. shown.Select(i => Words.Count(counts[i]))]);
        Columns.Print(Console.Out, rows);
    }

    /// <summary>The results of streams as tables or lines of JSON.</summary>
    private sealed class Sheet(IReadOnlyList<CuratedStream> streams, bool json)
    {
        private readonly List<string[]> _rows = [];

        internal void Show(string what)
        {
            var missing = new List<string>();
            foreach (var stream in streams)
            {
                var file = what switch { "stream" => "stream.json", "metrics" => "metrics.jsonl", "duplicates" => "clusters.json", "idle" => "idle.json", "cuts" => "cuts.json", _ => CuratedStream.Annotations };
                if (!stream.Has(file)) missing.Add(stream.At(file));
                else if (what == "stream") Stream(stream);
                else if (what == "metrics") Metrics(stream);
                else if (what == "duplicates") Duplicates(stream);
                else if (what == "idle") Idle(stream);
                else if (what == "cuts") Cuts(stream);
                else Annotations(stream);
            }
            if (missing.Count == streams.Count) throw new CurationException($"{missing[0]} is not there{(missing.Count > 1 ? $", nor are those of {missing.Count - 1} other streams" : "")}; {(what == "annotations" ? "nothing was annotated" : "finish the curation: spool run, or have that step in its workflow")}");
            Columns.Print(Console.Out, _rows);
            foreach (var file in missing) Console.Error.WriteLine($"{file} is not there");
        }

        private void Row(string[] head, params string[] cells)
        {
            if (_rows.Count == 0) _rows.Add(head);
            _rows.Add([.. cells.Select(TerminalText.Plain)]);
        }

        private void Stream(CuratedStream stream)
        {
            var facts = stream.Facts;
            if (json)
            {
                JsonOut.Object(facts.WriteTo);
                return;
            }
            var gaps = Json.List(facts, "missing").Where(m => m.ValueKind == JsonValueKind.Array && m.GetArrayLength() == 2).Select(m => (m[0].GetInt64(), m[1].GetInt64())).ToList();
            Row(["STREAM", "KIND", "FRAMES", "FROM", "TO", "UNREADABLE", "TWICE", "MISSING"], stream.Name, Json.Text(facts, "kind") ?? "-", Number(Json.Whole(facts, "frames")), Number(Json.Whole(facts, "first")), Number(Json.Whole(facts, "last")),
                Number(Json.List(facts, "unreadable").LongCount()), Number(Json.List(facts, "duplicate_indices").LongCount()), gaps.Count == 0 ? "-" : Ranges(gaps));
        }

        private void Metrics(CuratedStream stream)
        {
            var figures = MetricFigures.Of(stream);
            if (json)
            {
                JsonOut.Line(w =>
                {
                    w.WriteString("stream", stream.Name);
                    w.WriteNumber("frames", figures.Frames);
                    w.WriteNumber("unreadable", figures.Unreadable);
                    w.WriteStartObject("metrics");
                    foreach (var spread in figures.Spreads)
                    {
                        w.WriteStartObject(spread.Metric);
                        w.WriteNumber("count", spread.Count);
                        foreach (var (name, value) in Values(spread)) w.WriteNumber(name, value);
                        w.WriteEndObject();
                    }
                    w.WriteEndObject();
                    w.WriteStartObject("flags");
                    foreach (var (flag, count) in figures.Flags) w.WriteNumber(flag, count);
                    w.WriteEndObject();
                });
                return;
            }
            foreach (var spread in figures.Spreads)
                Row(["STREAM", "METRIC", "FRAMES", "LEAST", "5 %", "MIDDLE", "95 %", "MOST", "MEAN"], [stream.Name, spread.Metric, Words.Count(spread.Count), .. Values(spread).Select(v => v.Value.ToString("0.####", CultureInfo.InvariantCulture))]);
            foreach (var (flag, count) in figures.Flags) _rows.Add([TerminalText.Plain(stream.Name), flag, Words.Count(count), figures.Frames == 0 ? "" : (100.0 * count / figures.Frames).ToString("0.0", CultureInfo.InvariantCulture) + " %"]);
        }

        private static (string Name, double Value)[] Values(Spread spread) => [("least", spread.Least), ("p05", spread.Low), ("p50", spread.Middle), ("p95", spread.High), ("most", spread.Most), ("mean", Math.Round(spread.Mean, 8))];

        private void Duplicates(CuratedStream stream) => Each(stream, stream.Whole("clusters.json")!.Value, "clusters", cluster =>
        {
            var members = Json.List(cluster, "members").Select(m => m.GetRawText()).Zip(Json.List(cluster, "distances").Select(d => d.GetRawText())).Where(m => m.First != Json.Whole(cluster, "representative")?.ToString(CultureInfo.InvariantCulture)).ToList();
            Row(["STREAM", "GROUP", "KEPT", "BECAUSE", "OTHERS (BITS)"], stream.Name, Json.Text(cluster, "id") is { } id ? id[..Math.Min(12, id.Length)] : "-", Number(Json.Whole(cluster, "representative")), Json.Text(cluster, "reason") ?? "-",
                string.Join(", ", members.Take(8).Select(m => $"{m.First} ({m.Second})")) + (members.Count > 8 ? $", and {members.Count - 8} more" : ""));
        });

        private void Idle(CuratedStream stream) => Each(stream, stream.Whole("idle.json")!.Value, "stretches", stretch =>
            Row(["STREAM", "FROM", "TO", "FRAMES", "MEAN MOTION", "TIME"], stream.Name, Number(Json.Whole(stretch, "start_frame")), Number(Json.Whole(stretch, "end_frame")), Number(Json.Whole(stretch, "frames")),
                Json.Number(stretch, "mean_motion")?.ToString("0.######", CultureInfo.InvariantCulture) ?? "-", Json.Number(stretch, "start_s") is { } start && Json.Number(stretch, "end_s") is { } end ? $"{Words.Clock(start)} to {Words.Clock(end)}" : "-"));

        private void Cuts(CuratedStream stream)
        {
            var number = 0;
            Each(stream, stream.Whole("cuts.json")!.Value, "scenes", scene =>
            {
                var (from, to) = (scene.TryGetProperty("start", out var start) ? start : default, scene.TryGetProperty("end", out var end) ? end : default);
                Row(["STREAM", "SCENE", "FROM", "BEFORE", "START", "END"], stream.Name, Number(++number), Number(Json.Whole(from, "frame")), Number(Json.Whole(to, "frame")), Time(from), Time(to));
            });

            static string Time(JsonElement point) => Json.Number(point, "s") is { } s ? Words.Clock(s) : "-";
        }

        private void Annotations(CuratedStream stream)
        {
            var labels = new SortedDictionary<string, (int Objects, int Frames, double? Least)>(StringComparer.Ordinal);
            using var lines = stream.Open(CuratedStream.Annotations);
            while (lines.Next() is { } line)
                foreach (var group in Json.List(line, "annotations").GroupBy(a => Json.Text(a, "label") ?? throw lines.Fault("has an object without a label")))
                {
                    var (objects, frames, least) = labels.GetValueOrDefault(group.Key);
                    var scores = group.Select(a => Json.Number(a, "score")).Append(least).OfType<double>().ToList();
                    labels[group.Key] = (objects + group.Count(), frames + 1, scores.Count > 0 ? scores.Min() : null);
                }
            foreach (var (label, (objects, frames, least)) in labels)
                if (json) JsonOut.Line(w =>
                {
                    w.WriteString("stream", stream.Name);
                    w.WriteString("label", label);
                    w.WriteNumber("objects", objects);
                    w.WriteNumber("frames", frames);
                    if (least is { } score) w.WriteNumber("least_score", score);
                    else w.WriteNull("least_score");
                });
                else Row(["STREAM", "LABEL", "OBJECTS", "FRAMES", "LEAST SCORE"], stream.Name, label, Words.Count(objects), Words.Count(frames), least?.ToString("0.###", CultureInfo.InvariantCulture) ?? "-");
        }

        /// <summary>Each entry of a list as a row, or as an object with the stream in front.</summary>
        private void Each(CuratedStream stream, JsonElement whole, string list, Action<JsonElement> row)
        {
            foreach (var entry in Json.List(whole, list))
                if (!json) row(entry);
                else JsonOut.Line(w =>
                {
                    w.WriteString("stream", stream.Name);
                    foreach (var field in entry.EnumerateObject()) field.WriteTo(w);
                });
        }

        private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";

        internal static string Ranges(IReadOnlyList<(long From, long To)> ranges) =>
            $"{Words.Count((int)Math.Min(int.MaxValue, ranges.Sum(r => r.To - r.From + 1)))} in {ranges.Count} gap{(ranges.Count == 1 ? "" : "s")} ({string.Join(", ", ranges.Take(4).Select(r => r.From == r.To ? $"{r.From}" : $"{r.From}-{r.To}"))}{(ranges.Count > 4 ? ", …" : "")})";
    }
}
