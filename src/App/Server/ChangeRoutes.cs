using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Spool.App.Queue;

namespace Spool.App.Server;

/// <summary>What a person says about runs: labels, ratings, places in the queue, that they may go; and which workspaces are watched (docs/formats/api.md).</summary>
internal sealed class ChangeRoutes(ServerPlace place, JobQueue queue)
{
    internal void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapPatch("/api/v1/runs/{id}", ChangeAsync);
        routes.MapGet("/api/v1/runs/{id}/delete-preview", PreviewAsync);
        routes.MapDelete("/api/v1/runs/{id}", DeleteAsync);
        routes.MapGet("/api/v1/watched", WatchedAsync);
        routes.MapPut("/api/v1/watched", WatchAsync);
    }

    private async Task ChangeAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run)
        {
            await Found.NoneAsync(context);
            return;
        }
        string? refusal = null;
        try
        {
            using var body = await Body.ReadAsync(context);
            foreach (var property in body.RootElement.EnumerateObject()) refusal ??= Change(run, property.Name, property.Value);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException) { refusal = "the body is no object with some of 'label', 'rating', 'priority', 'before'"; }
        if (refusal is not null) await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, refusal);
        else await Answer.JsonAsync(context, HttpStatusCode.OK, json => json.WriteBoolean("changed", true));
    }

    /// <summary>Null, or why it cannot be.</summary>
    private string? Change(QueuedRun run, string name, JsonElement value)
    {
        switch (name)
        {
            case "label":
                if (value.ValueKind != JsonValueKind.Null && value.GetString() is not { Length: <= 200 }) return "a label has at most 200 characters";
                queue.Change(run.Id, r => r with { Label = value.ValueKind == JsonValueKind.Null || value.GetString()!.Length == 0 ? null : value.GetString() });
                return null;
            case "rating":
                int? rating = value.ValueKind == JsonValueKind.Null ? null : value.GetInt32();
                if (rating is < 1 or > 5) return "a rating goes from 1 to 5";
                queue.Change(run.Id, r => r with { Rating = rating });
                return null;
            case "priority":
                if (run.Stage != ServerPlace.Pending) return $"run {run.Id} is not queued any more";
                if (value.GetInt32() is < -1_000_000 or > 1_000_000) return "a priority is a whole number up to a million";
                queue.Change(run.Id, r => r with { Job = r.Job with { Priority = value.GetInt32() } });
                return null;
            case "before":
                var other = value.ValueKind == JsonValueKind.Number ? value.GetInt64() : long.TryParse(value.GetString(), NumberStyles.None, null, out var number) ? number : 0;
                return other != run.Id && queue.MoveBefore(run.Id, other) ? null : $"run {run.Id} and run {other} are not both queued";
            default:
                return $"a run has no '{name}' that could be changed; there are label, rating, priority, before";
        }
    }

    private Task PreviewAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run) return Found.NoneAsync(context);
        var (files, bytes) = RunSize.Of(place, run);
        return Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteNumber("runs", 1);
            json.WriteNumber("files", files);
            json.WriteNumber("bytes", bytes);
            json.WriteString("kept", $"the workspace {run.Job.Place} with all its files");
            json.WriteBoolean("possible", run.Stage is ServerPlace.Done or ServerPlace.Failed);
        });
    }

    private Task DeleteAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run) return Found.NoneAsync(context);
        return queue.Delete(run.Id) ? Answer.JsonAsync(context, HttpStatusCode.OK, json => json.WriteBoolean("deleted", true))
            : Answer.ProblemAsync(context, HttpStatusCode.Conflict, $"run {run.Id} is not over", "cancel it first");
    }

    private Task WatchedAsync(HttpContext context) => Answer.JsonAsync(context, HttpStatusCode.OK, json =>
    {
        json.WriteStartArray("workflows");
        foreach (var workflow in WatchedList.Read(place)) json.WriteStringValue(workflow);
        json.WriteEndArray();
    });

    private async Task WatchAsync(HttpContext context)
    {
        try
        {
            using var body = await Body.ReadAsync(context);
            var workflow = body.RootElement.GetProperty("workflow").GetString()!;
            var on = body.RootElement.GetProperty("on").GetBoolean();
            // Only what was run here before can be switched: no path of a stranger's choice is looked at.
            if (!on || queue.All().Any(r => r.Job.Workflow == workflow))
            {
                WatchedList.Set(place, workflow, on);
                await Answer.JsonAsync(context, HttpStatusCode.OK, json => json.WriteBoolean("on", on));
            }
            else await Answer.ProblemAsync(context, HttpStatusCode.NotFound, "no run here has this workflow");
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException) { await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "the body is no object with 'workflow' and 'on'"); }
    }
}
