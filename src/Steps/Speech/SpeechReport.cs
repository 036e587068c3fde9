using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spool.Engine;
using Spool.Media.Prose;

namespace Spool.Steps.Speech;

/// <summary>A comparison of speech and text as JSON, as facts, and as the sentence of a failure.</summary>
internal static class SpeechReport
{
    internal static double UsualThreshold(bool weak) => weak ? 0.4 : 0.15;

    internal static byte[] Write(SpeechComparison comparison, string engine, SpeechRules rules)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            Number(json, "cer", comparison.LetterRate);
            json.WriteNumber("deletions", comparison.Words.Deletions);
            json.WriteString("engine", engine);
            json.WriteNumber("insertions", comparison.Words.Insertions);
            json.WriteStartArray("sentences");
            foreach (var sentence in comparison.Sentences)
            {
                json.WriteStartObject();
                Number(json, "cer", sentence.LetterRate);
                Number(json, "end", sentence.End);
                json.WriteString("heard", sentence.Heard);
                json.WriteString("match", sentence.Match.ToString().ToLowerInvariant());
                Number(json, "start", sentence.Start);
                json.WriteString("text", sentence.Text);
                Number(json, "wer", sentence.Words.Rate);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("substitutions", comparison.Words.Substitutions);
            Number(json, "threshold", rules.Threshold);
            json.WriteString("verdict", comparison.Verdict.ToString().ToLowerInvariant());
            json.WriteBoolean("weak_recogniser", rules.Weak);
            Number(json, "wer", comparison.Words.Rate);
            json.WriteNumber("words", comparison.Words.Reference);
            json.WriteEndObject();
        }
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, Math.Round((decimal)number, 3));
        else json.WriteNull(name);
    }

    internal static void Tell(StepContext context, SpeechComparison comparison, string engine)
    {
        context.Fact("verdict", comparison.Verdict.ToString().ToLowerInvariant());
        context.Fact("word errors", Percent(comparison.Words.Rate));
        context.Fact("heard by", engine);
        if (comparison.Verdict == SpeechVerdict.Unsure) context.Log($"{engine} is not sure enough to say that this is what the text says; please listen to it");
        foreach (var sentence in comparison.Sentences.Where(s => s.Match != SentenceMatch.Good).Take(20))
            context.Log($"{sentence.Match.ToString().ToLowerInvariant()}: \"{sentence.Text}\" was heard as \"{sentence.Heard}\"");
    }

    internal static string Sentence(SpeechComparison comparison, string engine)
    {
        var wrong = comparison.Sentences.Where(s => s.Match == SentenceMatch.Wrong).ToList();
        if (wrong.Count == 0) return $"the speech is not what the text says: {engine} heard {Percent(comparison.Words.Rate)} of its words otherwise";
        var first = wrong[0];
        var more = wrong.Count > 1 ? $" (and {wrong.Count - 1} more)" : "";
        return $"the speech is not what the text says: \"{Short(first.Text)}\" was heard as \"{Short(first.Heard)}\"{(first.Start is { } at ? string.Create(CultureInfo.InvariantCulture, $" at {at:0.0} s") : "")}{more}";
    }

    private static string Percent(double rate) => string.Create(CultureInfo.InvariantCulture, $"{rate * 100:0.#} %");

    private static string Short(string text) => text.Length > 80 ? text[..80] + "…" : text;
}
