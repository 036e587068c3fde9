using System.Text.Json;
using Spool.Media.Metrics;
using Spool.Media.Timeline;

namespace Spool.Media.Streams;

/// <summary>
/// <c>stream.json</c> (docs/formats/curation.md). What the names tell is written before anything is decoded; sizes, unreadable frames and times of films are
/// joined when the frames were measured.
/// </summary>
public sealed record StreamReport(string Stream, string Kind, string Path, string Numbering)
{
    public IReadOnlyList<(long From, long To)> Missing { get; init; } = [];
    public IReadOnlyList<(long Index, string Path)> Doubles { get; init; } = [];
    public IReadOnlyList<string> Others { get; init; } = [];
    /// <summary>Names that are told one by one; the rest is counted.</summary>
    internal const int MostTold = 1000;

    /// <summary>From the names alone.</summary>
    public static byte[] Write(FrameStream stream) => StreamLines.Object(json =>
    {
        json.WriteString("stream", stream.Id);
        json.WriteString("kind", stream.IsFilm ? "film" : "pictures");
        json.WriteString("path", stream.Path);
        json.WriteString("numbering", stream.Numbering);
        Names(json, stream.Missing(), stream.Doubles.Select(d => (d.Index, d.Entry.Path)), stream.Others);
    });

    private static void Names(Utf8JsonWriter json, IEnumerable<(long From, long To)> missing, IEnumerable<(long Index, string Path)> doubles, IReadOnlyList<string> others)
    {
        json.WriteStartArray("missing");
        foreach (var (from, to) in missing)
        {
            json.WriteStartArray();
            json.WriteNumberValue(from);
            json.WriteNumberValue(to);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteStartArray("duplicate_indices");
        foreach (var (index, path) in doubles)
        {
            json.WriteStartObject();
            json.WriteNumber("frame_idx", index);
            json.WriteString("path", path);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("not_frames");
        foreach (var path in others.Take(MostTold))
        {
            json.WriteStartObject();
            json.WriteString("path", path);
            json.WriteString("why", "its name does not fit");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (others.Count > MostTold) json.WriteNumber("more_not_frames", others.Count - MostTold);
    }

    /// <summary>Reads what the names told.</summary>
    /// <exception cref="JsonException">The text is none.</exception>
    public static StreamReport Read(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        return new(root.GetProperty("stream").GetString()!, root.GetProperty("kind").GetString()!, root.GetProperty("path").GetString()!, root.GetProperty("numbering").GetString()!)
        {
            Missing = [.. root.GetProperty("missing").EnumerateArray().Select(m => (m[0].GetInt64(), m[1].GetInt64()))],
            Doubles = [.. root.GetProperty("duplicate_indices").EnumerateArray().Select(d => (d.GetProperty("frame_idx").GetInt64(), d.GetProperty("path").GetString()!))],
            Others = [.. root.GetProperty("not_frames").EnumerateArray().Select(o => o.GetProperty("path").GetString()!)],
        };
    }

    /// <summary>With what the frames say.</summary>
    /// <param name="film">What was read of a film beside its frames; null for pictures.</param>
    public byte[] WithFrames(FrameCount frames, FilmFacts? film) => StreamLines.Object(json =>
    {
        json.WriteString("stream", Stream);
        json.WriteString("kind", Kind);
        json.WriteString("path", Path);
        json.WriteString("numbering", Numbering);
        json.WriteNumber("frames", frames.All);
        if (frames.All > 0)
        {
            json.WriteNumber("first", frames.First);
            json.WriteNumber("last", frames.Last);
        }
        if (film is null)
        {
            json.WriteNull("fps");
            json.WriteNull("duration_s");
        }
        else
        {
            json.WriteNumber("fps", Math.Round((decimal)film.Rate.PerSecond, 6));
            json.WriteStartArray("rate");
            json.WriteNumberValue(film.Rate.Numerator);
            json.WriteNumberValue(film.Rate.Denominator);
            json.WriteEndArray();
            json.WriteNumber("duration_s", Math.Round((decimal)film.Seconds, 6));
            json.WriteBoolean("variable_rate", film.VariableRate);
            if (film.Rotation != 0) json.WriteNumber("rotation", film.Rotation);
            if (film.Start != 0) json.WriteNumber("start_s", Math.Round((decimal)film.Start, 6));
            if (film.Damage.Count > 0)
            {
                json.WriteStartArray("damage");
                foreach (var about in film.Damage) json.WriteStringValue(about);
                json.WriteEndArray();
            }
        }
        Names(json, Missing, Doubles, Others);
        json.WriteStartArray("sizes");
        foreach (var size in frames.Sizes.OrderByDescending(s => s.Value).ThenBy(s => s.Key))
        {
            json.WriteStartObject();
            json.WriteNumber("width", size.Key.Width);
            json.WriteNumber("height", size.Key.Height);
            json.WriteNumber("frames", size.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("unreadable");
        foreach (var frame in frames.Told)
        {
            json.WriteStartObject();
            json.WriteNumber("frame_idx", frame.Index);
            json.WriteString("frame_path", frame.Path);
            json.WriteString("error", frame.Error);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (frames.Unreadable > frames.Told.Count) json.WriteNumber("more_unreadable", frames.Unreadable - frames.Told.Count);
    });
}

/// <summary>A film beside its frames.</summary>
/// <param name="Rate">The average rate.</param>
/// <param name="Seconds">From the first frame to the end of the last.</param>
/// <param name="Start">When the first frame is shown, in seconds since the start of the file.</param>
/// <param name="Damage">Ends of sentences that start with the film's name.</param>
public sealed record FilmFacts(FrameRate Rate, double Seconds, bool VariableRate, int Rotation, double Start, IReadOnlyList<string> Damage);

/// <summary>What the frames of a stream come to, counted while they pass.</summary>
public sealed class FrameCount
{
    public int All { get; private set; }
    public long First { get; private set; }
    public long Last { get; private set; }
    public int Unreadable { get; private set; }
    public int Blurry { get; private set; }
    public int Dark { get; private set; }
    public Dictionary<(int Width, int Height), int> Sizes { get; } = [];
    /// <summary>The first unreadable ones.</summary>
    public List<FrameLine> Told { get; } = [];

    public void Add(FrameLine frame)
    {
        if (All++ == 0) First = frame.Index;
        Last = frame.Index;
        if (frame.IsBlurry == true) Blurry++;
        if (frame.IsDark == true) Dark++;
        if (frame.Error is null) Sizes[(frame.Width, frame.Height)] = Sizes.GetValueOrDefault((frame.Width, frame.Height)) + 1;
        else if (Unreadable++ < StreamReport.MostTold) Told.Add(frame);
    }
}
