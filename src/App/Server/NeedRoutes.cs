using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Spool.App.Queue;
using Spool.Engine;

namespace Spool.App.Server;

/// <summary>
/// What the runs of this server need from elsewhere, and how the server is set: <c>spool services --json</c> of the workflows that were run last,
/// <c>spool doctor --json</c> of their workspaces, and the user's settings without what is secret in them. Nothing is changed here.
/// </summary>
internal sealed class NeedRoutes(Composition composition, ServerPlace place, JobQueue queue, Workers workers)
{
    private const int MostWorkflows = 5;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _one = new(1);
    private (DateTimeOffset At, List<JsonElement> Services, List<string> Problems)? _last;

    internal void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/services", ServicesAsync);
        routes.MapGet("/api/v1/settings", SettingsAsync);
    }

    private List<QueuedRun> Recent() => [.. queue.All().Where(r => r.Job.Workspace != "/" && r.Attempt > 0).OrderByDescending(r => r.Id).DistinctBy(r => (r.Job.Place, workers.FileOf(r))).Take(MostWorkflows)];

    private async Task ServicesAsync(HttpContext context)
    {
        // Each look starts a program for each workflow, so many pages share one.
        await _one.WaitAsync(context.RequestAborted);
        try
        {
            if (_last is not { } kept || composition.Time.GetUtcNow() - kept.At > Fresh) _last = await LookAsync(context.RequestAborted);
        }
        finally { _one.Release(); }
        var (_, services, problems) = _last!.Value;
        await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteStartArray("services");
            foreach (var service in services) service.WriteTo(json);
            json.WriteEndArray();
            if (services.Count == 0) json.WriteString("sentence", problems.Count > 0 ? string.Join("; ", problems) : "What was run here last needs no services.");
        });
    }

    private async Task<(DateTimeOffset, List<JsonElement>, List<string>)> LookAsync(CancellationToken cancel)
    {
        var services = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var problems = new List<string>();
        foreach (var run in Recent())
        {
            var (_, said) = await workers.AskAsync(["services", workers.FileOf(run), "--workspace", run.Job.Place, "--json"], cancel);
            foreach (var told in Objects(said))
            {
                if (told.TryGetProperty("services", out var list)) foreach (var service in list.EnumerateArray()) services.TryAdd(service.GetProperty("provider").GetString()!, service.Clone());
                else if (told.TryGetProperty("problems", out var wrong)) problems.AddRange(wrong.EnumerateArray().Take(1).Select(p => $"{workers.FileOf(run)}: {p.GetProperty("message").GetString()}"));
            }
        }
        return (composition.Time.GetUtcNow(), [.. services.Values], problems);
    }

    private async Task SettingsAsync(HttpContext context)
    {
        var problems = new ProblemList();
        var settings = Settings.Read(composition, problems);
        var workspaces = new List<(string Name, JsonElement Found)>();
        foreach (var folder in Recent().Select(r => r.Job.Place).Distinct())
        {
            var (_, said) = await workers.AskAsync(["doctor", "--workspace", folder, "--json"], context.RequestAborted);
            if (Objects(said) is [var found, ..]) workspaces.Add((folder, found));
        }
        await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteString("version", Composition.Version);
            json.WriteString("state_root", place.Root);
            json.WriteString("settings_file", Path.Join(place.Root, "settings.yaml"));
            json.WriteNumber("processors", Environment.ProcessorCount);
            Words("allowed_programs", settings.Allow);
            Words("folders_that_jobs_may_read", settings.Roots);
            Words("folders_of_templates", settings.Templates.Select(t => t.Folder));
            Words("problems_of_the_settings", problems.Problems.Select(p => p.Message));
            json.WriteStartObject("budget");
            if (settings.Budget.Usd is { } usd) json.WriteNumber("run_usd", usd);
            if (settings.Budget.Day is { } day) json.WriteNumber("day_usd", day);
            json.WriteNumber("spent_today_usd", workers.SpentToday());
            json.WriteEndObject();
            json.WriteStartObject("resources");
            foreach (var (name, capacity) in settings.Resources) json.WriteNumber(name, capacity);
            json.WriteEndObject();
            json.WriteStartArray("workspaces");
            foreach (var (name, found) in workspaces)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                foreach (var property in found.EnumerateObject()) property.WriteTo(json);
                json.WriteEndObject();
            }
            json.WriteEndArray();

            void Words(string name, IEnumerable<string> words)
            {
                json.WriteStartArray(name);
                foreach (var word in words) json.WriteStringValue(word);
                json.WriteEndArray();
            }
        });
    }

    private static List<JsonElement> Objects(string said)
    {
        var objects = new List<JsonElement>();
        foreach (var line in said.Split('\n').Where(l => l.StartsWith('{')))
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                objects.Add(document.RootElement.Clone());
            }
            catch (JsonException) { continue; } // a line of something else that looks like one
        }
        return objects;
    }
}
