using System.Text.Json;
using Spool.Platform;

namespace Spool.App.Queue;

/// <summary>How the server stands, for those who ask from elsewhere: <c>runtime/standing.json</c>.</summary>
/// <param name="MaxConcurrent">Runs at once, as the memory allows just now.</param>
/// <param name="Held">Why nothing is started, in a sentence; null when things are started.</param>
/// <param name="LastStarted">The workspace whose turn it was last.</param>
public sealed record Standing(int MaxConcurrent, string? Held, string? LastStarted)
{
    /// <summary>Where the API is; null when there is none.</summary>
    public string? Address { get; init; }

    private static string FileIn(ServerPlace place) => Path.Join(place.Runtime, "standing.json");

    public static Standing Read(ServerPlace place)
    {
        var otherwise = new Standing(1, null, null);
        if (place.Disk.Stat(FileIn(place)) is null) return otherwise;
        try
        {
            using var document = JsonDocument.Parse(DurableFile.Read(place.Disk, FileIn(place)));
            var root = document.RootElement;
            return new Standing(root.GetProperty("max_concurrent").GetInt32(), root.GetProperty("held").GetString(), root.GetProperty("last_started").GetString()) { Address = root.GetProperty("address").GetString() };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException) { return otherwise; }
    }

    public void Write(ServerPlace place)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("max_concurrent", MaxConcurrent);
            json.WriteString("held", Held);
            json.WriteString("last_started", LastStarted);
            json.WriteString("address", Address);
            json.WriteEndObject();
        }
        DurableFile.WritePlain(place.Disk, FileIn(place) + ".new", buffer.ToArray());
        place.Disk.Rename(FileIn(place) + ".new", FileIn(place), RenameMode.Replace);
    }
}
