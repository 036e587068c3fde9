using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Spool.App.Queue;
using Spool.App.Report;
using Spool.Engine.Artifacts;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>What is inside of a run: its page, its tasks, their logs, the versions of a file (docs/formats/api.md).</summary>
internal sealed class RunDetailRoutes(ServerPlace place, JobQueue queue, Workers workers)
{
    private const int MostVersions = 50;

    internal void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/runs/{id}/page", context => FileAsync(context, "page.json"));
        routes.MapGet("/api/v1/runs/{id}/curation", context => FileAsync(context, "curation.json"));
        routes.MapGet("/api/v1/runs/{id}/tasks", TasksAsync);
        routes.MapGet("/api/v1/runs/{id}/task", TaskAsync);
        routes.MapGet("/api/v1/runs/{id}/log", LogAsync);
        routes.MapGet("/api/v1/runs/{id}/versions", VersionsAsync);
    }

    /// <summary>A file that the engine keeps for us, as it is.</summary>
    private async Task FileAsync(HttpContext context, string name)
    {
        if (Found.Run(context, queue) is not { } run)
        {
            await Found.NoneAsync(context);
            return;
        }
        if (RunPage.Read(place, run.Id, name) is not { } bytes)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.NotFound, name == "page.json" ? "its engine has told nothing yet" : "it curated nothing", run.Status);
            return;
        }
        await Answer.BytesAsync(context, "application/json", bytes);
    }

    private async Task TasksAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run)
        {
            await Found.NoneAsync(context);
            return;
        }
        var query = context.Request.Query;
        var wanted = new TaskPages.Wanted(Text("step"), Text("status"), Text("q"), Number("after", 0), Math.Clamp(Number("limit", 50), 1, 500)) { ByName = Text("order") == "name" };
        if (run.Status == "running" && await Task.Run(() => workers.AskOwner(run.Job.Place, wanted.Write)) is { } live && live.TryGetProperty("tasks", out _))
            await Answer.BytesAsync(context, "application/json", JsonSerializer.SerializeToUtf8Bytes(live, ServerJson.Default.JsonElement));
        else
        {
            var plan = RunPage.Engine(place, run.Id) is { } known ? workers.PlanOf(run.Job.Place, known) : KnownPlan.None;
            await Answer.BytesAsync(context, "application/json", TaskPages.Page(plan, wanted));
        }

        string? Text(string name) => query[name].ToString() is { Length: > 0 } text ? text : null;
        int Number(string name, int otherwise) => int.TryParse(query[name], NumberStyles.None, null, out var number) ? number : otherwise;
    }

    private async Task TaskAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run)
        {
            await Found.NoneAsync(context);
            return;
        }
        var address = context.Request.Query["task"].ToString();
        if (await LiveAsync(run, address) is { } live)
        {
            await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
            {
                foreach (var property in live.GetProperty("task").EnumerateObject().Concat(live.EnumerateObject().Where(p => p.NameEquals("artifacts")))) property.WriteTo(json);
            });
            return;
        }
        if (RunPage.Task(place, run.Id, address) is { } shown)
        {
            await Answer.BytesAsync(context, "application/json", JsonSerializer.SerializeToUtf8Bytes(shown, ServerJson.Default.JsonElement));
            return;
        }
        var plan = RunPage.Engine(place, run.Id) is { } known ? workers.PlanOf(run.Job.Place, known) : KnownPlan.None;
        var line = plan.Lines.FirstOrDefault(l => l.GetProperty("task").GetString() == address);
        if (line.ValueKind != JsonValueKind.Object) await Answer.ProblemAsync(context, HttpStatusCode.NotFound, $"run {run.Id} has no task {address}");
        else await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            foreach (var property in line.EnumerateObject()) property.WriteTo(json);
            json.WriteNumber("attempts", 0);
            json.WriteStartArray("inputs");
            json.WriteEndArray();
            var made = plan.OutputsOf(line);
            json.WriteStartArray("outputs");
            foreach (var output in made)
            {
                json.WriteStartObject();
                json.WriteString("role", "");
                json.WriteString("path", output.Path);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            TaskPages.Outputs(json, made);
            if (!line.TryGetProperty("reasons", out _))
            {
                json.WriteStartArray("reasons");
                json.WriteEndArray();
            }
        });
    }

    private async Task<JsonElement?> LiveAsync(QueuedRun run, string task)
    {
        if (run.Status != "running") return null;
        var answer = await Task.Run(() => workers.AskOwner(run.Job.Place, w => { w.WriteString("verb", "task"); w.WriteString("task", task); }));
        return answer is { } live && live.TryGetProperty("task", out _) ? live : null;
    }

    private async Task LogAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run)
        {
            await Found.NoneAsync(context);
            return;
        }
        var query = context.Request.Query;
        var task = query["task"].ToString();
        var (path, over) = await LogOfAsync(run, task);
        if (path is null || place.Disk.Stat(path) is not { Kind: FileKind.File } stat)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.NotFound, $"{(task.Length > 0 ? task : "the task")} has no log", "only what a tool or a step wrote is kept");
            return;
        }
        if (query["q"].ToString() is { Length: > 0 } text)
        {
            var (matches, more) = LogText.Search(place.Disk, path, text);
            await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
            {
                json.WriteStartArray("matches");
                foreach (var match in matches)
                {
                    json.WriteStartObject();
                    json.WriteNumber("line", match.Line);
                    json.WriteNumber("offset", match.Offset);
                    json.WriteString("text", match.Text);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteBoolean("more", more);
            });
            return;
        }
        var limit = int.TryParse(query["limit"], NumberStyles.None, null, out var asked) ? Math.Clamp(asked, 1, 1 << 20) : 1 << 16;
        var from = long.TryParse(query["from"], NumberStyles.AllowLeadingSign, null, out var at) ? at : 0;
        if (from < 0) from = Math.Max(0, stat.Size - limit);
        var (said, next) = LogText.Read(place.Disk, path, Math.Min(from, stat.Size), limit);
        await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteString("text", said);
            json.WriteNumber("from", Math.Min(from, stat.Size));
            json.WriteNumber("next", next);
            json.WriteNumber("size", stat.Size);
            json.WriteBoolean("over", over);
        });
    }

    /// <summary>Where the log of a task lies: in its attempt's folder while it runs, else with the run; the last attempt counts.</summary>
    private async Task<(string? Path, bool Over)> LogOfAsync(QueuedRun run, string task)
    {
        if (task.Length == 0) return (null, true);
        if (await LiveAsync(run, task) is { } live && live.TryGetProperty("log", out var growing)) return (growing.GetString(), false);
        if (RunPage.Engine(place, run.Id) is not { } engine) return (null, run.Status != "running");
        var paths = new WorkspacePaths(run.Job.Place);
        for (var attempt = 20; attempt > 0; attempt--)
            if (paths.Log(engine, task, attempt) is var kept && place.Disk.Stat(kept) is not null) return (kept, true);
        return (null, true);
    }

    /// <summary>What stood at a path in runs of the same workspace, the oldest first; only what the store still has.</summary>
    private async Task VersionsAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run)
        {
            await Found.NoneAsync(context);
            return;
        }
        var path = context.Request.Query["path"].ToString();
        var store = new ObjectStore(place.Disk, new WorkspacePaths(run.Job.Place).Store);
        var versions = new List<(string Digest, long Run, long At)>();
        foreach (var other in queue.All().Where(r => r.Job.Place == run.Job.Place && r.Id <= run.Id && r.Attempt > 0).OrderByDescending(r => r.Id).Take(MostVersions))
            if (RunPage.DigestOf(place, other.Id, path) is { } digest && versions.All(v => v.Digest != digest) && store.Has(Digest.Parse(digest))) versions.Add((digest, other.Id, other.FinishedAt ?? other.StartedAt ?? other.SubmittedAt));
        versions.Reverse();
        await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteStartArray("versions");
            foreach (var version in versions)
            {
                json.WriteStartObject();
                json.WriteString("digest", version.Digest);
                json.WriteString("run", version.Run.ToString(CultureInfo.InvariantCulture));
                json.WriteString("at", RunExport.Time(version.At));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }
}

/// <summary>The run that a route names.</summary>
internal static class Found
{
    internal static QueuedRun? Run(HttpContext context, JobQueue queue) =>
        long.TryParse(context.Request.RouteValues["id"]?.ToString(), NumberStyles.None, null, out var id) ? queue.Find(id) : null;

    internal static Task NoneAsync(HttpContext context) => Answer.ProblemAsync(context, HttpStatusCode.NotFound, $"there is no run {context.Request.RouteValues["id"]}");
}
