using System.Text;
using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Prose;
using Spool.Media.Slides;
using Spool.Media.Timeline;
using Spool.Platform;
using Spool.Steps.Images;

namespace Spool.Steps.Video;

/// <summary>
/// Lays something over a film for a time: a second film or a picture (picture in picture, a logo), or a text (a title, a lower third, a tag; emoji
/// too). Sizes are parts of the picture, so the same step serves landscape and portrait. The sound is that of the film.
/// </summary>
[StepKind("video.overlay", version: 1, Cpu = 2)]
public sealed record Overlay : Step
{
    private const int LongestText = 500;

    /// <summary>The film.</summary>
    [In("video")] public InputFile Video { get; init; } = null!;

    /// <summary>What is laid over it: a film (.mp4, .mov, .mkv, .webm, .avi) or a picture, also a transparent one. Leave it out for a text.</summary>
    [In("overlay")] public InputFile? Over { get; init; }

    /// <summary>The film with it.</summary>
    [Out("video")] public OutputFile Result { get; init; } = null!;

    /// <summary>The text to show, in place of an overlay; plain text, at most 500 characters.</summary>
    public string? Text { get; init; }

    /// <summary>A smaller second line under the text: a role, a place.</summary>
    public string? Subtext { get; init; }

    /// <summary>How a text is set: title (large, in the middle), lower-third (on a panel, lower left) or tag (small, upper left). Default lower-third.</summary>
    public TextStyle Style { get; init; } = TextStyle.LowerThird;

    /// <summary>Colours of a text: midnight, paper or ocean. Default midnight.</summary>
    public ThemeName Theme { get; init; } = ThemeName.Midnight;

    /// <summary>Where an overlay lies. Default bottom-right.</summary>
    public Place Position { get; init; } = Place.BottomRight;

    /// <summary>Width of an overlay as a part of the film's width. Default 0.3.</summary>
    [Within(0.01, 1)] public double Size { get; init; } = 0.3;

    /// <summary>Distance of an overlay from the edges, as a part of the shorter side. Default 0.04.</summary>
    [Within(0, 0.4)] public double Margin { get; init; } = 0.04;

    /// <summary>Outline of an overlay: rectangle, rounded or circle (its middle square). Default rectangle.</summary>
    public Outline Shape { get; init; } = Outline.Rectangle;

    /// <summary>The second at which it appears. Default 0.</summary>
    [Within(0, 86400)] public double Start { get; init; }

    /// <summary>The second at which it is gone; default: the end of the film.</summary>
    [Within(0, 86400)] public double? End { get; init; }

    /// <summary>Seconds in which it comes and goes; 0 is at once. Default 0.3.</summary>
    [Within(0, 10)] public double Fade { get; init; } = 0.3;

    /// <summary>Quality of the picture: 0 is lossless, 51 the worst. Default 20.</summary>
    [Within(0, 51)] public int Crf { get; init; } = 20;

    /// <summary>Speed of the encoder; slower is smaller. Default medium.</summary>
    public EncoderPreset Preset { get; init; } = EncoderPreset.Medium;

    /// <summary>Threads of the encoder; other numbers give other bytes. Default 2.</summary>
    [Within(1, 64)] public int Threads { get; init; } = 2;

    public override IReadOnlyList<string> ToolsUsed() =>
        Text is not null ? [.. MediaRuns.Both, Tools.RsvgConvert, Tools.FontList] : Shape != Outline.Rectangle ? [.. MediaRuns.Both, Tools.RsvgConvert] : MediaRuns.Both;

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (End is { } end && end <= Start) yield return ("end", $"end ({end} s) must come after start ({Start} s)");
        if (Text is { } text && InlineText.Collapse(text).Length is 0 or > LongestText) yield return ("text", $"the text must have 1 to {LongestText} characters");
        if (Subtext is not null && Text is null) yield return ("subtext", "subtext stands under a text; set text too");
    }

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        if (Text is null == Over is null)
            throw MediaRuns.Bad(Text is null ? "there is nothing to lay over the film" : "both a text and an overlay are given", "give either the input 'overlay' or the option 'text'; for both use two steps");
        var film = await context.ProbeVideoAsync(Video, cancel);
        Video.RefuseHdr(film);
        var size = film.Video!.DisplaySize.Even;
        var length = film.PictureSeconds ?? throw MediaRuns.Bad($"{Video.Name} does not say how long it is", "write it again with video.transcode");
        if (Start >= length) throw MediaRuns.Bad($"start ({Media.Ffmpeg.Text.Seconds(Start)}) lies after the end of the film ({Media.Ffmpeg.Text.Seconds(length)})");
        var (plan, inputs, over) = Text is null ? await PictureAsync(context, size, cancel) : await WordsAsync(context, size, cancel);
        plan = plan with { Start = Start, End = Math.Min(End ?? length, length), Fade = Fade };
        var codec = Result.Extension == ".webm" ? VideoCodec.Vp9 : VideoCodec.H264;
        var container = Result.VideoContainer(codec);
        var streams = new List<OutputStream> { new("[v]", [.. new VideoEncoding(codec, Crf, Preset, null).ColouredAs(film.Video).Options(), ("fps_mode", "vfr")]) };
        streams.AddRange(film.Streams.Where(s => s.Kind == StreamKind.Audio).Select(s => OutputStream.Copy($"0:{s.Index}") with { Language = s.Language }));
        streams.AddRange(container.Subtitles(film, 0));
        var output = new FfmpegOutput(Result.Path, container.Muxer, streams) { Options = container.Options, ChaptersFrom = 0 };
        await context.FfmpegAsync(new FfmpegCommand([new(Video.Path, Accepted.Video), .. inputs], output)
        { Graph = plan.Graph(film.Video, over, film.Video.Rate ?? new FrameRate(30, 1)), Threads = Threads }, length, cancel);
        await context.VerifyAsync(Result, new Expected { Video = true, Audio = film.Audio is not null, Frames = film.Video.Packets, FrameTolerance = 1 }, cancel);
        context.Fact("size", size.ToString());
        context.Fact("shown", $"{Media.Ffmpeg.Text.Seconds(plan.Start)} to {Media.Ffmpeg.Text.Seconds(plan.End)}");
        return StepResult.Done;
    }

    private async Task<(OverlayPlan, IReadOnlyList<FfmpegInput>, MediaStream)> PictureAsync(StepContext context, PictureSize film, CancellationToken cancel)
    {
        var moves = Container.Of(Over!.Extension) is { Video.Count: > 0 } || Over.Extension == ".avi";
        var accept = moves ? Accepted.Video : Accepted.Image;
        var probe = await context.ProbeAsync(Over, accept, cancel);
        if (probe.Video is not { } picture) throw MediaRuns.Bad($"{Over.Name} has no picture", "give a film or a picture");
        if (moves) Over.RefuseHdr(probe);
        var plan = new OverlayPlan(film, picture.DisplaySize) { Size = Size, Margin = Margin, Place = Position, Outline = Shape, Moves = moves };
        var inputs = new List<FfmpegInput> { new(Over.Path, accept) };
        if (Shape != Outline.Rectangle)
        {
            var box = plan.Box;
            var radius = Math.Min(box.Width, box.Height) * (Shape == Outline.Circle ? 0.5 : 0.08);
            inputs.Add(await DrawAsync(context, "mask", TextOverlay.Mask(box.Width, box.Height, radius), new PngSize(box.Width, box.Height), cancel));
        }
        return (plan, inputs, picture);
    }

    private async Task<(OverlayPlan, IReadOnlyList<FfmpegInput>, MediaStream)> WordsAsync(StepContext context, PictureSize film, CancellationToken cancel)
    {
        var text = new TextOverlay(InlineText.Collapse(Text!), Subtext is null ? null : InlineText.Collapse(Subtext), Style, SlideTheme.Of(Theme));
        var look = await Fonts.CheckAsync(context, [text.Text, text.Second], cancel);
        if (look.Missing?.Failure is { } missing) throw new StepFailedException(missing);
        if (look.Undrawn.Count > 0)
            throw new StepFailedException(new Failure(FailureKind.Unavailable, $"no installed font can draw {string.Join(' ', look.Undrawn)} (U+{look.Undrawn[0].Value:X4}): NotoColorEmoji.ttf is missing")
            { Next = "install it: sudo apt-get install fonts-noto-color-emoji" });
        text = text with { Emoji = await Fonts.EmojiAsync(context, [text.Text, text.Second], cancel) };
        if (look.Plain.Count > 0) context.Fact("drawn in one colour", $"{string.Join(' ', look.Plain)} (NotoColorEmoji.ttf of the package fonts-noto-color-emoji is not installed)");
        var (svg, left) = text.Draw(film.Width, film.Height);
        if (left > 0)
        {
            context.Fact("left out", $"{left} lines of text");
            context.Log("not all text fits; shorten it");
        }
        var size = new PngSize(film.Width, film.Height);
        var input = await DrawAsync(context, "text", svg, size, cancel);
        return (OverlayPlan.Whole(film), [input], new MediaStream(0, StreamKind.Video, "png") { Width = size.Width, Height = size.Height, PixelFormat = "rgba" });
    }

    private static async Task<FfmpegInput> DrawAsync(StepContext context, string name, string svg, PngSize size, CancellationToken cancel)
    {
        var (file, picture) = (context.Temporary($"{name}.svg"), new OutputFile(context.Temporary($"{name}.png")));
        DurableFile.WritePlain(context.Disk, context.Full(file), Encoding.UTF8.GetBytes(svg));
        await context.RunAsync(Rsvg.Command(file, picture.Path, size, size), cancel);
        if (Verify.Png(context, picture, size).Failure is { } failure) throw new StepFailedException(failure);
        return new FfmpegInput(picture.Path, Accepted.Image);
    }
}
