using Spool.Engine;
using Spool.Media.Prose;
using Spool.Media.Subtitles;
using Spool.Models.Providers;
using Spool.Steps.Video;

namespace Spool.Steps.Speech;

/// <summary>What a step does when its check does not pass.</summary>
public enum OnFailure { Fail, Report }

/// <summary>
/// Checks that a sound says what a text says: a recogniser listens, both texts are brought to bare words (numbers in words, no case, no marks), and
/// every sentence is judged by its word errors. The verdict is passed, failed or unsure: a weak recogniser such as pocketsphinx mishears too much to
/// prove small faults, so it only fails sentences that are surely others, and says unsure where a person should listen.
/// </summary>
[StepKind("speech.verify", version: 1)]
public sealed record VerifySpeech : Step
{
    /// <summary>The speech, or a film for its sound.</summary>
    [In("audio")] public InputFile Audio { get; init; } = null!;

    /// <summary>What should be said, as the Markdown that was given to speech.synthesize.</summary>
    [In("text")] public InputFile Text { get; init; } = null!;

    /// <summary>The words of an earlier speech.transcribe, so that nothing is listened to again.</summary>
    [In("words")] public InputFile? Words { get; init; }

    /// <summary>The model of whisper-cpp (ggml-*.bin).</summary>
    [In("model")] public InputFile? Model { get; init; }

    /// <summary>The verdict with the word errors of each sentence, as JSON.</summary>
    [Out("report")] public OutputFile Report { get; init; } = null!;

    /// <summary>The recogniser: pocketsphinx (English, offline, weak) or whisper-cpp. Not used with the input words. Default pocketsphinx.</summary>
    public Recogniser Engine { get; init; } = Recogniser.Pocketsphinx;

    /// <summary>The program of whisper-cpp, by name or absolute path; another name than whisper-cli must be allowed (--allow PROGRAM). Default whisper-cli.</summary>
    public string Program { get; init; } = Tools.WhisperCpp;

    /// <summary>Language of the speech for whisper-cpp, such as en; auto lets it find out. Default auto.</summary>
    public string Language { get; init; } = "auto";

    /// <summary>The word error rate up to which speech passes, 0.1 is one word in ten. Default 0.4 for pocketsphinx, else 0.15.</summary>
    [Within(0, 2)] public double? Threshold { get; init; }

    /// <summary>fail: a verdict of failed fails the step; report: it only stands in the report. An unsure verdict never fails. Default fail.</summary>
    public OnFailure OnFailure { get; init; } = OnFailure.Fail;

    /// <summary>Headings of the text are spoken. Default true.</summary>
    public bool ReadHeadings { get; init; } = true;

    /// <summary>List items of the text are spoken. Default true.</summary>
    public bool ReadBullets { get; init; } = true;

    /// <summary>For openai: the provider to ask, by name or purpose. Default transcription.</summary>
    public string Provider { get; init; } = ProviderWords.Transcription;

    public override IReadOnlyList<string> ProvidersUsed() => Recognition.ProvidersOf(Engine, Provider);

    /// <summary>A recogniser of this machine hears the same each time; a service need not.</summary>
    public override bool? Varies => Engine == Recogniser.Openai;

    public override IReadOnlyList<string> ToolsUsed() => Recognition.ToolsOf(Engine, Program);

    public override IEnumerable<(string Option, string Message)> Check() => Recognition.Check(Engine, Program, Language);

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var sentences = Narration.Read(context.ReadText(Text), ReadHeadings, ReadBullets).SelectMany(p => p.Sentences).ToList();
        var track = Words is null ? await context.HearAsync(Audio, Engine, (Program, Model, Language), Provider, cancel) : Given(context, Words);
        var weak = track.Engine == "pocketsphinx";
        var rules = new SpeechRules(Threshold ?? SpeechReport.UsualThreshold(weak), weak);
        if (Math.Max(track.Words.Count, sentences.Sum(Narration.Words)) * 3 > WordErrors.Most)
            throw MediaRuns.Bad($"text or speech has more than {WordErrors.Most / 3} words", "split it with text.split and check the parts");
        var comparison = SpeechComparison.Of(sentences, track.Words, rules);
        context.WriteBytes(Report, SpeechReport.Write(comparison, track.Engine, rules));
        SpeechReport.Tell(context, comparison, track.Engine);
        return comparison.Verdict == SpeechVerdict.Failed && OnFailure == OnFailure.Fail
            ? StepResult.Failed(FailureKind.BadOutput, SpeechReport.Sentence(comparison, track.Engine), "listen to it; make the speech again, add a pronunciation, or set on-failure: report")
            : StepResult.Done;
    }

    private static WordTrack Given(StepContext context, InputFile words)
    {
        try { return WordTrack.Parse(context.ReadText(words)); }
        catch (SubtitleException e) { throw MediaRuns.Bad($"{words.Name}: {e.Message}", "give the 'words' output of speech.transcribe"); }
    }
}
