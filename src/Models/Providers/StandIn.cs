using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Spool.Models.Providers;

/// <summary>What the provider of kind canned makes: stand-ins that say so in their own words and in their looks, never something that could be taken for a model's work.</summary>
public static class StandIn
{
    public const string Sentence = "This is a stand-in text. No model was asked.";

    /// <summary>A text, with what the settings give under <c>extra.text</c> after the sentence.</summary>
    public static string Text(ProviderSettings settings) => "# Stand-in\n\n" + Sentence + "\n" + (JsonText.Text(settings.Extra, "text") is { } own ? "\n" + own.Trim() + "\n" : "");

    /// <summary>The simplest value that a schema allows; its texts say that they are stand-ins.</summary>
    public static JsonNode? Json(JsonNode? schema)
    {
        if (schema is not JsonObject map) return JsonValue.Create("stand-in");
        if (map.TryGetPropertyValue("const", out var constant)) return constant?.DeepClone();
        if (map["enum"] is JsonArray { Count: > 0 } words) return words[0]?.DeepClone();
        if (map["anyOf"] is JsonArray { Count: > 0 } choices) return Json(choices[0]);
        var type = map["type"] is JsonArray { Count: > 0 } types ? types[0]?.ToString() : map["type"]?.ToString();
        return (type ?? (map["properties"] is not null ? "object" : map["items"] is not null ? "array" : "string")) switch
        {
            "object" => new JsonObject((map["properties"] as JsonObject ?? []).Select(p => KeyValuePair.Create(p.Key, Json(p.Value)))),
            "array" => new JsonArray([.. Enumerable.Range(0, (int)Math.Clamp(JsonText.Count(map["minItems"]) ?? 0, 0, 100)).Select(_ => Json(map["items"]))]),
            "integer" or "number" => map["minimum"]?.DeepClone() ?? (JsonNode)0,
            "boolean" => false,
            "null" => null,
            _ => JsonValue.Create(Word(map)),
        };
    }

    private static string Word(JsonObject schema)
    {
        var word = "stand-in";
        var (least, most) = (JsonText.Count(schema["minLength"]) ?? 0, JsonText.Count(schema["maxLength"]) ?? long.MaxValue);
        while (word.Length < Math.Min(least, 10_000)) word += " stand-in";
        return word.Length > most ? word[..(int)most] : word;
    }

    /// <summary>A picture with the broad stripes of a building site, as PNG (ISO/IEC 15948): 8 bits, RGB.</summary>
    public static byte[] Picture(int width, int height)
    {
        var rows = new byte[height * ((width * 3) + 1)];
        var stripe = Math.Max(8, Math.Min(width, height) / 8);
        for (var y = 0; y < height; y++)
        {
            var row = rows.AsSpan((y * ((width * 3) + 1)) + 1, width * 3);
            for (var x = 0; x < width; x++)
            {
                var light = (x + y) / stripe % 2 == 0;
                (row[x * 3], row[(x * 3) + 1], row[(x * 3) + 2]) = light ? ((byte)0xF2, (byte)0xC1, (byte)0x2E) : ((byte)0x30, (byte)0x30, (byte)0x30);
            }
        }
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(rows);
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        Span<byte> header = stackalloc byte[13];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(header, width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (8, 2);
        Chunk(png, "IHDR", header);
        Chunk(png, "IDAT", packed.ToArray());
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream into, string name, ReadOnlySpan<byte> body)
    {
        Span<byte> number = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(number, body.Length);
        into.Write(number);
        byte[] counted = [.. Encoding.ASCII.GetBytes(name), .. body];
        into.Write(counted);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(number, Crc(counted));
        into.Write(number);
    }

    /// <summary>The CRC of PNG chunks (ISO 3309): polynomial EDB88320, reflected.</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
