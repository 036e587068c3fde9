using System.Collections.Concurrent;
using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Platform;

namespace Spool.Steps.Video;

/// <summary>
/// How media steps look at their inputs and run ffmpeg: inputs are looked at before any work, outputs after it, and messages that mean
/// damage fail the step although ffmpeg ended well.
/// </summary>
internal static class MediaRuns
{
    internal static readonly IReadOnlyList<string> Both = [Tools.Ffmpeg, Tools.Ffprobe];

    /// <summary>Probes an input. A file that is empty, cut off, no media, or of a codec that is not accepted ends the step with a sentence that says so.</summary>
    internal static async Task<MediaProbe> ProbeAsync(this StepContext context, InputFile file, Accepted accept, CancellationToken cancel)
    {
        var path = file.Path;
        using (var open = context.Disk.OpenRead(context.Full(path)))
            if (Wholeness.Fault(file.Bytes, open.Read) is { } fault) throw Bad($"{file.Name} {fault}", "copy or make the file again");
        var probe = await context.ProbeAsync(path, file.Name, accept, count: false, cancel);
        foreach (var stream in probe.Streams)
            if (stream.Kind is StreamKind.Video or StreamKind.Audio && !accept.Decodes(stream.Codec))
                throw Bad($"{file.Name} holds {stream.Codec}, a codec that is not accepted", "convert the file with a program you trust");
            else if ((long)stream.Width * stream.Height > Accepted.MaxPixels)
                throw Bad($"{file.Name} is {stream.Width}x{stream.Height}, larger than the limit of 100 million pixels", "make it smaller");
        return probe;
    }

    private static async Task<MediaProbe> ProbeAsync(this StepContext context, string path, string name, Accepted accept, bool count, CancellationToken cancel)
    {
        try
        {
            return MediaProbe.Parse((await context.RunAsync(MediaProbe.Command(path, accept, count), cancel)).Output);
        }
        catch (StepFailedException e) when (e.Failure.Kind == FailureKind.ToolFailed)
        {
            // The last line is ffprobe's general one; an earlier one says what is wrong.
            var about = Complaints.FirstIn(e.Failure.LogTail ?? "") ?? "is no media file that can be read";
            throw new StepFailedException(e.Failure with { Kind = FailureKind.BadOutput, Sentence = $"{name} {about}", Next = "check the file" });
        }
    }

    /// <summary>Probes a film; it must have a picture.</summary>
    internal static async Task<MediaProbe> ProbeVideoAsync(this StepContext context, InputFile file, CancellationToken cancel)
    {
        var probe = await context.ProbeAsync(file, Accepted.Video, cancel);
        if (probe.Video is null) throw Bad($"{file.Name} has no picture", "give it a film");
        return probe;
    }

    /// <summary>Ends a step that passes colours through in 8 bits, which HDR does not survive.</summary>
    internal static void RefuseHdr(this InputFile file, MediaProbe probe)
    {
        if (probe.Video is { IsHdr: true } video) throw Bad($"{file.Name} is HDR ({video.Transfer})", "convert it first with video.transcode, which maps it to BT.709");
    }

    /// <summary>Probes something that must have sound; returns its length in seconds too.</summary>
    internal static async Task<(MediaProbe Probe, double Seconds)> ProbeSoundAsync(this StepContext context, InputFile file, CancellationToken cancel)
    {
        var probe = await context.ProbeAsync(file, Accepted.Sound, cancel);
        if (probe.Audio is null) throw Bad($"{file.Name} has no sound");
        if (probe.AudioSeconds is { } seconds and > 0) return (probe, seconds);
        throw Bad($"{file.Name} holds no sound (its length is 0)");
    }

    /// <summary>Runs ffmpeg, shows how far it is, and fails when it complains about damage.</summary>
    internal static async Task<ToolResult> FfmpegAsync(this StepContext context, FfmpegCommand command, double seconds, CancellationToken cancel,
        (double From, double To)? share = null)
    {
        var damage = new ConcurrentQueue<string>();
        var (from, to) = share ?? (0, 1);
        var tool = command.ToTool() with
        {
            IsChatter = FfmpegProgress.IsReport,
            OnLine = line =>
            {
                if (FfmpegProgress.Seconds(line) is { } at) context.Progress(from + ((to - from) * Math.Min(1, at / Math.Max(0.001, seconds))));
                else if (!FfmpegProgress.IsReport(line) && Complaints.About(line) is { } about && damage.Count < 3) damage.Enqueue($"{about} ({line.Trim()})");
            },
        };
        ToolResult result;
        try
        {
            result = await context.RunAsync(tool, cancel);
        }
        catch (StepFailedException e) when (e.Failure.Kind == FailureKind.ToolFailed && Complaints.FirstIn(e.Failure.LogTail ?? "") is { } about)
        {
            throw new StepFailedException(e.Failure with { Kind = FailureKind.BadOutput, Sentence = $"an input {about}", Next = "check the inputs" });
        }
        if (damage.TryDequeue(out var first)) throw Bad($"an input {first}", "check the inputs; a damaged file must be made or copied again");
        return result;
    }

    /// <summary>Looks at what was written. Anything else than what was planned ends the step.</summary>
    internal static async Task<MediaProbe> VerifyAsync(this StepContext context, OutputFile output, Expected expected, CancellationToken cancel)
    {
        if (context.Disk.Stat(context.Full(output.Path)) is not { Size: > 0 }) throw Bad($"ffmpeg ended without writing {System.IO.Path.GetFileName(output.Path)}");
        var name = System.IO.Path.GetFileName(output.Path);
        var probe = await context.ProbeAsync(output.Path, name, Accepted.Any, count: false, cancel);
        if (expected.Frames is not null && probe.Video is { Packets: null })
            probe = await context.ProbeAsync(output.Path, name, Accepted.Any, count: true, cancel);
        if (expected.Mismatch(probe) is { } mismatch) throw Bad($"{name} is not as planned: {mismatch}", "look at the log; a cut-off input is the most likely cause");
        return probe;
    }

    /// <summary>The container that an output's extension means, able to hold a codec; else a sentence that says what can.</summary>
    internal static Container VideoContainer(this OutputFile output, VideoCodec codec)
    {
        var container = Container.Of(output.Extension);
        if (container is null || container.Video.Count == 0)
            throw Bad($"a film cannot be written as '{output.Extension}'", $"name the output with one of: {string.Join(", ", Container.ForVideo)}");
        if (codec != VideoCodec.Copy && !container.Video.Contains(codec))
            throw Bad($"{output.Extension} cannot hold {codec.ToString().ToLowerInvariant()}",
                $"{output.Extension} holds: {string.Join(", ", container.Video).ToLowerInvariant()}");
        return container;
    }

    internal static Container SoundContainer(this OutputFile output) =>
        Container.Of(output.Extension) is { Audio.Count: > 0 } container ? container
            : throw Bad($"sound cannot be written as '{output.Extension}'", $"name the output with one of: {string.Join(", ", Container.ForSound)}");

    internal static StepFailedException Bad(string sentence, string? next = null) => new(new Failure(FailureKind.BadOutput, sentence) { Next = next });

    internal static string Describe(this MediaProbe probe)
    {
        var video = probe.Video is { } v ? $"{v.DisplaySize} {v.Codec}" + (v.Rate is { } rate ? $" {rate.PerSecond:0.##} fps" : "") : null;
        var audio = probe.Audio is { } a ? $"{a.Codec} {a.SampleRate} Hz {(a.Channels == 1 ? "mono" : a.Channels == 2 ? "stereo" : $"{a.Channels} channels")}" : null;
        return string.Join(", ", new[] { video, audio }.OfType<string>());
    }
}
