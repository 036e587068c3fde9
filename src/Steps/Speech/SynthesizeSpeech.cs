using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spool.Engine;
using Spool.Media.Prose;
using Spool.Media.Subtitles;
using Spool.Models.Providers;
using Spool.Models.Speech;
using Spool.Platform;

namespace Spool.Steps.Speech;

/// <summary>
/// Speaks a Markdown text into a 48 kHz mono WAV file, with a voice of this machine, of a service or of a program, with even pauses between
/// sentences and paragraphs, and if wanted the time of every sentence. Code, tables and comments are not read; links are read as their text.
/// </summary>
[StepKind("speech.synthesize", version: 1)]
public sealed record SynthesizeSpeech : Step
{
    private const int Rate48K = 48_000, LongestText = 50_000;
    private const double Silent = 0.01;

    [In("text")] public InputFile Text { get; init; } = null!;

    /// <summary>For gradio and command: a recording whose voice is wanted, 20 to 60 seconds, WAV.</summary>
    [In("reference")] public InputFile? Reference { get; init; }

    /// <summary>Exactly what is said in the reference; anything else garbles the speech.</summary>
    [In("reference-text")] public InputFile? ReferenceText { get; init; }

    /// <summary>How words are spelled for the voice, lines of <c>word = respelling</c>; captions and timings keep the text's own spelling.</summary>
    [In("pronunciation")] public InputFile? Pronunciation { get; init; }

    [Out("audio")] public OutputFile Audio { get; init; } = null!;

    [Out("data")] public OutputFile? Timings { get; init; }

    /// <summary>The words with their times, as JSON for video.captions: sentences as they were spoken, words spread inside them by length.</summary>
    [Out("words")] public OutputFile? Words { get; init; }

    /// <summary>
    /// The speech engine: flite (English) or espeak-ng (many languages) on this machine; openai, gradio or command for a provider of that kind. Default flite.
    /// </summary>
    public SpeechEngine Engine { get; init; } = SpeechEngine.Flite;

    /// <summary>
    /// The voice: slt, awb, rms, kal or kal16 for flite (default slt); a language for espeak-ng, such as en-us, de or fr-fr, also with a variant
    /// as in en-us+f3 (default en-us); for a provider as it names them (openai: default alloy).
    /// </summary>
    public string? Voice { get; init; }

    /// <summary>The provider by name, or by purpose, for the engines openai, gradio and command. Default speech: the one that is set up for it.</summary>
    public string Provider { get; init; } = ProviderWords.Speech;

    /// <summary>The model as the provider names it; default: that of the provider.</summary>
    public string? Model { get; init; }

    /// <summary>The language, for a program that wants to be told ({lang}).</summary>
    public string? Language { get; init; }

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

    private bool IsLocal => Engine is SpeechEngine.Flite or SpeechEngine.EspeakNg;

    /// <summary>About 2.6 words a second, as English is read aloud (150 to 160 words a minute).</summary>
    public override double? ExpectedSeconds(Func<string, string?> text) =>
        text("text") is { } spoken ? Math.Max(1, spoken.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length / 2.6) : null;

    private LocalEngine Local => Engine == SpeechEngine.EspeakNg ? LocalEngine.EspeakNg : LocalEngine.Flite;

    private LocalVoice Chosen => new(Local, Voice ?? LocalVoice.Default(Local));

    public override IReadOnlyList<string> ToolsUsed() =>
    [
        .. Engine switch
        {
            SpeechEngine.Flite => [Tools.Flite],
            SpeechEngine.EspeakNg => [Tools.EspeakNg],
            _ => Video.MediaRuns.Both,
        },
        .. Verify?.ToolsUsed() ?? [],
    ];


    public override IReadOnlyList<string> ProvidersUsed() => IsLocal ? [] : [Provider];

    /// <summary>A voice of this machine says the same each time; a service need not.</summary>
    public override bool? Varies => !IsLocal;

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (IsLocal && !Chosen.Exists)
            yield return ("voice", $"{LocalVoice.Program(Local)} has no voice '{Voice}'; its voices: {string.Join(", ", LocalVoice.Names(Local))}");
        if (Engine == SpeechEngine.Gradio && Rate != 1) yield return ("rate", "voices of gradio have one speed only");
        if (IsLocal && Model is not null) yield return ("model", $"{LocalVoice.Program(Local)} takes no model; choose a voice");
        if (IsLocal && Provider != ProviderWords.Speech) yield return ("provider", $"{LocalVoice.Program(Local)} is no provider; set engine: to openai, gradio or command");
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
        var remote = IsLocal ? null : Remote(context);
        var (speaker, ascii) = remote is null ? (LocalVoice.Program(Local), Chosen.ReadsAsciiOnly) : (remote.Name, false);
        var respell = Respelling(context, speaker);
        var pieces = new List<SpokenPiece>();
        var total = paragraphs.Sum(p => p.Sentences.Count);
        int done = 0, dropped = 0;
        foreach (var paragraph in paragraphs)
        {
            for (var i = 0; i < paragraph.Sentences.Count; i++)
            {
                var sentence = paragraph.Sentences[i];
                var spoken = ascii ? SpokenText.ForAscii(respell(sentence)) : SpokenText.ForUnicode(respell(sentence));
                dropped += spoken.Dropped;
                if (spoken.Dropped > 0) context.Log($"{spoken.Dropped} letters cannot be said by {speaker}: {sentence}");
                if (spoken.Text.Length > 0)
                {
                    var (sound, failure) = remote is null ? await SpeakAsync(context, spoken.Text, done + 1, cancel) : (await remote.SpeakAsync(spoken.Text, done + 1, cancel), null);
                    if (sound is null) return new StepResult(failure);
                    if (SpeechTrack.Peak(sound.Samples) >= Silent)
                        pieces.Add(new SpokenPiece(sentence, sound, i + 1 < paragraph.Sentences.Count ? SentencePause : ParagraphPause));
                    else context.Log($"{speaker} said nothing for: {sentence}");
                }
                context.Progress((double)++done / total);
            }
        }
        if (pieces.Count == 0)
            return StepResult.Failed(FailureKind.BadOutput, $"{speaker} cannot say anything of this text",
                ascii ? "flite speaks English only; set engine: espeak-ng and a voice of the language" : "check that the voice fits the language of the text");
        var track = SpeechTrack.Join(pieces, Rate48K, Lead, Tail);
        var written = Write(context, track, remote?.Name ?? $"{speaker} {Chosen.Name}", dropped);
        return written.Failure is null && Verify is not null ? await Verify.RunAsync(context, track, Audio, speaker, cancel) : written;
    }

    /// <summary>The voice of the provider; one of another kind than the engine says is not asked, except a stand-in.</summary>
    private RemoteVoice Remote(StepContext context)
    {
        var settings = context.ProviderSettings(Provider);
        if (settings.Kind != ProviderKind.Canned && !string.Equals(settings.Kind.ToString(), Engine.ToString(), StringComparison.Ordinal))
            throw ProviderCalls.WrongKind(settings, $"fit engine: {KindSchema.Kebab(Engine.ToString())}");
        if ((Reference is null) != (ReferenceText is null))
            throw ProviderCalls.Bad(Reference is null ? "there is a reference text without its recording" : "there is a reference recording without its exact text", "give both reference and reference-text, or neither");
        if (Reference is not null && Engine == SpeechEngine.Openai) throw ProviderCalls.Bad("the interface of OpenAI takes no reference recording", "use engine: gradio, or a voice that the server has");
        var options = new RemoteVoiceOptions(Model, Voice, Language, Rate);
        if (Reference is not null && Engine == SpeechEngine.Gradio) options = options with { Reference = context.ReadBytes(Reference), ReferenceText = context.ReadText(ReferenceText!).Trim() };
        else if (Reference is not null) options = options with { ReferencePath = Reference.Path, ReferenceTextPath = ReferenceText!.Path };
        return new RemoteVoice(context, settings, options);
    }

    private Func<string, string> Respelling(StepContext context, string speaker)
    {
        if (Pronunciation is null) return sentence => sentence;
        var (file, why) = Media.Prose.Pronunciation.Read(context.ReadText(Pronunciation));
        return file?.For(speaker, IsLocal ? Chosen.Name : Voice ?? "")
            ?? throw new StepFailedException(new Failure(FailureKind.BadOutput, $"the pronunciation file cannot be read: {why}") { Next = "write a line for each word: word = respelling" });
    }

    /// <summary>One sentence by one run of the engine, its text in a file.</summary>
    private async Task<(WavFile? Sound, Failure? Failure)> SpeakAsync(StepContext context, string sentence, int number, CancellationToken cancel)
    {
        var textFile = context.Temporary($"{number:0000}.txt");
        var wavFile = context.Temporary($"{number:0000}.wav");
        DurableFile.WritePlain(context.Disk, context.Full(textFile), Encoding.UTF8.GetBytes(sentence + "\n"));
        await context.RunAsync(Chosen.Speak(textFile, wavFile, Rate), cancel);
        var program = LocalVoice.Program(Local);
        if (context.Disk.Stat(context.Full(wavFile)) is null) return (null, new Failure(FailureKind.BadOutput, $"{program} ended well but wrote no sound for: {sentence}"));
        var (sound, why) = WavFile.Read(DurableFile.Read(context.Disk, context.Full(wavFile)));
        context.Disk.DeleteFile(context.Full(wavFile));
        return sound is null ? (null, new Failure(FailureKind.BadOutput, $"what {program} wrote cannot be read: {why}")) : (sound, null);
    }

    private StepResult Write(StepContext context, SpeechTrack track, string voice, int dropped)
    {
        var peak = SpeechTrack.Peak(track.Sound.Samples);
        if (track.Sound.Samples.Length == 0 || peak < Silent)
            return StepResult.Failed(FailureKind.BadOutput, $"the speech is silent ({track.Sound.Seconds:0.###} s, peak {peak:0.####})");
        context.WriteBytes(Audio, track.Sound.ToBytes());
        if (Timings is not null) context.WriteBytes(Timings, List(track.Timings));
        if (Words is not null)
            context.WriteBytes(Words, WordTrack.Spread([.. track.Timings.Select(t => new TimedSegment(t.Text, t.Start, t.End))], IsLocal ? LocalVoice.Program(Local) : KindSchema.Kebab(Engine.ToString())).ToJson());
        context.Fact("duration", string.Create(CultureInfo.InvariantCulture, $"{track.Sound.Seconds:0.000} s"));
        context.Fact("sentences", track.Timings.Count.ToString(CultureInfo.InvariantCulture));
        context.Fact("words", track.Timings.Sum(t => Narration.Words(t.Text)).ToString(CultureInfo.InvariantCulture));
        context.Fact("voice", voice);
        if (dropped > 0) context.Fact("unspoken", $"{dropped} letters that {LocalVoice.Program(Local)} cannot say");
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

/// <summary>What speaks: an engine of this machine, or a provider of a kind.</summary>
public enum SpeechEngine { Flite, EspeakNg, Openai, Gradio, Command }
