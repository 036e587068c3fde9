using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;

namespace Spool.Steps.Video;

/// <summary>Takes a still picture out of a film: at a second, or where the picture shows most detail.</summary>
[StepKind("video.thumbnail", version: 1)]
public sealed record Thumbnail : Step
{
    /// <summary>Places that are looked at, evenly over the film.</summary>
    private const int Places = 12;

    /// <summary>The film.</summary>
    [In("video")] public InputFile Video { get; init; } = null!;

    /// <summary>The picture, .png or .jpg.</summary>
    [Out("image")] public OutputFile Image { get; init; } = null!;

    /// <summary>Second of the film, or auto: of twelve places the one with the most detail. Default auto.</summary>
    public Moment At { get; init; } = Moment.Auto;

    /// <summary>Width and height in pixels; default: the film's own.</summary>
    public PictureSize? Size { get; init; }

    /// <summary>How another shape fits: contain (whole, with black bars), cover (filled, its edges cut off) or stretch. Default cover.</summary>
    public Fit Fit { get; init; } = Fit.Cover;

    public override IReadOnlyList<string> ToolsUsed() => MediaRuns.Both;

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var jpeg = Image.Extension is ".jpg" or ".jpeg";
        if (!jpeg && Image.Extension != ".png") throw MediaRuns.Bad($"a picture cannot be written as '{Image.Extension}'", "name the output .png or .jpg");
        var film = await context.ProbeVideoAsync(Video, cancel);
        var seconds = film.PictureSeconds ?? 0;
        if (At.Seconds > seconds && seconds > 0) throw MediaRuns.Bad($"{Video.Name} is {Text.Seconds(seconds)} long; {Text.Seconds(At.Seconds.Value)} lies behind its end");
        var at = At.Seconds ?? await ChooseAsync(context, film, seconds, cancel);
        // The last frame begins one frame before the end.
        if (film.Video!.Rate is { } rate && at > seconds - (1 / rate.PerSecond)) at = Math.Max(0, seconds - (1.1 / rate.PerSecond));
        var size = Size ?? film.Video.DisplaySize;
        IReadOnlyList<(string, string)> encoding = jpeg ? [("c", "mjpeg"), ("q", "2"), ("huffman", "default")] : [("c", "png"), ("pred", "mixed")];
        var output = new FfmpegOutput(Image.Path, "image2", [new("[v]", [.. encoding, ("frames", "1")])]) { Options = [("update", "1")] };
        var pixels = jpeg ? "yuvj420p" : "rgb24";
        var shape = Conform.Picture(film.Video, size, Size is null ? Fit.Stretch : Fit, Colour.Black).Replace(",format=yuv420p", "", StringComparison.Ordinal);
        var full = jpeg ? ",scale=in_color_matrix=bt709:out_color_matrix=bt601:out_range=pc" : ",scale=in_color_matrix=bt709:flags=accurate_rnd+full_chroma_int";
        await context.FfmpegAsync(new FfmpegCommand([new(Video.Path, Accepted.Video) { From = at }], output)
        { Graph = $"[0:{film.Video.Index}]{shape}{full},format={pixels}[v]" }, 1, cancel);
        await context.VerifyAsync(Image, new Expected { Video = true, Size = size }, cancel);
        context.Fact("at", Text.Seconds(at));
        return StepResult.Done;
    }

    private async Task<double> ChooseAsync(StepContext context, MediaProbe film, double seconds, CancellationToken cancel)
    {
        var (best, most) = (0.0, -1.0);
        for (var i = 0; i < Places; i++)
        {
            var at = seconds * (i + 0.5) / Places;
            var name = context.Temporary($"place{i}.grey");
            var output = new FfmpegOutput(name, "rawvideo", [new("[v]", [("c", "rawvideo"), ("frames", "1")])]);
            var graph = $"[0:{film.Video!.Index}]scale={Detail.Side}:{Detail.Side}:flags=area+accurate_rnd,format=gray[v]";
            await context.FfmpegAsync(new FfmpegCommand([new(Video.Path, Accepted.Video) { From = at }], output) { Graph = graph, Reports = false }, 1, cancel);
            var grey = new byte[Detail.Side * Detail.Side];
            using (var file = context.Disk.OpenRead(context.Full(name)))
                if (file.Read(0, grey) < grey.Length) continue;
            var detail = Detail.Of(grey);
            if (detail > most) (best, most) = (at, detail);
            context.Progress((i + 1) / (Places + 1.0));
            if (seconds <= 0) break;
        }
        return best;
    }
}
