using System.Text.Json;
using Spool.Media.Timeline;
using Spool.Platform;

namespace Spool.Media.Streams;

/// <summary>The first line of a measured film: what the file says beside its frames, <c>{"film":{"rate":[24,1],…}}</c>.</summary>
public static class FilmHead
{
    public static byte[] Write(FilmFacts film) => StreamLines.Object(json =>
    {
        json.WriteStartObject("film");
        json.WriteStartArray("rate");
        json.WriteNumberValue(film.Rate.Numerator);
        json.WriteNumberValue(film.Rate.Denominator);
        json.WriteEndArray();
        json.WriteNumber("seconds", film.Seconds);
        json.WriteBoolean("variable_rate", film.VariableRate);
        json.WriteNumber("rotation", film.Rotation);
        json.WriteNumber("start_s", film.Start);
        json.WriteStartArray("damage");
        foreach (var about in film.Damage) json.WriteStringValue(about);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Puts the line before the others.</summary>
    public static void Prepend(IDisk disk, string path, byte[] head) => DurableFile.WritePlain(disk, path, [.. head, .. DurableFile.Read(disk, path)]);

    /// <summary>Null when the line is a frame's.</summary>
    public static FilmFacts? Read(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("{\"film\":{"u8)) return null;
        var reader = new Utf8JsonReader(line);
        using var document = JsonDocument.ParseValue(ref reader);
        var film = document.RootElement.GetProperty("film");
        var rate = new FrameRate(film.GetProperty("rate")[0].GetInt32(), film.GetProperty("rate")[1].GetInt32());
        return new(rate, film.GetProperty("seconds").GetDouble(), film.GetProperty("variable_rate").GetBoolean(), film.GetProperty("rotation").GetInt32(),
            film.GetProperty("start_s").GetDouble(), [.. film.GetProperty("damage").EnumerateArray().Select(d => d.GetString()!)]);
    }
}
