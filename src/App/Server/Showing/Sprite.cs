using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;

namespace Spool.App.Server.Showing;

/// <summary>
/// A hundred small pictures of a film over its time in one JPEG, for looking at a place before going there. Short films are decoded whole; of long
/// ones only key frames, so that a tile shows the last key frame before its time (decoding an hour would take minutes, its key frames seconds).
/// </summary>
internal sealed class Sprite(MediaTools tools)
{
    internal const int Columns = 10, Rows = 10;
    private const int Width = 160, Height = 320;

    /// <summary>Films up to this many seconds are decoded whole.</summary>
    private const double Short = 60;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    /// <summary>The size of a tile: at most 160 wide, and of upright films 320 high.</summary>
    internal static PictureSize Tile(Look look)
    {
        var size = Film(look).DisplaySize;
        var factor = Math.Min((double)Width / Math.Max(1, size.Width), (double)Height / Math.Max(1, size.Height));
        return new PictureSize((int)Math.Round(size.Width * factor), (int)Math.Round(size.Height * factor)).Even;
    }

    internal static double SecondsPerTile(Look look) =>
        look.Seconds is { } seconds and > 0 ? seconds / (Columns * Rows) : throw MediaTools.Foreign("does not say how long it is, so there is no sprite of it");

    internal async Task MakeAsync(Look look, string file, CancellationToken cancel)
    {
        var (video, tile, step) = (Film(look), Tile(look), SecondsPerTile(look));
        const int tiles = Columns * Rows;
        // A tile shows what is seen at its beginning; the last picture is held to the end. Rounded up first, so that the last tile is there.
        var times = $"fps=fps={Text.Of(1 / step)}:start_time=0:round=up,tpad=stop_mode=clone:stop={tiles},trim=end_frame={tiles},setpts=N/TB";
        var graph = $"[0:{video.Index}]{times},{Pictures.Shaped(video, tile, "yuv444p")},scale=in_color_matrix=bt709:out_color_matrix=bt601:out_range=pc,format=yuvj420p,tile={Columns}x{Rows}[v]";
        var output = new FfmpegOutput(file, "image2", [new("[v]", [("c", "mjpeg"), ("q", "5"), ("huffman", "default"), ("frames", "1")])]) { Options = [("update", "1")] };
        var command = new FfmpegCommand([look.Input with { KeysOnly = look.Seconds > Short }], output) { Graph = graph, Threads = 1, Reports = false, LogLevel = "error" };
        await tools.FfmpegAsync(command, Path.GetDirectoryName(file)!, Longest, null, cancel);
        if (tools.Disk.Stat(file) is not { Size: > 0 }) throw MediaTools.Foreign("holds no picture that can be decoded");
    }

    private static MediaStream Film(Look look) => look.Sort == MediaSort.Video ? look.Probe!.Video! : throw MediaTools.Foreign("is no film, so there is no sprite of it");
}

/// <summary>A picture of the sound: time to the right, frequency upwards, brightness by level (ffmpeg's showspectrumpic, without axes).</summary>
internal sealed class Spectrogram(MediaTools tools)
{
    internal const int Width = 1024, Height = 256;

    /// <summary>The filter keeps all samples in memory; a lower rate keeps them few, and costs high frequencies of long sound.</summary>
    private const double MostSamples = 30_000_000;
    private const double MostHours = 1;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    internal async Task MakeAsync(Look look, string file, CancellationToken cancel)
    {
        if (look.Probe?.Audio is not { } audio) throw MediaTools.Foreign("holds no sound");
        if (look.Seconds is not { } seconds || seconds > MostHours * 3600) throw Pictures.TooLong("a spectrogram", MostHours);
        var rate = (int)Math.Clamp(MostSamples / Math.Max(1, seconds), 8000, Math.Clamp(audio.SampleRate, 8000, 48000));
        var output = new FfmpegOutput(file, "image2", [new("[v]", [("c", "png"), ("frames", "1")])]) { Options = [("update", "1")] };
        var command = new FfmpegCommand([look.Input], output)
        {
            Graph = $"[0:{audio.Index}]aresample={rate}:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=mono,showspectrumpic=s={Width}x{Height}:legend=disabled:scale=log:drange=100[v]",
            Threads = 1,
            Reports = false,
            LogLevel = "error",
        };
        await tools.FfmpegAsync(command, Path.GetDirectoryName(file)!, Longest, null, cancel);
        if (tools.Disk.Stat(file) is not { Size: > 0 }) throw MediaTools.Foreign("holds no sound that can be decoded");
    }
}
