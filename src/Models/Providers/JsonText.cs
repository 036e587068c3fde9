using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spool.Models.Providers;

/// <summary>JSON as text: read with bounds, written the same way each time.</summary>
public static class JsonText
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, NewLine = "\n" };

    /// <summary>The value, or null when the text is no JSON or is nested deeper than 64.</summary>
    public static JsonNode? Read(string text)
    {
        try { return JsonNode.Parse(text); }
        catch (JsonException) { return null; }
        catch (ArgumentException) { return null; } // a name that stands twice
    }

    public static string Write(JsonNode? node, bool indented = false)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, indented ? Readable : Plain))
            if (node is null) writer.WriteNullValue();
            else node.WriteTo(writer);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>With sorted names, so that equal values are equal texts.</summary>
    public static string Canonical(JsonNode? node, bool indented = false) => Write(Sorted(node), indented);

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    /// <summary>The text at a path of names; null when there is none.</summary>
    public static string? Text(JsonNode? node, params ReadOnlySpan<string> path) => At(node, path) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static JsonNode? At(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path) node = node is JsonObject map && map.TryGetPropertyValue(name, out var next) ? next : null;
        return node;
    }

    /// <summary>A number that counts something; null when it is none.</summary>
    public static long? Count(JsonNode? node) => Number(node) is >= 0 and < 1e15 and var number ? (long)number : null;

    // Numbers that were read and numbers that were put in are of different types; their text is the same.
    public static double? Number(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
        && double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
