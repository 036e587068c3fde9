using System.Text;
using Spool.Engine;
using Spool.Media.Slides;
using Spool.Media.Prose;
using Spool.Platform;

namespace Spool.Steps.Images;

/// <summary>
/// Draws a slide for a section of a Markdown script: its heading is the title, its list items are the bullets, and with no list its first
/// paragraph is the subtitle. Paragraphs are taken for narration and stay off the slide. The output is a picture (.png) or the drawing (.svg).
/// </summary>
[StepKind("images.slide", version: 1)]
public sealed record DrawSlide : Step
{
    [In("text")] public InputFile Text { get; init; } = null!;

    /// <summary>A picture behind the text (.png or .jpg): it fills the slide, darkened so that the text stays readable.</summary>
    [In("background")] public InputFile? Background { get; init; }

    [Out("image")] public OutputFile Image { get; init; } = null!;

    /// <summary>Width and height in pixels, 64 to 8192 each; portrait sizes get a layout of their own. Default 1920x1080.</summary>
    public SlideSize Size { get; init; } = new(1920, 1080);

    /// <summary>The look: midnight, paper or ocean. Default midnight.</summary>
    public ThemeName Theme { get; init; } = ThemeName.Midnight;

    /// <summary>The title, as plain text. Default: the first heading.</summary>
    public string? Title { get; init; }

    /// <summary>The line under the title, as plain text. Default: the first paragraph when there are no bullets; an empty text leaves it out.</summary>
    public string? Subtitle { get; init; }

    /// <summary>The bullets, as plain text; an empty list leaves them out. Default: the list items. At most 7 are shown.</summary>
    public IReadOnlyList<string>? Bullets { get; init; }

    /// <summary>Prints the paragraphs too. Default false.</summary>
    public bool Body { get; init; }

    /// <summary>A small line at the lower left. Default none.</summary>
    public string? Footer { get; init; }

    /// <summary>A small text at the lower right, such as 2/5. Default none.</summary>
    public string? Number { get; init; }

    public override IReadOnlyList<string> ToolsUsed() => [Tools.RsvgConvert, Tools.FontList];

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        if (Image.Extension is not (".png" or ".svg"))
            return StepResult.Failed(FailureKind.BadOutput, $"a slide is written as .png or .svg, not as '{Image.Extension}'", "change the ending of the output");
        var content = Content(context.ReadText(Text));
        if (content.IsEmpty)
            return StepResult.Failed(FailureKind.BadOutput, "the text has nothing for a slide: no heading, no list, no paragraph", "begin the section with a heading, or set title");
        var layout = SlideLayout.Of(content, Size);
        string? behind = null;
        if (Background is not null && Picture(context, out behind) is { } unfit) return unfit;
        var svg = Encoding.UTF8.GetBytes(SlideDrawing.Svg(content, layout, SlideTheme.Of(Theme), behind));
        var all = content.Points.Count;
        if (layout.Left > 0)
        {
            context.Fact("left out", all > layout.Items.Count ? $"{all - layout.Items.Count} of {all} points" : "part of the text");
            context.Log("not all text fits on the slide; shorten it or split the section");
        }
        if (Image.Extension == ".svg")
        {
            context.WriteBytes(Image, svg);
            return StepResult.Done;
        }
        if (await MissingFontAsync(context, content, cancel) is { } missing) return missing;
        var file = context.Temporary("slide.svg");
        DurableFile.WritePlain(context.Disk, context.Full(file), svg);
        var wanted = new PngSize(Size.Width, Size.Height);
        await context.RunAsync(Rsvg.Command(file, Image.Path, wanted, wanted), cancel);
        return Verify.Png(context, Image, wanted);
    }

    // The picture goes into the drawing itself: nothing beside it is ever loaded.
    private StepResult? Picture(StepContext context, out string? address)
    {
        address = null;
        if (Background!.Bytes > MostBackgroundBytes) return StepResult.Failed(FailureKind.BadOutput, $"the background has {Background.Bytes} bytes, more than {MostBackgroundBytes >> 20} MiB", "make it smaller");
        var bytes = context.ReadBytes(Background);
        address = $"data:{(bytes is [0xFF, 0xD8, ..] ? "image/jpeg" : "image/png")};base64,{Convert.ToBase64String(bytes)}";
        var (pixels, why) = EmbeddedPicture.Measure(address);
        if (why is not null) return StepResult.Failed(FailureKind.BadOutput, $"the background cannot be drawn: {why}", "save it as PNG or JPEG");
        return pixels > Rsvg.MostPixels ? StepResult.Failed(FailureKind.BadOutput, "the background has more than 100 million pixels", "make it smaller") : null;
    }

    private const long MostBackgroundBytes = 32 << 20;

    /// <summary>Signs without a font (emoji) are only reported.</summary>
    private static async Task<StepResult?> MissingFontAsync(StepContext context, SlideContent content, CancellationToken cancel)
    {
        var look = await Fonts.CheckAsync(context, [content.Title, content.Subtitle, content.Footer, content.Number, .. content.Points.Select(p => p.Text)], cancel);
        if (look.Undrawn.Count > 0) context.Fact("no font for", string.Join(' ', look.Undrawn));
        return look.Missing;
    }

    private SlideContent Content(string text)
    {
        var read = SlideContent.Of(text, Body);
        if (Bullets is not null) read = read.WithBullets([.. Bullets.Select(InlineText.Collapse).Where(b => b.Length > 0)]);
        return read with
        {
            Title = Title is null ? read.Title : InlineText.Collapse(Title),
            Subtitle = Subtitle is null ? read.Subtitle : InlineText.Collapse(Subtitle),
            Footer = Footer is null ? null : InlineText.Collapse(Footer),
            Number = Number is null ? null : InlineText.Collapse(Number),
        };
    }
}
