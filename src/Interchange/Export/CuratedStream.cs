using System.Globalization;
using System.Text.Json;
using Spool.Platform;

namespace Spool.Interchange.Export;

/// <summary>One stream of a finished curation, as its files under <c>out/</c> tell it (docs/formats/curation.md).</summary>
public sealed class CuratedStream(IDisk disk, string workspace, string name)
{
    private readonly Lazy<JsonElement> _facts = new(() => Read(disk, workspace, $"out/{name}/stream.json"));

    /// <summary>The folder under <c>out/</c>; one name, no path.</summary>
    public string Name => name;

    /// <summary>What stream.json says.</summary>
    public JsonElement Facts => _facts.Value;

    public bool IsFilm => Facts.TryGetProperty("kind", out var kind) && kind.ValueEquals("film");

    public bool Has(string file) => disk.Stat(Path.Join(workspace, At(file))) is { Kind: FileKind.File };

    /// <summary>A file of this stream, relative to the workspace.</summary>
    public string At(string file) => file == Annotations ? $"annotations/{name}.jsonl" : $"out/{name}/{file}";

    public const string Annotations = "annotations";

    public LineFile Open(string file) => new(disk, workspace, At(file));

    /// <summary>A whole JSON file; null when it is not there.</summary>
    /// <exception cref="CurationException">It is damaged.</exception>
    public JsonElement? Whole(string file) => Has(file) ? Read(disk, workspace, At(file)) : null;

    /// <summary>Numbers of the frames that could not be read.</summary>
    public IReadOnlySet<long> Unreadable() =>
        Facts.TryGetProperty("unreadable", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(f => Json.Whole(f, "frame_idx")).OfType<long>().ToHashSet() : new HashSet<long>();

    private static JsonElement Read(IDisk disk, string workspace, string file)
    {
        if (disk.Stat(Path.Join(workspace, file)) is not { Kind: FileKind.File } stat) throw new CurationException($"{file} is not there; finish the curation: spool run");
        if (stat.Size > 1L << 30) throw new CurationException($"{file} has more than 1 GiB");
        try
        {
            using var document = JsonDocument.Parse(DurableFile.Read(disk, Path.Join(workspace, file)));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new CurationException($"{file} is no JSON object; have it made anew: spool redo {file}");
        }
        catch (JsonException e)
        {
            throw new CurationException(string.Create(CultureInfo.InvariantCulture, $"{file}, line {(e.LineNumber ?? 0) + 1}: it is no JSON; the file is damaged or was edited: have it made anew, spool redo {file}"));
        }
    }
}

/// <summary>Fields of JSON that may be missing, null or of another type.</summary>
public static class Json
{
    public static long? Whole(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    public static double? Number(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : null;

    public static string? Text(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static bool? Truth(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(field, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    public static IEnumerable<JsonElement> List(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];
}
