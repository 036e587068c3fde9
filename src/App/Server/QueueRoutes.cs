using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Spool.App.Queue;

namespace Spool.App.Server;

/// <summary>The routes about the queue as a whole (docs/formats/api.md).</summary>
internal sealed class QueueRoutes(ServerPlace place, JobQueue queue)
{
    internal void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/queue", ShowAsync);
        routes.MapPost("/api/v1/queue/pause", context => PauseAsync(context, true));
        routes.MapPost("/api/v1/queue/resume", context => PauseAsync(context, false));
    }

    private Task ShowAsync(HttpContext context)
    {
        var standing = Standing.Read(place);
        var live = queue.Live();
        return Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteBoolean("paused", queue.IsPaused);
            json.WriteString("held", standing.Held);
            json.WriteNumber("running", live.Count(r => r.Status == "running"));
            json.WriteNumber("waiting", live.Count(r => r.Status == "waiting"));
            json.WriteNumber("queued", live.Count(r => r.Status == "queued"));
            json.WriteNumber("paused_runs", live.Count(r => r.Status == "paused"));
            json.WriteNumber("max_concurrent", standing.MaxConcurrent);
        });
    }

    private Task PauseAsync(HttpContext context, bool paused)
    {
        queue.Pause(paused);
        return Answer.JsonAsync(context, HttpStatusCode.OK, json => json.WriteBoolean("paused", queue.IsPaused));
    }
}
