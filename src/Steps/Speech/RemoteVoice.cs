using System.Globalization;
using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Models.Providers;
using Spool.Models.Speech;
using Spool.Platform;
using Spool.Steps.Video;

namespace Spool.Steps.Speech;

/// <summary>A voice of a service or of a program in the settings, speaking one sentence at a time. Whatever format comes is made into the WAV that joining reads.</summary>
internal sealed class RemoteVoice(StepContext context, ProviderSettings settings, RemoteVoiceOptions options)
{
    /// <summary>Longest silence that stands for a sentence: about 150 words a minute.</summary>
    private const double SecondsPerWord = 0.4;

    private ProviderLine? _line;

    /// <summary>Who speaks, for people.</summary>
    internal string Name => $"{settings.Name} {options.Voice ?? options.Model ?? settings.Model}".Trim();

    internal async Task<WavFile> SpeakAsync(string sentence, int number, CancellationToken cancel)
    {
        if (settings.Kind == ProviderKind.Canned)
        {
            context.Fact("canned", $"a stand-in of the provider {settings.Name}; nobody speaks");
            return Hum(sentence);
        }
        var name = string.Create(CultureInfo.InvariantCulture, $"{number:0000}.wav");
        if (settings.Kind == ProviderKind.Command) return await ReadAsync(await context.MakeAsync(settings, sentence, name, Values(), cancel), cancel);
        var path = context.Temporary(name);
        DurableFile.WritePlain(context.Disk, context.Full(path), await AskAsync(sentence, cancel).OrFail());
        return await ReadAsync(path, cancel);
    }

    private Task<byte[]> AskAsync(string sentence, CancellationToken cancel)
    {
        _line ??= context.Line(settings);
        if (settings.Kind == ProviderKind.Gradio) return new Gradio(_line).SpeakAsync(sentence, options.Reference, options.ReferenceText, cancel);
        return new OpenAiSound(_line).SpeakAsync(sentence, settings.ModelOf(options.Model), options.Voice ?? "alloy", options.Rate, cancel);
    }

    private Dictionary<string, string> Values()
    {
        var values = new Dictionary<string, string> { ["rate"] = options.Rate.ToString("0.####", CultureInfo.InvariantCulture) };
        if (options.Voice is { } voice) values["voice"] = voice;
        if (options.Language is { } language) values["lang"] = language;
        if (options.ReferencePath is { } reference) values["reference"] = reference;
        if (options.ReferenceTextPath is { } text) values["reference_text_file"] = text;
        return values;
    }

    /// <summary>
    /// The sound of a file that came. Servers that stream write sizes of 0 or of all they could have sent into the header; the reader takes the data
    /// to its end then. What it cannot read is looked at by the prober and decoded by ffmpeg.
    /// </summary>
    private async Task<WavFile> ReadAsync(string path, CancellationToken cancel)
    {
        var (sound, _) = WavFile.Read(DurableFile.Read(context.Disk, context.Full(path)));
        if (sound is { Samples.Length: > 0 }) return sound;
        MediaProbe probe;
        try { probe = MediaProbe.Parse((await context.RunAsync(MediaProbe.Command(path, Accepted.Sound), cancel)).Output); }
        catch (StepFailedException e) when (e.Failure.Kind == FailureKind.ToolFailed) { throw ProviderCalls.Bad($"what {settings.Name} sent is no sound that can be read", "look at its log"); }
        if (probe.Audio is null) throw ProviderCalls.Bad($"what {settings.Name} sent holds no sound");
        var decoded = path + ".decoded.wav";
        var output = new FfmpegOutput(decoded, "wav", [new("[a]", [("c", "pcm_s16le")])]);
        await context.FfmpegAsync(new FfmpegCommand([new(path, Accepted.Sound)], output) { Graph = $"[0:{probe.Audio.Index}]aresample=48000,aformat=sample_fmts=s16:channel_layouts=mono[a]", Reports = false }, 1, cancel);
        var (again, why) = WavFile.Read(DurableFile.Read(context.Disk, context.Full(decoded)));
        return again ?? throw ProviderCalls.Bad($"what {settings.Name} sent cannot be decoded: {why}");
    }

    /// <summary>A low hum as long as the sentence takes to say: audible, and nobody takes it for speech.</summary>
    private static WavFile Hum(string sentence)
    {
        const int Rate = 16_000;
        var samples = new short[(int)(Rate * Math.Max(0.5, SecondsPerWord * Media.Prose.Narration.Words(sentence)))];
        for (var i = 0; i < samples.Length; i++) samples[i] = WavFile.Round(2500 * Math.Sin(2 * Math.PI * 180 * i / Rate));
        return new WavFile(Rate, samples);
    }
}

/// <summary>How a service is to speak.</summary>
internal sealed record RemoteVoiceOptions(string? Model, string? Voice, string? Language, double Rate)
{
    /// <summary>The recording whose voice is wanted, as WAV.</summary>
    internal byte[]? Reference { get; init; }

    /// <summary>Exactly what is said in it.</summary>
    internal string? ReferenceText { get; init; }

    internal string? ReferencePath { get; init; }
    internal string? ReferenceTextPath { get; init; }
}
