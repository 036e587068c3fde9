using System.Text;
using System.Text.Json;
using Spool.App.Report;
using Spool.Engine;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Xunit;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.Tests.Report;

public sealed class PageTests
{
    private const string Copies = """
          - id: a
            kind: files.copy
            in: { file: script.md }
            out: { file: a.md }
          - id: b
            kind: files.copy
            in: { file: a.md }
            out: { file: b.md }
        """;

    private static readonly byte[] Template = "<!doctype html>\n<script type=\"application/json\">/*SPOOL_DATA*/null/*END_SPOOL_DATA*/</script>\n<p>end"u8.ToArray();

    private static RunReport With(string text) => new()
    {
        Run = new ReportedRun("1", text, "succeeded", "2026-11-20T13:02:48.000Z", null, 1.5, "0.1.0", new TaskCounts(1, 1, 0, 0, 0, 0, 0, 0)),
        Headline = text,
        Finals = [text],
        Strip = [],
        Steps = [new ReportedStep("a", "files.write", text, null, [], new Dictionary<string, int> { ["succeeded"] = 1 }, 1, 0.5, null)],
        Tasks = [new ReportedTask("a", "a", null, "succeeded") { Reasons = [new Reason("option", text)], LogTail = text, Facts = new Dictionary<string, string> { [text] = text } }],
        Artifacts = [new ReportedArtifact(text, "text", 3, "") { Text = text }],
        Lanes = [],
        LeftOut = [],
    };

    [Theory]
    [InlineData("</script><script>alert(1)</script>")]
    [InlineData("<!-- <script>")]
    [InlineData("\u2028 \u001b[31m \"quoted\" \\ /*END_SPOOL_DATA*/ ÄÖ 🎬 ]]>")]
    public void No_text_of_a_task_ends_the_element_that_holds_it_and_every_text_comes_back_as_it_was(string text)
    {
        var page = Encoding.UTF8.GetString(PageTemplate.Fill(Template, With(text)));
        const string Open = "<script type=\"application/json\">", Close = "</script>\n<p>end";
        var from = page.IndexOf(Open, StringComparison.Ordinal) + Open.Length;
        var json = page[from..page.IndexOf(Close, StringComparison.Ordinal)];
        Assert.DoesNotContain("<", json, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        Assert.Equal(1, root.GetProperty("format").GetInt32());
        Assert.Equal(text, root.GetProperty("headline").GetString());
        Assert.Equal(text, root.GetProperty("tasks")[0].GetProperty("facts").GetProperty(text).GetString());
        Assert.Equal(1, root.GetProperty("steps")[0].GetProperty("counts").GetProperty("succeeded").GetInt32());
        Assert.False(root.GetProperty("run").TryGetProperty("finishedAt", out _));
        Assert.StartsWith("<!doctype html>\n<!-- Made by Spool", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_headline_names_the_file_that_was_changed_and_not_what_followed_from_it()
    {
        var sketch = new GraphSketch(Copies, "script.md").Ran("a", 0, 1).Ran("b", 1, 2);
        sketch["a"].Reasons = sketch["b"].Reasons = [new Reason("input", "input file: content changed")];
        Assert.Equal("Done in 2.0 s: 2 ran, because script.md changed", Headline.Of(sketch.Result("succeeded", 2)));
        Assert.Null(Headline.Next(sketch.Result("succeeded", 2), "spool.yaml"));
    }

    [Fact]
    public void The_headline_of_a_failure_names_the_first_task_and_counts_the_rest()
    {
        var sketch = new GraphSketch(Copies, "script.md").Set("a", TaskStatus.Failed).Set("b", TaskStatus.Blocked);
        sketch["a"].Failure = new Failure(FailureKind.ToolFailed, "cp ended with exit code 1");
        Assert.Equal("Failed: a; 1 blocked: cp ended with exit code 1", Headline.Of(sketch.Result("failed", 2)));
        Assert.Equal("spool logs 7 --failed", Headline.Next(sketch.Result("failed", 2), "spool.yaml"));
        Assert.Equal("spool run talk.yaml", Headline.Next(sketch.Result("cancelled", 2), "talk.yaml"));
    }

    [Fact]
    public void Parts_of_two_keys_are_compared_and_digests_are_shown_by_their_first_digits()
    {
        var digest = Platform.Digest.Of("x");
        var changes = EarlierRuns.Between([["option crf", "18"], ["input a", $"file.png {digest}"], ["salt", "1"]], [["option crf", "20"], ["input a", $"file.png {digest}"], ["tool ffmpeg", "5.1"]]);
        Assert.Equal([new KeyChange("option crf", "18", "20"), new KeyChange("tool ffmpeg", null, "5.1"), new KeyChange("salt", "1", null)], changes);
        Assert.Equal($"file.png {digest.Short}…", EarlierRuns.Between([], [["input a", $"file.png {digest}"]])![0].New);
        Assert.Null(EarlierRuns.Between([["a", "1"]], [["a", "1"]]));
    }

    [Fact]
    public void Excerpts_are_cut_between_characters_and_bytes_that_are_no_text_are_refused()
    {
        Assert.Equal("aä", ArtifactTypes.Excerpt("aä🎬"u8, 6));
        Assert.Equal("aä🎬", ArtifactTypes.Excerpt("aä🎬"u8, 7));
        Assert.Equal("x", ArtifactTypes.Excerpt([0xef, 0xbb, 0xbf, (byte)'x'], 9));
        Assert.Null(ArtifactTypes.Excerpt([1, 0, 2], 9));
        Assert.Equal("a…", ArtifactTypes.Cut("a🎬b", 2));
        Assert.Equal("…b", ArtifactTypes.CutHead("a🎬b", 2));
    }

    [Theory]
    [InlineData("out/a b.mp4", "out/a%20b.mp4")]
    [InlineData("../footage/day#1/ä?.mov", "../footage/day%231/%C3%A4%3F.mov")]
    [InlineData("javascript:alert(1)", "javascript%3Aalert%281%29")]
    public void Addresses_are_encoded_part_by_part(string path, string address) => Assert.Equal(address, ArtifactTypes.Address(path), ignoreCase: true);

    [Fact]
    public void A_waveform_holds_the_loudest_sample_of_each_part()
    {
        var samples = new short[] { 0, 16384, -32768, 1, 0, 0 };
        Assert.Equal([0.5f, 1f, 0f], PreviewTools.PeaksOf(System.Runtime.InteropServices.MemoryMarshal.AsBytes<short>(samples), 3)!);
        Assert.Null(PreviewTools.PeaksOf([], 300));
        Assert.Equal(2, PreviewTools.PeaksOf([1, 0, 1, 0], 300)!.Count);
    }
}
