using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Spool.App.Queue;
using Spool.Engine.Graph;
using Spool.Media.Streams;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>
/// What a person decides about frames, kept in <c>overrides.jsonl</c> of the run's workspace (docs/formats/curation.md), and the sheets of small
/// pictures that they are looked at by. The page names frames by number; written are the content of a picture and the moment of a film, so that a
/// decision follows its frame. The file is written whole, elsewhere and then renamed: after an answer the decisions are on the disk, and no reader ever
/// sees half a line.
/// </summary>
internal sealed partial class DecisionRoutes(ServerPlace place, JobQueue queue)
{
    private const int MostFrames = 5000;
    private const string File = "overrides.jsonl";
    private static readonly string[] Words = ["keep", "drop", "representative"];
    private readonly SemaphoreSlim _one = new(1);

    internal void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/runs/{id}/decisions", ShowAsync);
        routes.MapPost("/api/v1/runs/{id}/decisions", DecideAsync);
        routes.MapGet("/api/v1/runs/{id}/sheets/{folder}/{sheet}", SheetAsync);
    }

    private async Task ShowAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run)
        {
            await Found.NoneAsync(context);
            return;
        }
        var stream = context.Request.Query["stream"].ToString();
        if (Frames(run, stream, _ => true) is not { } frames)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.NotFound, $"run {run.Id} has no stream '{stream}'", "its frames are looked for in out/STREAM/frames.jsonl");
            return;
        }
        Decisions all;
        try { all = Decisions.Read(Encoding.UTF8.GetBytes(Text(run))); }
        catch (DecisionFault e)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.Conflict, $"{File} {e.Message}", "correct that line by hand; until then nothing is decided here");
            return;
        }
        var decided = all.For([stream], frames);
        await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            Numbers("keep", decided.Kept.Where(k => k.Value).Select(k => k.Key));
            Numbers("drop", decided.Kept.Where(k => !k.Value).Select(k => k.Key));
            Numbers("representative", decided.Representatives);
            json.WriteNumber("total", all.All.Count);

            void Numbers(string name, IEnumerable<long> numbers)
            {
                json.WriteStartArray(name);
                foreach (var number in numbers) json.WriteNumberValue(number);
                json.WriteEndArray();
            }
        });
    }

    /// <summary>One decision about some frames of a stream.</summary>
    private sealed record Wanted(string Decision, string Stream, IReadOnlySet<long> Frames, bool TakesBack);

    private async Task DecideAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run)
        {
            await Found.NoneAsync(context);
            return;
        }
        List<Wanted> wanted;
        try
        {
            using var body = await Body.ReadAsync(context);
            wanted = [.. body.RootElement.GetProperty("decisions").EnumerateArray().Select(Read)];
            if (wanted.Sum(w => w.Frames.Count) is 0 or > MostFrames) throw new FormatException($"it names no frame, or more than {MostFrames}");
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "the body is no list of decisions", e is FormatException ? e.Message : """as {"decisions":[{"decision":"keep","stream":"cam7","frames":[12,13]}]}; "take_back": true removes the same decision again""");
            return;
        }
        await _one.WaitAsync(context.RequestAborted);
        try
        {
            var lines = Text(run).Split('\n').Where(l => l.Length > 0).ToList();
            foreach (var one in wanted)
            {
                if (Frames(run, one.Stream, one.Frames.Contains) is not { } frames || frames.Count < one.Frames.Count)
                {
                    await Answer.ProblemAsync(context, HttpStatusCode.NotFound, $"run {run.Id} has no stream '{one.Stream}' with all of these frames", "nothing was written");
                    return;
                }
                foreach (var frame in frames) Apply(lines, one, frame);
            }
            try { _ = Decisions.Read(Encoding.UTF8.GetBytes(string.Join('\n', lines))); }
            catch (DecisionFault e)
            {
                await Answer.ProblemAsync(context, HttpStatusCode.Conflict, $"{File} {e.Message}", "correct that line by hand; nothing was written");
                return;
            }
            DurableFile.Write(place.Disk, Path.Join(run.Job.Place, File), Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n"))));
            await Answer.JsonAsync(context, HttpStatusCode.OK, json => json.WriteNumber("total", lines.Count));
        }
        finally { _one.Release(); }
    }

    private static void Apply(List<string> lines, Wanted wanted, (long Index, string? Hash, double? Seconds) frame)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("decision", wanted.Decision);
            if (frame.Hash is { } hash) json.WriteString("hash", "sha256:" + hash);
            else
            {
                json.WriteString("stream", wanted.Stream);
                json.WriteNumber("pts_s", frame.Seconds ?? throw new FormatException("a frame has neither content nor time"));
            }
            json.WriteEndObject();
        }
        var line = Encoding.UTF8.GetString(buffer.ToArray());
        if (!wanted.TakesBack) lines.Add(line);
        else if (lines.LastIndexOf(line) is >= 0 and var at) lines.RemoveAt(at);
    }

    private static Wanted Read(JsonElement given)
    {
        var decision = given.GetProperty("decision").GetString();
        if (!Words.Contains(decision)) throw new FormatException($"'{decision}' is none of {string.Join(", ", Words)}");
        return new Wanted(decision!, given.GetProperty("stream").GetString() ?? "", given.GetProperty("frames").EnumerateArray().Select(f => f.GetInt64()).ToHashSet(),
            given.TryGetProperty("take_back", out var back) && back.ValueKind == JsonValueKind.True);
    }

    private string Text(QueuedRun run) => place.Disk.Stat(Path.Join(run.Job.Place, File)) is null ? "" : DurableFile.ReadText(place.Disk, Path.Join(run.Job.Place, File));

    /// <summary>Frames of a stream by number, with content (pictures) or time (films); null when there is no such stream. Frames that could not be read have neither and are left out.</summary>
    private List<(long Index, string? Hash, double? Seconds)>? Frames(QueuedRun run, string stream, Func<long, bool> wanted)
    {
        if (!StreamName().IsMatch(stream) || stream is "." or "..") return null;
        var path = $"out/{stream}/frames.jsonl";
        if (!IsInside(run, path) || place.Disk.Stat(Path.Join(run.Job.Place, path)) is not { Kind: FileKind.File }) return null;
        var frames = new List<(long, string?, double?)>();
        foreach (var line in StreamLines.Lines(place.Disk, Path.Join(run.Job.Place, path)))
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (!wanted(root.GetProperty("frame_idx").GetInt64())) continue;
            var hash = root.TryGetProperty("hash", out var content) && content.GetString() is { } text ? text.Replace("sha256:", "", StringComparison.Ordinal) : null;
            double? seconds = root.TryGetProperty("pts_s", out var time) && time.ValueKind == JsonValueKind.Number ? time.GetDouble() : null;
            if (hash is not null || seconds is not null) frames.Add((root.GetProperty("frame_idx").GetInt64(), hash, seconds));
        }
        return frames;
    }

    private bool IsInside(QueuedRun run, string path) => JobInput.Refusal(path) is null && new SourceTree(place.Disk, run.Job.Place, new Dictionary<string, string>(), _ => false).IsInside(path);

    private Task SheetAsync(HttpContext context)
    {
        if (Found.Run(context, queue) is not { } run) return Found.NoneAsync(context);
        var (folder, sheet) = (context.Request.RouteValues["folder"]?.ToString() ?? "", context.Request.RouteValues["sheet"]?.ToString() ?? "");
        var path = $"thumbs/{folder}/{sheet}";
        if (!StreamName().IsMatch(folder) || !SheetName().IsMatch(sheet) || !IsInside(run, path) || place.Disk.Stat(Path.Join(run.Job.Place, path)) is not { Kind: FileKind.File })
            return Answer.ProblemAsync(context, HttpStatusCode.NotFound, $"run {run.Id} has no sheet {folder}/{sheet}");
        return Results.File(Path.Join(run.Job.Place, path), "image/jpeg").ExecuteAsync(context);
    }

    [GeneratedRegex("^[^/\\\\\\x00-\\x1f]{1,200}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex StreamName();

    [GeneratedRegex("^sheet-[0-9]{3,9}\\.jpg$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SheetName();
}
