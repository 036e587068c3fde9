using Spool.EndToEnd.Support;
using Spool.Engine;
using Spool.Media.Slides;
using Spool.Steps.Images;
using Xunit;

namespace Spool.EndToEnd.Images;

public sealed class SlideTests : IDisposable
{
    private readonly StepHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    private async Task<(Failure? Failure, byte[] Bytes, IReadOnlyDictionary<string, string> Facts)> Draw(DrawSlide slide, string text, string name = "image.png")
    {
        File.WriteAllText(_harness.At("text.md"), text);
        var result = await _harness.RunAsync(slide, [("text", _harness.At("text.md"))], ("image", name));
        return (result.Failure, result.Failure is null ? File.ReadAllBytes(result.Outputs[0].Files[0].Path) : [], result.Facts);
    }

    [Theory]
    [InlineData("1920x1080", ThemeName.Midnight)]
    [InlineData("1080x1920", ThemeName.Paper)]
    [InlineData("640x640", ThemeName.Ocean)]
    public async Task A_slide_has_exactly_the_size_asked_for_and_the_same_bytes_each_time(string size, ThemeName theme)
    {
        var slide = new DrawSlide { Size = SlideSize.Parse(size, null), Theme = theme, Footer = "Footer", Number = "1/5" };
        const string Text = "## Why *blue*?\n\n- Short waves scatter most\n- So the sky is blue\n\nThis is spoken.\n";
        var one = await Draw(slide, Text);
        var two = await Draw(slide, Text);
        Assert.Null(one.Failure);
        Assert.Equal(size, PngSize.Read(one.Bytes)?.ToString());
        Assert.Equal(one.Bytes, two.Bytes);
    }

    [Fact]
    public async Task Every_option_changes_the_picture()
    {
        const string Text = "## Title\n\n- Point\n\nSpoken.\n";
        DrawSlide[] slides = [new(), new() { Theme = ThemeName.Paper }, new() { Title = "Other" }, new() { Bullets = ["x"] }, new() { Bullets = [] }, new() { Body = true }, new() { Footer = "f" }, new() { Number = "1" }, new() { Subtitle = "s" }];
        var pictures = new HashSet<string>();
        foreach (var slide in slides) pictures.Add(Convert.ToBase64String((await Draw(slide, Text)).Bytes));
        Assert.Equal(slides.Length, pictures.Count);
    }

    [Fact]
    public async Task Narration_is_not_on_the_slide()
    {
        var one = await Draw(new(), "## Title\n\n- Point\n\nSpoken.\n");
        var two = await Draw(new(), "## Title\n\nQuite other words.\n\n- Point\n");
        Assert.Equal(one.Bytes, two.Bytes);
    }

    [Fact]
    public async Task The_drawing_itself_can_be_had()
    {
        var drawing = await Draw(new(), "## A <b> & \"c\" <script>\n", "slide.svg");
        Assert.Contains("A &amp; &quot;c&quot; &lt;script&gt;", System.Text.Encoding.UTF8.GetString(drawing.Bytes));
    }

    [Fact]
    public async Task Lines_are_drawn_no_wider_than_they_were_measured()
    {
        // A line of wide letters at the right margin: the outermost columns must stay background.
        var (failure, bytes, _) = await Draw(new() { Bullets = [string.Concat(Enumerable.Repeat("WAVE MMM AVAST ", 20))], Title = string.Concat(Enumerable.Repeat("WWWW mmmm ", 6)) }, "x");
        Assert.Null(failure);
        var path = _harness.At("wide.png");
        File.WriteAllBytes(path, bytes);
        var info = new System.Diagnostics.ProcessStartInfo("ffmpeg", ["-v", "error", "-i", path, "-vf", "crop=140:1080:1780:0,format=gray,scale=140:1080", "-f", "rawvideo", "-"]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var ffmpeg = System.Diagnostics.Process.Start(info)!;
        using var pixels = new MemoryStream();
        await ffmpeg.StandardOutput.BaseStream.CopyToAsync(pixels);
        Assert.Equal(140 * 1080, pixels.Length);
        Assert.True(pixels.ToArray().Max() < 120);
    }

    [Fact]
    public async Task Letters_that_no_font_has_are_a_failure_and_not_a_row_of_boxes()
    {
        // Avestan: none of the fonts that Spool asks for has it.
        var (failure, _, _) = await Draw(new(), "## \U00010B00\U00010B01\n");
        Assert.Equal(FailureKind.BadOutput, failure?.Kind);
        Assert.Contains("U+10B00", failure!.Sentence);
    }

    [Fact]
    public async Task Too_much_text_is_said_and_not_hidden()
    {
        var (failure, _, facts) = await Draw(new(), "## T\n\n" + string.Concat(Enumerable.Repeat("- point\n", 12)));
        Assert.Null(failure);
        Assert.Equal("5 of 12 points", facts["left out"]);
    }

    [Theory]
    [InlineData("", "image.png", "nothing for a slide")]
    [InlineData("## T", "image.jpg", ".png or .svg")]
    public async Task A_slide_that_cannot_be_drawn_says_why(string text, string name, string why)
    {
        var (failure, _, _) = await Draw(new(), text, name);
        Assert.Contains(why, failure?.Sentence);
    }
}
