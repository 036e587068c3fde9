using System.Text.Encodings.Web;
using System.Text.Json;

namespace Spool.Interchange.Export;

/// <summary>A line a frame with everything that is known of it: stream, the fields of frames.jsonl and metrics.jsonl, and what the later steps say.</summary>
public sealed class JsonlExporter : Exporter
{
    public override string Name => "jsonl";
    public override string Summary => "one JSON object a frame with all figures";

    /// <summary>The fields that later steps add to those of frames and metrics.</summary>
    internal static IReadOnlyList<string> Added { get; } = ["group_id", "representative", "idle", "scene", "keep", "rule"];

    public override Task WriteAsync(ExportJob job, CancellationToken cancel)
    {
        job.Folder.Write("frames.jsonl", to =>
        {
            using var json = new Utf8JsonWriter(to, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            foreach (var stream in job.Streams)
                foreach (var row in job.Rows(stream, note: true))
                {
                    cancel.ThrowIfCancellationRequested();
                    json.WriteStartObject();
                    json.WriteString("stream", stream.Name);
                    foreach (var field in row.Frame.EnumerateObject()) field.WriteTo(json);
                    foreach (var field in Figures(row)) field.WriteTo(json);
                    foreach (var (name, value) in Added.Zip(Surroundings(row)))
                    {
                        json.WritePropertyName(name);
                        if (value is bool truth) json.WriteBooleanValue(truth);
                        else if (value is int number) json.WriteNumberValue(number);
                        else json.WriteStringValue((string?)value);
                    }
                    json.WriteEndObject();
                    json.Flush();
                    json.Reset();
                    to.Write("\n"u8);
                    job.Took(stream);
                }
        });
        return Task.CompletedTask;
    }

    /// <summary>The fields of the metrics that the frame does not have already.</summary>
    internal static IEnumerable<JsonProperty> Figures(FrameRow row) => row.Metrics is { } metrics ? metrics.EnumerateObject().Where(f => !row.Frame.TryGetProperty(f.Name, out _)) : [];

    /// <summary>The values of <see cref="Added"/>: texts, truths, numbers, or null.</summary>
    internal static IReadOnlyList<object?> Surroundings(FrameRow row) => [row.Group, row.Represents, row.Idle, row.Scene, row.Keep, row.Rule];
}
