using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Spool.Interchange.Export;

/// <summary>JSON lines into a stream, with one writer for all of them.</summary>
internal sealed class RecordLines(Stream to) : IDisposable
{
    private readonly Utf8JsonWriter _json = new(to, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    internal int Count { get; private set; }

    internal void Write(Action<Utf8JsonWriter> content)
    {
        _json.Reset();
        _json.WriteStartObject();
        content(_json);
        _json.WriteEndObject();
        _json.Flush();
        to.Write("\n"u8);
        Count++;
    }

    internal static void Number(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    /// <summary>A value under another name; null where it is not there.</summary>
    internal static void Same(Utf8JsonWriter json, string name, JsonElement? from, string field)
    {
        if (from is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(field, out var value))
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
        else json.WriteNull(name);
    }

    /// <summary>A fraction of at most eight decimals, without an exponent.</summary>
    internal static void Fraction(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, Math.Round((decimal)number, 8));
        else json.WriteNull(name);
    }

    internal static string Text(double value) => value.ToString("0.################", CultureInfo.InvariantCulture);

    public void Dispose() => _json.Dispose();
}
