using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spool.Media.Timeline;

namespace Spool.Media.Cuts;

/// <summary>Scenes in the formats that other programs read.</summary>
public static class SceneFiles
{
    private const string Header = "Scene Number,Start Frame,Start Timecode,Start Time (seconds),End Frame,End Timecode,End Time (seconds),Length (frames),Length (timecode),Length (seconds)";

    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>PySceneDetect's table: a first line with all cuts, then one line a scene; first frames count from 1.</summary>
    public static string Csv(SceneList list)
    {
        var text = new StringBuilder();
        text.Append("Timecode List:");
        foreach (var cut in list.Cuts) text.Append(',').Append(Timecode(cut.Seconds));
        text.Append('\n').Append(Header).Append('\n');
        var number = 0;
        foreach (var (start, end) in list.Scenes)
        {
            var length = end.Seconds - start.Seconds;
            text.Append(CultureInfo.InvariantCulture,
                $"{++number},{start.Frame + 1},{Timecode(start.Seconds)},{start.Seconds:0.000},{end.Frame},{Timecode(end.Seconds)},{end.Seconds:0.000},{end.Frame - start.Frame},{Timecode(length)},{length:0.000}\n");
        }
        return text.ToString();
    }

    /// <summary>CMX 3600: one event a scene, non-drop frame numbers at the rounded rate.</summary>
    public static string Edl(SceneList list, string title)
    {
        var text = new StringBuilder($"TITLE: {Plain(title)}\nFCM: NON-DROP FRAME\n\n");
        var number = 0;
        foreach (var (start, end) in list.Scenes)
        {
            string from = FrameCode(start.Frame, list.Rate), to = FrameCode(end.Frame, list.Rate);
            text.Append(CultureInfo.InvariantCulture, $"{++number:000}  AX V     C        {from} {to} {from} {to}\n");
        }
        return text.ToString();
    }

    /// <summary>OpenTimelineIO: one track with a clip for each scene.</summary>
    public static byte[] Otio(SceneList list, string name, string target)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Indented))
        {
            var rate = list.Rate.PerSecond;
            json.WriteStartObject();
            json.WriteString("OTIO_SCHEMA", "Timeline.1");
            json.WriteString("name", name);
            Time(json, "global_start_time", 0, rate);
            json.WriteStartObject("tracks");
            json.WriteString("OTIO_SCHEMA", "Stack.1");
            json.WriteStartArray("children");
            json.WriteStartObject();
            json.WriteString("OTIO_SCHEMA", "Track.1");
            json.WriteString("name", "Video 1");
            json.WriteString("kind", "Video");
            json.WriteStartArray("children");
            var number = 0;
            foreach (var scene in list.Scenes) Clip(json, scene, list, (++number, target));
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    private static void Clip(Utf8JsonWriter json, Scene scene, SceneList list, (int Number, string Target) clip)
    {
        var rate = list.Rate.PerSecond;
        json.WriteStartObject();
        json.WriteString("OTIO_SCHEMA", "Clip.2");
        json.WriteString("name", string.Create(CultureInfo.InvariantCulture, $"scene {clip.Number}"));
        Range(json, "source_range", scene.Start.Frame, scene.End.Frame - scene.Start.Frame, rate);
        json.WriteString("active_media_reference_key", "DEFAULT_MEDIA");
        json.WriteStartObject("media_references");
        json.WriteStartObject("DEFAULT_MEDIA");
        json.WriteString("OTIO_SCHEMA", "ExternalReference.1");
        Range(json, "available_range", 0, list.End.Frame, rate);
        json.WriteString("target_url", clip.Target);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Range(Utf8JsonWriter json, string name, long start, long length, double rate)
    {
        json.WriteStartObject(name);
        json.WriteString("OTIO_SCHEMA", "TimeRange.1");
        Time(json, "start_time", start, rate);
        Time(json, "duration", length, rate);
        json.WriteEndObject();
    }

    private static void Time(Utf8JsonWriter json, string name, double value, double rate)
    {
        json.WriteStartObject(name);
        json.WriteString("OTIO_SCHEMA", "RationalTime.1");
        json.WriteNumber("rate", rate);
        json.WriteNumber("value", value);
        json.WriteEndObject();
    }

    /// <summary>01:02:03.456.</summary>
    public static string Timecode(double seconds)
    {
        var thousandths = (long)Math.Round(seconds * 1000);
        return string.Create(CultureInfo.InvariantCulture, $"{thousandths / 3_600_000:00}:{thousandths / 60_000 % 60:00}:{thousandths / 1000 % 60:00}.{thousandths % 1000:000}");
    }

    private static string FrameCode(long frame, FrameRate rate)
    {
        var perSecond = Math.Max(1, (int)Math.Round(rate.PerSecond));
        var seconds = frame / perSecond;
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}:{frame % perSecond:00}");
    }

    private static string Plain(string title) => string.Concat(title.Select(c => char.IsControl(c) ? ' ' : c));
}
