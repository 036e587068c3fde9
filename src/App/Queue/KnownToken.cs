using System.Text.Json;
using Spool.Platform;

namespace Spool.App.Queue;

/// <summary>What somebody may do: see; run, decide and bring files; everything.</summary>
public enum Role { Look, Operate, Administer }

/// <summary>A token besides the owner's: its name, its role, the SHA-256 of its text.</summary>
public sealed record KnownToken(string Name, Role Role, byte[] Hash)
{
    public static string FileIn(ServerPlace place) => Path.Join(place.Root, "tokens.json");

    /// <summary>All of them; none where the file is missing or damaged, because a token that cannot be read opens nothing.</summary>
    public static IReadOnlyList<KnownToken> Read(ServerPlace place)
    {
        if (place.Disk.Stat(FileIn(place)) is null) return [];
        try
        {
            using var document = JsonDocument.Parse(DurableFile.Read(place.Disk, FileIn(place)));
            return [.. document.RootElement.EnumerateObject().Select(t => new KnownToken(t.Name, Enum.Parse<Role>(t.Value.GetProperty("role").GetString()!, ignoreCase: true), Convert.FromHexString(t.Value.GetProperty("sha256").GetString()!)))];
        }
        catch (Exception e) when (e is JsonException or ArgumentException or KeyNotFoundException or InvalidOperationException or FormatException) { return []; }
    }

    /// <summary>Keeps them, readable by the user alone.</summary>
    public static void Write(ServerPlace place, IEnumerable<KnownToken> tokens)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var token in tokens)
            {
                json.WriteStartObject(token.Name);
                json.WriteString("role", token.Role.ToString().ToLowerInvariant());
                json.WriteString("sha256", Convert.ToHexStringLower(token.Hash));
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        var path = FileIn(place);
        DurableFile.WritePlain(place.Disk, path + ".new", []);
        place.Disk.SetMode(path + ".new", 0x180);
        DurableFile.WritePlain(place.Disk, path + ".new", buffer.ToArray());
        place.Disk.Rename(path + ".new", path, RenameMode.Replace);
    }
}
