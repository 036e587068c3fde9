using Spool.Engine;
using Spool.Media.Subtitles;
using Spool.Models.Providers;
using Spool.Steps.Video;

namespace Spool.Steps.Speech;

/// <summary>
/// Writes down what is said in a sound or a film, with a recogniser of this machine: the text, every word with its time, and subtitles.
/// pocketsphinx needs no model of yours and knows English only; it mishears much, so take its words for times and checks rather than for reading.
/// whisper-cpp is far better and needs whisper.cpp and a model file; openai asks a service.
/// </summary>
[StepKind("speech.transcribe", version: 1)]
public sealed record Transcribe : Step
{
    /// <summary>The sound, or a film for its sound.</summary>
    [In("audio")] public InputFile Audio { get; init; } = null!;

    /// <summary>The model of whisper-cpp (ggml-*.bin).</summary>
    [In("model")] public InputFile? Model { get; init; }

    /// <summary>What is said, a line for each stretch of speech.</summary>
    [Out("text")] public OutputFile? Text { get; init; }

    /// <summary>The words with their times, as JSON.</summary>
    [Out("words")] public OutputFile? Words { get; init; }

    /// <summary>Subtitles, as .srt or .vtt.</summary>
    [Out("subtitles")] public OutputFile? Subtitles { get; init; }

    /// <summary>For openai: the provider to ask, by name or purpose. Default transcription.</summary>
    public string Provider { get; init; } = ProviderWords.Transcription;

    /// <summary>The recogniser: pocketsphinx (English, offline), whisper-cpp, or openai (any compatible service). Default pocketsphinx.</summary>
    public Recogniser Engine { get; init; } = Recogniser.Pocketsphinx;

    /// <summary>The program of whisper-cpp, by name or absolute path; another name than whisper-cli must be allowed (--allow PROGRAM). Default whisper-cli.</summary>
    public string Program { get; init; } = Tools.WhisperCpp;

    /// <summary>Language of the speech for whisper-cpp, such as en or de; auto lets it find out. Default auto.</summary>
    public string Language { get; init; } = "auto";

    /// <summary>Letters in a line of subtitles. Default 42.</summary>
    [Within(10, 200)] public int LineLength { get; init; } = 42;

    /// <summary>Lines of a subtitle. Default 2.</summary>
    [Within(1, 4)] public int Lines { get; init; } = 2;

    public override IReadOnlyList<string> ToolsUsed() => Recognition.ToolsOf(Engine, Program);

    public override IReadOnlyList<string> ProvidersUsed() => Recognition.ProvidersOf(Engine, Provider);

    /// <summary>A recogniser of this machine hears the same each time; a service need not.</summary>
    public override bool? Varies => Engine == Recogniser.Openai;

    public override IEnumerable<(string Option, string Message)> Check() => Recognition.Check(Engine, Program, Language);

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        if ((Text ?? Words ?? Subtitles) is null) throw MediaRuns.Bad("nothing of the transcript is kept", "name text, words or subtitles under 'out:'");
        var track = await context.HearAsync(Audio, Engine, (Program, Model, Language), Provider, cancel);
        if (track.Words.Count == 0) context.Log("no speech was heard");
        if (Text is not null) context.WriteText(Text, string.Concat(track.Segments.Select(s => s.Text + "\n")));
        if (Words is not null) context.WriteBytes(Words, track.ToJson());
        if (Subtitles is not null)
        {
            var cues = Captions.Of(track, new CaptionRules(LineLength, Lines));
            context.WriteText(Subtitles, Subtitles.Extension == ".vtt" ? Vtt.Write(cues) : Srt.Write(cues));
        }
        context.Fact("words", Media.Ffmpeg.Text.Of(track.Words.Count));
        context.Fact("recogniser", track.Engine);
        if (track.Words.Count > 0 && track.Words.All(w => w.Confidence is not null))
            context.Fact("confidence", Media.Ffmpeg.Text.Of(Math.Round(track.Words.Average(w => w.Confidence!.Value), 2)));
        return StepResult.Done;
    }
}
