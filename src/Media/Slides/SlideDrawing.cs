using static Spool.Media.Slides.SvgText;

namespace Spool.Media.Slides;

/// <summary>Draws a slide as SVG: a quiet background of gradient, glow and rings, an accent bar, the title, and what is below it.</summary>
public static class SlideDrawing
{
    /// <summary>The drawing of a slide.</summary>
    /// <param name="content">What stands on it.</param>
    /// <param name="layout">Where it stands.</param>
    /// <param name="theme">The colours.</param>
    /// <param name="behind">A picture as a <c>data:</c> address, drawn over the whole slide and darkened by the colours of the theme.</param>
    public static string Svg(SlideContent content, SlideLayout layout, SlideTheme theme, string? behind = null)
    {
        var svg = new SvgText();
        var (width, height) = (layout.Size.Width, layout.Size.Height);
        svg.Raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        svg.Raw($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"{FontMetrics.Family}\">");
        if (behind is null) Background(svg, layout, theme);
        else Picture(svg, layout, theme, behind);
        var y = layout.Top;
        if (layout.Title.Count > 0) y = Title(svg, layout, theme, y);
        if (layout.Subtitle.Count > 0) y = Subtitle(svg, layout, theme, y);
        if (layout.Items.Count > 0) Items(svg, layout, theme, y);
        Footer(svg, content, layout, theme);
        svg.Raw("</svg>");
        return svg.ToString();
    }

    private static void Picture(SvgText svg, SlideLayout layout, SlideTheme theme, string address)
    {
        var (width, height) = (layout.Size.Width, layout.Size.Height);
        svg.Raw($"<defs><linearGradient id=\"bar\" x1=\"0\" y1=\"0\" x2=\"1\" y2=\"0\"><stop offset=\"0\" stop-color=\"{theme.Accent}\"/><stop offset=\"1\" stop-color=\"{theme.Accent2}\"/></linearGradient></defs>");
        svg.Raw($"<image href=\"{address}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"xMidYMid slice\"/>");
        svg.Raw($"<rect width=\"{width}\" height=\"{height}\" fill=\"{theme.Bottom}\" fill-opacity=\"0.66\"/>");
    }

    private static void Background(SvgText svg, SlideLayout layout, SlideTheme theme)
    {
        var (width, height) = (layout.Size.Width, layout.Size.Height);
        double x = width * (layout.Size.IsPortrait ? 1.02 : 0.99), y = height * (layout.Size.IsPortrait ? 0.02 : 0.04);
        var reach = Math.Max(width, height) * 0.62;
        var radius = Math.Min(width, height);
        svg.Raw("<defs>");
        svg.Raw($"<linearGradient id=\"ground\" x1=\"0\" y1=\"0\" x2=\"1\" y2=\"1\">"
            + $"<stop offset=\"0\" stop-color=\"{theme.Top}\"/><stop offset=\"1\" stop-color=\"{theme.Bottom}\"/></linearGradient>");
        svg.Raw("<radialGradient id=\"glow\">");
        // A squared cosine falls off without a visible rim, which a straight fall-off has.
        for (var stop = 0; stop <= 8; stop++)
            svg.Raw($"<stop offset=\"{stop / 8.0:0.###}\" stop-color=\"{theme.Glow}\" stop-opacity=\"{theme.Strength * Math.Pow(Math.Cos(Math.PI * stop / 16), 2):0.####}\"/>");
        svg.Raw("</radialGradient>");
        svg.Raw($"<linearGradient id=\"bar\" x1=\"0\" y1=\"0\" x2=\"1\" y2=\"0\">"
            + $"<stop offset=\"0\" stop-color=\"{theme.Accent}\"/><stop offset=\"1\" stop-color=\"{theme.Accent2}\"/></linearGradient>");
        svg.Raw("</defs>");
        svg.Raw($"<rect width=\"{width}\" height=\"{height}\" fill=\"url(#ground)\"/>");
        svg.Raw($"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(reach)}\" fill=\"url(#glow)\"/>");
        foreach (var (share, opacity) in (ReadOnlySpan<(double, double)>)[(0.26, 0.30), (0.40, 0.20), (0.56, 0.12), (0.74, 0.07)])
            svg.Raw($"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius * share)}\" fill=\"none\" stroke=\"{theme.Accent}\""
                + $" stroke-width=\"{N(2 * layout.Unit)}\" stroke-opacity=\"{N(opacity)}\"/>");
    }

    private static double Title(SvgText svg, SlideLayout layout, SlideTheme theme, double y)
    {
        svg.Raw($"<rect x=\"{N(layout.Margin)}\" y=\"{N(y)}\" width=\"{N(104 * layout.Unit)}\" height=\"{N(layout.BarHeight)}\" rx=\"{N(layout.BarHeight / 2)}\" fill=\"url(#bar)\"/>");
        y += layout.BarHeight + layout.BarGap;
        foreach (var line in layout.Title)
        {
            // The base line lies 0.88 of the size below the top of its line: the height of capitals plus half the leading.
            svg.Line(line, layout.Margin, y + (layout.TitleSize * 0.88), (layout.TitleSize, Weight.Bold, theme.Title), tracking: SlideLayout.Tracking);
            y += layout.TitleLine;
        }
        return y;
    }

    private static double Subtitle(SvgText svg, SlideLayout layout, SlideTheme theme, double y)
    {
        y += layout.SubtitleGap;
        foreach (var line in layout.Subtitle)
        {
            svg.Line(line, layout.Margin, y + layout.SubtitleSize, (layout.SubtitleSize, Weight.Regular, theme.Muted));
            y += layout.SubtitleLine;
        }
        return y;
    }

    private static void Items(SvgText svg, SlideLayout layout, SlideTheme theme, double y)
    {
        y += layout.ItemsGap;
        foreach (var item in layout.Items)
        {
            if (item.Marked)
            {
                var radius = layout.ItemSize * 0.155;
                svg.Raw($"<circle cx=\"{N(layout.Margin + radius)}\" cy=\"{N(y + (layout.ItemSize * 0.70))}\" r=\"{N(radius)}\" fill=\"{theme.Accent}\"/>");
            }
            foreach (var line in item.Lines)
            {
                svg.Line(line, layout.Margin + (item.Marked ? layout.Indent : 0), y + layout.ItemSize, (layout.ItemSize, Weight.Regular, theme.Text));
                y += layout.ItemLine;
            }
            y += layout.ItemGap;
        }
    }

    private static void Footer(SvgText svg, SlideContent content, SlideLayout layout, SlideTheme theme)
    {
        var size = 26 * layout.Unit;
        var y = layout.Size.Height - (layout.Size.IsPortrait ? layout.Size.Height * 0.055 : 58 * layout.Unit);
        var right = layout.Size.Width - layout.Margin;
        var number = content.Number ?? "";
        var room = right - layout.Margin - FontMetrics.Width(number, Weight.Bold, size) - (2 * size);
        if (!string.IsNullOrEmpty(content.Footer))
            svg.Line(OneLine(content.Footer, size, room), layout.Margin, y, (size, Weight.Regular, theme.Muted));
        if (number.Length > 0) svg.Line(number, right, y, (size, Weight.Bold, theme.Muted), "end");
    }

    private static string OneLine(string text, double size, double room)
    {
        var lines = TextWrap.Wrap(text, Weight.Regular, size, room - size);
        return lines.Count > 1 ? lines[0] + "…" : text;
    }
}
