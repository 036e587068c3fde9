using System.Text.Json;

namespace Spool.Interchange.Export;

/// <summary>All that a curation knows of one frame. Elements of JSON are valid until the next frame is read.</summary>
public sealed record FrameRow
{
    /// <summary>Place in the stream, from 0; for films the number of the picture.</summary>
    public required int Place { get; init; }
    public required long Index { get; init; }
    /// <summary>Relative to the input, normalised, below it; for films the film.</summary>
    public required string Path { get; init; }
    /// <summary>The line of frames.jsonl.</summary>
    public required JsonElement Frame { get; init; }
    /// <summary>The line of metrics.jsonl, where there is that file.</summary>
    public JsonElement? Metrics { get; init; }
    /// <summary>The line of annotations, where the frame has one.</summary>
    public JsonElement? Annotated { get; init; }
    /// <summary>What the selection says; null without one.</summary>
    public bool? Keep { get; init; }
    public string? Rule { get; init; }
    /// <summary>Id of the group of duplicates, and whether this frame is the one that stands for it.</summary>
    public string? Group { get; init; }
    public bool? Represents { get; init; }
    /// <summary>In a stretch without motion, its first frame apart; null where idleness was not looked at.</summary>
    public bool? Idle { get; init; }
    /// <summary>Number of the scene from 1; null without cuts.</summary>
    public int? Scene { get; init; }
    public bool Readable { get; init; } = true;

    public long? Bytes => Json.Whole(Frame, "bytes");
    public string? Hash => Json.Text(Frame, "hash");
    public double? Seconds => Json.Number(Frame, "pts_s");
    public int? Width => Size("width");
    public int? Height => Size("height");

    private int? Size(string field) =>
        (int?)(Json.Whole(Frame, field) ?? (Metrics is { } metrics ? Json.Whole(metrics, field) : null) ?? (Annotated is { } annotated ? Json.Whole(annotated, field) : null)) is { } size and > 0 ? size : null;
}

/// <summary>What lies around the frames of a stream: groups, stretches without motion, scenes.</summary>
public sealed record Surroundings
{
    public IReadOnlyDictionary<long, (string Group, bool Represents)> Groups { get; init; } = new Dictionary<long, (string, bool)>();
    /// <summary>First and last number, in order; null without idle.json.</summary>
    public IReadOnlyList<(long First, long Last)>? Idle { get; init; }
    /// <summary>Where scenes start; null without cuts.json.</summary>
    public IReadOnlyList<(long Frame, double? Seconds)>? Scenes { get; init; }

    public static Surroundings Of(CuratedStream stream)
    {
        var groups = new Dictionary<long, (string, bool)>();
        if (stream.Whole("clusters.json") is { } clusters)
            foreach (var cluster in Json.List(clusters, "clusters"))
            {
                var id = Json.Text(cluster, "id") ?? throw Broken("clusters.json", "a cluster has no id");
                foreach (var member in Json.List(cluster, "members"))
                    groups[member.TryGetInt64(out var number) ? number : throw Broken("clusters.json", "members are whole numbers")] = (id, Json.Whole(cluster, "representative") == number);
            }
        return new Surroundings { Groups = groups, Idle = IdleOf(), Scenes = ScenesOf() };

        List<(long, long)>? IdleOf() => stream.Whole("idle.json") is not { } idle ? null
            : [.. Json.List(idle, "stretches").Select(s => (Json.Whole(s, "start_frame") ?? throw Broken("idle.json", "a stretch has no start_frame"), Json.Whole(s, "end_frame") ?? throw Broken("idle.json", "a stretch has no end_frame"))).OrderBy(s => s.Item1)];

        List<(long, double?)>? ScenesOf() => stream.Whole("cuts.json") is not { } cuts ? null
            : [.. Json.List(cuts, "scenes").Select(s => s.TryGetProperty("start", out var start) ? start : throw Broken("cuts.json", "a scene has no start"))
                .Select(s => (Json.Whole(s, "frame") ?? throw Broken("cuts.json", "the start of a scene has no frame"), Json.Number(s, "s"))).OrderBy(s => s.Item1)];

        CurationException Broken(string file, string sentence) => new($"{stream.At(file)}: {sentence}; have it made anew: spool redo {stream.At(file)}");
    }
}
