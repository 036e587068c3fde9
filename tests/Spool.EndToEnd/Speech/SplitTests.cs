using Spool.EndToEnd.Support;
using Spool.Engine;
using Spool.Engine.Attempts;
using Spool.Steps.Speech;
using Spool.Steps.Prose;
using Xunit;

namespace Spool.EndToEnd.Speech;

public sealed class SplitTests : IDisposable
{
    private readonly StepHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    private Task<AttemptResult> Split(SplitText options, string text)
    {
        File.WriteAllText(_harness.At("script.md"), text);
        return _harness.RunAsync(options, [("text", _harness.At("script.md"))], ("sections", "sections/"), ("order", "order.json"));
    }

    [Fact]
    public async Task A_script_becomes_files_and_a_list_in_its_order()
    {
        var result = await Split(new(), "# Film\n\nHello.\n\n## Zebra & Co\nz\n\n## Äpfel\na\n");
        Assert.Null(result.Failure);
        Assert.Equal(["apfel.md", "intro.md", "zebra-co.md"], result.Outputs[0].Files.Select(f => f.Name));
        Assert.Equal("[{\"stem\":\"intro\",\"title\":\"Film\"},{\"stem\":\"zebra-co\",\"title\":\"Zebra & Co\"},{\"stem\":\"apfel\",\"title\":\"Äpfel\"}]\n", File.ReadAllText(result.Outputs[1].Files[0].Path));
        Assert.Equal("## Äpfel\na\n", File.ReadAllText(result.Outputs[0].Files[0].Path));
        Assert.Equal("3", result.Facts["sections"]);
    }

    [Theory]
    [InlineData("", "the text is empty", "write the script first")]
    [InlineData("# Only a title\n\nText.\n", "no heading of level 2", "set level: 1")]
    [InlineData("Text.\n", "no heading of level 2", "'## Title'")]
    public async Task A_text_without_sections_is_a_failure_that_says_what_to_do(string text, string why, string next)
    {
        var failure = (await Split(new(), text)).Failure;
        Assert.Equal(FailureKind.BadOutput, failure?.Kind);
        Assert.Contains(why, failure!.Sentence);
        Assert.Contains(next, failure.Next);
    }

    [Fact]
    public async Task The_sample_script_gives_five_scenes_of_eight_to_thirteen_seconds()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Join(folder, "Spool.slnx"))) folder = Path.GetDirectoryName(folder)!;
        var result = await Split(new(), File.ReadAllText(Path.Join(folder, "templates/explainer/script.md")));
        Assert.Equal(5, result.Outputs[0].Files.Count);
        foreach (var section in result.Outputs[0].Files)
        {
            var speech = await _harness.RunAsync(new SynthesizeSpeech { ReadBullets = false }, [("text", section.Path)], ("audio", "audio.wav"));
            Assert.Null(speech.Failure);
            Assert.InRange(double.Parse(speech.Facts["duration"].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture), 8, 13);
        }
    }
}
