using System.Xml.Linq;
using Spool.Media.Ffmpeg;
using Spool.Media.Slides;
using Spool.Media.Timeline;
using Xunit;

namespace Spool.Tests.Media;

public sealed class OverlayTests
{
    private static readonly PictureSize Full = new(1920, 1080);

    [Theory]
    [InlineData(Place.TopLeft, 43, 43)]
    [InlineData(Place.Center, 672, 378)]
    [InlineData(Place.BottomRight, 1301, 713)]
    [InlineData(Place.Bottom, 672, 713)]
    [InlineData(Place.Left, 43, 378)]
    public void It_lies_where_it_should_with_its_margin(Place place, int x, int y)
    {
        var box = new OverlayPlan(Full, new(1280, 720)) { Place = place }.Box;
        Assert.Equal(new Box(x, y, 576, 324), box);
    }

    [Fact]
    public void It_never_leaves_the_picture_and_has_even_sides()
    {
        foreach (var (w, h) in new[] { (100, 1000), (1000, 100), (3, 3), (1921, 1081) })
            foreach (var size in new[] { 0.01, 0.333, 1 })
                foreach (var shape in Enum.GetValues<Outline>())
                {
                    var box = new OverlayPlan(Full, new(w, h)) { Size = size, Outline = shape, Place = Place.BottomRight }.Box;
                    Assert.True(box.X >= 0 && box.Y >= 0 && box.X + box.Width <= 1920 && box.Y + box.Height <= 1080, $"{w}x{h} {size}: {box}");
                    Assert.True(box.Width % 2 == 0 && box.Height % 2 == 0 && box.Width >= 2 && box.Height >= 2);
                    if (shape == Outline.Circle) Assert.Equal(box.Width, box.Height);
                }
    }

    [Fact]
    public void A_picture_is_repeated_faded_and_shown_for_its_time_only()
    {
        var film = new MediaStream(0, StreamKind.Video, "h264") { Width = 1920, Height = 1080 };
        var logo = new MediaStream(0, StreamKind.Video, "png") { Width = 200, Height = 100, PixelFormat = "rgba" };
        var plan = new OverlayPlan(Full, new(200, 100)) { Size = 0.25, Margin = 0, Place = Place.TopLeft, Start = 2, End = 5, Fade = 0.5 };
        Assert.Equal("[1:0]format=rgba,scale=480:240:flags=bicubic+accurate_rnd:out_color_matrix=bt709:out_range=tv,setsar=1,format=yuva420p,"
            + "trim=end_frame=1,loop=loop=-1:size=1:start=0,settb=1/25,setpts=N,trim=end=3,setpts=PTS-STARTPTS,fade=t=in:st=0:d=0.5:alpha=1,fade=t=out:st=2.5:d=0.5:alpha=1,setpts=PTS+2/TB[over];"
            + "[0:0]format=yuv420p[film];[film][over]overlay=0:0:format=yuv420:eof_action=pass,format=yuv420p[v]", plan.Graph(film, logo, new FrameRate(25, 1)));
        Assert.Contains("alphamerge,fade=t=in:st=0:d=1.5:alpha=1,fade=t=out:st=1.5:d=1.5", (plan with { Outline = Outline.Circle, Fade = 9 }).Graph(film, logo, new FrameRate(25, 1)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TextStyle.Title, 1920, 1080)]
    [InlineData(TextStyle.LowerThird, 1080, 1920)]
    [InlineData(TextStyle.Tag, 640, 360)]
    public void Text_is_escaped_and_stays_inside_the_safe_area(TextStyle style, int width, int height)
    {
        var (svg, left) = new TextOverlay("Tom & <Jerry> \"run\" 🎉 and then they run on and on", "A 'second' line", style, SlideTheme.Of(ThemeName.Ocean)).Draw(width, height);
        Assert.Equal(0, left);
        var lines = XDocument.Parse(svg).Descendants("{http://www.w3.org/2000/svg}text").ToList();
        Assert.Equal("Tom & <Jerry> \"run\" 🎉 and then they run on and on", string.Join(' ', lines.SkipLast(1).Select(l => l.Value)));
        foreach (var line in lines)
        {
            double x = (double)line.Attribute("x")!, y = (double)line.Attribute("y")!, size = (double)line.Attribute("font-size")!;
            var wide = FontMetrics.Width(line.Value, (int)line.Attribute("font-weight")! == 700 ? Weight.Bold : Weight.Regular, size);
            if ((string?)line.Attribute("text-anchor") == "middle") x -= wide / 2;
            Assert.True(x >= width * 0.0499 && x + wide <= width * 0.9501 && y - size >= height * 0.0499 && y <= height * 0.9501, $"{line.Value}: {x} {y} {wide}");
        }
    }

    [Fact]
    public void Lines_that_do_not_fit_are_counted() =>
        Assert.True(new TextOverlay(string.Join(' ', Enumerable.Repeat("endless", 40)), null, TextStyle.Title, SlideTheme.Of(ThemeName.Paper)).Draw(640, 360).LeftOut > 0);
}
