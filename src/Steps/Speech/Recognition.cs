using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Subtitles;
using Spool.Models.Providers;
using Spool.Platform;
using Spool.Steps.Video;

namespace Spool.Steps.Speech;

/// <summary>What listens to speech.</summary>
public enum Recogniser { Pocketsphinx, WhisperCpp, Openai }

/// <summary>
/// Runs a recogniser of this machine over a sound. Both want 16 kHz mono. pocketsphinx adapts to a voice only while it listens (the mean of its
/// cepstra starts at a fixed value), so it hears the beginning of the sound twice and the first time does not count: flite's voices then cost it
/// 0 to 20 % of their words instead of up to all of a first sentence.
/// </summary>
internal static class Recognition
{
    internal const string PocketsphinxModel = "/usr/share/pocketsphinx/model/en-us/en-us.lm.bin";

    private const double WarmUp = 8, Gap = 1, LongestHours = 6;

    internal static IReadOnlyList<string> ToolsOf(Recogniser engine, string program) =>
        [Tools.Ffmpeg, Tools.Ffprobe, .. engine switch { Recogniser.Pocketsphinx => [Tools.Pocketsphinx], Recogniser.WhisperCpp => [program], _ => Array.Empty<string>() }];

    internal static IReadOnlyList<string> ProvidersOf(Recogniser engine, string provider) => engine == Recogniser.Openai ? [provider] : [];

    internal static IEnumerable<(string Option, string Message)> Check(Recogniser engine, string program, string language)
    {
        if (engine == Recogniser.WhisperCpp && (program.Length == 0 || (program.Contains('/', StringComparison.Ordinal) && !System.IO.Path.IsPathRooted(program))))
            yield return ("program", $"'{program}' is neither the name of a program nor an absolute path");
        if (language.Length is < 2 or > 12 || !language.All(c => char.IsAsciiLetterLower(c) || c == '-')) yield return ("language", $"'{language}' is no language code such as en or de");
        else if (engine == Recogniser.Pocketsphinx && language is not ("auto" or "en")) yield return ("language", $"pocketsphinx knows English only, not '{language}'; use whisper-cpp");
    }

    /// <summary>The words of a sound.</summary>
    /// <param name="context">The attempt.</param>
    /// <param name="sound">What is listened to.</param>
    /// <param name="engine">Who listens.</param>
    /// <param name="provider">The service of openai.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="whisper">What whisper.cpp needs: its program, its model file, and the language of the speech as a code or auto.</param>
    internal static async Task<WordTrack> HearAsync(this StepContext context, InputFile sound, Recogniser engine, (string Program, InputFile? Model, string Language) whisper, string provider, CancellationToken cancel)
    {
        var (probe, seconds) = await context.ProbeSoundAsync(sound, cancel);
        if (seconds > LongestHours * 3600) throw MediaRuns.Bad($"{sound.Name} is longer than {LongestHours} hours", "split it with video.trim first");
        if (engine == Recogniser.Openai) return await OpenAiAsync(context, sound.Path, (probe.Audio!, seconds), (provider, whisper.Language), cancel);
        return engine == Recogniser.Pocketsphinx ? await PocketsphinxAsync(context, sound.Path, (probe.Audio!, seconds), cancel) : await WhisperAsync(context, sound.Path, (probe.Audio!, seconds), whisper, cancel);
    }

    internal static async Task<WordTrack> PocketsphinxAsync(StepContext context, string path, (MediaStream Stream, double Seconds) sound, CancellationToken cancel)
    {
        if (context.Disk.Stat(PocketsphinxModel) is null)
            throw new StepFailedException(new Failure(FailureKind.Unavailable, "pocketsphinx has no English model on this machine") { Next = "install it: sudo apt-get install pocketsphinx-en-us" });
        var warm = Math.Min(WarmUp, Math.Round(sound.Seconds, 2));
        var graph = $"[0:{sound.Stream.Index}]aresample=16000,aformat=sample_fmts=s16:channel_layouts=mono,asplit[a][b];"
            + $"[a]atrim=end={Text.Of(warm)},apad=whole_len={(long)Math.Round((warm + Gap) * 16000)}[first];[first][b]concat=n=2:v=0:a=1,apad=pad_dur=0.5[out]";
        await ConvertAsync(context, path, graph, sound.Seconds, cancel);
        var result = await context.RunAsync(new ToolCommand(Tools.Pocketsphinx, ["-infile", "tmp/heard.wav", "-time", "yes", "-logfn", "/dev/null"]) { CaptureOutput = true }, cancel);
        return PocketsphinxOutput.Parse(result.Output, warm + Gap);
    }

    private static async Task<WordTrack> WhisperAsync(StepContext context, string path, (MediaStream Stream, double Seconds) sound, (string Program, InputFile? Model, string Language) whisper, CancellationToken cancel)
    {
        if (whisper.Model is null) throw MediaRuns.Bad("whisper-cpp needs a model file", "name it under 'in:' as model, such as ggml-base.en.bin");
        await ConvertAsync(context, path, $"[0:{sound.Stream.Index}]aresample=16000,aformat=sample_fmts=s16:channel_layouts=mono[out]", sound.Seconds, cancel);
        await context.RunAsync(new ToolCommand(whisper.Program,
            ["-m", whisper.Model.Path, "-f", "tmp/heard.wav", "-l", whisper.Language, "-ojf", "-of", "tmp/heard", "-np"]), cancel);
        var written = context.Full("tmp/heard.json");
        if (context.Disk.Stat(written) is null) throw MediaRuns.Bad($"{whisper.Program} ended well but wrote no JSON", "whisper.cpp of 2023 or newer is needed (option -ojf)");
        try
        {
            return WhisperOutput.Parse(System.Text.Encoding.UTF8.GetString(DurableFile.Read(context.Disk, written)));
        }
        catch (SubtitleException e)
        {
            throw MediaRuns.Bad($"what {whisper.Program} wrote cannot be read: {e.Message}");
        }
    }

    private static async Task<WordTrack> OpenAiAsync(StepContext context, string path, (MediaStream Stream, double Seconds) sound, (string Name, string Language) provider, CancellationToken cancel)
    {
        var settings = context.ProviderSettings(provider.Name);
        if (settings.Kind != ProviderKind.Openai) throw ProviderCalls.WrongKind(settings, "write down speech over the interface of OpenAI");
        await ConvertAsync(context, path, $"[0:{sound.Stream.Index}]aresample=16000,aformat=sample_fmts=s16:channel_layouts=mono[out]", sound.Seconds, cancel);
        var bytes = DurableFile.Read(context.Disk, context.Full("tmp/heard.wav"));
        if (bytes.Length > MostUpload) throw MediaRuns.Bad($"{sound.Seconds / 60:0} minutes are more than services take at once ({MostUpload >> 20} MiB)", "split the sound with video.trim first");
        var heard = await new OpenAiSound(context.Line(settings)).HearAsync(bytes, ".wav", sound.Seconds, settings.ModelOf(null), provider.Language == "auto" ? null : provider.Language, cancel).OrFail();
        var words = heard.Words.Select(w => new TimedWord(w.Text, w.Start, w.End) { Confidence = w.Probability }).ToList();
        return new WordTrack(heard.Text, words, Sentences(words)) { Engine = settings.Name, Language = heard.Language };
    }

    /// <summary>Words up to the end of a sentence, or up to a pause.</summary>
    private static List<TimedSegment> Sentences(List<TimedWord> words)
    {
        const double pause = 0.8;
        var segments = new List<TimedSegment>();
        var from = 0;
        for (var i = 0; i < words.Count; i++)
        {
            var ends = i + 1 == words.Count || words[i].Text.EndsWith('.') || words[i].Text.EndsWith('?') || words[i].Text.EndsWith('!') || words[i + 1].Start - words[i].End > pause;
            if (!ends) continue;
            segments.Add(new TimedSegment(string.Join(' ', words[from..(i + 1)].Select(w => w.Text)), words[from].Start, words[i].End));
            from = i + 1;
        }
        return segments;
    }

    private const int MostUpload = 25 << 20;

    private static async Task ConvertAsync(StepContext context, string path, string graph, double seconds, CancellationToken cancel)
    {
        var output = new FfmpegOutput(context.Temporary("heard.wav"), "wav", [new OutputStream("[out]", [("c", "pcm_s16le")])]);
        await context.FfmpegAsync(new FfmpegCommand([new FfmpegInput(path, Accepted.Sound)], output) { Graph = graph }, seconds, cancel, (0, 0.1));
    }
}
