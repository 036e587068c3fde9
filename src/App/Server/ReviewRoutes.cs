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
        var reviews = await workers.ReviewsAsync(run, context.RequestAborted);
        await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteStartArray("reviews");
            foreach (var review in reviews) json.WriteRawValue(review);
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
        var caller = Guard.CallerOf(context)!;
        string[] names = verdict == "approve" ? ["note", "at", "input", "digest", "over"] : ["note", "at", "input", "digest"];
        var said = new ReviewVerdict(name[(colon + 1)..], verdict, null, null, null, null, caller.Name == Access.Owner ? Environment.UserName : caller.Name);
        if (context.Request.ContentLength is > 0)
        {
            try
            {
                using var body = await Body.ReadAsync(context, 8);
                if (body.RootElement.EnumerateObject().FirstOrDefault(p => !names.Contains(p.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
                {
                    await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, $"a decision has no '{unknown.Name}'; it has {string.Join(", ", names)}");
                    return;
                }
                said = said with { Note = Text(body.RootElement, "note"), At = Text(body.RootElement, "at"), Input = Text(body.RootElement, "input"), Shown = Text(body.RootElement, "digest"), Over = body.RootElement.TryGetProperty("over", out var over) && over.GetBoolean() };
            }
            catch (InvalidOperationException)
            {
                await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, $"the body is no object with the texts 'note', 'at', 'input', 'digest'{(verdict == "approve" ? " and 'over', true or false" : "")}");
                return;
            }
        }
        var (taken, why) = await workers.DecideAsync(run, said, context.RequestAborted);
        // The rejection may have ended the run: approved after all, it goes on.
        if (taken && said.Over) queue.RetryFailed(run.Id);
        if (taken) await Answer.JsonAsync(context, HttpStatusCode.OK, json => json.WriteBoolean("taken", true));
        else await Answer.ProblemAsync(context, HttpStatusCode.Conflict, "the decision was not taken", why);
    }

    private static string? Text(JsonElement body, string name) => body.TryGetProperty(name, out var given) && given.GetString() is { Length: > 0 } text ? text : null;
}
