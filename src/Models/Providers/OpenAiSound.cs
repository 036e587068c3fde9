using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Spool.Models.Cost;

namespace Spool.Models.Providers;

/// <summary>A word that was heard, in seconds from the beginning.</summary>
/// <param name="Probability">0 to 1; null when the service does not say.</param>
public sealed record HeardWord(string Text, double Start, double End, double? Probability);

/// <summary>What a recogniser heard.</summary>
/// <param name="Language">Two letters (ISO 639-1); null when the service does not say.</param>
public sealed record HeardSpeech(string Text, string? Language, IReadOnlyList<HeardWord> Words);

/// <summary>Speaking and hearing over the interface of OpenAI (<c>/audio/speech</c>, <c>/audio/transcriptions</c>).</summary>
public sealed class OpenAiSound(ProviderLine line)
{
    // Services say either "en" or "english"; the names are those of Whisper's list that differ from nothing else.
    private static readonly Dictionary<string, string> Languages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["english"] = "en",
        ["german"] = "de",
        ["french"] = "fr",
        ["spanish"] = "es",
        ["italian"] = "it",
        ["portuguese"] = "pt",
        ["dutch"] = "nl",
        ["polish"] = "pl",
        ["russian"] = "ru",
        ["ukrainian"] = "uk",
        ["chinese"] = "zh",
        ["japanese"] = "ja",
        ["korean"] = "ko",
        ["turkish"] = "tr",
        ["arabic"] = "ar",
        ["hindi"] = "hi",
        ["swedish"] = "sv",
        ["czech"] = "cs",
        ["danish"] = "da",
        ["norwegian"] = "no",
        ["finnish"] = "fi",
        ["greek"] = "el",
        ["hungarian"] = "hu",
        ["romanian"] = "ro",
    };

    /// <summary>The bytes of a sound file; WAV is asked for, but what comes must be looked at.</summary>
    /// <param name="speed">1 is the voice's own.</param>
    public Task<byte[]> SpeakAsync(string text, string model, string voice, double speed, CancellationToken cancel)
    {
        var body = new JsonObject { ["model"] = model, ["input"] = text, ["voice"] = voice, ["response_format"] = "wav" };
        if (speed != 1) body["speed"] = speed;
        foreach (var (name, value) in line.Settings.Extra ?? []) body[name] = value?.DeepClone();
        var cost = CallPrice.Of(line.Settings, model, line.Network.Time.GetUtcNow()).Speech(text.EnumerateRunes().Count());
        return line.CallAsync(cost, () => line.Request(HttpMethod.Post, "/audio/speech", ProviderLine.Json(body)), answer =>
        {
            if (answer.Body.Length == 0) throw line.Useless("no sound at all");
            if (answer.MediaType.Contains("json", StringComparison.Ordinal) || answer.MediaType.StartsWith("text/", StringComparison.Ordinal))
                throw line.Useless($"{answer.MediaType} where sound was expected", Redaction.Short(Encoding.UTF8.GetString(answer.Body.AsSpan(0, Math.Min(400, answer.Body.Length))), line.Key));
            return (answer.Body, CallPrice.Exactly(cost));
        }, ProviderLine.MostMedia, cancel);
    }

    /// <summary>The words of a sound file with their times.</summary>
    /// <param name="extension">With its dot; the file itself is sent under a neutral name, never under that of the user.</param>
    /// <param name="seconds">How long the sound is: what it costs is counted by it.</param>
    public Task<HeardSpeech> HearAsync(byte[] sound, string extension, double seconds, string model, string? language, CancellationToken cancel)
    {
        var cost = CallPrice.Of(line.Settings, model, line.Network.Time.GetUtcNow()).Transcription(seconds);
        return line.CallAsync(cost, () =>
        {
            var file = new ByteArrayContent(sound);
            file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            var form = new MultipartFormDataContent
            {
                { file, "file", "audio" + extension },
                { new StringContent(model), "model" },
                { new StringContent("verbose_json"), "response_format" },
                { new StringContent("word"), "timestamp_granularities[]" },
                { new StringContent("segment"), "timestamp_granularities[]" },
            };
            if (language is not null) form.Add(new StringContent(language), "language");
            foreach (var (name, value) in line.Settings.Extra ?? []) form.Add(new StringContent(value is JsonValue v && v.TryGetValue<string>(out var text) ? text : JsonText.Write(value)), name);
            return line.Request(HttpMethod.Post, "/audio/transcriptions", form);
        }, answer =>
        {
            var heard = Heard(line.JsonOf(answer)) ?? throw line.Useless("JSON that is no transcript");
            return (heard, CallPrice.Exactly(cost));
        }, ProviderLine.MostJson, cancel);
    }

    /// <summary>Words stand beside the segments (OpenAI) or inside them (whisper.cpp); without either each segment counts as one word. Null: no transcript.</summary>
    public static HeardSpeech? Heard(JsonNode node)
    {
        if (JsonText.Text(node, "text") is not { } text) return null;
        var segments = (JsonText.At(node, "segments") as JsonArray ?? []).OfType<JsonObject>().ToList();
        var words = (JsonText.At(node, "words") as JsonArray ?? []).OfType<JsonObject>().ToList();
        if (words.Count == 0) words = [.. segments.SelectMany(s => s["words"] as JsonArray ?? []).OfType<JsonObject>()];
        if (words.Count == 0) words = segments;
        var language = JsonText.Text(node, "language");
        return new HeardSpeech(text.Trim(), language is null ? null : Languages.GetValueOrDefault(language) ?? language.ToLowerInvariant(), [.. words.Select(Word).OfType<HeardWord>()]);
    }

    private static HeardWord? Word(JsonObject word)
    {
        var text = (JsonText.Text(word, "word") ?? JsonText.Text(word, "text"))?.Trim();
        if (string.IsNullOrEmpty(text) || JsonText.Number(word["start"]) is not { } start || JsonText.Number(word["end"]) is not { } end || start < 0) return null;
        return new HeardWord(text, start, Math.Max(start, end), JsonText.Number(word["probability"]));
    }
}

/// <summary>Pictures over the interface of OpenAI (<c>/images/generations</c>).</summary>
public sealed class OpenAiImages(ProviderLine line)
{
    /// <summary>The bytes of a picture in whatever format the service chose.</summary>
    public Task<byte[]> DrawAsync(string prompt, string model, int width, int height, CancellationToken cancel)
    {
        var body = new JsonObject { ["model"] = model, ["prompt"] = prompt, ["n"] = 1, ["size"] = string.Create(CultureInfo.InvariantCulture, $"{width}x{height}") };
        // The newer models of OpenAI always send the bytes and refuse to be asked for them.
        if (!model.StartsWith("gpt-image", StringComparison.Ordinal)) body["response_format"] = "b64_json";
        foreach (var (name, value) in line.Settings.Extra ?? []) body[name] = value?.DeepClone();
        var cost = CallPrice.Of(line.Settings, model, line.Network.Time.GetUtcNow()).Image();
        return line.CallAsync(cost, () => line.Request(HttpMethod.Post, "/images/generations", ProviderLine.Json(body)), answer =>
        {
            var data = JsonText.At(line.JsonOf(answer), "data") is JsonArray { Count: > 0 } list ? list[0] : throw line.Useless("JSON without a picture");
            if (JsonText.Text(data, "b64_json") is { } coded && Decode(coded) is { Length: > 0 } bytes) return (bytes, CallPrice.Lost(cost));
            throw JsonText.Text(data, "url") is null ? line.Useless("a picture that is no base64")
                : new ProviderException(FaultKind.BadAnswer, $"{line.Settings.Name} sent an address instead of a picture, and addresses that a service chooses are not opened", "set the service to send base64 (b64_json)");
        }, ProviderLine.MostMedia, cancel);
    }

    private static byte[]? Decode(string coded)
    {
        try { return Convert.FromBase64String(coded); }
        catch (FormatException) { return null; }
    }
}
