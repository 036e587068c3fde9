using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spool.Media.Ffmpeg;

namespace Spool.Media.Timeline;

/// <summary>Chapters as ffmpeg takes them in, as JSON, and titles from texts.</summary>
public static class Chapters
{
    /// <summary>An ffmetadata file. <c>= ; # \</c> and line breaks are escaped (ffmpeg-formats, "Metadata").</summary>
    public static string Metadata(IReadOnlyList<Chapter> chapters)
    {
        var text = new StringBuilder(";FFMETADATA1\n");
        foreach (var chapter in chapters)
        {
            text.Append("[CHAPTER]\nTIMEBASE=1/1000000\n")
                .Append($"START={Micros(chapter.Start)}\nEND={Micros(chapter.End)}\ntitle=");
            foreach (var c in OneLine(chapter.Title))
            {
                if (c is '=' or ';' or '#' or '\\') text.Append('\\');
                text.Append(c);
            }
            text.Append('\n');
        }
        return text.ToString();
    }

    private static string Micros(double seconds) => Text.Of((long)Math.Round(seconds * 1e6));

    /// <summary><c>{"duration":..,"segments":[{"end":..,"start":..,"title":".."}]}</c></summary>
    public static byte[] Json(IReadOnlyList<Chapter> segments)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("duration", Number(segments.Count == 0 ? 0 : segments[^1].End));
            json.WriteStartArray("segments");
            foreach (var segment in segments)
            {
                json.WriteStartObject();
                json.WriteNumber("end", Number(segment.End));
                json.WriteNumber("start", Number(segment.Start));
                json.WriteString("title", segment.Title);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    private static decimal Number(double seconds) => Math.Round((decimal)seconds, 6);

    /// <summary>Reads what <see cref="Json"/> wrote; null when the text is something else.</summary>
    public static IReadOnlyList<Chapter>? Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.GetProperty("segments").EnumerateArray().Select((s, i) => new Chapter(
                s.TryGetProperty("title", out var title) ? title.GetString() ?? "" : $"Part {i + 1}", s.GetProperty("start").GetDouble(), s.GetProperty("end").GetDouble()))];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The title of a text: its first heading (<c># Title</c>), else its first line that is not empty, cut at 80 characters.</summary>
    public static string? Title(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var line = lines.FirstOrDefault(l => l.StartsWith('#') && l.TrimStart('#').StartsWith(' ')) ?? lines.FirstOrDefault();
        line = line is null ? null : OneLine(line.TrimStart('#')).Trim();
        return string.IsNullOrEmpty(line) ? null : line.Length <= 80 ? line : line[..79].TrimEnd() + "…";
    }

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
