using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spool.Engine;
using Spool.Media.Prose;
using Spool.Media.Subtitles;
using Spool.Models.Speech;
using Spool.Platform;

namespace Spool.Steps.Speech;

/// <summary>
/// Speaks a Markdown text with a voice of this machine into a 48 kHz mono WAV file, with even pauses between sentences and paragraphs,
/// and if wanted the time of every sentence. Code, tables and comments are not read; links are read as their text.
/// </summary>
[StepKind("speech.synthesize", version: 1)]
public sealed record SynthesizeSpeech : Step
{
    private const int Rate48K = 48_000, LongestText = 50_000;
    private const double Silent = 0.01;

    [In("text")] public InputFile Text { get; init; } = null!;

    /// <summary>How words are spelled for the voice, lines of <c>word = respelling</c>; captions and timings keep the text's own spelling.</summary>
    [In("pronunciation")] public InputFile? Pronunciation { get; init; }

    [Out("audio")] public OutputFile Audio { get; init; } = null!;

    [Out("data")] public OutputFile? Timings { get; init; }

    /// <summary>The words with their times, as JSON for video.captions: sentences as they were spoken, words spread inside them by length.</summary>
    [Out("words")] public OutputFile? Words { get; init; }

    /// <summary>The speech engine: flite (English) or espeak-ng (many languages). Default flite.</summary>
    public LocalEngine Engine { get; init; } = LocalEngine.Flite;

    /// <summary>
    /// The voice: slt, awb, rms, kal or kal16 for flite (default slt); a language for espeak-ng, such as en-us, de or fr-fr, also with a variant
    /// as in en-us+f3 (default en-us).
    /// </summary>
    public string? Voice { get; init; }

    /// <summary>Speed as a factor, 0.5 (half as fast) to 2 (twice as fast). Default 1.</summary>
    [Within(0.5, 2)] public double Rate { get; init; } = 1;

    /// <summary>Silence between two sentences, 0 to 10 seconds. Default 0.2.</summary>
    [Within(0, 10)] public double SentencePause { get; init; } = 0.2;

    /// <summary>Silence between two paragraphs, and after a heading, 0 to 10 seconds. Default 0.5.</summary>
    [Within(0, 10)] public double ParagraphPause { get; init; } = 0.5;

    /// <summary>Silence before the first sentence, 0 to 60 seconds. Default 0.</summary>
    [Within(0, 60)] public double Lead { get; init; }

    /// <summary>Silence after the last sentence, 0 to 60 seconds. Default 0.2.</summary>
    [Within(0, 60)] public double Tail { get; init; } = 0.2;

    /// <summary>Reads headings aloud, each as a sentence of its own. Default true.</summary>
    public bool ReadHeadings { get; init; } = true;

    /// <summary>Reads list items aloud; set it to false when they are for the slide only. Default true.</summary>
    public bool ReadBullets { get; init; } = true;

    /// <summary>Checks the finished speech with a recogniser: engine (pocketsphinx), threshold (the word error rate that passes, default 0.4). Default: no check.</summary>
    public SpokenCheck? Verify { get; init; }

    private LocalVoice Chosen => new(Engine, Voice ?? LocalVoice.Default(Engine));

    /// <summary>About 2.6 words a second, as English is read aloud (150 to 160 words a minute).</summary>
    public override double? ExpectedSeconds(Func<string, string?> text) =>
        text("text") is { } spoken ? Math.Max(1, spoken.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length / 2.6) : null;

    public override IReadOnlyList<string> ToolsUsed() => [Engine == LocalEngine.Flite ? Tools.Flite : Tools.EspeakNg, .. Verify?.ToolsUsed() ?? []];

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (!Chosen.Exists)
            yield return ("voice", $"{LocalVoice.Program(Engine)} has no voice '{Voice}'; its voices: {string.Join(", ", LocalVoice.Names(Engine))}");
        foreach (var problem in Verify?.Check() ?? []) yield return problem;
    }

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var text = context.ReadText(Text);
        if (text.Length > LongestText)
            return StepResult.Failed(FailureKind.BadOutput, $"the text has {text.Length} characters, more than the {LongestText} that are spoken at once",
                "split it with text.split first");
        var paragraphs = Narration.Read(text, ReadHeadings, ReadBullets);
        if (paragraphs.Count == 0)
            return StepResult.Failed(FailureKind.BadOutput,
                string.IsNullOrWhiteSpace(text) ? "the text is empty, so there is nothing to say" : "the text has nothing to say with these options",
                ReadHeadings && ReadBullets ? "write a paragraph of narration" : "write a paragraph of narration, or set read-headings or read-bullets to true");
        var respell = Respelling(context);
        var pieces = new List<SpokenPiece>();
        var total = paragraphs.Sum(p => p.Sentences.Count);
        int done = 0, dropped = 0;
        foreach (var paragraph in paragraphs)
        {
            for (var i = 0; i < paragraph.Sentences.Count; i++)
            {
                var sentence = paragraph.Sentences[i];
                var spoken = Chosen.ReadsAsciiOnly ? SpokenText.ForAscii(respell(sentence)) : SpokenText.ForUnicode(respell(sentence));
                dropped += spoken.Dropped;
                if (spoken.Dropped > 0) context.Log($"{spoken.Dropped} letters cannot be said by {LocalVoice.Program(Engine)}: {sentence}");
                if (spoken.Text.Length > 0)
                {
                    var (sound, failure) = await SpeakAsync(context, spoken.Text, done + 1, cancel);
                    if (sound is null) return new StepResult(failure);
                    if (SpeechTrack.Peak(sound.Samples) >= Silent)
                        pieces.Add(new SpokenPiece(sentence, sound, i + 1 < paragraph.Sentences.Count ? SentencePause : ParagraphPause));
                    else context.Log($"{LocalVoice.Program(Engine)} said nothing for: {sentence}");
                }
                context.Progress((double)++done / total);
            }
        }
        if (pieces.Count == 0)
            return StepResult.Failed(FailureKind.BadOutput, $"{LocalVoice.Program(Engine)} cannot say anything of this text",
                Chosen.ReadsAsciiOnly ? "flite speaks English only; set engine: espeak-ng and a voice of the language" : "check that the voice fits the language of the text");
        var track = SpeechTrack.Join(pieces, Rate48K, Lead, Tail);
        var written = Write(context, track, dropped);
        return written.Failure is null && Verify is not null ? await Verify.RunAsync(context, track, Audio, LocalVoice.Program(Engine), cancel) : written;
    }

    private Func<string, string> Respelling(StepContext context)
    {
        if (Pronunciation is null) return sentence => sentence;
        var (file, why) = Media.Prose.Pronunciation.Read(context.ReadText(Pronunciation));
        return file?.For(LocalVoice.Program(Engine), Chosen.Name)
            ?? throw new StepFailedException(new Failure(FailureKind.BadOutput, $"the pronunciation file cannot be read: {why}") { Next = "write a line for each word: word = respelling" });
    }

    /// <summary>One sentence by one run of the engine, its text in a file.</summary>
    private async Task<(WavFile? Sound, Failure? Failure)> SpeakAsync(StepContext context, string sentence, int number, CancellationToken cancel)
    {
        var textFile = context.Temporary($"{number:0000}.txt");
        var wavFile = context.Temporary($"{number:0000}.wav");
        DurableFile.WritePlain(context.Disk, context.Full(textFile), Encoding.UTF8.GetBytes(sentence + "\n"));
        await context.RunAsync(Chosen.Speak(textFile, wavFile, Rate), cancel);
        var program = LocalVoice.Program(Engine);
        if (context.Disk.Stat(context.Full(wavFile)) is null) return (null, new Failure(FailureKind.BadOutput, $"{program} ended well but wrote no sound for: {sentence}"));
        var (sound, why) = WavFile.Read(DurableFile.Read(context.Disk, context.Full(wavFile)));
        context.Disk.DeleteFile(context.Full(wavFile));
        return sound is null ? (null, new Failure(FailureKind.BadOutput, $"what {program} wrote cannot be read: {why}")) : (sound, null);
    }

    private StepResult Write(StepContext context, SpeechTrack track, int dropped)
    {
        var peak = SpeechTrack.Peak(track.Sound.Samples);
        if (track.Sound.Samples.Length == 0 || peak < Silent)
            return StepResult.Failed(FailureKind.BadOutput, $"the speech is silent ({track.Sound.Seconds:0.###} s, peak {peak:0.####})");
        context.WriteBytes(Audio, track.Sound.ToBytes());
        if (Timings is not null) context.WriteBytes(Timings, List(track.Timings));
        if (Words is not null)
            context.WriteBytes(Words, WordTrack.Spread([.. track.Timings.Select(t => new TimedSegment(t.Text, t.Start, t.End))], LocalVoice.Program(Engine)).ToJson());
        context.Fact("duration", string.Create(CultureInfo.InvariantCulture, $"{track.Sound.Seconds:0.000} s"));
        context.Fact("sentences", track.Timings.Count.ToString(CultureInfo.InvariantCulture));
        context.Fact("words", track.Timings.Sum(t => Narration.Words(t.Text)).ToString(CultureInfo.InvariantCulture));
        context.Fact("voice", $"{LocalVoice.Program(Engine)} {Chosen.Name}");
        if (dropped > 0) context.Fact("unspoken", $"{dropped} letters that {LocalVoice.Program(Engine)} cannot say");
        return StepResult.Done;
    }

    private static byte[] List(IReadOnlyList<SpeechTiming> timings)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (var timing in timings)
            {
                json.WriteStartObject();
                json.WriteString("text", timing.Text);
                json.WriteNumber("start", Math.Round(timing.Start, 3));
                json.WriteNumber("end", Math.Round(timing.End, 3));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }
}
