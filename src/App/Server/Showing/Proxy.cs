using System.Globalization;
using System.Net;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;

namespace Spool.App.Server.Showing;

/// <summary>
/// A film that every browser plays, in place of one that it does not: H.264 (8 bits, 4:2:0) and AAC in MP4, at most 1280x720 (720x1280 upright),
/// never enlarged, index first. It has the frames of the original at the times of the original, so that a note at a moment of the proxy speaks of
/// the same frame of the original: no frame is repeated or left out, and the encoder counts in the ticks of the original's time base (by its
/// default it would count in frames of an even rate, and move those of an uneven one). Where the original's times begin later than a second, the
/// proxy's begin at 0: a player would show nothing for so long. Key frames come every 24 frames and there are no B-frames, so that stepping is quick.
/// </summary>
internal sealed class Proxy(MediaTools tools, long mostBytes)
{
    internal const int Longer = 1280, Shorter = 720;
    private const double LatestStart = 1;

    /// <summary>Free space below which nothing long is begun.</summary>
    private const long KeptFree = 1_000_000_000;

    internal async Task MakeAsync(Look look, string file, Making making)
    {
        var folder = Path.GetDirectoryName(file)!;
        if (tools.Disk.FreeBytes(folder) < KeptFree) throw new NotShownException(HttpStatusCode.InsufficientStorage, "no proxy is made: less than 1 GB is free on the disk of the state root");
        var seconds = look.Seconds ?? 0;
        // A slow machine may take many times the length of a heavy film; nothing takes for ever.
        var longest = TimeSpan.FromSeconds(Math.Clamp(seconds * 20, 600, 12 * 3600));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(making.Stop);
        var tooLarge = false;
        void Line(string line)
        {
            if (FfmpegProgress.Seconds(line) is { } at && seconds > 0) making.Progress = Math.Min(0.99, at / seconds);
            else if (line.StartsWith("total_size=", StringComparison.Ordinal) && long.TryParse(line.AsSpan(11), CultureInfo.InvariantCulture, out var size) && size > mostBytes)
            {
                tooLarge = true;
                stop.Cancel();
            }
        }
        try { await tools.FfmpegAsync(Command(look, file), folder, longest, Line, stop.Token); }
        catch (OperationCanceledException) when (tooLarge) { throw MediaTools.Foreign($"is too long for a proxy: it would have more than {mostBytes / 1_000_000} MB"); }
        if (tools.Disk.Stat(file) is not { Size: > 0 }) throw MediaTools.Foreign("holds nothing that can be decoded");
    }

    internal static FfmpegCommand Command(Look look, string file)
    {
        var streams = new List<OutputStream>();
        var graph = new List<string>();
        var probe = look.Probe!;
        if (look.Sort == MediaSort.Video)
        {
            var video = probe.Video!;
            var size = Look.Fit(video.DisplaySize, Longer, Shorter).Even;
            graph.Add($"[0:{video.Index}]{Pictures.Shaped(video, size, "yuv420p")}[v]");
            var encoding = new VideoEncoding(VideoCodec.H264, 23, EncoderPreset.Veryfast, null).Options();
            var ticks = video.TimeBase is { } tick ? ((string, string)[])[("enc_time_base", string.Create(CultureInfo.InvariantCulture, $"{tick.Numerator}/{tick.Denominator}"))] : [];
            streams.Add(new("[v]", [.. encoding, ("bf", "0"), ("g", "24"), ("fps_mode", "passthrough"), .. ticks]));
        }
        if (probe.Audio is { } audio)
        {
            graph.Add($"[0:{audio.Index}]{Conform.Stereo(audio)}[a]");
            streams.Add(new("[a]", new AudioEncoding(AudioCodec.Aac) { Kilobits = 128 }.Options()));
        }
        var start = probe.Start ?? 0;
        var output = new FfmpegOutput(file, "mp4", streams) { Options = [("movflags", "+faststart")] };
        return new FfmpegCommand([look.Input with { Shift = Math.Abs(start) > LatestStart ? -start : null }], output) { Graph = string.Join(';', graph), KeepsTimes = true };
    }
}
