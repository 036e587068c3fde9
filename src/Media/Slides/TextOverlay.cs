using static Spool.Media.Slides.SvgText;

namespace Spool.Media.Slides;

/// <summary>How text over a film is set: large in the middle, on a panel at the lower left, or as a small tag.</summary>
public enum TextStyle { Title, LowerThird, Tag }

/// <summary>
/// Text drawn for a film, on a transparent picture of the film's size: plain text, escaped, broken into lines by the same widths as slides.
/// Text is kept inside the graphics-safe area: 5 % of each side, and in portrait 11 % at the sides and 22 % at the bottom, where players of
/// vertical films show their buttons and captions.
/// </summary>
public sealed record TextOverlay(string Text, string? Second, TextStyle Style, SlideTheme Theme)
{
    /// <summary>Draws emoji in colour; without it they are drawn like letters.</summary>
    public EmojiFont? Emoji { get; init; }

    private const double Safe = 0.05, PortraitSide = 0.11, PortraitBottom = 0.22;

    /// <summary>The drawing, and how many lines did not fit (at most three of the first text and two of the second are shown).</summary>
    public (string Svg, int LeftOut) Draw(int width, int height)
    {
        var portrait = height > width;
        double side = width * (portrait ? PortraitSide : Safe), bottom = height * (portrait ? PortraitBottom : Safe), top = height * (portrait ? 0.12 : Safe);
        var unit = portrait ? width / 1080.0 : Math.Min(width / 1920.0, height / 1080.0);
        var (size, small) = Style switch { TextStyle.Title => (112 * unit, 50 * unit), TextStyle.Tag => (36 * unit, 30 * unit), _ => (54 * unit, 36 * unit) };
        var pad = Style == TextStyle.Title ? 0 : size * 0.55;
        var room = Math.Max(size, width - (2 * side) - (2 * pad));
        var first = TextWrap.Balance(Text, Weight.Bold, size, room);
        var second = string.IsNullOrEmpty(Second) ? [] : TextWrap.Balance(Second, Weight.Regular, small, room);
        var left = Math.Max(0, first.Count - 3) + Math.Max(0, second.Count - 2);
        (first, second) = ([.. first.Take(3)], [.. second.Take(2)]);
        var tall = (first.Count * size * 1.16) + (second.Count * small * 1.3);
        var wide = first.Select(l => FontMetrics.Width(l, Weight.Bold, size)).Concat(second.Select(l => FontMetrics.Width(l, Weight.Regular, small))).Max();
        var svg = new SvgText().Raw($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"{FontMetrics.Family}\">");
        var y = Style switch { TextStyle.Title => (height - tall) / 2, TextStyle.Tag => top + pad, _ => height - bottom - tall - pad };
        var x = Style == TextStyle.Title ? width / 2.0 : side + pad;
        if (Style == TextStyle.Title) Shade(svg, width, y, tall, size);
        else Panel(svg, side, y - pad, (wide + (2 * pad), tall + (2 * pad)), size);
        foreach (var line in first)
        {
            Line(svg, line, x, y + (size * 0.92), (size, Weight.Bold, Theme.Title));
            y += size * 1.16;
        }
        foreach (var line in second)
        {
            Line(svg, line, x, y + small, (small, Weight.Regular, Theme.Text));
            y += small * 1.3;
        }
        return (svg.Raw("</svg>").ToString(), left);
    }

    private void Line(SvgText svg, string line, double x, double y, (double Size, Weight Weight, string Fill) look)
    {
        var parts = Emoji?.Parts(line).ToList() ?? [(line, null)];
        if (parts.TrueForAll(p => p.Png is null))
        {
            svg.Line(line, x, y, look, Style == TextStyle.Title ? "middle" : "start");
            return;
        }
        if (Style == TextStyle.Title) x -= parts.Sum(Width) / 2;
        foreach (var part in parts)
        {
            if (part.Png is null) svg.Line(part.Text.Trim(' '), x + ((part.Text.Length - part.Text.TrimStart(' ').Length) * FontMetrics.Width(" ", look.Weight, look.Size)), y, look);
            else svg.Raw($"<image x=\"{N(x)}\" y=\"{N(y - (look.Size * 0.88))}\" width=\"{N(look.Size)}\" height=\"{N(look.Size)}\" href=\"data:image/png;base64,{Convert.ToBase64String(part.Png)}\"/>");
            x += Width(part);
        }

        double Width((string Text, byte[]? Png) part) => part.Png is null ? FontMetrics.Width(part.Text, look.Weight, look.Size) : look.Size;
    }

    /// <summary>A band behind a title that fades out above and below, so that it can be read on any picture.</summary>
    private void Shade(SvgText svg, int width, double y, double tall, double size)
    {
        svg.Raw($"<defs><linearGradient id=\"shade\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\"><stop offset=\"0\" stop-color=\"{Theme.Bottom}\" stop-opacity=\"0\"/>"
            + $"<stop offset=\"0.3\" stop-color=\"{Theme.Bottom}\" stop-opacity=\"0.78\"/><stop offset=\"0.7\" stop-color=\"{Theme.Bottom}\" stop-opacity=\"0.78\"/>"
            + $"<stop offset=\"1\" stop-color=\"{Theme.Bottom}\" stop-opacity=\"0\"/></linearGradient></defs>");
        svg.Raw($"<rect x=\"0\" y=\"{N(y - size)}\" width=\"{width}\" height=\"{N(tall + (2 * size))}\" fill=\"url(#shade)\"/>");
    }

    private void Panel(SvgText svg, double x, double y, (double Width, double Height) box, double size)
    {
        svg.Raw($"<rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(box.Width)}\" height=\"{N(box.Height)}\" rx=\"{N(size * 0.22)}\" fill=\"{Theme.Bottom}\" fill-opacity=\"0.86\"/>");
        if (Style == TextStyle.LowerThird)
            svg.Raw($"<rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(size * 0.16)}\" height=\"{N(box.Height)}\" rx=\"{N(size * 0.08)}\" fill=\"{Theme.Accent}\"/>");
    }

    /// <summary>White where a picture is seen through its outline, black elsewhere.</summary>
    public static string Mask(int width, int height, double radius) =>
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\"><rect width=\"{width}\" height=\"{height}\" fill=\"#000\"/>"
        + $"<rect width=\"{width}\" height=\"{height}\" rx=\"{N(radius)}\" fill=\"#fff\"/></svg>\n";
}
