using System.Buffers.Binary;
using System.Text.Json;
using Spool.Media.Ffmpeg;
using Spool.Platform;

namespace Spool.App.Report;

/// <summary>Looks into one media file with ffprobe and ffmpeg: facts, a small picture, a waveform. The file is foreign: only listed formats and codecs are opened.</summary>
internal sealed class PreviewTools(IDisk disk, ProcessRunner processes, string ffmpeg, string ffprobe, string? searchPath, string folder)
{
    /// <summary>Pixels of the longer side of a picture, and of one that stands on the stage.</summary>
    internal const int Side = 320, LargeSide = 960;
    private const int Peaks = 300, SamplesPerSecond = 8000;

    /// <summary>The longest sound that gets a waveform, in seconds: decoding more would take longer than a page is worth.</summary>
    private const double LongestWave = 20 * 60;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private readonly Dictionary<string, string> _environment = new()
    {
        ["PATH"] = searchPath ?? "/usr/local/bin:/usr/bin:/bin",
        ["HOME"] = folder,
        ["TMPDIR"] = folder,
        ["LANG"] = "C.UTF-8",
        ["TZ"] = "UTC",
    };

    /// <summary>Null when the tools were stopped by time: the file may be looked at again later. An unreadable file gives a preview without a type.</summary>
    /// <param name="path">Where the bytes lie, absolute.</param>
    /// <param name="name">A plain name for temporary files, different for files looked at at the same time.</param>
    internal async Task<Preview?> LookAsync(string path, Wanted wanted, string name, CancellationToken cancel)
    {
        var type = wanted.Type;
        var accept = type switch { "video" => Accepted.Video, "audio" => Accepted.Sound, _ => Accepted.Image };
        var probed = await RunAsync(MediaProbe.Command(path, accept), ffprobe, cancel);
        if (probed.TimedOut) return null;
        var unreadable = new Preview { Version = Preview.Current };
        if (!probed.Succeeded || Parse(probed.Output) is not { } probe) return unreadable;
        var picture = probe.Video;
        if (type == "video" && picture is null) type = "audio";
        if (type == "audio" ? probe.Audio is null : picture is null) return unreadable;
        var seconds = type == "image" ? null : probe.PictureSeconds ?? probe.AudioSeconds ?? probe.Seconds;
        var size = type == "audio" ? null : picture!.DisplaySize;
        var preview = new Preview
        {
            Version = Preview.Current,
            Type = type,
            Width = size?.Width,
            Height = size?.Height,
            Seconds = seconds is { } length ? Math.Round(length, 3) : null,
            Fps = type == "video" && picture!.Rate is { } rate ? Math.Round(rate.PerSecond, 3) : null,
            Codecs = [.. probe.Streams.Where(s => s.Kind is StreamKind.Video or StreamKind.Audio && !s.Cover).Select(s => s.Codec).Distinct()],
            Chapters = probe.Chapters.Count > 0 ? [.. probe.Chapters.Select(c => c with { Start = Math.Round(c.Start, 3), End = Math.Round(c.End, 3) })] : null,
        };
        if (type == "audio") return await WaveAsync(preview, path, accept, name, cancel);
        if (!accept.Decodes(picture!.Codec) || (long)picture.Width * picture.Height > Accepted.MaxPixels) return preview;
        return await PictureAsync(preview with { Large = wanted.Large }, path, picture.Index, accept, name, cancel);
    }

    private async Task<Preview?> PictureAsync(Preview preview, string path, int stream, Accepted accept, string name, CancellationToken cancel)
    {
        var file = Path.Join(folder, name + ".jpg");
        var output = new FfmpegOutput(file, "image2", [new("[v]", [("c", "mjpeg"), ("q", "6"), ("frames", "1")])]) { Options = [("update", "1")] };
        var from = preview is { Type: "video", Seconds: > 0.1 } ? preview.Seconds / 3 : null;
        var side = preview.Large ? LargeSide : Side;
        var command = new FfmpegCommand([new FfmpegInput(path, accept) { From = from }], output)
        {
            Graph = $"[0:{stream}]scale=w='min({side},iw)':h='min({side},ih)':force_original_aspect_ratio=decrease:force_divisible_by=2,format=yuvj420p[v]",
            Threads = 1,
            Reports = false,
            LogLevel = "error",
        };
        var result = await RunAsync(command.ToTool(), ffmpeg, cancel);
        if (result.TimedOut) return null;
        if (disk.Stat(file) is not { Kind: FileKind.File, Size: > 0 and < 500_000 }) return preview;
        var bytes = DurableFile.Read(disk, file);
        disk.DeleteFile(file);
        return preview with { Thumbnail = "data:image/jpeg;base64," + Convert.ToBase64String(bytes) };
    }

    private async Task<Preview?> WaveAsync(Preview preview, string path, Accepted accept, string name, CancellationToken cancel)
    {
        if (preview.Seconds is null or <= 0 or > LongestWave) return preview;
        var file = Path.Join(folder, name + ".pcm");
        var output = new FfmpegOutput(file, "s16le", [new("0:a:0", [("c", "pcm_s16le"), ("ac", "1"), ("ar", "8000")])]) { Length = LongestWave };
        var command = new FfmpegCommand([new FfmpegInput(path, accept)], output) { Threads = 1, Reports = false, LogLevel = "error" };
        var result = await RunAsync(command.ToTool(), ffmpeg, cancel);
        if (result.TimedOut) return null;
        if (disk.Stat(file) is not { Kind: FileKind.File } stat) return preview;
        var samples = stat.Size is > 1 and <= (long)LongestWave * SamplesPerSecond * 2 ? DurableFile.Read(disk, file) : [];
        disk.DeleteFile(file);
        return preview with { Peaks = PeaksOf(samples, Peaks) };
    }

    /// <summary>The loudest sample of each of so many equal parts, 0..1; fewer parts when there are fewer samples.</summary>
    /// <param name="samples">Signed 16 bit, little endian, one channel.</param>
    internal static IReadOnlyList<float>? PeaksOf(ReadOnlySpan<byte> samples, int parts)
    {
        var count = samples.Length / 2;
        parts = Math.Min(parts, count);
        if (parts == 0) return null;
        var peaks = new float[parts];
        for (var part = 0; part < parts; part++)
        {
            var most = 0;
            for (var i = (int)((long)part * count / parts); i < (long)(part + 1) * count / parts; i++)
                most = Math.Max(most, Math.Abs((int)BinaryPrimitives.ReadInt16LittleEndian(samples[(2 * i)..])));
            peaks[part] = MathF.Round(most / 32768f, 3);
        }
        return peaks;
    }

    private Task<ToolResult> RunAsync(ToolCommand command, string program, CancellationToken cancel) =>
        processes.RunAsync(command with { Program = program, WorkingFolder = folder }, _environment, Longest, null, null, cancel);

    private static MediaProbe? Parse(string json)
    {
        try { return MediaProbe.Parse(json); }
        catch (JsonException) { return null; }
    }
}
