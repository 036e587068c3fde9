using System.Diagnostics;
using Spool.EndToEnd.Support;
using Spool.Engine;
using Spool.Media.Slides;
using Spool.Steps.Images;
using Xunit;

namespace Spool.EndToEnd.Images;

public sealed class RenderSvgTests : IDisposable
{
    private const string Open = "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'";

    private readonly StepHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    private async Task<(Failure? Failure, byte[] Bytes, IReadOnlyDictionary<string, string> Facts)> Render(RenderSvg options, string svg)
    {
        File.WriteAllText(_harness.At("drawing.svg"), svg);
        var result = await _harness.RunAsync(options, [("svg", _harness.At("drawing.svg"))], ("image", "image.png"));
        return (result.Failure, result.Failure is null ? File.ReadAllBytes(result.Outputs[0].Files[0].Path) : [], result.Facts);
    }

    [Theory]
    [InlineData(null, null, 1.0, "300x200")]
    [InlineData(null, null, 0.5, "150x100")]
    [InlineData(600, null, 1.0, "600x400")]
    [InlineData(null, 50, 1.0, "75x50")]
    [InlineData(400, 400, 1.0, "400x400")]
    public async Task The_picture_has_the_size_asked_for(int? width, int? height, double scale, string size)
    {
        var (failure, bytes, _) = await Render(new() { Width = width, Height = height, Scale = scale, Background = "#203040" }, $"{Open} width='300' height='200'><circle cx='150' cy='100' r='90' fill='red'/></svg>");
        Assert.Null(failure);
        Assert.Equal(size, PngSize.Read(bytes)?.ToString());
    }

    [Fact]
    public async Task The_same_drawing_gives_the_same_bytes()
    {
        var svg = $"{Open} viewBox='0 0 100 100'><text x='10' y='50' font-family='DejaVu Sans'>Hello</text></svg>";
        Assert.Equal((await Render(new() { Width = 500 }, svg)).Bytes, (await Render(new() { Width = 500 }, svg)).Bytes);
    }

    [Fact]
    public async Task Files_and_addresses_outside_are_not_drawn()
    {
        var red = _harness.At("secret.png");
        File.WriteAllBytes(red, (await Render(new() { Background = "red" }, $"{Open} width='64' height='64'/>")).Bytes);
        File.Copy(red, _harness.At("sibling.png"));
        var (empty, empties, _) = await Render(new() { Background = "white" }, $"{Open} width='64' height='64'/>");
        Assert.Null(empty);
        foreach (var target in new[] { red, "file://" + red, "sibling.png", "../secret.png", "../../../secret.png", "http://127.0.0.1:9/x.png" })
        {
            var (failure, bytes, facts) = await Render(new() { Background = "white" }, $"{Open} width='64' height='64'><image width='64' height='64' xlink:href='{target}'/></svg>");
            Assert.Null(failure);
            Assert.Equal(empties, bytes);
            Assert.Equal("1 references to other files", facts["not loaded"]);
        }
    }

    [Fact]
    public async Task A_drawing_that_reads_files_by_entities_is_refused()
    {
        var (failure, _, _) = await Render(new(), $"<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>{Open} width='64' height='64'><text>&x;</text></svg>");
        Assert.Equal(FailureKind.BadOutput, failure?.Kind);
        Assert.Contains("entity", failure!.Sentence);
    }

    [Theory]
    [InlineData("width='100000' height='10'")]
    [InlineData("width='20000' height='20000'")]
    [InlineData("width='1e300' height='1'")]
    public async Task A_huge_picture_is_refused_before_it_costs_memory(string size)
    {
        var (failure, _, _) = await Render(new(), $"{Open} {size}><rect width='10' height='10'/></svg>");
        Assert.Equal(FailureKind.BadOutput, failure?.Kind);
        Assert.Contains("at most 32767 a side and 100 million", failure!.Sentence);
    }

    [Fact]
    public async Task A_drawing_that_multiplies_itself_ends_with_a_failure()
    {
        var svg = new System.Text.StringBuilder($"{Open} width='10' height='10'><defs><g id='a0'><rect width='1' height='1'/></g>");
        for (var i = 1; i < 20; i++) svg.Append($"<g id='a{i}'>").Append(string.Concat(Enumerable.Repeat($"<use xlink:href='#a{i - 1}'/>", 10))).Append("</g>");
        var clock = Stopwatch.StartNew();
        var (failure, _, _) = await Render(new(), svg.Append("</defs><use xlink:href='#a19'/></svg>").ToString());
        Assert.Equal(FailureKind.ToolFailed, failure?.Kind);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_file_above_eight_megabytes_is_refused()
    {
        var (failure, _, _) = await Render(new(), $"{Open} width='10' height='10'><!--{new string('x', 8 << 20)}--></svg>");
        Assert.Contains("more than the", failure?.Sentence);
    }

    [Theory]
    [InlineData("<svg", "no well-formed XML")]
    [InlineData("<html/>", "not svg")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>", "no size of its own")]
    public async Task A_drawing_that_cannot_be_rendered_says_why(string svg, string why) => Assert.Contains(why, (await Render(new(), svg)).Failure?.Sentence);

    [Fact]
    public void Options_that_contradict_are_problems()
    {
        Assert.Equal("scale", Assert.Single(new RenderSvg { Scale = 2, Width = 10 }.Check()).Option);
        Assert.Equal("background", Assert.Single(new RenderSvg { Background = "red; x" }.Check()).Option);
        Assert.Empty(new RenderSvg { Background = "#fff", Width = 10 }.Check());
    }
}
