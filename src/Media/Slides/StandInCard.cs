using static Spool.Media.Slides.SvgText;

namespace Spool.Media.Slides;

/// <summary>A picture that says of itself that it stands in for another: a colour or gradient, and a text in a frame of dashes.</summary>
public static class StandInCard
{
    /// <summary>The drawing; colours as <c>#RRGGBB</c>. Without a text it is the plain ground.</summary>
    public static string Svg(SlideSize size, string color, string? to, string? text)
    {
        var svg = new SvgText();
        var (w, h) = (size.Width, size.Height);
        svg.Raw($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" font-family=\"{FontMetrics.Family}\">");
        if (to is not null)
            svg.Raw($"<defs><linearGradient id=\"g\" x1=\"0\" y1=\"0\" x2=\"1\" y2=\"1\"><stop offset=\"0\" stop-color=\"{color}\"/><stop offset=\"1\" stop-color=\"{to}\"/></linearGradient></defs>");
        svg.Raw($"<rect width=\"{w}\" height=\"{h}\" fill=\"{(to is null ? color : "url(#g)")}\"/>");
        if (!string.IsNullOrWhiteSpace(text)) Label(svg, size, text.Trim());
        svg.Raw("</svg>");
        return svg.ToString();
    }

    private static void Label(SvgText svg, SlideSize size, string text)
    {
        var unit = Math.Min(size.Width, size.Height) / 1080.0;
        var ink = "#ffffff";
        var type = 64 * unit;
        var room = size.Width - (240 * unit);
        var lines = TextWrap.Wrap(text, Weight.Bold, type, room).Take(6).ToList();
        svg.Raw($"<rect x=\"{N(60 * unit)}\" y=\"{N(60 * unit)}\" width=\"{N(size.Width - (120 * unit))}\" height=\"{N(size.Height - (120 * unit))}\" rx=\"{N(24 * unit)}\""
            + $" fill=\"none\" stroke=\"{ink}\" stroke-opacity=\"0.45\" stroke-width=\"{N(4 * unit)}\" stroke-dasharray=\"{N(24 * unit)} {N(18 * unit)}\"/>");
        var y = (size.Height / 2.0) - ((lines.Count - 1) * type * 0.62);
        foreach (var line in lines)
        {
            svg.Line(line, size.Width / 2.0, y, (type, Weight.Bold, ink), "middle");
            y += type * 1.24;
        }
    }
}
