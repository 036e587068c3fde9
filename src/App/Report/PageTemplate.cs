using System.Text.Json;

namespace Spool.App.Report;

/// <summary>The page as it was built from <c>web/</c>, and what fills it.</summary>
public static class PageTemplate
{
    /// <summary>Stands at the beginning of every page that Spool wrote, so that it never writes over another's.</summary>
    public static ReadOnlySpan<byte> Mark => "<!-- Made by Spool; every run that does something writes it anew. -->\n"u8;

    private static ReadOnlySpan<byte> Place => "/*SPOOL_DATA*/null/*END_SPOOL_DATA*/"u8;
    private static ReadOnlySpan<byte> DocumentType => "<!doctype html>\n"u8;
    private static readonly JsonWriterOptions Options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The page without data; null when the program was built before the page was.</summary>
    public static byte[]? Read()
    {
        using var stream = typeof(PageTemplate).Assembly.GetManifestResourceStream("report.html");
        if (stream is null) return null;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The whole page. No <c>&lt;</c> of the data stays as it is, so no text of a task can end the element that holds it.</summary>
    public static byte[] Fill(ReadOnlySpan<byte> template, RunReport report)
    {
        var at = template.IndexOf(Place);
        if (at < 0) throw new ArgumentException("the page has no place for data", nameof(template));
        var json = new MemoryStream();
        using (var write = new Utf8JsonWriter(json, Options)) JsonSerializer.Serialize(write, report, ReportJson.Default.RunReport);
        var page = new MemoryStream(template.Length + (int)json.Length + 1024);
        page.Write(DocumentType);
        page.Write(Mark);
        page.Write(template.StartsWith(DocumentType) ? template[DocumentType.Length..at] : template[..at]);
        var rest = json.GetBuffer().AsSpan(0, (int)json.Length);
        // In JSON this character stands inside of strings only.
        for (int next; (next = rest.IndexOf((byte)'<')) >= 0; rest = rest[(next + 1)..])
        {
            page.Write(rest[..next]);
            page.Write("\\u003c"u8);
        }
        page.Write(rest);
        page.Write(template[(at + Place.Length)..]);
        return page.ToArray();
    }
}
