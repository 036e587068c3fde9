using System.Security.Cryptography;
using System.Text;

namespace Spool.Interchange.Export;

/// <summary>
/// The state folder of Winnow, version 1 (docs/formats/winnow.md): streams, records of its stages as artifacts called after their content, a checkpoint for
/// each, and a job that names them. One batch a stage and stream. Times are null, so that the same curation gives the same bytes. What Winnow has no field for is
/// added under names of its own, which its readers pass over and the import takes back.
/// </summary>
public sealed class WinnowExporter : Exporter
{
    public const string State = ".winnow/state/v1", Artifacts = ".winnow/artifacts";
    private const int MostListed = 10_000_000;

    public override string Name => "winnow";
    public override string Summary => "the state folder of Winnow, version 1";

    public override string? Refuses(ExportJob job, CuratedStream stream, FrameRow row) => stream.IsFilm ? "Winnow knows no films" : null;

    /// <summary>The first 16 digits of the SHA-1 of a path: how Winnow names a stream.</summary>
    public static string IdOf(string path) =>
#pragma warning disable CA5350 // a name that the format prescribes; nothing is protected by it
        Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(path)))[..16];
#pragma warning restore CA5350

    public override Task WriteAsync(ExportJob job, CancellationToken cancel)
    {
        foreach (var stream in job.Streams)
        {
            if (stream.IsFilm)
            {
                foreach (var row in job.Rows(stream, note: true)) job.Leave(stream, row, Refuses(job, stream, row)!, lost: false);
                job.Notes.Add($"{stream.Name} is a film, and Winnow knows folders of pictures alone; take its frames out first: --format folder");
                continue;
            }
            var path = Path.Join(job.Originals.Root, Json.Text(stream.Facts, "path") is { } below and not "." ? below : "");
            var id = IdOf(path);
            var (lost, kept) = Frames(job, stream, id, cancel);
            Stream(job, stream, id, path);
            var stages = new WinnowStages(job, stream, id, lost, cancel);
            stages.Write();
            Job(job, stream, (id, path, kept), stages);
        }
        return Task.CompletedTask;
    }

    private static void Stream(ExportJob job, CuratedStream stream, string id, string path) => job.Folder.WriteJson($"{State}/streams/{id}/stream.json", true, json =>
    {
        json.WriteStartObject();
        json.WriteString("stream_id", id);
        json.WriteString("path", path);
        json.WriteNumber("frame_count", job.Exported.GetValueOrDefault(stream.Name));
        json.WriteStartArray("missing_indices");
        long listed = 0;
        foreach (var range in Json.List(stream.Facts, "missing").Select(r => (From: r[0].GetInt64(), To: r[1].GetInt64())))
        {
            if ((listed += range.To - range.From + 1) > MostListed) throw new CurationException($"{stream.Name} lacks more than {MostListed} numbers, and Winnow lists each; rename its frames, or leave it out");
            for (var number = range.From; number <= range.To; number++) json.WriteNumberValue(number);
        }
        json.WriteEndArray();
        json.WriteNull("updated_at");
        json.WriteString("name", stream.Name);
        json.WriteEndObject();
    });

    /// <summary>Writes frames.jsonl; gives back the numbers of frames whose original is gone or changed, and how many of the rest the selection keeps.</summary>
    private static (HashSet<long> Lost, int Kept) Frames(ExportJob job, CuratedStream stream, string id, CancellationToken cancel)
    {
        var lost = new HashSet<long>();
        var kept = 0;
        job.Folder.Write($"{State}/streams/{id}/frames.jsonl", to =>
        {
            using var lines = new RecordLines(to);
            foreach (var row in job.Rows(stream, note: true))
            {
                cancel.ThrowIfCancellationRequested();
                var (_, stat, why) = job.Originals.Find(row.Path);
                if (why is not null || row.Bytes is { } bytes && bytes != stat.Size)
                {
                    lost.Add(row.Index);
                    job.Leave(stream, row, why is null ? "its original changed since the curation" : "its original " + why);
                    continue;
                }
                lines.Write(json =>
                {
                    json.WriteNumber("frame_idx", row.Index);
                    json.WriteString("path", Path.Join(job.Originals.Root, row.Path));
                    json.WriteNumber("size_bytes", stat.Size);
                    json.WriteNumber("mtime_ns", stat.ModifiedNs);
                    json.WriteString("hash", row.Hash);
                    RecordLines.Number(json, "width", row.Width);
                    RecordLines.Number(json, "height", row.Height);
                });
                if (row.Keep != false) kept++;
                job.Took(stream);
            }
        });
        return (lost, kept);
    }

    private static void Job(ExportJob job, CuratedStream stream, (string Id, string Path, int Kept) about, WinnowStages stages)
    {
        var (id, path, kept) = about;
        var jobId = "spool-" + id;
        job.Folder.WriteJson($"{State}/jobs/{jobId}.json", true, json =>
        {
            json.WriteStartObject();
            json.WriteString("job_id", jobId);
            json.WriteString("status", "SUCCEEDED");
            json.WriteString("mode", "direct");
            foreach (var time in (string[])["submitted_at", "started_at", "updated_at", "finished_at"]) json.WriteNull(time);
            json.WriteString("input", path);
            json.WriteString("stream_id", id);
            json.WriteNumber("frame_count", job.Exported.GetValueOrDefault(stream.Name));
            json.WriteNumber("active_frame_count", kept);
            json.WriteNumber("batch_count", 1);
            json.WriteStartObject("config");
            stages.Config(json);
            json.WriteEndObject();
            json.WriteStartObject("stage_stats");
            foreach (var stage in stages.Written)
            {
                json.WriteStartObject(stage.Name);
                json.WriteNumber("completed", 1);
                json.WriteNumber("skipped", 0);
                json.WriteNumber("failed", 0);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteStartObject("stage_outputs");
            foreach (var stage in stages.Written)
            {
                json.WriteStartObject(stage.Name);
                json.WriteString("type", "jsonl");
                json.WriteString("cache_key", stage.Records.Key);
                json.WriteNumber("record_count", stage.Records.Count);
                json.WritePropertyName("artifact");
                stage.Records.Write(json);
                json.WriteStartObject("summary_artifacts");
                if (stage.Summary is { } summary)
                {
                    json.WritePropertyName(stage.SummaryName);
                    summary.Write(json);
                }
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteNull("error");
            json.WriteEndObject();
        });
        job.Count("jobs");
    }
}
