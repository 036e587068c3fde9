using System.Text.Json;

namespace Spool.Media.Subtitles;

/// <summary>
/// Reads the JSON of Whisper programs: that of whisper.cpp's command (<c>transcription</c> with <c>offsets</c> in milliseconds and, in its full form,
/// <c>tokens</c> that make up words), and <c>verbose_json</c> (<c>segments</c> in seconds, words beside them or inside them). Without word times
/// the words are spread over their segment and marked as estimated. Marks such as <c>[BLANK_AUDIO]</c> and tokens such as <c>[_BEG_]</c> are left out.
/// </summary>
public static class WhisperOutput
{
    public static WordTrack Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw new SubtitleException("an object is expected");
            if (List(root, "transcription") is { } own) return Track([.. own.Select(Own).OfType<Piece>()], [], root.TryGetProperty("result", out var result) ? Word(result, "language") : null);
            if (List(root, "segments") is { } segments) return Track([.. segments.Select(Verbose).OfType<Piece>()], [.. (List(root, "words") ?? []).Select(VerboseWord).OfType<TimedWord>()], Word(root, "language"));
            throw new SubtitleException("neither 'transcription' nor 'segments' is there");
        }
        catch (JsonException e)
        {
            throw new SubtitleException($"it is no JSON: line {e.LineNumber + 1}");
        }
    }

    private sealed record Piece(TimedSegment Segment, IReadOnlyList<TimedWord> Words);

    private static WordTrack Track(IReadOnlyList<Piece> pieces, IReadOnlyList<TimedWord> beside, string? language)
    {
        var segments = pieces.Select(p => p.Segment).OrderBy(s => s.Start).ToList();
        var text = string.Join(' ', segments.Select(s => s.Text));
        if (beside.Count > 0) return new WordTrack(text, [.. beside.OrderBy(w => w.Start)], segments) { Engine = "whisper-cpp", Language = language };
        if (pieces.Any(p => p.Words.Count == 0)) return WordTrack.Spread(segments, "whisper-cpp") with { Language = language };
        return new WordTrack(text, [.. pieces.SelectMany(p => p.Words).OrderBy(w => w.Start)], segments) { Engine = "whisper-cpp", Language = language };
    }

    private static Piece? Own(JsonElement entry)
    {
        if (Word(entry, "text") is not { } text || !entry.TryGetProperty("offsets", out var offsets) || Number(offsets, "from") is not { } from || Number(offsets, "to") is not { } to) return null;
        return Segment(text, from / 1000, to / 1000, Tokens(entry));
    }

    private static Piece? Verbose(JsonElement entry) => Word(entry, "text") is { } text && Number(entry, "start") is { } start && Number(entry, "end") is { } end
        ? Segment(text, start, end, [.. (List(entry, "words") ?? []).Select(VerboseWord).OfType<TimedWord>()]) : null;

    private static Piece? Segment(string text, double start, double end, IReadOnlyList<TimedWord> words)
    {
        text = Cue.Clean(text).Replace('\n', ' ');
        var silence = text.Length == 0 || (text[0] is '[' or '(' && text[^1] is ']' or ')');
        return silence || start < 0 || end < start ? null : new Piece(new TimedSegment(text, start, end), words);
    }

    private static TimedWord? VerboseWord(JsonElement entry) =>
        (Word(entry, "word") ?? Word(entry, "text"))?.Trim() is { Length: > 0 } text && Number(entry, "start") is { } start && Number(entry, "end") is { } end && start >= 0 && end >= start
            ? new TimedWord(text, start, end) { Confidence = Number(entry, "probability") is { } sure ? Math.Clamp(sure, 0, 1) : null } : null;

    /// <summary>A token that begins with a space begins a word; a word is as sure as its least sure token.</summary>
    private static List<TimedWord> Tokens(JsonElement entry)
    {
        var words = new List<TimedWord>();
        foreach (var token in List(entry, "tokens") ?? [])
        {
            if (Word(token, "text") is not { Length: > 0 } text || text.StartsWith("[_", StringComparison.Ordinal) || !token.TryGetProperty("offsets", out var offsets)
                || Number(offsets, "from") is not { } from || Number(offsets, "to") is not { } to) continue;
            var sure = Number(token, "p") is { } p ? Math.Clamp(p, 0, 1) : 1;
            var (start, end) = (Math.Max(0, from / 1000), Math.Max(from, to) / 1000);
            if (words.Count == 0 || text[0] == ' ') words.Add(new TimedWord(text.Trim(), start, end) { Confidence = sure });
            else words[^1] = words[^1] with { Text = words[^1].Text + text.TrimEnd(), End = Math.Max(words[^1].End, end), Confidence = Math.Min(words[^1].Confidence ?? 1, sure) };
        }
        return [.. words.Where(w => w.Text.Length > 0)];
    }

    private static IEnumerable<JsonElement>? List(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : null;

    private static string? Word(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double? Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;
}
