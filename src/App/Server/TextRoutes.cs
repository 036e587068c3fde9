using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Spool.App.Queue;
using Spool.App.Report;
using Spool.Engine.Artifacts;
using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>
/// Texts that a person reads and edits, and files that were missing (docs/formats/api.md). Written is only what the run itself asks a person for:
/// a text that an open review shows, a text that nobody made, a file that a task waits for. Paths are those of the run's page, never free ones.
/// </summary>
internal sealed class TextRoutes(ServerPlace place, JobQueue queue, Workers workers)
{
    private const int MostBytes = 1 << 20;

    internal void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/runs/{id}/text", ReadAsync);
        routes.MapPut("/api/v1/runs/{id}/text", WriteAsync);
        routes.MapPost("/api/v1/runs/{id}/inputs", BringAsync);
    }

    private async Task ReadAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run)
        {
            await Found.NoneAsync(context);
            return;
        }
        var path = context.Request.Query["path"].ToString();
        if (Listed(run, path) is not { } listed || BytesOf(run, path, listed.Digest) is not { } bytes)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.NotFound, $"run {run.Id} tells of no text '{path}'");
            return;
        }
        if (bytes.Length > MostBytes || ArtifactTypes.Excerpt(bytes, MostBytes) is not { } text)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.UnsupportedMediaType, $"{path} is no text of at most 1 MiB");
            return;
        }
        var isEditable = listed.Producer is null || await IsReviewedAsync(run, path, context.RequestAborted);
        await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteString("path", path);
            json.WriteString("text", text);
            json.WriteString("digest", Digest.Of(bytes).ToString());
            json.WriteBoolean("editable", isEditable);
        });
    }

    /// <summary>What stands in the workspace; where nothing does, what the store has.</summary>
    private byte[]? BytesOf(QueuedRun run, string path, string digest)
    {
        var full = Path.Join(run.Job.Place, path);
        if (IsInside(run, path) && place.Disk.Stat(full) is { Kind: FileKind.File, Size: <= MostBytes }) return DurableFile.Read(place.Disk, full);
        var store = new ObjectStore(place.Disk, new WorkspacePaths(run.Job.Place).Store);
        return Digest.TryParse(digest, out var known) && store.Has(known) && place.Disk.Stat(store.PathOf(known)) is { Size: <= MostBytes } ? DurableFile.Read(place.Disk, store.PathOf(known)) : null;
    }

    private bool IsInside(QueuedRun run, string path) => JobInput.Refusal(path) is null && new SourceTree(place.Disk, run.Job.Place, new Dictionary<string, string>(), _ => false).IsInside(path);

    /// <summary>An artifact of the run's page with words in it.</summary>
    private (string Digest, string? Producer)? Listed(QueuedRun run, string path)
    {
        if (!ArtifactTypes.IsWords(path)) return null;
        var found = RunPage.Look<JsonElement?>(place, run.Id, root => root.GetProperty("artifacts").EnumerateArray().Where(a => a.GetProperty("path").GetString() == path).Select(a => (JsonElement?)a.Clone()).FirstOrDefault());
        return found is { } artifact ? (artifact.GetProperty("digest").GetString() ?? "", artifact.TryGetProperty("producer", out var producer) ? producer.GetString() : null) : null;
    }

    private async Task WriteAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run)
        {
            await Found.NoneAsync(context);
            return;
        }
        var path = context.Request.Query["path"].ToString();
        if (await BodyAsync(context, "text", "digest") is not [{ } text, var digest]) return;
        if (Encoding.UTF8.GetByteCount(text) > MostBytes)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.RequestEntityTooLarge, "a text has at most 1 MiB");
            return;
        }
        if (Listed(run, path) is not { } listed || !IsInside(run, path))
        {
            await Answer.ProblemAsync(context, HttpStatusCode.NotFound, $"run {run.Id} tells of no text '{path}' in its workspace");
            return;
        }
        if (listed.Producer is not null && !await IsReviewedAsync(run, path, context.RequestAborted))
        {
            await Answer.ProblemAsync(context, HttpStatusCode.Forbidden, $"{path} was made by {listed.Producer}; it can be edited while an open review shows it");
            return;
        }
        var full = Path.Join(run.Job.Place, path);
        if (place.Disk.Stat(full) is not { Kind: FileKind.File } || Digest.Of(DurableFile.Read(place.Disk, full)).ToString() != digest)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.Conflict, $"{path} is not what it was when it was read", "read it again; nothing was written");
            return;
        }
        DurableFile.Write(place.Disk, full, Encoding.UTF8.GetBytes(text));
        await Answer.JsonAsync(context, HttpStatusCode.OK, json => json.WriteString("digest", Digest.Of(Encoding.UTF8.GetBytes(text)).ToString()));
    }

    private async Task<bool> IsReviewedAsync(QueuedRun run, string path, CancellationToken cancel)
    {
        foreach (var line in await workers.ReviewsAsync(run, cancel))
        {
            using var review = JsonDocument.Parse(line);
            if (review.RootElement.GetProperty("files").EnumerateArray().Any(f => f.GetProperty("path").GetString() == path)) return true;
        }
        return false;
    }

    /// <summary>Puts an upload where a task looks for a file that is not there, and lets the run go on.</summary>
    private async Task BringAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run)
        {
            await Found.NoneAsync(context);
            return;
        }
        if (await BodyAsync(context, "path", "upload") is not [{ } path, { } upload]) return;
        if (!Digest.TryParse(upload, out var digest) || Path.Join(place.Root, "uploads", "done", digest.ToString()) is var source && place.Disk.Stat(source) is not { Kind: FileKind.File })
        {
            await Answer.ProblemAsync(context, HttpStatusCode.NotFound, "there is no such upload", "POST /api/v1/uploads first");
            return;
        }
        if (!IsWanted(run, path))
        {
            await Answer.ProblemAsync(context, HttpStatusCode.Forbidden, $"no task of run {run.Id} waits for '{path}'", "only what a task reads and what is not there can be brought");
            return;
        }
        if (JobInput.Put(place.Disk, run.Job.Place, Path.Join(place.Root, "uploads", "done", digest.ToString()), path) is { } refusal)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.Conflict, refusal);
            return;
        }
        if (run.Status == "waiting") DurableFile.WritePlain(place.Disk, run.WakeMark(place), "input\n"u8);
        await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteString("path", path);
            json.WriteBoolean("continues", run.Status == "waiting");
        });
    }

    /// <summary>A task of the page reads this path, or a glob that it matches, and waits for it or has a stand-in for it.</summary>
    private bool IsWanted(QueuedRun run, string path)
    {
        if (JobInput.Refusal(path) is not null) return false;
        return RunPage.Look(place, run.Id, root => root.GetProperty("tasks").EnumerateArray().Any(task =>
            task.GetProperty("inputs").EnumerateArray().Any(i => i.GetProperty("path").GetString() == path)
            || (task.TryGetProperty("standIns", out var missing) && missing.EnumerateArray().Any(m => m.GetProperty("what").GetString() == path))
            || task.GetProperty("reasons").EnumerateArray().Any(r => r.GetProperty("code").GetString() == "missing-input" && Matches(r.GetProperty("text").GetString()!, path))));
    }

    private static bool Matches(string reason, string path)
    {
        const string glob = "missing input: no file matches ", one = "missing input: ";
        if (reason.StartsWith(glob, StringComparison.Ordinal)) return Paths.Matcher(reason[glob.Length..].Split(" (")[0]).IsMatch(path);
        return reason.StartsWith(one, StringComparison.Ordinal) && reason[one.Length..].Split(" (")[0] == path;
    }

    /// <summary>Two texts of a JSON body, the first of which must be there; null when the request was answered already.</summary>
    private static async Task<string?[]?> BodyAsync(HttpContext context, string first, string second)
    {
        try
        {
            using var body = await Body.ReadAsync(context);
            if (body.RootElement.TryGetProperty(first, out var one) && one.GetString() is { } text) return [text, body.RootElement.TryGetProperty(second, out var two) ? two.GetString() : null];
        }
        catch (InvalidOperationException) { }
        await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, $"the body is no object with the texts '{first}' and '{second}'");
        return null;
    }
}
