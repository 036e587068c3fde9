using System.Globalization;
using System.Xml.Linq;
using Spool.Media.Slides;
using Xunit;

namespace Spool.Tests.Slides;

public sealed class SlideTests
{
    private static readonly SlideSize Wide = new(1920, 1080), Tall = new(1080, 1920);

    private static (SlideLayout Layout, string Svg) Draw(SlideContent content, SlideSize size)
    {
        var layout = SlideLayout.Of(content, size);
        return (layout, SlideDrawing.Svg(content, layout, SlideTheme.Of(ThemeName.Midnight)));
    }

    private static SlideContent Points(int count, string text) => new("Title") { Points = [.. Enumerable.Range(0, count).Select(i => new SlidePoint($"{text} {i}", true))] };

    [Fact]
    public void Hostile_text_is_drawn_as_text()
    {
        const string Nasty = "<script>alert('x')</script> & \"q\" ]]> \u0000\u0008\u001B\uFFFE <!--";
        var (_, svg) = Draw(new SlideContent(Nasty) { Points = [new(Nasty, true)], Footer = Nasty, Number = Nasty }, Wide);
        var root = XDocument.Parse(svg).Root!;
        Assert.DoesNotContain(root.Descendants(), e => e.Name.LocalName == "script");
        Assert.Contains("<script>alert('x')</script> & \"q\" ]]>", string.Join(' ', root.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)));
    }

    [Theory]
    [InlineData("a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;")]
    [InlineData("tab\there\u0001\u007F\u0085", "tab here")]
    [InlineData("é 😀", "é 😀")]
    public void Escaping_keeps_text_and_removes_what_xml_forbids(string text, string escaped) => Assert.Equal(escaped, SvgText.Escape(text));

    [Fact]
    public void The_same_content_gives_the_same_drawing() => Assert.Equal(Draw(Points(5, "point"), Wide).Svg, Draw(Points(5, "point"), Wide).Svg);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(30)]
    public void All_text_stays_inside_the_picture_however_much_there_is(int count)
    {
        foreach (var size in new[] { Wide, Tall, new(1080, 1080), new(640, 360), new(64, 64), new(4096, 512) })
        {
            var content = Points(count, string.Concat(Enumerable.Repeat("Incomprehensibilities of circumstances ", count)).Trim()) with { Title = "A title that is itself not exactly short, to say the least" };
            var (_, svg) = Draw(content, size);
            foreach (var line in XDocument.Parse(svg).Descendants().Where(e => e.Name.LocalName == "text"))
            {
                double Read(string name) => double.Parse(line.Attribute(name)!.Value, CultureInfo.InvariantCulture);
                var weight = line.Attribute("font-weight")!.Value == "700" ? Weight.Bold : Weight.Regular;
                var tracking = line.Attribute("letter-spacing") is null ? 0 : SlideLayout.Tracking;
                Assert.InRange(Read("x") + FontMetrics.Width(line.Value, weight, Read("font-size"), tracking), 0, size.Width);
                Assert.InRange(Read("y"), 0, size.Height);
            }
        }
    }

    [Fact]
    public void More_than_seven_bullets_are_left_out_and_counted()
    {
        var layout = SlideLayout.Of(Points(9, "short"), Wide);
        Assert.Equal((7, 2), (layout.Items.Count, layout.Left));
    }

    [Fact]
    public void Few_bullets_are_set_larger_than_many() =>
        Assert.True(SlideLayout.Of(Points(2, "short"), Wide).ItemSize > SlideLayout.Of(Points(7, "short"), Wide).ItemSize);

    [Fact]
    public void A_section_gives_its_heading_and_list_and_keeps_narration_off_the_slide()
    {
        var slide = SlideContent.Of("## Why *blue*?\n\n- One\n- **Two**\n\nThis is spoken.\n", body: false);
        Assert.Equal("Why blue?", slide.Title);
        Assert.Equal(["One", "Two"], slide.Points.Select(p => p.Text));
        Assert.Null(slide.Subtitle);
    }

    [Fact]
    public void Without_a_list_the_first_paragraph_is_the_subtitle() =>
        Assert.Equal("First.", SlideContent.Of("# T\n\nFirst.\n\nSecond.\n", body: false).Subtitle);

    [Fact]
    public void With_body_the_order_is_that_of_the_text() =>
        Assert.Equal([new("First.", false), new("Point", true), new("Last.", false)], SlideContent.Of("# T\n\nFirst.\n\n- Point\n\nLast.\n", body: true).Points);

    [Theory]
    [InlineData("1920x1080", true)]
    [InlineData("64x8192", true)]
    [InlineData("1920X1080", false)]
    [InlineData("1920x", false)]
    [InlineData("-1x100", false)]
    [InlineData("63x100", false)]
    [InlineData("100000x100", false)]
    [InlineData(" 100x100", false)]
    public void A_size_is_width_x_height(string text, bool good)
    {
        Assert.Equal(good, SlideSize.TryParse(text, null, out var size));
        if (good) Assert.Equal(text, size!.ToString());
    }

    [Theory]
    [InlineData(ThemeName.Midnight)]
    [InlineData(ThemeName.Paper)]
    [InlineData(ThemeName.Ocean)]
    public void Text_of_every_theme_stands_out(ThemeName name)
    {
        var theme = SlideTheme.Of(name);
        foreach (var ground in new[] { theme.Top, theme.Bottom })
        {
            Assert.True(Contrast(theme.Title, ground) >= 7);
            Assert.True(Contrast(theme.Text, ground) >= 7);
            Assert.True(Contrast(theme.Muted, ground) >= 4.5, $"{Contrast(theme.Muted, ground)}");
        }
    }

    /// <summary>WCAG 2.1 contrast ratio.</summary>
    private static double Contrast(string a, string b)
    {
        var (one, two) = (Luminance(a), Luminance(b));
        return (Math.Max(one, two) + 0.05) / (Math.Min(one, two) + 0.05);

        static double Luminance(string colour)
        {
            double Part(int at) => int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber) / 255.0 is var c && c <= 0.03928 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
            return (0.2126 * Part(1)) + (0.7152 * Part(3)) + (0.0722 * Part(5));
        }
    }
}
