using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Spool.App.Queue;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>The routes about runs (docs/formats/api.md).</summary>
internal sealed class RunRoutes(ServerPlace place, JobQueue queue, Workers workers)
{
    private readonly Foresight _foresight = new(place, queue, TimeProvider.System);
    private const int MostListed = 1000, UsuallyListed = 100, MostTold = 20;

    internal void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/runs", SubmitAsync);
        routes.MapGet("/api/v1/runs", ListAsync);
        routes.MapGet("/api/v1/runs/{id}", ShowAsync);
        routes.MapGet("/api/v1/runs/{id}/events", context => Found.Run(context, queue) is { } run ? new EventStream(place, queue, run.Id).SendAsync(context) : Found.NoneAsync(context));
        routes.MapGet("/api/v1/runs/{id}/events/ws", context => Found.Run(context, queue) is { } run ? EventSocket.SendAsync(context, new EventStream(place, queue, run.Id)) : Found.NoneAsync(context));
        routes.MapPost("/api/v1/runs/{id}/cancel", CancelAsync);
        routes.MapPost("/api/v1/runs/{id}/pause", context => PauseAsync(context, true));
        routes.MapPost("/api/v1/runs/{id}/resume", context => PauseAsync(context, false));
        routes.MapPost("/api/v1/runs/{id}/retry", RetryAsync);
        routes.MapPost("/api/v1/runs/{id}/again", AgainAsync);
    }

    private async Task SubmitAsync(HttpContext context)
    {
        Job job;
        try
        {
            using var document = await Body.ReadAsync(context, Job.MostLevels);
            job = Job.Read(document.RootElement);
        }
        catch (JobFault e)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "the job " + e.Message);
            return;
        }
        if (context.Request.Headers.TryGetValue("Idempotency-Key", out var key)) job = job with { IdempotencyKey = key.ToString() };
        // Who asks again is told what was told before, whatever became of the workflow since.
        if (await QueueAsync(context, () => queue.Known(job))) return;
        // What is wrong with a workflow is told with its lines; so nothing else can be read that way.
        if (!job.IsText && Path.GetExtension(job.Workflow) is not (".yaml" or ".yml"))
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "a workflow is a .yaml file", job.Workflow);
            return;
        }
        if (!job.IsText && place.Disk.Stat(job.Workflow) is not { Kind: FileKind.File })
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "the workflow is not there", job.Workflow);
            return;
        }
        if (place.Disk.Stat(job.Place) is { Kind: not FileKind.Folder })
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "the workspace is no folder", job.Place);
            return;
        }
        if (workers.ProblemsOf(job) is { Count: > 0 } problems)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, problems.Count == 1 ? "the workflow has a problem" : $"the workflow has {problems.Count} problems", string.Join('\n', problems.Take(MostTold).Select(p => $"{p.Code} {(job.IsText ? $"line {p.At.Line}" : p.At.ToString())}: {p.Message}{(p.Hint is null ? "" : $"; {p.Hint}")}")));
            return;
        }
        await QueueAsync(context, () => queue.Add(job));
    }

    /// <summary>Answers with the run of a job; false when there is none yet and nothing was answered.</summary>
    private static async Task<bool> QueueAsync(HttpContext context, Func<long?> add)
    {
        string id;
        try
        {
            if (add() is not { } number) return false;
            id = number.ToString(CultureInfo.InvariantCulture);
        }
        catch (KeyRefusedException e)
        {
            await Answer.ProblemAsync(context, e.IsTaken ? HttpStatusCode.Conflict : HttpStatusCode.BadRequest, e.Sentence, e.Detail);
            return true;
        }
        context.Response.Headers.Location = $"/api/v1/runs/{id}";
        await Answer.JsonAsync(context, HttpStatusCode.Created, json => json.WriteString("id", id));
        return true;
    }

    private Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (RunQuery.Refusal(query) is { } refusal) return Answer.ProblemAsync(context, HttpStatusCode.BadRequest, refusal);
        var limit = int.TryParse(query["limit"], NumberStyles.None, null, out var asked) ? Math.Clamp(asked, 1, MostListed) : UsuallyListed;
        var before = long.TryParse(query["before"], NumberStyles.None, null, out var number) ? number : long.MaxValue;
        var filter = new RunFilter(Text("status")?.Split(','), Text("text"), Text("workflow"), Text("workspace"), Text("label"), int.TryParse(query["rating"], NumberStyles.None, null, out var stars) ? stars : null, Day("since"), Day("until"));
        // The newest first; a page goes on before the last number of the one before.
        var found = queue.Newest(filter.Takes, limit + 1, before);
        var outlooks = _foresight.All();
        return Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteStartArray("runs");
            foreach (var run in found.Take(limit))
            {
                json.WriteStartObject();
                run.Write(json, outlooks.GetValueOrDefault(run.Id) ?? _foresight.Of(run));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (found.Count > limit) json.WriteString("next", string.Create(CultureInfo.InvariantCulture, $"/api/v1/runs?before={found[limit - 1].Id}&limit={limit}") + Rest(query));
        });

        string? Text(string name) => query[name].ToString() is { Length: > 0 } text ? text : null;
        long? Day(string name) => DateTimeOffset.TryParse(query[name], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) ? day.ToUnixTimeMilliseconds() : null;
    }

    // The next page asks for the same.
    private static string Rest(IQueryCollection query) => string.Concat(query.Where(q => q.Key is not ("before" or "limit")).Select(q => $"&{Uri.EscapeDataString(q.Key)}={Uri.EscapeDataString(q.Value.ToString())}"));

    private Task ShowAsync(HttpContext context) => Found.Run(context, queue) is { } run ? Answer.JsonAsync(context, HttpStatusCode.OK, json => run.Write(json, _foresight.Of(run))) : Found.NoneAsync(context);

    private Task CancelAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run) return Found.NoneAsync(context);
        return queue.Cancel(run, workers.Cancel) ? Answer.JsonAsync(context, HttpStatusCode.Accepted, json => json.WriteBoolean("cancelled", true))
            : Answer.ProblemAsync(context, HttpStatusCode.Conflict, $"run {run.Id} is over", run.Status);
    }

    private Task PauseAsync(HttpContext context, bool paused)
    {
        if (Found.Run(context, queue) is not { } run) return Found.NoneAsync(context);
        return queue.PauseRun(run, paused) ? Answer.JsonAsync(context, HttpStatusCode.Accepted, json => json.WriteBoolean("paused", paused))
            : Answer.ProblemAsync(context, HttpStatusCode.Conflict, $"run {run.Id} is over", run.Status);
    }

    // The same job as a run of its own: its variables, profile, budget and priority are kept, its key is not, for that one names the earlier run.
    private Task AgainAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run) return Found.NoneAsync(context);
        if (!run.Job.IsText && place.Disk.Stat(run.Job.Workflow) is not { Kind: FileKind.File }) return Answer.ProblemAsync(context, HttpStatusCode.Conflict, "the workflow is not there any more", run.Job.Workflow);
        var id = queue.Add(run.Job with { IdempotencyKey = null }).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.Location = $"/api/v1/runs/{id}";
        return Answer.JsonAsync(context, HttpStatusCode.Created, json => json.WriteString("id", id));
    }

    private Task RetryAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run) return Found.NoneAsync(context);
        return queue.Retry(run.Id) ? Answer.JsonAsync(context, HttpStatusCode.Accepted, json => json.WriteString("id", run.Id.ToString(CultureInfo.InvariantCulture)))
            : Answer.ProblemAsync(context, HttpStatusCode.Conflict, $"run {run.Id} did not fail and was not cancelled", run.Status);
    }
}
