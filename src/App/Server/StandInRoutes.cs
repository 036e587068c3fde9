using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Spool.App.Queue;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>
/// Where a result waits because a file is missing that the workflow has a stand-in for, a person may have it made all the same: the run goes on
/// as <c>spool run --allow-placeholders</c>, from then on and whenever it is tried again. What is made says that it holds stand-ins.
/// </summary>
internal sealed class StandInRoutes(ServerPlace place, JobQueue queue)
{
    internal void AddTo(IEndpointRouteBuilder routes) => routes.MapPost("/api/v1/runs/{id}/stand-ins", AllowAsync);

    private Task AllowAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run) return Found.NoneAsync(context);
        if (run.Status is not ("waiting" or "running") || !Waits(run)) return Answer.ProblemAsync(context, HttpStatusCode.Conflict, $"nothing in run {run.Id} waits for stand-ins", "they are there for inputs with 'placeholder:' in the workflow");
        DurableFile.WritePlain(place.Disk, run.StandInMark(place), "allowed\n"u8);
        // One that still works at other tasks takes it up when it has come to wait.
        DurableFile.WritePlain(place.Disk, run.WakeMark(place), "stand-ins\n"u8);
        return Answer.JsonAsync(context, HttpStatusCode.Accepted, json => json.WriteBoolean("continues", run.Status == "waiting"));
    }

    private bool Waits(QueuedRun run) => RunPage.Look(place, run.Id, root => root.GetProperty("tasks").EnumerateArray().Any(task =>
        task.GetProperty("status").GetString() == "waiting" && task.GetProperty("reasons").EnumerateArray().Any(r => r.GetProperty("code").GetString() == "stand-in")));
}
