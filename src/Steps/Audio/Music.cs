using Spool.Engine;
using Spool.Media.Audio;
using Spool.Media.Ffmpeg;
using Spool.Platform;
using Spool.Steps.Video;

namespace Spool.Steps.Audio;

/// <summary>Keys of the generated music.</summary>
public enum MusicKey { C, D, E, F, G, A, B }

/// <summary>
/// Makes a simple bed of music for under speech: soft chords, single notes, an echo. It is computed, not learned or downloaded, so it is free
/// of rights of others, and the same options give the same samples on every machine.
/// </summary>
[StepKind("audio.music", version: 1)]
public sealed record Music : Step
{
    /// <summary>A film or sound; the music becomes as long. Without it <c>duration</c> says how long.</summary>
    [In("like")] public InputFile? Like { get; init; }

    /// <summary>The music; a .wav holds the computed samples, other formats are encoded from them.</summary>
    [Out("audio")] public OutputFile Audio { get; init; } = null!;

    /// <summary>Seconds. Default 30.</summary>
    [Within(0.5, 14400)] public double Duration { get; init; } = 30;

    /// <summary>calm, warm, bright or dark. Default calm.</summary>
    public Mood Mood { get; init; } = Mood.Calm;

    /// <summary>c, d, e, f, g, a or b. Default c.</summary>
    public MusicKey Key { get; init; } = MusicKey.C;

    /// <summary>Beats a minute; a chord lasts eight. Default 72.</summary>
    [Within(40, 160)] public double Tempo { get; init; } = 72;

    /// <summary>Another number chooses other single notes. Default 1.</summary>
    public long Seed { get; init; } = 1;

    public override IReadOnlyList<string> ToolsUsed() => MediaRuns.Both;

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var container = Audio.SoundContainer();
        var seconds = Duration;
        if (Like is not null)
        {
            var probe = await context.ProbeAsync(Like, Accepted.Sound, cancel);
            seconds = probe.PictureSeconds is { } length and > 0 ? length : throw MediaRuns.Bad($"{Like.Name} has no length");
            if (seconds > 14400) throw MediaRuns.Bad($"{Like.Name} is longer than 4 hours");
        }
        var frames = (long)Math.Ceiling((seconds * Wave.SampleRate) - 0.001);
        var note = 48 + Key switch { MusicKey.C => 0, MusicKey.D => 2, MusicKey.E => 4, MusicKey.F => 5, MusicKey.G => 7, MusicKey.A => 9, _ => 11 };
        var bed = new MusicBed(new MusicStyle(Mood, note, Tempo, Seed), frames);
        var plain = Audio.Extension == ".wav";
        var path = plain ? Audio.Path : context.Temporary("music.wav");
        Write(context, path, bed, frames, cancel);
        if (!plain)
        {
            var output = new FfmpegOutput(Audio.Path, container.Muxer, [new("0:a:0", new AudioEncoding(container.Audio[0]).Options())]) { Options = container.Options };
            await context.FfmpegAsync(new FfmpegCommand([new(path, Accepted.Sound)], output), seconds, cancel, (0.7, 1));
            await context.VerifyAsync(Audio, new Expected { Audio = true, Seconds = seconds, Tolerance = 0.1 }, cancel);
        }
        context.Fact("duration", Text.Seconds((double)frames / Wave.SampleRate));
        return StepResult.Done;
    }

    private static void Write(StepContext context, string path, MusicBed bed, long frames, CancellationToken cancel)
    {
        using var file = context.Disk.OpenWrite(context.Full(path), OpenMode.New);
        file.Write(0, Wave.Header(frames));
        var buffer = new byte[1 << 16];
        long at = Wave.HeaderBytes;
        for (int count; (count = bed.Read(buffer)) > 0; at += count)
        {
            cancel.ThrowIfCancellationRequested();
            file.Write(at, buffer.AsSpan(0, count));
            context.Progress(0.7 * at / (frames * Wave.BytesPerFrame));
        }
    }
}
