using System.Net;
using Microsoft.AspNetCore.Http;
using Spool.App.Queue;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>
/// Whatever goes wrong in a request is answered with a problem (RFC 9457): refusals of the routing and of ranges, which come without a body, and what
/// broke. What the listener itself refuses never comes here (docs/formats/api.md names it).
/// </summary>
internal static class ErrorAnswers
{
    internal static async Task AroundAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.Response is { StatusCode: >= 400, ContentType: not "application/problem+json" }) await EmptyAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested) { return; } // the listener went away
        catch (Exception e) when (!context.Response.HasStarted)
        {
            Forget(context.Response);
            var (status, title, detail) = Told(e);
            if (status == HttpStatusCode.InternalServerError && e is not DiskException) await Console.Error.WriteLineAsync($"error: {context.Request.Method} {context.Request.Path} broke: {e}");
            await Answer.ProblemAsync(context, status, title, detail);
        }
    }

    private static (HttpStatusCode, string, string?) Told(Exception e) => e switch
    {
        BadHttpRequestException bad => ((HttpStatusCode)bad.StatusCode, bad.Message, null),
        JsonTextException => (HttpStatusCode.BadRequest, "the body " + e.Message, null),
        InvalidOperationException when e.Message.Contains("UTF-16", StringComparison.Ordinal) => (HttpStatusCode.BadRequest, "the body holds half a character, which no text has", null),
        DiskException { IsDiskFull: true } => (HttpStatusCode.InsufficientStorage, "the disk of the state root is full", e.Message),
        DiskException { Errno: Errors.NameTooLong or Errors.NotFolder or Errors.Loop or Errors.Invalid } => (HttpStatusCode.BadRequest, e.Message, null),
        DiskException => (HttpStatusCode.InternalServerError, e.Message, null),
        _ => (HttpStatusCode.InternalServerError, "the server broke over this request", "what happened stands on its standard error; nothing else was harmed by it"),
    };

    private static Task EmptyAsync(HttpContext context)
    {
        var response = context.Response;
        var (title, detail) = response.StatusCode switch
        {
            404 => ("there is no such address", "the API is described in docs/formats/api.md"),
            405 => ($"{context.Request.Method} is not for this address", $"it takes {response.Headers.Allow}"),
            416 => ("the range lies outside of the bytes", response.Headers.ContentRange.ToString() is { Length: > 8 } range ? $"there are {range[8..]} of them" : null),
            _ => ((string, string?))("the request was refused", null),
        };
        Forget(response);
        return Answer.ProblemAsync(context, (HttpStatusCode)response.StatusCode, title, detail);
    }

    /// <summary>Nobody may keep a refusal for the thing itself.</summary>
    private static void Forget(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        foreach (var about in (string[])["ETag", "Content-Disposition", "Last-Modified", "Content-Encoding"]) response.Headers.Remove(about);
    }
}
