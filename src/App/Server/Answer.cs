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
        if (context.Request.Headers.IfNoneMatch.ToString().Split(',').Any(t => t.Trim() == tag))
        {
            context.Response.StatusCode = (int)HttpStatusCode.NotModified;
            return;
        }
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
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
