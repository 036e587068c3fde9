using Spool.Engine;
using Spool.Media.Audio;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Spool.Steps.Video;

namespace Spool.Steps.Audio;

/// <summary>
/// Lays music under speech. The music is repeated until it is long enough, gets quieter while somebody speaks, and fades at both ends; the length
/// is that of the speech. When the speech is a film and the output is one, its picture is taken over without encoding it again.
/// </summary>
[StepKind("audio.mix", version: 1)]
public sealed record Mix : Step
{
    /// <summary>The speech: a sound, or a film with sound.</summary>
    [In("speech")] public InputFile Speech { get; init; } = null!;

    /// <summary>The music.</summary>
    [In("music")] public InputFile Music { get; init; } = null!;

    /// <summary>The mix as sound.</summary>
    [Out("audio")] public OutputFile? Audio { get; init; }

    /// <summary>The film with the mix as its sound.</summary>
    [Out("video")] public OutputFile? Video { get; init; }

    /// <summary>Level of the music in decibels. Default -20.</summary>
    [Within(-80, 12)] public double MusicGainDb { get; init; } = -20;

    /// <summary>How many decibels quieter the music is under speech; 0 leaves it. Default 8.</summary>
    [Within(0, 40)] public double DuckDb { get; init; } = 8;

    /// <summary>Seconds in which the music comes in. Default 1.</summary>
    [Within(0, 60)] public double FadeIn { get; init; } = 1;

    /// <summary>Seconds in which the music goes out. Default 2.</summary>
    [Within(0, 60)] public double FadeOut { get; init; } = 2;

    public override IReadOnlyList<string> ToolsUsed() => MediaRuns.Both;

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        if ((Audio is null) == (Video is null)) throw MediaRuns.Bad("audio.mix needs one output: audio or video", "name 'audio' or 'video' under 'out:'");
        var (speech, seconds) = await context.ProbeSoundAsync(Speech, cancel);
        var (music, musicSeconds) = await context.ProbeSoundAsync(Music, cancel);
        if (Video is not null)
        {
            if (speech.Video is null) throw MediaRuns.Bad($"{Speech.Name} has no picture, so no film can be made of it", "name the output 'audio'");
            seconds = speech.PictureSeconds ?? seconds;
        }
        var samples = (long)Math.Round(seconds * Conform.SampleRate);
        var plan = new MixPlan(MusicGainDb, DuckDb, FadeIn, FadeOut);
        var output = Audio is not null ? Sound(Audio) : Film(Video!, speech);
        var inputs = new[] { new FfmpegInput(Speech.Path, Accepted.Sound), new FfmpegInput(Music.Path, Accepted.Sound) { Endless = musicSeconds < seconds } };
        await context.FfmpegAsync(new FfmpegCommand(inputs, output) { Graph = plan.Graph(speech.Audio!, music.Audio!, samples) }, seconds, cancel);
        await context.VerifyAsync(Audio ?? Video!, new Expected { Audio = true, Video = Video is not null, Seconds = seconds, Tolerance = 0.1 }, cancel);
        context.Fact("duration", Text.Seconds(seconds));
        context.Fact("music", musicSeconds < seconds ? $"{Text.Seconds(musicSeconds)}, repeated" : Text.Seconds(musicSeconds));
        return StepResult.Done;
    }

    private static FfmpegOutput Sound(OutputFile file)
    {
        var container = file.SoundContainer();
        return new FfmpegOutput(file.Path, container.Muxer, [new("[a]", new AudioEncoding(container.Audio[0]).Options())]) { Options = container.Options };
    }

    private static FfmpegOutput Film(OutputFile file, MediaProbe speech)
    {
        var container = file.VideoContainer(VideoCodec.Copy);
        return new FfmpegOutput(file.Path, container.Muxer,
            [OutputStream.Copy($"0:{speech.Video!.Index}"),
                new("[a]", new AudioEncoding(container.Audio[0]).Options()) { Language = speech.Audio!.Language }, .. container.Subtitles(speech, 0)])
        { Options = container.Options, ChaptersFrom = 0 };
    }
}
