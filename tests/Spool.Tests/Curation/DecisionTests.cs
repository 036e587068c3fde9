using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Curation;

public sealed class DecisionTests
{
    private readonly CurationRig _rig = new();

    private static string Hash(int seed) => "sha256:" + Digest.Of(CurationRig.Jpeg(seed));

    private string? Rule(int index) => _rig.Lines("selection.jsonl").Single(l => l.GetProperty("frame_idx").GetInt32() == index).GetProperty("rule").GetString();

    [Fact]
    public async Task A_persons_word_beats_every_rule_and_is_a_row_of_its_own()
    {
        _rig.Frames(0, 8);
        _rig.Frame(8, CurationRig.Jpeg(8, light: 10));
        _rig.Engine.Write("overrides.jsonl", $$"""
            {"decision":"drop","hash":"{{Hash(2)}}"}
            {"decision":"keep","hash":"sha256:{{Digest.Of(CurationRig.Jpeg(8, light: 10))}}"}
            {"decision":"drop","hash":"{{Hash(3)}}"}
            {"decision":"keep","hash":"{{Hash(3)}}"}
            """);
        await _rig.RunAsync();
        Assert.Equal("person: drop", Rule(2));
        Assert.Equal("person: keep", Rule(8)); // dark, and kept all the same
        Assert.Equal("person: keep", Rule(3)); // the last word counts
        var rules = _rig.Object("selection.json").GetProperty("rules").EnumerateArray().ToDictionary(r => r.GetProperty("rule").GetString()!, r => (r.GetProperty("matched").GetInt32(), r.GetProperty("first").GetInt32()));
        Assert.Equal((2, 0), rules["person: keep"]);
        Assert.Equal((1, 1), rules["person: drop"]);
        Assert.Equal((1, 0), rules["dark"]);
    }

    [Fact]
    public async Task Decisions_survive_new_frames_other_numbers_and_other_thresholds()
    {
        _rig.Frames(0, 8);
        _rig.Engine.Write("overrides.jsonl", $"{{\"decision\":\"drop\",\"hash\":\"{Hash(2)}\"}}\n");
        await _rig.RunAsync();
        _rig.Frames(8, 20);
        await _rig.RunAsync();
        Assert.Equal("person: drop", Rule(2));
        await _rig.RunAsync(("dark-below", "0"));
        Assert.Equal("person: drop", Rule(2));
        _rig.Engine.Files.DeleteFile("/footage/image_2.jpg");
        _rig.Frame(30, CurationRig.Jpeg(2));
        await _rig.RunAsync();
        Assert.Equal("person: drop", Rule(30));
    }

    [Fact]
    public async Task A_line_that_is_no_decision_fails_with_its_number_and_nothing_is_lost()
    {
        _rig.Frames(0, 4);
        await _rig.RunAsync();
        var before = _rig.Everything();
        _rig.Engine.Write("overrides.jsonl", $"{{\"decision\":\"drop\",\"hash\":\"{Hash(2)}\"}}\n{{\"decision\":\"maybe\",\"hash\":\"x\"}}\n");
        var result = await _rig.RunAsync();
        Assert.Equal("failed", result.Status);
        Assert.Equal("the decisions cannot be read, line 2: 'maybe' is none of keep, drop, representative, add-cut, remove-cut", EngineRig.Of(result, "duplicates:frames").Failure!.Sentence);
        Assert.Equal(before, _rig.Everything());
    }

    [Fact]
    public async Task A_chosen_representative_stays_instead_of_the_sharpest()
    {
        _rig.Frames(0, 6);
        _rig.Frame(6, [.. CurationRig.Jpeg(2), 0]); // the same picture in another file
        await _rig.RunAsync();
        Assert.Equal("first of equally sharp members", _rig.Object("clusters.json").GetProperty("clusters")[0].GetProperty("reason").GetString());
        Assert.Equal("duplicate", Rule(6));
        _rig.Engine.Write("overrides.jsonl", $"{{\"decision\":\"representative\",\"hash\":\"sha256:{Digest.Of([.. CurationRig.Jpeg(2), 0])}\"}}\n");
        await _rig.RunAsync();
        var group = _rig.Object("clusters.json").GetProperty("clusters")[0];
        Assert.Equal((6, "a person chose it"), (group.GetProperty("representative").GetInt32(), group.GetProperty("reason").GetString()));
        Assert.Equal("duplicate", Rule(2));
        Assert.Null(Rule(6));
    }

    [Fact]
    public async Task Groups_keep_their_ids_when_frames_come_and_ids_that_merged_are_told()
    {
        // Pictures 2 and 3 are doubled: two groups. The ids stay although new members have smaller digests, or larger ones.
        _rig.Frames(0, 6);
        for (var i = 0; i < 4; i++) _rig.Frame(10 + i, [.. CurationRig.Jpeg(2 + (i % 2)), (byte)i]);
        await _rig.RunAsync();
        var ids = Ids();
        Assert.Equal(2, ids.Count);
        for (var i = 0; i < 12; i++) _rig.Frame(20 + i, [.. CurationRig.Jpeg(2 + (i % 2)), 9, (byte)i]);
        await _rig.RunAsync();
        Assert.Equal(ids, Ids());
        await _rig.RunAsync(("distance", "64"));
        var all = Assert.Single(Ids());
        Assert.Contains(all, ids);
        Assert.Equal(all, _rig.Object("clusters.json").GetProperty("merged").GetProperty(ids.Single(i => i != all)).GetString());
    }

    private List<string> Ids() => [.. _rig.Object("clusters.json").GetProperty("clusters").EnumerateArray().Select(c => c.GetProperty("id").GetString()!).Order()];

    [Fact]
    public async Task Of_two_representatives_in_a_group_the_later_counts_and_a_byte_order_mark_does_not()
    {
        _rig.Frames(0, 6);
        _rig.Frame(6, [.. CurationRig.Jpeg(2), 0]);
        string Line(byte[] bytes) => $"{{\"decision\":\"representative\",\"hash\":\"sha256:{Digest.Of(bytes)}\"}}\n";
        _rig.Engine.Write("overrides.jsonl", "\ufeff" + Line(CurationRig.Jpeg(2)) + Line([.. CurationRig.Jpeg(2), 0]));
        Assert.Equal("succeeded", (await _rig.RunAsync()).Status);
        Assert.Equal(6, _rig.Object("clusters.json").GetProperty("clusters")[0].GetProperty("representative").GetInt32());
    }

    [Theory]
    [InlineData("""{"decision":"drop","hash":"sha256:aa"}""", "is no SHA-256")]
    [InlineData("""{"decision":"add-cut","stream":"a","pts_s":-5}""", "is no time in seconds")]
    [InlineData("""{"decision":"add-cut","stream":"a","pts_s":1e400}""", "")]
    [InlineData("""{"decision":"drop","stream":"a"}""", "names neither")]
    public void A_decision_that_can_mean_nothing_is_refused(string line, string why) =>
        Assert.Contains(why, Assert.Throws<Spool.Media.Streams.DecisionFault>(() => Spool.Media.Streams.Decisions.Read(System.Text.Encoding.UTF8.GetBytes(line))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_cut_among_pictures_is_named_by_content_or_by_the_seconds_of_cuts_json()
    {
        _rig.Frames(10, 60);
        _rig.Engine.Write("overrides.jsonl", $"{{\"decision\":\"add-cut\",\"hash\":\"{Hash(20)}\"}}\n{{\"decision\":\"add-cut\",\"stream\":\"frames\",\"pts_s\":1.0}}\n");
        await _rig.RunAsync(("detector", "threshold")); // which finds nothing among pictures
        Assert.Equal("[20,40]", _rig.Object("cuts.json").GetProperty("cuts").GetRawText()); // 1.0 s at 30 a second behind frame 10
        Assert.Equal(1.0, _rig.Object("cuts.json").GetProperty("scenes")[2].GetProperty("start").GetProperty("s").GetDouble());
    }
}
