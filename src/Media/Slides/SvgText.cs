using System.Globalization;
using System.Text;

namespace Spool.Media.Slides;

/// <summary>Builds SVG: numbers in one spelling, all text escaped, characters that XML 1.0 forbids removed.</summary>
public sealed class SvgText
{
    private readonly StringBuilder _svg = new();

    public SvgText Raw(string markup)
    {
        _svg.Append(markup).Append('\n');
        return this;
    }

    /// <summary>One line of text at a base line.</summary>
    public SvgText Line(string text, double x, double y, (double Size, Weight Weight, string Fill) look, string anchor = "start", double tracking = 0)
    {
        _svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{N(x)}\" y=\"{N(y)}\" font-size=\"{N(look.Size)}\"");
        _svg.Append(CultureInfo.InvariantCulture, $" font-weight=\"{(look.Weight == Weight.Bold ? 700 : 400)}\" fill=\"{look.Fill}\"");
        if (anchor != "start") _svg.Append(" text-anchor=\"").Append(anchor).Append('"');
        if (tracking != 0) _svg.Append(" letter-spacing=\"").Append(N(tracking * look.Size)).Append('"');
        _svg.Append('>').Append(Escape(text)).Append("</text>\n");
        return this;
    }

    public override string ToString() => _svg.ToString();

    public static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Text for the inside of an element or a quoted attribute.</summary>
    public static string Escape(string text)
    {
        var safe = new StringBuilder(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\t' or '\n' or '\r') safe.Append(' ');
            else if (rune.Value is < 0x20 or (>= 0x7F and <= 0x9F) or 0xFFFE or 0xFFFF) continue;
            else
                safe.Append(rune.Value switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&quot;", '\'' => "&#39;", _ => rune.ToString() });
        }
        return safe.ToString();
    }
}
