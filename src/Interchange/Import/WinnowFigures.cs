using System.Text.Json;
using Spool.Interchange.Export;

namespace Spool.Interchange.Import;

/// <summary>What the stages of Winnow measured of a frame, under the names of metrics.jsonl; null where a stage did not see the frame.</summary>
internal sealed class WinnowFigures
{
    private decimal? _variance, _blurBelow, _mean, _luma, _percentile, _darkBelow, _motion;
    private bool? _blurry, _dark;
    private bool _moved;
    private (int Width, int Height)? _size;

    internal string? Phash { get; set; }

    internal static void Blur(WinnowFigures figures, JsonElement record)
    {
        (figures._variance, figures._blurBelow, figures._blurry) = (Decimal(record, "blur_score"), Decimal(record, "threshold"), Json.Truth(record, "is_blurry"));
        if (Json.List(record, "size").Select(n => n.TryGetInt32(out var side) ? side : 0).ToList() is [> 0 and var width, > 0 and var height]) figures._size = (width, height);
    }

    internal static void Darkness(WinnowFigures figures, JsonElement record) =>
        (figures._mean, figures._luma, figures._percentile, figures._dark, figures._darkBelow) =
        (Decimal(record, "mean_luma"), Decimal(record, "percentile_luma"), Decimal(record, "percentile"), Json.Truth(record, "is_dark"), Decimal(record, "threshold"));

    internal static void Idle(WinnowFigures figures, JsonElement record) => (figures._motion, figures._moved) = (Decimal(record, "motion_score"), true);

    internal void Write(Utf8JsonWriter json)
    {
        Number("laplacian_variance", _variance);
        Number("luma_mean", _mean);
        Number("luma_percentile", _luma);
        Number("percentile", _percentile);
        if (Phash is not null) json.WriteString("phash", Phash);
        if (_motion is not null) Number("motion", _motion);
        else if (_moved) json.WriteNull("motion");
        if (_blurry is { } blurry) json.WriteBoolean("is_blurry", blurry);
        if (_dark is { } dark) json.WriteBoolean("is_dark", dark);
        if (_blurBelow is null && _darkBelow is null) return;
        json.WriteStartObject("thresholds");
        if (_blurBelow is { } blur)
        {
            json.WriteStartObject("is_blurry");
            json.WriteString("method", "laplacian_variance");
            json.WriteNumber("below", blur);
            if (_size is { } size)
            {
                json.WriteStartArray("size");
                json.WriteNumberValue(size.Width);
                json.WriteNumberValue(size.Height);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        if (_darkBelow is { } below)
        {
            json.WriteStartObject("is_dark");
            json.WriteString("method", "luma_percentile");
            json.WriteNumber("below", below);
            json.WriteEndObject();
        }
        json.WriteEndObject();

        void Number(string name, decimal? value)
        {
            if (value is { } number) json.WriteNumber(name, number);
        }
    }

    /// <summary>At most eight decimals, as metrics.jsonl has them.</summary>
    private static decimal? Decimal(JsonElement record, string field) =>
        record.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? Math.Round(number, 8) : null;
}

/// <summary>The groups of near-equal frames of Winnow.</summary>
internal sealed class WinnowClusters
{
    private readonly WinnowStream _stream;
    private readonly Dictionary<long, decimal> _confidence = [];
    private readonly List<JsonElement> _clusters;
    private readonly long? _threshold;
    private readonly int _records;

    internal WinnowClusters(WinnowStream stream, IEnumerable<JsonElement> records, IEnumerable<JsonElement>? clusters)
    {
        _stream = stream;
        var groups = new Dictionary<string, List<long>>();
        foreach (var record in records)
        {
            _records++;
            _threshold ??= Json.Whole(record, "hamming_threshold");
            HasAverageHash |= Json.Text(record, "duplicate_hash") is not null;
            if (Json.Whole(record, "frame_idx") is not { } index) throw new CurationException($"a record of the stage duplicates of {stream.Id} has no frame_idx");
            if (Json.Text(record, "phash") is { } hash) Hashes[index] = hash;
            if (Json.Number(record, "duplicate_confidence") is { } confidence) _confidence[index] = (decimal)confidence;
            if (Json.Text(record, "duplicate_group_id") is not { } group) continue;
            if (!groups.TryGetValue(group, out var members)) groups[group] = members = [];
            members.Add(index);
        }
        _clusters = clusters is not null ? [.. clusters.Select(c => c.Clone())] : [.. groups.Select(g => Made(g.Key, g.Value))];
        // Winnow also lists groups of one.
        _clusters.RemoveAll(c => Json.List(c, "frame_indices").Count() < 2);
    }

    /// <summary>Perceptual hashes that Spool wrote into its own exports.</summary>
    internal Dictionary<long, string> Hashes { get; } = [];

    internal bool HasAverageHash { get; }

    internal void Write(Utf8JsonWriter json, int frames)
    {
        json.WriteStartArray("clusters");
        foreach (var cluster in _clusters)
        {
            var members = Json.List(cluster, "frame_indices").Select(m => m.TryGetInt64(out var index) ? index : throw new CurationException($"a cluster of {_stream.Id} has a frame that is no whole number")).Order().ToList();
            json.WriteStartObject();
            if (cluster.TryGetProperty("confidence", out var told) && told.ValueKind == JsonValueKind.Array)
            {
                RecordLines.Same(json, "confidence", cluster, "confidence");
                RecordLines.Same(json, "distances", cluster, "distances");
            }
            else if (members.TrueForAll(_confidence.ContainsKey))
            {
                json.WriteStartArray("confidence");
                foreach (var member in members) json.WriteNumberValue(_confidence[member]);
                json.WriteEndArray();
                json.WriteStartArray("distances");
                foreach (var member in members) json.WriteNumberValue((int)Math.Round((1 - _confidence[member]) * 64));
                json.WriteEndArray();
            }
            json.WriteString("id", Json.Text(cluster, "cluster_id") ?? Json.Text(cluster, "duplicate_group_id"));
            json.WriteStartArray("members");
            foreach (var member in members) json.WriteNumberValue(member);
            json.WriteEndArray();
            json.WriteString("reason", Json.Text(cluster, "reason") ?? "chosen by Winnow");
            RecordLines.Number(json, "representative", Json.Whole(cluster, "representative_frame_idx"));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        var config = _stream.Config("duplicate");
        RecordLines.Number(json, "distance", _threshold ?? (config is { } c ? Json.Whole(c, "phash_hamming_threshold") : null));
        json.WriteString("linkage", config is { } l && Json.Text(l, "linkage") is { } linkage ? linkage : "single");
        json.WriteNumber("masked", config is { } m && Json.Whole(m, "masked") is { } masked ? masked : frames - _records);
        if (config is { } g && g.TryGetProperty("merged", out var merged) && merged.ValueKind == JsonValueKind.Object) RecordLines.Same(json, "merged", config, "merged");
        else
        {
            json.WriteStartObject("merged");
            json.WriteEndObject();
        }
        RecordLines.Same(json, "window", config, "window");
    }

    /// <summary>A group of which only the records tell: <c>stream:representative</c>.</summary>
    private static JsonElement Made(string group, List<long> members) => JsonSerializer.SerializeToElement(new Dictionary<string, object?>
    {
        ["duplicate_group_id"] = group,
        ["representative_frame_idx"] = long.TryParse(group.AsSpan(group.LastIndexOf(':') + 1), out var representative) ? representative : null,
        ["frame_indices"] = members,
    });
}

/// <summary>The stretches without motion of Winnow.</summary>
internal static class WinnowIdle
{
    internal static void Write(Utf8JsonWriter json, WinnowStream stream, IEnumerable<JsonElement> records, IEnumerable<JsonElement>? intervals)
    {
        JsonElement? first = null;
        var found = new SortedDictionary<long, (long Last, long Frames, double Sum)>();
        foreach (var record in records)
        {
            first ??= record.Clone();
            if (intervals is not null) break;
            if (Json.Text(record, "idle_segment_id") is not { } id || id[(id.LastIndexOf(':') + 1)..].Split('_') is not [var from, var to] || !long.TryParse(from, out var start) || !long.TryParse(to, out var end)) continue;
            var (_, frames, sum) = found.GetValueOrDefault(start);
            found[start] = (end, frames + 1, sum + (Json.Number(record, "smoothed_motion_score") ?? 0));
        }
        var config = stream.Config("idle");
        json.WriteStartObject("rule");
        RecordLines.Same(json, "enter", first, "motion_threshold");
        RecordLines.Same(json, "leave", config is { } c && c.TryGetProperty("leave", out _) ? config : first, config is { } d && d.TryGetProperty("leave", out _) ? "leave" : "motion_threshold");
        RecordLines.Same(json, "min_frames", first, "min_run");
        RecordLines.Number(json, "min_s", 0);
        RecordLines.Same(json, "window", first, "smoothing_window");
        json.WriteEndObject();
        json.WriteStartArray("stretches");
        if (intervals is not null) foreach (var interval in intervals) Stretch(Json.Whole(interval, "start_frame_idx"), Json.Whole(interval, "end_frame_idx"), Json.Whole(interval, "frame_count"), Json.Number(interval, "mean_smoothed_motion"));
        else foreach (var (start, (last, frames, sum)) in found) Stretch(start, last, frames, sum / frames);
        json.WriteEndArray();

        void Stretch(long? start, long? end, long? frames, double? motion)
        {
            if (start is null || end is null) throw new CurationException($"an interval of {stream.Id} has no start_frame_idx or end_frame_idx");
            json.WriteStartObject();
            json.WriteNumber("end_frame", end.Value);
            json.WriteNull("end_s");
            RecordLines.Number(json, "frames", frames);
            RecordLines.Fraction(json, "mean_motion", motion);
            json.WriteNumber("start_frame", start.Value);
            json.WriteNull("start_s");
            json.WriteEndObject();
        }
    }
}
