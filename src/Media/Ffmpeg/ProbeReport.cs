using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Spool.Media.Ffmpeg;

/// <summary>The JSON of <c>media.probe</c>: keys sorted, only what does not depend on the prober's build.</summary>
public static class ProbeReport
{
    public static byte[] Write(MediaProbe probe)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartArray("chapters");
            foreach (var chapter in probe.Chapters)
            {
                json.WriteStartObject();
                Seconds(json, "end", chapter.End);
                Seconds(json, "start", chapter.Start);
                json.WriteString("title", chapter.Title);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteString("container", probe.Container);
            Seconds(json, "duration_s", probe.Seconds);
            json.WriteNumber("size", probe.Bytes);
            json.WriteStartArray("streams");
            foreach (var stream in probe.Streams) Stream(json, stream);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    private static void Stream(Utf8JsonWriter json, MediaStream stream)
    {
        json.WriteStartObject();
        if (stream.Kind == StreamKind.Audio) json.WriteNumber("channels", stream.Channels);
        json.WriteString("codec", stream.Codec);
        if (stream.Kind != StreamKind.Other) Seconds(json, "duration_s", stream.Seconds);
        if (stream.Kind == StreamKind.Video)
        {
            json.WriteString("fps", stream.Rate is { } rate ? string.Create(CultureInfo.InvariantCulture, $"{rate.Numerator}/{rate.Denominator}") : null);
            json.WriteNumber("height", stream.Height);
        }
        json.WriteString("kind", stream.Kind.ToString().ToLowerInvariant());
        if (stream.Language is not null) json.WriteString("language", stream.Language);
        if (stream.Kind == StreamKind.Video)
        {
            json.WriteString("pixel_format", stream.PixelFormat);
            json.WriteNumber("rotation", stream.Rotation);
        }
        if (stream.Kind == StreamKind.Audio) json.WriteNumber("sample_rate", stream.SampleRate);
        if (stream.Kind == StreamKind.Video)
        {
            json.WriteBoolean("variable_rate", stream.VariableRate);
            json.WriteNumber("width", stream.Width);
        }
        json.WriteEndObject();
    }

    private static void Seconds(Utf8JsonWriter json, string name, double? value)
    {
        if (value is null) json.WriteNull(name);
        else json.WriteNumber(name, Math.Round((decimal)value.Value, 6));
    }
}
