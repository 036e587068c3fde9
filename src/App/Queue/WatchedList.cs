using System.Text.Json;
using Spool.Platform;

namespace Spool.App.Queue;

/// <summary>The workflow files whose workspaces the server watches, as the page switched them: <c>watched.json</c> in the state root.</summary>
public static class WatchedList
{
    private static string FileIn(ServerPlace place) => Path.Join(place.Root, "watched.json");

    public static IReadOnlyList<string> Read(ServerPlace place)
    {
        if (place.Disk.Stat(FileIn(place)) is null) return [];
        try
        {
            using var document = JsonDocument.Parse(DurableFile.Read(place.Disk, FileIn(place)));
            return [.. document.RootElement.EnumerateArray().Select(e => e.GetString()).OfType<string>().Where(Path.IsPathRooted)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) { return []; }
    }

    /// <summary>Switches the watching of a workflow's workspace on or off.</summary>
    public static void Set(ServerPlace place, string workflow, bool on) => place.Locked(() =>
    {
        var now = Read(place).Where(w => w != workflow).Concat(on ? [workflow] : []).ToList();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var path in now) json.WriteStringValue(path);
            json.WriteEndArray();
        }
        DurableFile.Write(place.Disk, FileIn(place), buffer.ToArray());
        return true;
    });
}
