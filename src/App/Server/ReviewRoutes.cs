using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Spool.App.Queue;

namespace Spool.App.Server;

/// <summary>The routes on which a person decides (docs/formats/api.md).</summary>
internal sealed class ReviewRoutes(JobQueue queue, Workers workers)
{
    private readonly SemaphoreSlim _deciding = new(1);

    internal void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/runs/{id}/reviews", ReviewsAsync);
        routes.MapPost("/api/v1/reviews/{review}/approve", context => DecideAsync(context, "approve"));
        routes.MapPost("/api/v1/reviews/{review}/reject", context => DecideAsync(context, "reject"));
    }

    private async Task ReviewsAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run)
        {
            await Found.NoneAsync(context);
            return;
        }
        var (_, lines) = await workers.AskAsync(["reviews", "--workspace", run.Job.Place, "--file", workers.FileOf(run), "--json"], context.RequestAborted);
        await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteStartArray("reviews");
            foreach (var line in lines.Split('\n').Where(l => l.StartsWith('{'))) json.WriteRawValue(line);
            json.WriteEndArray();
        });
    }

    /// <summary>A review is named by its run and its task: <c>41:listen:intro</c>. The decision goes the way of the command line, so of two that race one wins.</summary>
    private async Task DecideAsync(HttpContext context, string verdict)
    {
        var name = context.Request.RouteValues["review"]?.ToString() ?? "";
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || colon == name.Length - 1 || name[colon + 1] == '-' || !long.TryParse(name.AsSpan(0, colon), NumberStyles.None, null, out var id) || queue.Find(id) is not { } run)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.NotFound, $"there is no review {name}", "a review is named RUN:TASK, as 41:listen:intro");
            return;
        }
        var arguments = new List<string> { verdict, name[(colon + 1)..], "--workspace", run.Job.Place, "--file", workers.FileOf(run), "--json" };
        if (context.Request.ContentLength is > 0)
        {
            try
            {
                using var body = await JsonDocument.ParseAsync(context.Request.Body, new JsonDocumentOptions { MaxDepth = 8 }, context.RequestAborted);
                foreach (var option in (string[])["note", "at", "input"])
                    if (body.RootElement.TryGetProperty(option, out var given) && given.GetString() is { Length: > 0 } text) arguments.Add($"--{option}={text}");
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "the body is no object with the texts 'note', 'at', 'input'");
                return;
            }
        }
        // On the command line a person may approve what was rejected before; here two who look at one page must not both win.
        await _deciding.WaitAsync(context.RequestAborted);
        int code;
        string said;
        try
        {
            var (_, open) = await workers.AskAsync(["reviews", "--workspace", run.Job.Place, "--file", workers.FileOf(run), "--json"], context.RequestAborted);
            (code, said) = open.Split('\n').Any(line => IsOpen(line, name[(colon + 1)..])) ? await workers.AskAsync(arguments, context.RequestAborted) : (1, $"{name} is not open: it was decided, or is not asked yet");
        }
        finally { _deciding.Release(); }
        if (code == 0) await Answer.JsonAsync(context, HttpStatusCode.OK, json => json.WriteBoolean("taken", true));
        else await Answer.ProblemAsync(context, HttpStatusCode.Conflict, "the decision was not taken", said.Trim());
    }

    private static bool IsOpen(string line, string task)
    {
        if (!line.StartsWith('{')) return false;
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("review").GetString() == task && document.RootElement.GetProperty("state").GetString() == "open";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException) { return false; }
    }
}
