using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Spool.App.Server;

/// <summary>Writes answers: JSON, or a problem as RFC 9457 has it (<c>application/problem+json</c>).</summary>
internal static class Answer
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Default };

    internal static Task JsonAsync(HttpContext context, HttpStatusCode status, Action<Utf8JsonWriter> fields) => WriteAsync(context, status, "application/json", fields);

    internal static Task ProblemAsync(HttpContext context, HttpStatusCode status, string title, string? detail = null) => WriteAsync(context, status, "application/problem+json", json =>
    {
        json.WriteString("title", title);
        json.WriteNumber("status", (int)status);
        if (detail is not null) json.WriteString("detail", detail);
    });

    /// <summary>Sends bytes as they are, with an entity tag; 304 for who has them already.</summary>
    internal static async Task BytesAsync(HttpContext context, string type, byte[] bytes)
    {
        var tag = $"\"{Spool.Platform.Digest.Of(bytes).Short}\"";
        context.Response.Headers.ETag = tag;
        context.Response.Headers.CacheControl = "no-cache";
        if (Has(context.Request, tag))
        {
            context.Response.StatusCode = (int)HttpStatusCode.NotModified;
            return;
        }
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>Whether the asker has what this tag names: one of a list, weak or strong alike, or <c>*</c> (RFC 9110, 13.1.2).</summary>
    internal static bool Has(HttpRequest request, string tag) => request.Headers.IfNoneMatch.ToString().Split(',').Select(t => t.Trim()).Any(t => t == "*" || (t.StartsWith("W/", StringComparison.Ordinal) ? t[2..] : t) == tag);

    /// <summary>Sends a file that never changes: whole, or the one range that is asked for. More than one, or one in another unit than bytes, gets the whole (RFC 9110, 14.2).</summary>
    internal static Task FileAsync(HttpContext context, string path, string type, string tag)
    {
        var headers = context.Request.Headers;
        if (headers.Range.Count > 0 && !headers.Range.ToString().StartsWith("bytes=", StringComparison.OrdinalIgnoreCase)) headers.Remove("Range");
        // The framework compares strongly; for reading that is too strict.
        if (headers.IfNoneMatch.Count > 0) headers.IfNoneMatch = Has(context.Request, tag) ? tag : "\"\"";
        return Results.File(path, type, enableRangeProcessing: true, entityTag: new(tag)).ExecuteAsync(context);
    }

    private static async Task WriteAsync(HttpContext context, HttpStatusCode status, string type, Action<Utf8JsonWriter> fields)
    {
        using var buffer = new MemoryStream();
        await using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = type;
        context.Response.ContentLength = buffer.Length;
        if (HttpMethods.IsHead(context.Request.Method)) return;
        await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), context.RequestAborted);
    }
}
