using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Subtitles;
using Spool.Platform;
using Spool.Steps.Video;

namespace Spool.Steps.Speech;

/// <summary>What listens to speech.</summary>
public enum Recogniser { Pocketsphinx, WhisperCpp }

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
        engine == Recogniser.Pocketsphinx ? [Tools.Ffmpeg, Tools.Ffprobe, Tools.Pocketsphinx] : [Tools.Ffmpeg, Tools.Ffprobe, program];

    internal static IEnumerable<(string Option, string Message)> Check(Recogniser engine, string program, string language)
    {
        if (engine == Recogniser.WhisperCpp && (program.Length == 0 || (program.Contains('/', StringComparison.Ordinal) && !System.IO.Path.IsPathRooted(program))))
            yield return ("program", $"'{program}' is neither the name of a program nor an absolute path");
        if (language.Length is < 2 or > 12 || !language.All(c => char.IsAsciiLetterLower(c) || c == '-')) yield return ("language", $"'{language}' is no language code such as en or de");
        else if (engine == Recogniser.Pocketsphinx && language is not ("auto" or "en")) yield return ("language", $"pocketsphinx knows English only, not '{language}'; use whisper-cpp");
    }

    /// <summary>The words of a sound.</summary>
    /// <param name="whisper">What whisper.cpp needs: its program, its model file, and the language of the speech as a code or auto.</param>
    internal static async Task<WordTrack> HearAsync(this StepContext context, InputFile sound, Recogniser engine, (string Program, InputFile? Model, string Language) whisper, CancellationToken cancel)
    {
        var (probe, seconds) = await context.ProbeSoundAsync(sound, cancel);
        if (seconds > LongestHours * 3600) throw MediaRuns.Bad($"{sound.Name} is longer than {LongestHours} hours", "split it with video.trim first");
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

    private static async Task ConvertAsync(StepContext context, string path, string graph, double seconds, CancellationToken cancel)
    {
        var output = new FfmpegOutput(context.Temporary("heard.wav"), "wav", [new OutputStream("[out]", [("c", "pcm_s16le")])]);
        await context.FfmpegAsync(new FfmpegCommand([new FfmpegInput(path, Accepted.Sound)], output) { Graph = graph }, seconds, cancel, (0, 0.1));
    }
}
