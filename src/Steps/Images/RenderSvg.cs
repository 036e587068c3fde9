using System.Globalization;
using Spool.Engine;
using Spool.Media.Slides;

namespace Spool.Steps.Images;

/// <summary>
/// Renders an SVG drawing to a PNG picture. Other files and addresses that the drawing refers to are not loaded, entities are refused, and the
/// picture has at most 32767 pixels a side and 100 million in all.
/// </summary>
[StepKind("images.render-svg", version: 1)]
public sealed record RenderSvg : Step
{
    [In("svg")] public InputFile Svg { get; init; } = null!;

    [Out("image")] public OutputFile Image { get; init; } = null!;

    /// <summary>Width in pixels, 1 to 32767; the height follows. With height too, the drawing is fitted into both and centred. Default: its own size.</summary>
    [Within(1, Rsvg.MostPixelsAside)] public int? Width { get; init; }

    /// <summary>Height in pixels, 1 to 32767; the width follows. Default: its own size.</summary>
    [Within(1, Rsvg.MostPixelsAside)] public int? Height { get; init; }

    /// <summary>Enlarges its own size by a factor, 0.01 to 100. Default 1.</summary>
    [Within(0.01, 100)] public double Scale { get; init; } = 1;

    /// <summary>The colour behind the drawing: #rgb, #rrggbb or a CSS name. Default: transparent.</summary>
    public string? Background { get; init; }

    public override IReadOnlyList<string> ToolsUsed() => [Tools.RsvgConvert, Tools.FontList];

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (Scale != 1 && (Width ?? Height) is not null) yield return ("scale", "scale and a size exclude each other; leave one out");
        if (Background is not null && !IsColour(Background)) yield return ("background", $"'{Background}' is no colour such as #203040 or white");
    }

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        if (Image.Extension != ".png")
            return StepResult.Failed(FailureKind.BadOutput, $"a rendered picture is written as .png, not as '{Image.Extension}'", "change the ending of the output");
        if (Svg.Bytes > SvgSource.MostBytes)
            return StepResult.Failed(FailureKind.BadOutput, $"the SVG has {Svg.Bytes} bytes, more than the {SvgSource.MostBytes} allowed", "simplify the drawing");
        var (source, why) = SvgSource.Read(context.ReadBytes(Svg));
        if (source is null) return StepResult.Failed(FailureKind.BadOutput, $"the SVG cannot be rendered: {why}", "save it as plain SVG");
        if (source.Fit(Width, Height, Scale) is not { } size)
            return StepResult.Failed(FailureKind.BadOutput, "the SVG says no size of its own (width and height, or viewBox)", "set width and height");
        var page = size.Page;
        if (page.Width > Rsvg.MostPixelsAside || page.Height > Rsvg.MostPixelsAside || (long)page.Width * page.Height > Rsvg.MostPixels)
            return StepResult.Failed(FailureKind.BadOutput, string.Create(CultureInfo.InvariantCulture,
                $"the picture would have {page} pixels; at most {Rsvg.MostPixelsAside} a side and {Rsvg.MostPixels / 1_000_000} million in all are drawn"),
                "set a smaller width, height or scale");
        foreach (var target in source.Foreign) context.Log($"not loaded: {target}");
        if (source.Foreign.Count > 0) context.Fact("not loaded", $"{source.Foreign.Count} references to other files");
        await context.RunAsync(Rsvg.Command(Svg.Path, Image.Path, size.Drawing, page, Background), cancel);
        return Verify.Png(context, Image, page);
    }

    private static bool IsColour(string colour) =>
        (colour.StartsWith('#') && colour.Length is 4 or 7 && colour.Skip(1).All(char.IsAsciiHexDigit))
        || (colour.Length is > 2 and < 25 && colour.All(char.IsAsciiLetter));
}
