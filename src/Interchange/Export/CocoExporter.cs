using System.Text.Encodings.Web;
using System.Text.Json;

namespace Spool.Interchange.Export;

/// <summary>
/// COCO: one file with images, annotations and categories (cocodataset.org, "Data format"). Ids count from 1 over all streams, because readers take 0
/// for "no match"; categories stand in the order of their names. The area is that of the polygons where there are some. The lists are written as the frames
/// are read, which is why the frames are read once for each list.
/// </summary>
public sealed class CocoExporter : Exporter
{
    public const string File = "annotations.coco.json";

    public override string Name => "coco";
    public override string Summary => "COCO, one file with images, annotations and categories";

    public override Task WriteAsync(ExportJob job, CancellationToken cancel)
    {
        var labels = Labels(job);
        foreach (var stream in job.Streams.Where(s => !s.Has(CuratedStream.Annotations)))
            job.Notes.Add($"{stream.Name} has no annotations ({stream.At(CuratedStream.Annotations)} is not there): its pictures are listed without any");
        job.Folder.Write(File, to =>
        {
            using (var json = new Utf8JsonWriter(to, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                json.WriteStartObject();
                json.WriteStartObject("info");
                json.WriteString("description", "exported by Spool");
                json.WriteEndObject();
                Images(job, json, cancel);
                Annotations(job, json, labels, cancel);
                json.WriteStartArray("categories");
                for (var i = 0; i < labels.Count; i++)
                {
                    json.WriteStartObject();
                    json.WriteNumber("id", i + 1);
                    json.WriteString("name", labels[i]);
                    json.WriteString("supercategory", "");
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            to.Write("\n"u8);
        });
        job.Count("categories", labels.Count);
        return Task.CompletedTask;
    }

    public override string? Refuses(ExportJob job, CuratedStream stream, FrameRow row) => row.Width is null || row.Height is null ? "its size is not known" : null;

    /// <summary>All labels of the annotated frames, also of dropped ones, so that another threshold moves no id; in the order of their names.</summary>
    internal static List<string> Labels(ExportJob job)
    {
        var labels = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var stream in job.Streams.Where(s => s.Has(CuratedStream.Annotations)))
        {
            using var lines = stream.Open(CuratedStream.Annotations);
            while (lines.Next() is { } line)
                foreach (var item in Json.List(line, "annotations"))
                    if (Json.Text(item, "label") is { Length: > 0 } label) labels.Add(label);
        }
        return [.. labels];
    }

    /// <summary>How a frame is called where there is no file for it: a film with the time in it (W3C media fragment).</summary>
    internal static string NameOf(CuratedStream stream, FrameRow row) =>
        stream.IsFilm && row.Frame.TryGetProperty("pts_s", out var pts) && pts.ValueKind == JsonValueKind.Number ? $"{row.Path}#t={pts.GetRawText()}" : row.Path;

    private void Images(ExportJob job, Utf8JsonWriter json, CancellationToken cancel)
    {
        json.WriteStartArray("images");
        var id = 0L;
        foreach (var stream in job.Streams)
            foreach (var row in job.Rows(stream, note: true, "images"))
            {
                cancel.ThrowIfCancellationRequested();
                if (row is not { Width: { } width, Height: { } height })
                {
                    job.Leave(stream, row, Refuses(job, stream, row)!);
                    continue;
                }
                json.WriteStartObject();
                json.WriteNumber("id", ++id);
                json.WriteString("file_name", NameOf(stream, row));
                json.WriteNumber("width", width);
                json.WriteNumber("height", height);
                json.WriteNumber("frame_idx", row.Index);
                json.WriteString("path", row.Path);
                json.WriteString("stream", stream.Name);
                if (row.Frame.TryGetProperty("pts_s", out var pts) && pts.ValueKind == JsonValueKind.Number)
                {
                    json.WritePropertyName("pts_s");
                    pts.WriteTo(json);
                }
                json.WriteEndObject();
                json.Flush();
                job.Took(stream);
                if (row.Annotated is null) job.Count("not_annotated");
            }
        json.WriteEndArray();
    }

    private static void Annotations(ExportJob job, Utf8JsonWriter json, List<string> labels, CancellationToken cancel)
    {
        json.WriteStartArray("annotations");
        long id = 0, image = 0;
        foreach (var stream in job.Streams)
            foreach (var row in job.Rows(stream, note: false, "annotations"))
            {
                cancel.ThrowIfCancellationRequested();
                if (row is not { Width: not null, Height: not null }) continue;
                image++;
                foreach (var drawn in Drawn.Of(stream, row))
                {
                    if (drawn is { Width: <= 0 } or { Height: <= 0 })
                    {
                        job.Count("annotations_without_area");
                        continue;
                    }
                    json.WriteStartObject();
                    json.WriteNumber("id", ++id);
                    json.WriteNumber("image_id", image);
                    json.WriteNumber("category_id", labels.BinarySearch(drawn.Label, StringComparer.Ordinal) + 1);
                    Numbers("bbox", [drawn.X, drawn.Y, drawn.Width, drawn.Height]);
                    json.WriteNumber("area", Rounded(drawn.Area));
                    json.WriteNumber("iscrowd", 0);
                    json.WriteStartArray("segmentation");
                    foreach (var polygon in drawn.Polygons) Numbers(null, polygon);
                    json.WriteEndArray();
                    if (drawn.Score is { } score) json.WriteNumber("score", score);
                    json.WriteEndObject();
                    json.Flush();
                }
            }
        json.WriteEndArray();
        job.Count("annotations", id);

        void Numbers(string? name, IEnumerable<double> numbers)
        {
            if (name is null) json.WriteStartArray();
            else json.WriteStartArray(name);
            foreach (var number in numbers) json.WriteNumberValue(number);
            json.WriteEndArray();
        }
    }

    private static double Rounded(double area) => area < 1e12 ? Math.Round(area, 6) : area;
}
