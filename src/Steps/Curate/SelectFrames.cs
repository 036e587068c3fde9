using System.Globalization;
using System.Text.Json;
using Spool.Engine;
using Spool.Media.Streams;

namespace Spool.Steps.Curate;

/// <summary>
/// Decides which frames of a stream stay, and counts what each rule drops first. Nothing is deleted: the list is what exports go by. A person's
/// decisions beat every rule and are a row of their own.
/// </summary>
[StepKind("curate.select", version: 1, InProcess = true)]
public sealed record SelectFrames : Step
{
    /// <summary>The measured frames with their flags.</summary>
    [In("metrics")] public InputFile Metrics { get; init; } = null!;

    /// <summary>The frames with their content hashes.</summary>
    [In("frames")] public InputFile Frames { get; init; } = null!;

    /// <summary>Groups of duplicates.</summary>
    [In("clusters")] public InputFile? Clusters { get; init; }

    /// <summary>Stretches without motion.</summary>
    [In("idle")] public InputFile? Idle { get; init; }

    /// <summary>Cuts, for what is counted by shot.</summary>
    [In("cuts")] public InputFile? Cuts { get; init; }

    /// <summary>Decisions of people.</summary>
    [In("decisions")] public InputFile? Overrides { get; init; }

    /// <summary>What each rule costs, and how many frames stay.</summary>
    [Out("table")] public OutputFile Table { get; init; } = null!;

    /// <summary>A line a frame: whether it stays, and why not.</summary>
    [Out("selection")] public OutputFile Chosen { get; init; } = null!;

    /// <summary>The id of the stream, by which decisions name moments of it.</summary>
    public string Stream { get; init; } = "frames";

    /// <summary>Blurry frames go.</summary>
    public bool DropBlurry { get; init; } = true;

    /// <summary>Dark frames go.</summary>
    public bool DropDark { get; init; } = true;

    /// <summary>Of a group of duplicates only the representative stays.</summary>
    public bool OnePerGroup { get; init; } = true;

    /// <summary>Of a stretch without motion only the first frame stays.</summary>
    public bool DropIdle { get; init; }

    /// <summary>One frame of so many numbers stays.</summary>
    [Within(1, 1_000_000)] public int Every { get; init; } = 1;

    /// <summary>At most so many frames of a shot stay, evenly spread; 0 for all.</summary>
    [Within(0, 1_000_000)] public int PerShot { get; init; }

    public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var times = new List<double?>();
        Media.Metrics.FrameLine? first = null;
        var frames = context.Frames(Metrics, f =>
        {
            first ??= f;
            times.Add(f.Seconds);
            return new FlaggedFrame(f.Index, f.Error is not null, f.IsBlurry == true, f.IsDark == true);
        });
        var decided = context.Decided(Overrides, StreamFiles.NamesOf(Stream, first), frames.Select((f, i) => (f.Index, times[i])), Frames);
        var around = new FrameSurroundings(
            Clusters is null ? new HashSet<long>() : context.Reading(Clusters, "curate.duplicates", _ => Spare(context.ReadBytes(Clusters))),
            Idle is null ? [] : context.Reading(Idle, "curate.idle", _ => Stretches(context.ReadBytes(Idle))),
            Cuts is null ? [] : context.Reading(Cuts, "curate.cuts", _ => Starts(context.ReadBytes(Cuts))));
        var (chosen, rules) = Selection.Of(frames, around, new(DropBlurry, DropDark, OnePerGroup, DropIdle, Every, PerShot), decided.Kept);
        var kept = chosen.Count(c => c.Keep);
        context.WriteBytes(Table, StreamLines.Object(json =>
        {
            json.WriteNumber("dropped", chosen.Count - kept);
            json.WriteNumber("frames", chosen.Count);
            json.WriteNumber("kept", kept);
            json.WriteStartArray("rules");
            foreach (var rule in rules)
            {
                json.WriteStartObject();
                json.WriteNumber("first", rule.First);
                json.WriteNumber("matched", rule.Matched);
                json.WriteString("rule", rule.Rule);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }));
        StreamLines.Write(context.Disk, context.Full(Chosen.Path), context.Lines(Metrics).Zip(chosen), (json, one) =>
        {
            json.WriteNumber("frame_idx", one.Second.Index);
            json.WriteString("frame_path", one.First.Path);
            json.WriteBoolean("keep", one.Second.Keep);
            json.WriteString("rule", one.Second.Rule);
        });
        context.Fact("kept", kept.ToString(CultureInfo.InvariantCulture));
        context.Fact("dropped", (chosen.Count - kept).ToString(CultureInfo.InvariantCulture));
        return Task.FromResult(StepResult.Done);
    }

    private static HashSet<long> Spare(byte[] text)
    {
        using var document = JsonDocument.Parse(text);
        var spare = new HashSet<long>();
        foreach (var cluster in document.RootElement.GetProperty("clusters").EnumerateArray())
        {
            var kept = cluster.GetProperty("representative").GetInt64();
            foreach (var member in cluster.GetProperty("members").EnumerateArray())
                if (member.GetInt64() != kept) spare.Add(member.GetInt64());
        }
        return spare;
    }

    private static List<(long, long)> Stretches(byte[] text)
    {
        using var document = JsonDocument.Parse(text);
        return [.. document.RootElement.GetProperty("stretches").EnumerateArray().Select(s => (s.GetProperty("start_frame").GetInt64(), s.GetProperty("end_frame").GetInt64()))];
    }

    private static List<long> Starts(byte[] text)
    {
        using var document = JsonDocument.Parse(text);
        return [.. document.RootElement.GetProperty("cuts").EnumerateArray().Select(c => c.GetInt64())];
    }
}
