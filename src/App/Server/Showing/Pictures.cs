using System.Net;
using Spool.Media.Ffmpeg;
using Spool.Media.Slides;
using Spool.Media.Timeline;
using Spool.Platform;

namespace Spool.App.Server.Showing;

/// <summary>Still pictures of artifacts: small ones for lists, large ones for the stage, and pictures that no browser shows made into PNG.</summary>
internal sealed class Pictures(MediaTools tools)
{
    /// <summary>Pixels of the longer side.</summary>
    internal const int Small = 320, Large = 960, Whole = 4096;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly string[] SeeThrough = ["pal8", "ya8", "ya16be", "ya16le", "rgba", "bgra", "argb", "abgr", "rgba64be", "rgba64le", "yuva", "gbrap"];

    /// <summary>Writes a JPEG whose longer side has at most so many pixels; of a film the frame after a third of its time.</summary>
    internal async Task JpegAsync(Look look, int side, string file, CancellationToken cancel)
    {
        if (look.Sort == MediaSort.Drawing)
        {
            var drawn = file + ".png";
            await DrawAsync(look, side, drawn, "white", cancel);
            try { await FrameAsync(new Look(drawn, MediaSort.Image, null) { Probe = Drawn(look, side), Demuxer = "png_pipe" }, side, null, file, jpeg: true, cancel); }
            finally { DurableFile.DeleteTree(tools.Disk, drawn); }
            return;
        }
        if (look.Picture is null) throw MediaTools.Foreign("holds sound only; ask for its waveform");
        RefuseUnsized(look);
        var at = look is { Sort: MediaSort.Video, Seconds: > 0.1 } ? look.Seconds / 3 : null;
        await FrameAsync(look, side, at, file, jpeg: true, cancel);
        // A film may say that it is longer than its pictures are.
        if (at is not null && tools.Disk.Stat(file) is not { Size: > 0 }) await FrameAsync(look, side, null, file, jpeg: true, cancel);
        if (tools.Disk.Stat(file) is not { Size: > 0 }) throw MediaTools.Foreign("holds no picture that can be decoded");
    }

    /// <summary>Writes a picture or drawing as PNG, at most 4096 pixels a side.</summary>
    internal async Task PngAsync(Look look, string file, CancellationToken cancel)
    {
        RefuseUnsized(look);
        if (look.Sort == MediaSort.Drawing) await DrawAsync(look, Whole, file, null, cancel);
        else await FrameAsync(look, Whole, null, file, jpeg: false, cancel);
        if (tools.Disk.Stat(file) is not { Size: > 0 }) throw MediaTools.Foreign("holds no picture that can be decoded");
    }

    private static void RefuseUnsized(Look look)
    {
        if (look.Sort == MediaSort.Image && look.Size is null) throw MediaTools.Foreign("is an animated WebP, which browsers play and ffmpeg does not decode");
    }

    private Task FrameAsync(Look look, int side, double? at, string file, bool jpeg, CancellationToken cancel)
    {
        var picture = look.Picture!;
        var size = Look.Fit(picture.DisplaySize, side, side);
        IReadOnlyList<(string, string)> encoding = jpeg ? [("c", "mjpeg"), ("q", "4"), ("huffman", "default"), ("frames", "1")] : [("c", "png"), ("frames", "1")];
        var output = new FfmpegOutput(file, "image2", [new("[v]", encoding)]) { Options = [("update", "1")] };
        return tools.FfmpegAsync(new FfmpegCommand([look.Input with { From = at }], output)
        {
            Graph = Graph(look, picture, size, jpeg),
            Threads = 1,
            Reports = false,
            LogLevel = "error",
        }, Path.GetDirectoryName(file)!, Longest, null, cancel);
    }

    private static string Graph(Look look, MediaStream picture, PictureSize size, bool jpeg)
    {
        // A JPEG may be turned by a mark that only its decoder reads: its own size decides then, not the one that is expected.
        var scale = picture.Codec == "mjpeg" ? $"scale=w='min({Math.Max(size.Width, size.Height)},iw)':h='min({Math.Max(size.Width, size.Height)},ih)':force_original_aspect_ratio=decrease:flags=bicubic+accurate_rnd"
            : $"scale={size.Width}:{size.Height}:flags=bicubic+accurate_rnd";
        if (look.Sort == MediaSort.Video)
        {
            var full = jpeg ? "scale=in_color_matrix=bt709:out_color_matrix=bt601:out_range=pc,format=yuvj420p" : "scale=in_color_matrix=bt709,format=rgb24";
            return $"[0:{picture.Index}]{Shaped(picture, size, "yuv444p")},{full}[v]";
        }
        if (!jpeg) return $"[0:{picture.Index}]{scale}[v]";
        // JPEG has no transparency: what shines through is white, as on paper.
        return SeeThrough.Any(p => picture.PixelFormat.StartsWith(p, StringComparison.Ordinal))
            ? $"[0:{picture.Index}]{scale},format=rgba[p];color=c=white:s={size.Width}x{size.Height}:r=1,format=rgb24,trim=end_frame=1[w];[w][p]overlay=format=rgb,format=yuvj420p[v]"
            : $"[0:{picture.Index}]{scale}:out_range=pc,format=yuvj420p[v]";
    }

    /// <summary>The pictures of a film at a size, in BT.709; HDR is mapped to it.</summary>
    internal static string Shaped(MediaStream video, PictureSize size, string pixels)
    {
        // Tone mapping fails without primaries and matrix; a film with an HDR curve that does not name them means BT.2020.
        var labels = video.IsHdr && (video.ColourSpace is "" or "unknown" || video.Primaries is "" or "unknown") ? $"setparams=color_primaries=bt2020:color_trc={video.Transfer}:colorspace=bt2020nc," : "";
        return labels + Conform.Picture(video, size, Fit.Stretch, Colour.Black, pixels);
    }

    private async Task DrawAsync(Look look, int side, string file, string? background, CancellationToken cancel)
    {
        var size = DrawnSize(look, side);
        var result = await tools.RunAsync(Rsvg.Command(look.Path, file, size, size, background), Path.GetDirectoryName(file)!, Longest, cancel);
        if (!result.Succeeded) throw MediaTools.Foreign("is a drawing that cannot be rendered: " + result.Tail.Trim());
    }

    /// <summary>A drawing has no pixels of its own: it fills the frame.</summary>
    private static PngSize DrawnSize(Look look, int side)
    {
        var (width, height) = (look.Drawing!.Width ?? 1, look.Drawing.Height ?? 1);
        var factor = Math.Min(side, side == Whole ? Math.Max(width, height) : side) / Math.Max(width, height);
        return new(Math.Clamp((int)Math.Round(width * factor), 1, side), Math.Clamp((int)Math.Round(height * factor), 1, side));
    }

    private static MediaProbe Drawn(Look look, int side)
    {
        var size = DrawnSize(look, side);
        return new MediaProbe("png_pipe", null, 0, [new MediaStream(0, StreamKind.Video, "png") { Width = size.Width, Height = size.Height, PixelFormat = "rgba" }], []);
    }

    /// <summary>Refuses before work what would take too much.</summary>
    internal static NotShownException TooLong(string what, double hours) => new(HttpStatusCode.UnprocessableEntity, $"{what} is made of at most {hours:0.#} hours");
}
