using System.Text.Encodings.Web;
using System.Text.Json;

namespace Spool.Media.Subtitles;

/// <summary>A spoken word; seconds. Confidence is 0 to 1 where the recogniser tells one.</summary>
public sealed record TimedWord(string Text, double Start, double End)
{
    public double? Confidence { get; init; }
}

/// <summary>A stretch of speech that belongs together, most often a sentence; seconds.</summary>
public sealed record TimedSegment(string Text, double Start, double End);

/// <summary>
/// What is said when: words in the order of their beginnings, and the sentences they belong to. Written as canonical JSON (keys sorted, times with
/// at most three decimals), so that equal content gives equal bytes. Reading is strict: times are finite, not negative and in order.
/// </summary>
public sealed record WordTrack(string Text, IReadOnlyList<TimedWord> Words, IReadOnlyList<TimedSegment> Segments)
{
    private const int Most = 1_000_000;

    /// <summary>A language code, or null where it is not known.</summary>
    public string? Language { get; init; }

    /// <summary>Who found the times: <c>pocketsphinx</c>, <c>flite</c>.</summary>
    public string Engine { get; init; } = "";

    /// <summary>The times of words are spread by their length inside sentences that were measured, not measured themselves.</summary>
    public bool Estimated { get; init; }

    /// <summary>Words spread over their sentences by length; the pause after a comma counts like two letters.</summary>
    public static WordTrack Spread(IReadOnlyList<TimedSegment> segments, string engine)
    {
        var words = new List<TimedWord>();
        foreach (var segment in segments)
        {
            var parts = segment.Text.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
            // Every word costs a little beside its letters; the pause after the last lies outside the sentence.
            var weights = parts.Select((p, i) => p.Length + 1.0 + (i + 1 < parts.Length && p[^1] is ',' or ';' or ':' ? 2 : 0)).ToList();
            double whole = weights.Sum(), done = 0;
            for (var i = 0; i < parts.Length; i++)
            {
                var start = segment.Start + ((segment.End - segment.Start) * done / whole);
                done += weights[i];
                words.Add(new TimedWord(parts[i], start, segment.Start + ((segment.End - segment.Start) * done / whole)));
            }
        }
        return new WordTrack(string.Join(' ', segments.Select(s => s.Text)), words, segments) { Engine = engine, Estimated = true };
    }

    public byte[] ToJson()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("engine", Engine);
            json.WriteString("language", Language);
            json.WriteStartArray("segments");
            foreach (var segment in Segments) Entry(json, segment.Text, segment.Start, segment.End, null);
            json.WriteEndArray();
            json.WriteString("text", Text);
            json.WriteString("timing", Estimated ? "estimated" : "measured");
            json.WriteStartArray("words");
            foreach (var word in Words) Entry(json, word.Text, word.Start, word.End, word.Confidence);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    private static void Entry(Utf8JsonWriter json, string text, double start, double end, double? confidence)
    {
        json.WriteStartObject();
        if (confidence is { } sure) json.WriteNumber("confidence", Math.Round((decimal)sure, 3));
        json.WriteNumber("end", Math.Round((decimal)end, 3));
        json.WriteNumber("start", Math.Round((decimal)start, 3));
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    /// <summary>Reads the JSON; a <see cref="SubtitleException"/> says what is wrong with it.</summary>
    public static WordTrack Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 16 });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("words", out var list) || list.ValueKind != JsonValueKind.Array)
                throw new SubtitleException("an object with a list 'words' is expected");
            var words = Entries(list, "words").Select(e => new TimedWord(e.Text, e.Start, e.End) { Confidence = e.Confidence }).ToList();
            var segments = root.TryGetProperty("segments", out var parts) && parts.ValueKind == JsonValueKind.Array ? Entries(parts, "segments").Select(e => new TimedSegment(e.Text, e.Start, e.End)).ToList() : [];
            return new WordTrack(Word(root, "text") ?? string.Join(' ', words.Select(w => w.Text)), words, segments)
            { Language = Word(root, "language"), Engine = Word(root, "engine") ?? "", Estimated = Word(root, "timing") == "estimated" };
        }
        catch (JsonException e)
        {
            throw new SubtitleException($"it is no JSON: line {e.LineNumber + 1}");
        }
    }

    private static string? Word(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static List<(string Text, double Start, double End, double? Confidence)> Entries(JsonElement list, string name)
    {
        if (list.GetArrayLength() > Most) throw new SubtitleException($"{name} has more than {Most} entries");
        var entries = new List<(string, double, double, double?)>();
        double before = 0;
        foreach (var entry in list.EnumerateArray())
        {
            var where = $"{name}[{entries.Count}]";
            if (entry.ValueKind != JsonValueKind.Object || Word(entry, "text") is not { } text || Number(entry, "start") is not { } start || Number(entry, "end") is not { } end)
                throw new SubtitleException($"{where} needs text, start and end");
            if (start < 0 || end < start || start < before) throw new SubtitleException($"{where} has times out of order ({start} to {end})");
            before = start;
            entries.Add((text, start, end, Number(entry, "confidence")));
        }
        return entries;
    }

    private static double? Number(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;
}
