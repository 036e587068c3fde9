using System.Globalization;
using System.Text.Json;
using Spool.Platform;

namespace Spool.Interchange.Export;

/// <summary>An artifact of Winnow: a file of records called after its content, made under a cache key.</summary>
internal sealed record WinnowArtifact(string Stage, string Stream, string Key, Digest Digest, long Bytes, int Count, (long From, long To) Batch)
{
    internal string Uri => $"{WinnowExporter.Artifacts}/{Folder(Digest)}/artifact.jsonl";

    internal static string Folder(Digest digest) => $"sha256/{digest.ToString()[..2]}/{digest}";

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("artifact_id", Digest.ToString());
        json.WriteString("artifact_type", "jsonl");
        json.WriteString("stage", Stage);
        json.WriteString("stream_id", Stream);
        json.WriteNumber("batch_start", Batch.From);
        json.WriteNumber("batch_end", Batch.To);
        json.WriteString("cache_key", Key);
        json.WriteNumber("record_count", Count);
        json.WriteNumber("bytes", Bytes);
        json.WriteString("uri", Uri);
        json.WriteEndObject();
    }
}

/// <summary>A stage that was written: its records, and what sums them up over the stream.</summary>
internal sealed record WinnowStage(string Name, WinnowArtifact Records)
{
    internal WinnowArtifact? Summary { get; init; }
    internal string SummaryName { get; init; } = "summary";
}

/// <summary>Writes the stages of one stream for Winnow; a stage without a single record is left out.</summary>
internal sealed class WinnowStages(ExportJob job, CuratedStream stream, string id, IReadOnlySet<long> lost, CancellationToken cancel)
{
    private readonly JsonElement? _clusters = stream.Whole("clusters.json");
    private readonly JsonElement? _idle = stream.Whole("idle.json");
    private readonly List<WinnowStage> _written = [];
    private JsonElement? _thresholds;

    internal IReadOnlyList<WinnowStage> Written => _written;

    internal void Write()
    {
        Stage("blur", Blur, null);
        Stage("darkness", Darkness, null);
        if (_clusters is { } clusters) Stage("duplicates", Duplicates(clusters), ("clusters", to => Clusters(to, clusters)));
        if (_idle is { } idle) Stage("idle", Idle(idle), ("intervals", to => Intervals(to, idle)));
        if (stream.Has(CuratedStream.Annotations)) Stage("annotation", Annotation, null);
    }

    /// <summary>The sections of Winnow's configuration, with what else the curation did.</summary>
    internal void Config(Utf8JsonWriter json)
    {
        json.WriteStartObject("ingest");
        json.WriteString("root", Path.Join(job.Originals.Root, Json.Text(stream.Facts, "path") is { } below and not "." ? below : ""));
        json.WriteEndObject();
        if (_thresholds is { } thresholds)
        {
            Threshold("blur", "is_blurry", "method", "laplacian_var");
            Threshold("darkness", "is_dark", null, "");

            void Threshold(string section, string flag, string? more, string value)
            {
                if (!thresholds.TryGetProperty(flag, out var rule)) return;
                json.WriteStartObject(section);
                if (more is not null) json.WriteString(more, value);
                RecordLines.Same(json, "threshold", rule, "below");
                json.WriteEndObject();
            }
        }
        if (_clusters is { } clusters)
        {
            json.WriteStartObject("duplicate");
            json.WriteBoolean("enabled", true);
            RecordLines.Same(json, "phash_hamming_threshold", clusters, "distance");
            foreach (var field in (string[])["linkage", "masked", "merged", "window"]) RecordLines.Same(json, field, clusters, field);
            json.WriteEndObject();
        }
        if (_idle is { } idle && idle.TryGetProperty("rule", out var idleRule))
        {
            json.WriteStartObject("idle");
            json.WriteBoolean("enabled", true);
            RecordLines.Same(json, "motion_threshold", idleRule, "enter");
            RecordLines.Same(json, "smoothing_window", idleRule, "window");
            RecordLines.Same(json, "min_run", idleRule, "min_frames");
            RecordLines.Same(json, "leave", idleRule, "leave");
            RecordLines.Same(json, "min_s", idleRule, "min_s");
            json.WriteEndObject();
        }
    }

    private void Stage(string name, Action<RecordLines, FrameRow> record, (string Name, Action<RecordLines> Write)? summary)
    {
        long first = long.MaxValue, last = 0;
        var count = 0;
        var written = job.Folder.WriteAddressed(Artifact, to =>
        {
            using var lines = new RecordLines(to);
            foreach (var row in job.Rows(stream, note: false, name))
            {
                cancel.ThrowIfCancellationRequested();
                if (lost.Contains(row.Index)) continue;
                (first, last) = (Math.Min(first, row.Index), Math.Max(last, row.Index));
                record(lines, row);
            }
            count = lines.Count;
        });
        if (written is not { } records) return;
        var key = Digest.Of($"spool {name} {id} {records.Digest}").ToString();
        var artifact = new WinnowArtifact(name, id, key, records.Digest, records.Bytes, count, (first, last));
        var stage = new WinnowStage(name, artifact);
        if (summary is { } sums)
        {
            var total = 0;
            var summed = job.Folder.WriteAddressed(Artifact, to =>
            {
                using var lines = new RecordLines(to);
                sums.Write(lines);
                total = lines.Count;
            });
            if (summed is { } sum) stage = stage with { Summary = artifact with { Digest = sum.Digest, Bytes = sum.Bytes, Count = total }, SummaryName = sums.Name };
        }
        _written.Add(stage);
        job.Folder.WriteJson(string.Create(CultureInfo.InvariantCulture, $"{WinnowExporter.State}/stages/{name}/{id}/{first}_{last}/{key}.json"), true, json =>
        {
            json.WriteStartObject();
            json.WriteString("stage", name);
            json.WriteString("stage_version", "v1");
            json.WriteString("stream_id", id);
            json.WriteNumber("batch_start", first);
            json.WriteNumber("batch_end", last);
            json.WriteString("cache_key", key);
            json.WriteNumber("attempt", 1);
            json.WriteStartObject("config");
            Config(json);
            json.WriteEndObject();
            json.WriteString("status", "SUCCEEDED");
            json.WriteNull("started_at");
            json.WriteNull("finished_at");
            json.WritePropertyName("artifact");
            artifact.Write(json);
            json.WriteStartObject("integrity");
            json.WriteString("artifact_id", artifact.Digest.ToString());
            json.WriteNumber("bytes", artifact.Bytes);
            json.WriteNumber("record_count", artifact.Count);
            json.WriteEndObject();
            json.WriteNull("worker_pid");
            json.WriteEndObject();
        });
        job.Count("stages");

        static string Artifact(Digest digest) => $"{WinnowExporter.Artifacts}/{WinnowArtifact.Folder(digest)}/artifact.jsonl";
    }

    private void Start(Utf8JsonWriter json, FrameRow row)
    {
        json.WriteNumber("frame_idx", row.Index);
        json.WriteString("frame_path", Path.Join(job.Originals.Root, row.Path));
    }

    private void Blur(RecordLines lines, FrameRow row)
    {
        if (row.Metrics is not { } metrics || !metrics.TryGetProperty("laplacian_variance", out _)) return;
        var rule = Rule(metrics, "is_blurry");
        lines.Write(json =>
        {
            Start(json, row);
            RecordLines.Same(json, "blur_score", metrics, "laplacian_variance");
            RecordLines.Same(json, "is_blurry", metrics, "is_blurry");
            RecordLines.Same(json, "threshold", rule, "below");
            json.WriteString("method", "laplacian_var");
            if (rule is { } known && known.TryGetProperty("size", out _)) RecordLines.Same(json, "size", rule, "size");
        });
    }

    private void Darkness(RecordLines lines, FrameRow row)
    {
        if (row.Metrics is not { } metrics || !metrics.TryGetProperty("luma_percentile", out _)) return;
        lines.Write(json =>
        {
            Start(json, row);
            RecordLines.Same(json, "mean_luma", metrics, "luma_mean");
            RecordLines.Same(json, "percentile", metrics, "percentile");
            json.WriteString("percentile_label", Json.Number(metrics, "percentile") is { } p ? "p" + RecordLines.Text(Math.Round(p * 100, 6)) : null);
            RecordLines.Same(json, "percentile_luma", metrics, "luma_percentile");
            RecordLines.Same(json, "is_dark", metrics, "is_dark");
            RecordLines.Same(json, "threshold", Rule(metrics, "is_dark"), "below");
        });
    }

    private JsonElement? Rule(JsonElement metrics, string flag)
    {
        if (!metrics.TryGetProperty("thresholds", out var thresholds)) return null;
        _thresholds ??= thresholds.Clone();
        return thresholds.TryGetProperty(flag, out var rule) ? rule : null;
    }

    /// <summary>Winnow's duplicate_hash is an average hash. The curation has another sort, which stands beside it under its own name.</summary>
    private Action<RecordLines, FrameRow> Duplicates(JsonElement clusters)
    {
        var groups = new Dictionary<long, (long Representative, int Size, int Rank, double? Confidence, long? Distance)>();
        foreach (var cluster in Json.List(clusters, "clusters"))
        {
            var members = Json.List(cluster, "members").Select(m => m.GetInt64()).ToList();
            var confidence = Json.List(cluster, "confidence").Select(c => c.GetDouble()).ToList();
            var distances = Json.List(cluster, "distances").Select(d => d.GetInt64()).ToList();
            for (var i = 0; i < members.Count; i++)
                groups[members[i]] = (Json.Whole(cluster, "representative") ?? members[0], members.Count, i, i < confidence.Count ? confidence[i] : null, i < distances.Count ? distances[i] : null);
        }
        return (lines, row) =>
        {
            if (row.Metrics is not { } metrics) return;
            var grouped = groups.TryGetValue(row.Index, out var group);
            if (!grouped && (Json.Truth(metrics, "is_blurry") == true || Json.Truth(metrics, "is_dark") == true)) return;
            lines.Write(json =>
            {
                Start(json, row);
                json.WriteNull("duplicate_hash");
                RecordLines.Same(json, "mean_luma", metrics, "luma_mean");
                RecordLines.Number(json, "nearest_hamming", grouped && row.Index != group.Representative ? group.Distance : null);
                json.WriteString("duplicate_group_id", grouped ? Id(group.Representative) : null);
                json.WriteNumber("duplicate_group_size", grouped ? group.Size : 1);
                json.WriteNumber("duplicate_rank", grouped ? group.Rank : 0);
                RecordLines.Fraction(json, "duplicate_confidence", grouped ? group.Confidence : null);
                RecordLines.Same(json, "hamming_threshold", clusters, "distance");
                RecordLines.Same(json, "phash", metrics, "phash");
            });
        };
    }

    private string Id(long representative) => string.Create(CultureInfo.InvariantCulture, $"{id}:{representative}");

    private void Clusters(RecordLines lines, JsonElement clusters)
    {
        foreach (var cluster in Json.List(clusters, "clusters"))
            lines.Write(json =>
            {
                var confidence = Json.List(cluster, "confidence").Select(c => c.GetDouble()).ToList();
                json.WriteString("duplicate_group_id", Id(Json.Whole(cluster, "representative") ?? 0));
                RecordLines.Same(json, "representative_frame_idx", cluster, "representative");
                json.WriteNumber("member_count", Json.List(cluster, "members").Count());
                RecordLines.Same(json, "frame_indices", cluster, "members");
                RecordLines.Fraction(json, "mean_confidence", confidence.Count > 0 ? confidence.Average() : null);
                RecordLines.Same(json, "cluster_id", cluster, "id");
                RecordLines.Same(json, "reason", cluster, "reason");
                RecordLines.Same(json, "confidence", cluster, "confidence");
                RecordLines.Same(json, "distances", cluster, "distances");
            });
    }

    private Action<RecordLines, FrameRow> Idle(JsonElement idle)
    {
        var rule = idle.TryGetProperty("rule", out var found) ? found : default(JsonElement?);
        var stretches = Json.List(idle, "stretches").Select(s => (First: Json.Whole(s, "start_frame") ?? 0, Last: Json.Whole(s, "end_frame") ?? 0)).OrderBy(s => s.First).ToList();
        var window = new Queue<double>();
        var size = (int)Math.Clamp((rule is { } r ? Json.Whole(r, "window") : null) ?? 1, 1, 100_000);
        var at = 0;
        return (lines, row) =>
        {
            if (row.Metrics is not { } metrics || !metrics.TryGetProperty("motion", out _)) return;
            while (at < stretches.Count && stretches[at].Last < row.Index) at++;
            var within = at < stretches.Count && row.Index >= stretches[at].First;
            var motion = Json.Number(metrics, "motion");
            // Nothing stands before the first frame, or the one after a gap: the mean begins anew.
            if (motion is { } moved) window.Enqueue(moved);
            else window.Clear();
            if (window.Count > size) window.Dequeue();
            lines.Write(json =>
            {
                Start(json, row);
                RecordLines.Same(json, "motion_score", metrics, "motion");
                RecordLines.Fraction(json, "smoothed_motion_score", window.Count > 0 ? window.Average() : null);
                RecordLines.Same(json, "motion_threshold", rule, "enter");
                json.WriteBoolean("is_idle", within);
                json.WriteString("idle_segment_id", within ? Segment(stretches[at].First, stretches[at].Last) : null);
                RecordLines.Same(json, "smoothing_window", rule, "window");
                RecordLines.Same(json, "min_run", rule, "min_frames");
            });
        };
    }

    private string Segment(long first, long last) => string.Create(CultureInfo.InvariantCulture, $"{id}:{first}_{last}");

    private void Intervals(RecordLines lines, JsonElement idle)
    {
        foreach (var stretch in Json.List(idle, "stretches"))
            lines.Write(json =>
            {
                var (first, last) = (Json.Whole(stretch, "start_frame") ?? 0, Json.Whole(stretch, "end_frame") ?? 0);
                json.WriteString("idle_segment_id", Segment(first, last));
                json.WriteNumber("start_frame_idx", first);
                json.WriteNumber("end_frame_idx", last);
                RecordLines.Same(json, "frame_count", stretch, "frames");
                json.WriteStartArray("frame_indices");
                // A gap ends a stretch, so its numbers follow each other.
                for (var number = first; number <= last; number++) json.WriteNumberValue(number);
                json.WriteEndArray();
                RecordLines.Same(json, "mean_smoothed_motion", stretch, "mean_motion");
            });
    }

    private void Annotation(RecordLines lines, FrameRow row)
    {
        if (row.Annotated is not { } annotated) return;
        lines.Write(json =>
        {
            Start(json, row);
            RecordLines.Number(json, "width", row.Width);
            RecordLines.Number(json, "height", row.Height);
            json.WritePropertyName("annotations");
            if (annotated.TryGetProperty("annotations", out var list)) list.WriteTo(json);
            else json.WriteRawValue("[]");
        });
    }
}
