using System.Text;
using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Slides;
using Spool.Media.Timeline;
using Spool.Platform;
using Spool.Steps.Images;
using Spool.Steps.Video;

namespace Spool.Steps.StandIns;

/// <summary>
/// Makes something to stand in for a file that is not there yet: a plain colour, a gradient, a card with a text, silence or a tone, as a
/// picture, a film, a sound or a text, by the ending of the output. Optional inputs with `placeholder:` use it by themselves.
/// </summary>
[StepKind("placeholder", version: 1)]
public sealed record MakePlaceholder : Step
{
    /// <summary>A picture to show instead of a colour, for films.</summary>
    [In("image")] public InputFile? Image { get; init; }

    /// <summary>What is written: .png .jpg .svg, .wav .mp3 .flac .m4a .ogg, .mp4 .mov .mkv .webm, .txt .md.</summary>
    [Out("file")] public OutputFile File { get; init; } = null!;

    /// <summary>The colour of a picture or film, as #RRGGBB. Default #203040.</summary>
    public Colour Color { get; init; } = Colour.Parse("#203040", null);

    /// <summary>The second colour: the picture is a gradient from the upper left to the lower right. Default: one colour.</summary>
    public Colour? To { get; init; }

    /// <summary>What a card or a text says. Default nothing.</summary>
    public string? Text { get; init; }

    /// <summary>Width and height of a picture or film in pixels. Default 1920x1080.</summary>
    public SlideSize Size { get; init; } = new(1920, 1080);

    /// <summary>Seconds that a sound or film lasts. Default 3.</summary>
    [Within(0.04, 86400)] public double Seconds { get; init; } = 3;

    /// <summary>A tone of this many hertz at -20 dBFS instead of silence. Default silence.</summary>
    [Within(20, 20000)] public double? Tone { get; init; }

    public override IReadOnlyList<string> ToolsUsed() => [Tools.Ffmpeg, Tools.Ffprobe, Tools.RsvgConvert];

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        switch (File.Extension)
        {
            case ".txt" or ".md":
                context.WriteText(File, (Text ?? "stand-in") + "\n");
                return StepResult.Done;
            case ".svg":
                context.WriteText(File, Svg());
                return StepResult.Done;
            case ".png":
                return await DrawAsync(context, File.Path, cancel);
            case ".jpg" or ".jpeg":
                var png = context.Temporary("stand-in.png");
                await DrawAsync(context, png, cancel);
                await context.FfmpegAsync(new FfmpegCommand([new(png, Accepted.Image)], new FfmpegOutput(File.Path, "image2",
                    [new("[v]", [("c", "mjpeg"), ("q", "2"), ("huffman", "default"), ("frames", "1")])])
                { Options = [("update", "1")] })
                { Graph = "[0:v:0]scale=out_range=pc,format=yuvj420p[v]" }, 1, cancel);
                return StepResult.Done;
        }
        if (Container.Of(File.Extension) is not { } container)
            return StepResult.Failed(FailureKind.BadOutput, $"no stand-in can be made as '{File.Extension}'", "give the input another placeholder, such as image: PATH, or none");
        if (container.Video.Count == 0) await SoundAsync(context, container, cancel);
        else await FilmAsync(context, container, cancel);
        return StepResult.Done;
    }

    private async Task<StepResult> DrawAsync(StepContext context, string target, CancellationToken cancel)
    {
        var svg = context.Temporary("stand-in.svg");
        DurableFile.WritePlain(context.Disk, context.Full(svg), Encoding.UTF8.GetBytes(Svg()));
        var size = new PngSize(Size.Width, Size.Height);
        await context.RunAsync(Rsvg.Command(svg, target, size, size), cancel);
        return Verify.Png(context, new OutputFile(target), size);
    }

    private async Task SoundAsync(StepContext context, Container container, CancellationToken cancel)
    {
        var output = new FfmpegOutput(File.Path, container.Muxer, [new("[a]", new AudioEncoding(container.Audio[0]).Options())]) { Options = container.Options };
        await context.FfmpegAsync(new FfmpegCommand([], output) { Graph = Sound((long)Math.Round(Seconds * Conform.SampleRate)) + "[a]" }, Seconds, cancel);
        await context.VerifyAsync(File, new Expected { Audio = true, Seconds = Seconds }, cancel);
    }

    private string Sound(long samples) => Tone is { } hertz
        ? $"sine=frequency={Media.Ffmpeg.Text.Of(hertz)}:sample_rate={Conform.SampleRate},volume=-20dB,atrim=end_sample={samples},aformat=channel_layouts=stereo"
        : Conform.Silence(samples);

    private async Task FilmAsync(StepContext context, Container container, CancellationToken cancel)
    {
        var picture = Image?.Path;
        if (picture is null)
        {
            picture = context.Temporary("card.png");
            await DrawAsync(context, picture, cancel);
        }
        var rate = new FrameRate(30, 1);
        var size = new PictureSize(Size.Width, Size.Height).Even;
        var plan = new StillPlan(size, rate, Fit.Cover, Colour.Black);
        var frames = plan.FramesFor(0, Seconds, 0);
        var codec = File.Extension == ".webm" ? VideoCodec.Vp9 : VideoCodec.H264;
        var output = new FfmpegOutput(File.Path, container.Muxer,
        [
            new("[v]", new VideoEncoding(codec, 28, EncoderPreset.Ultrafast, rate).Options()),
            new("[a]", new AudioEncoding(container.Audio[0]).Options()),
        ])
        { Options = container.Options };
        await context.FfmpegAsync(new FfmpegCommand([new(picture, Accepted.Image)], output) { Graph = plan.Graph(frames, null, 0) }, Seconds, cancel);
        await context.VerifyAsync(File, new Expected { Video = true, Audio = true, Frames = frames, Size = size }, cancel);
    }

    private string Svg() => StandInCard.Svg(Size, Color.ToString(), To?.ToString(), Text);
}
