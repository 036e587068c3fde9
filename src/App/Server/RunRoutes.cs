using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Spool.App.Queue;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>The routes about runs (docs/formats/api.md).</summary>
internal sealed class RunRoutes(ServerPlace place, JobQueue queue, Workers workers)
{
    private readonly SemaphoreSlim _deciding = new(1);
    private const int MostListed = 1000, UsuallyListed = 100;

    internal void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/runs", SubmitAsync);
        routes.MapGet("/api/v1/runs", ListAsync);
        routes.MapGet("/api/v1/runs/{id}", ShowAsync);
        routes.MapGet("/api/v1/runs/{id}/events", context => Find(context) is { } run ? new EventStream(place, queue, run.Id).SendAsync(context) : NoneAsync(context));
        routes.MapGet("/api/v1/runs/{id}/events/ws", context => Find(context) is { } run ? EventSocket.SendAsync(context, new EventStream(place, queue, run.Id)) : NoneAsync(context));
        routes.MapPost("/api/v1/runs/{id}/cancel", CancelAsync);
        routes.MapGet("/api/v1/runs/{id}/reviews", ReviewsAsync);
        routes.MapPost("/api/v1/reviews/{review}/approve", context => DecideAsync(context, "approve"));
        routes.MapPost("/api/v1/reviews/{review}/reject", context => DecideAsync(context, "reject"));
    }

    private async Task SubmitAsync(HttpContext context)
    {
        Job job;
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, new JsonDocumentOptions { MaxDepth = 16 }, context.RequestAborted);
            job = Job.Read(document.RootElement);
        }
        catch (JsonException e)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "the body is no JSON", e.Message);
            return;
        }
        catch (JobFault e)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "the job " + e.Message);
            return;
        }
        if (context.Request.Headers.TryGetValue("Idempotency-Key", out var key) && key.ToString().Length is > 0 and <= 255) job = job with { IdempotencyKey = key.ToString() };
        if (!job.IsText && place.Disk.Stat(job.Workflow) is not { Kind: FileKind.File })
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "the workflow is not there", job.Workflow);
            return;
        }
        var id = queue.Add(job).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.Location = $"/api/v1/runs/{id}";
        await Answer.JsonAsync(context, HttpStatusCode.Created, json => json.WriteString("id", id));
    }

    private Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var limit = int.TryParse(query["limit"], NumberStyles.None, null, out var asked) ? Math.Clamp(asked, 1, MostListed) : UsuallyListed;
        var before = long.TryParse(query["before"], NumberStyles.None, null, out var number) ? number : long.MaxValue;
        var status = query["status"].ToString();
        // The newest first; a page goes on before the last number of the one before.
        var found = queue.All().Where(r => r.Id < before && (status.Length == 0 || r.Status == status)).OrderByDescending(r => r.Id).Take(limit + 1).ToList();
        return Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteStartArray("runs");
            foreach (var run in found.Take(limit))
            {
                json.WriteStartObject();
                run.Write(json);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (found.Count > limit) json.WriteString("next", string.Create(CultureInfo.InvariantCulture, $"/api/v1/runs?before={found[limit - 1].Id}&limit={limit}"));
        });
    }

    private Task ShowAsync(HttpContext context) => Find(context) is { } run ? Answer.JsonAsync(context, HttpStatusCode.OK, run.Write) : NoneAsync(context);

    private Task CancelAsync(HttpContext context)
    {
        if (Find(context) is not { } run) return NoneAsync(context);
        return queue.Cancel(run, workers.Cancel) ? Answer.JsonAsync(context, HttpStatusCode.Accepted, json => json.WriteBoolean("cancelled", true))
            : Answer.ProblemAsync(context, HttpStatusCode.Conflict, $"run {run.Id} is over", run.Status);
    }

    private async Task ReviewsAsync(HttpContext context)
    {
        if (Find(context) is not { } run)
        {
            await NoneAsync(context);
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

    private QueuedRun? Find(HttpContext context) =>
        long.TryParse(context.Request.RouteValues["id"]?.ToString(), NumberStyles.None, null, out var id) ? queue.Find(id) : null;

    private static Task NoneAsync(HttpContext context) => Answer.ProblemAsync(context, HttpStatusCode.NotFound, $"there is no run {context.Request.RouteValues["id"]}");
}
