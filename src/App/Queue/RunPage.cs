using System.Text.Json;
using Spool.Platform;

namespace Spool.App.Queue;

/// <summary>Reads what an engine keeps of its run for the server: <c>page.json</c>, the data of the run's page.</summary>
public static class RunPage
{
    /// <summary>A file of the run's folder; null when it is not there.</summary>
    public static byte[]? Read(ServerPlace place, long run, string name)
    {
        var path = Path.Join(place.RunFolder(run), name);
        try { return place.Disk.Stat(path) is { Kind: FileKind.File } ? DurableFile.Read(place.Disk, path) : null; }
        catch (DiskException e) when (e.Errno == Errors.NotFound) { return null; }
    }

    /// <summary>The number that the engine gave the run in its workspace.</summary>
    public static string? Engine(ServerPlace place, long run) => Look(place, run, root => root.GetProperty("run").GetProperty("id").GetString());

    /// <summary>When its engine ended, Unix milliseconds; null while it goes on.</summary>
    public static long? FinishedAt(ServerPlace place, long run) =>
        Look(place, run, root => root.GetProperty("run").TryGetProperty("finishedAt", out var at) && at.TryGetDateTimeOffset(out var time) ? time.ToUnixTimeMilliseconds() : (long?)null);

    /// <summary>A task as the page tells of it.</summary>
    public static JsonElement? Task(ServerPlace place, long run, string task) =>
        Look<JsonElement?>(place, run, root => root.GetProperty("tasks").EnumerateArray().Where(t => t.GetProperty("task").GetString() == task).Select(t => (JsonElement?)t.Clone()).FirstOrDefault());

    /// <summary>What stood at a path.</summary>
    public static string? DigestOf(ServerPlace place, long run, string path) =>
        Look(place, run, root => root.GetProperty("artifacts").EnumerateArray().Where(a => a.GetProperty("path").GetString() == path).Select(a => a.GetProperty("digest").GetString()).FirstOrDefault(d => d is { Length: 64 }));

    /// <summary>What is said of the file that a run waits for, when it waits for no person; null when it does, or for no file.</summary>
    public static string? Missing(ServerPlace place, long run) => Look(place, run, root =>
    {
        var reasons = root.GetProperty("tasks").EnumerateArray().Where(t => t.GetProperty("status").GetString() == "waiting").SelectMany(t => t.GetProperty("reasons").EnumerateArray()).ToList();
        return reasons.Any(r => r.GetProperty("code").GetString() == "review") ? null : reasons.Where(r => r.GetProperty("code").GetString() == "missing-input").Select(r => r.GetProperty("text").GetString()).FirstOrDefault();
    });

    /// <summary>Asks the page something; nothing where it is missing or damaged.</summary>
    public static T? Look<T>(ServerPlace place, long run, Func<JsonElement, T?> question)
    {
        if (Read(place, run, "page.json") is not { } bytes) return default;
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return question(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException) { return default; }
    }
}
