using System.Net;
using System.Text.Json;
using Spool.Media.Ffmpeg;
using Spool.Media.Slides;
using Spool.Platform;

namespace Spool.App.Server.Showing;

/// <summary>
/// Looks into bytes that a stranger may have made, and runs the tools that make pictures and proxies of them. A tool that is stopped by time,
/// that fails or that is not there ends as a <see cref="NotShownException"/> with a sentence.
/// </summary>
internal sealed class MediaTools(Composition composition)
{
    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(20);

    internal IDisk Disk => composition.Disk;
    internal TimeProvider Time => composition.Time;

    /// <summary>Finds out what bytes are.</summary>
    /// <exception cref="NotShownException">They are nothing that can be shown (415), or the tools are missing (503).</exception>
    internal async Task<Look> LookAsync(string path, CancellationToken cancel)
    {
        var head = Head(path, out var bytes);
        if (Playable.IsMarkup(head)) return Drawing(path, bytes);
        if (bytes == 0) throw Foreign("is empty (0 bytes)");
        var demuxer = Playable.Demuxer(head);
        var result = await RunAsync(MediaProbe.Command(path, Accepted.Any, demuxer: demuxer), "/", LongestProbe, cancel);
        if (!result.Succeeded || Parse(result.Output) is not { } probe) throw Foreign(Complaints.FirstIn(result.Tail) ?? "is no media file that can be read");
        // Only now: of a text that begins like a film nobody needs to hear that it is cut off.
        using (var file = Disk.OpenRead(path))
            if (Wholeness.Fault(bytes, file.Read) is { } fault) throw Foreign(fault);
        if (Playable.Sort(probe) is not { } sort) throw Foreign("holds neither picture nor sound");
        var type = Playable.TypeOf(head, probe);
        foreach (var stream in (MediaStream?[])[probe.Video, probe.Audio])
        {
            if (stream is null) continue;
            if (!Accepted.Any.Decodes(stream.Codec)) throw Foreign($"holds {stream.Codec}, a codec that is not accepted");
            if ((long)stream.Width * stream.Height > Accepted.MaxPixels) throw Foreign($"is {stream.Width}x{stream.Height}, larger than the limit of 100 million pixels");
            // The prober knows no size of an animated WebP; browsers play it.
            if (stream.Kind == StreamKind.Video && (stream.Width == 0 || stream.Height == 0) && type != "image/webp") throw Foreign(Complaints.FirstIn(result.Tail) ?? "holds a picture without a size");
        }
        // A camera's mark turns the picture; the prober tells its size as it is stored.
        if (demuxer == "jpeg_pipe") probe = probe with { Streams = [.. probe.Streams.Select(s => s.Kind == StreamKind.Video ? s with { Rotation = Exif.Turn(head) } : s)] };
        return new Look(path, sort, type) { Probe = probe, Demuxer = demuxer };
    }

    private Look Drawing(string path, long bytes)
    {
        if (bytes > SvgSource.MostBytes) throw Foreign($"begins as a drawing does and has {bytes} bytes, more than the {SvgSource.MostBytes} allowed");
        var (source, why) = SvgSource.Read(DurableFile.Read(Disk, path));
        if (source is null) throw Foreign($"begins as a drawing does, and {why}");
        return new Look(path, MediaSort.Drawing, null) { Drawing = source };
    }

    private byte[] Head(string path, out long bytes)
    {
        using var file = Disk.OpenRead(path);
        bytes = file.Stat().Size;
        var head = new byte[(int)Math.Min(bytes, Playable.HeadBytes)];
        return head[..file.Read(0, head)];
    }

    /// <summary>Runs ffmpeg to its end; tells how far it is.</summary>
    internal async Task FfmpegAsync(FfmpegCommand command, string folder, TimeSpan longest, Action<string>? line, CancellationToken cancel)
    {
        var result = await RunAsync(command.ToTool() with { OnLine = line }, folder, longest, cancel);
        if (!result.Succeeded) throw Foreign(Complaints.FirstIn(result.Tail) ?? "cannot be decoded: " + LastLine(result.Tail));
    }

    /// <summary>Runs a tool, found on the path, in a folder; a tool that does not end in time is stopped.</summary>
    internal async Task<ToolResult> RunAsync(ToolCommand command, string folder, TimeSpan longest, CancellationToken cancel)
    {
        var searchPath = composition.Environment("PATH");
        if (ProgramFinder.Find(Disk, command.Program, searchPath) is not { } program)
            throw new NotShownException(HttpStatusCode.ServiceUnavailable, $"{command.Program} is not on this machine; install it: sudo apt-get install {(command.Program == Rsvg.Program ? "librsvg2-bin" : "ffmpeg")}");
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = searchPath ?? "/usr/local/bin:/usr/bin:/bin",
            ["HOME"] = folder,
            ["TMPDIR"] = folder,
            ["LANG"] = "C.UTF-8",
            ["TZ"] = "UTC",
        };
        try
        {
            var result = await composition.Processes.RunAsync(command with { Program = program, WorkingFolder = folder }, environment, longest, null, null, cancel);
            return result.TimedOut ? throw Foreign($"takes longer to read than the {longest.TotalSeconds:0} s allowed") : result;
        }
        catch (ProcessFailedException e) { throw new NotShownException(HttpStatusCode.ServiceUnavailable, e.Message); }
    }

    private static MediaProbe? Parse(string json)
    {
        try { return MediaProbe.Parse(json); }
        catch (JsonException) { return null; }
    }

    private static string LastLine(string tail) =>
        tail.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault(l => !FfmpegProgress.IsReport(l)) ?? "ffmpeg says nothing";

    /// <summary>The bytes are what cannot be shown.</summary>
    internal static NotShownException Foreign(string about) => new(HttpStatusCode.UnsupportedMediaType, "the file " + about);
}
