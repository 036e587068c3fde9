using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Spool.Interchange.Export;

/// <summary>
/// A table with a row a frame (RFC 4180: commas, lines end in CR LF, quotes where needed, UTF-8). The columns are those that any exported frame has a value
/// for, so the frames are read twice. Thresholds, which are objects, are left to jsonl.
/// </summary>
public sealed class CsvExporter : Exporter
{
    public override string Name => "csv";
    public override string Summary => "a table with one row a frame and all figures";

    public override Task WriteAsync(ExportJob job, CancellationToken cancel)
    {
        var columns = new List<string>();
        var known = new HashSet<string>();
        foreach (var stream in job.Streams)
            foreach (var row in job.Rows(stream, note: false, "columns"))
            {
                cancel.ThrowIfCancellationRequested();
                foreach (var field in row.Frame.EnumerateObject().Concat(JsonlExporter.Figures(row)))
                    if (field.Value.ValueKind != JsonValueKind.Object && known.Add(field.Name)) columns.Add(field.Name);
            }
        job.Folder.Write("frames.csv", to =>
        {
            var line = new StringBuilder();
            Row(columns.Prepend("stream").Concat(JsonlExporter.Added));
            foreach (var stream in job.Streams)
                foreach (var row in job.Rows(stream, note: true))
                {
                    cancel.ThrowIfCancellationRequested();
                    Row(columns.Select(c => Cell(row, c)).Prepend(stream.Name).Concat(JsonlExporter.Surroundings(row).Select(Text)));
                    job.Took(stream);
                }

            void Row(IEnumerable<string> cells)
            {
                line.Clear().AppendJoin(',', cells.Select(Quoted)).Append("\r\n");
                to.Write(Encoding.UTF8.GetBytes(line.ToString()));
            }
        });
        return Task.CompletedTask;
    }

    private static string Cell(FrameRow row, string column)
    {
        if (!row.Frame.TryGetProperty(column, out var value) && !(row.Metrics is { } metrics && metrics.TryGetProperty(column, out value))) return "";
        return value.ValueKind switch { JsonValueKind.Null => "", JsonValueKind.String => value.GetString()!, _ => value.GetRawText() };
    }

    private static string Text(object? value) => value switch
    {
        bool truth => truth ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => (string?)value ?? "",
    };

    private static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : "\"" + cell.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
