using Spool.Engine.Planning;
using Spool.Tests.Support;
using Xunit;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.Tests.Whole;

public sealed class StandInTests
{
    private const string Yaml = """
        version: 1
        outputs: [out/all.txt]
        steps:
          - { id: a, kind: files.write, with: { text: "a" }, out: { file: work/a.txt } }
          - id: b
            kind: test.upper
            in: { text: { path: assets/b.txt, placeholder: { text: card } } }
            out: { text: work/b.txt }
          - id: all
            kind: test.join
            in: { texts: [ { path: assets/intro.txt, placeholder: skip }, work/a.txt, work/b.txt ] }
            out: { text: out/all.txt }
        """;

    private readonly EngineRig _rig = new();

    [Fact]
    public async Task A_missing_file_with_a_placeholder_lets_its_reader_run_but_no_final_is_made_of_it()
    {
        var result = await _rig.RunAsync(Yaml);
        Assert.Equal("waiting", result!.Status);
        Assert.Equal("<CARD>", _rig.Read("work/b.txt"));
        Assert.Equal("would be made with stand-ins; missing: assets/intro.txt (left out), assets/b.txt (text card)", EngineRig.Why(result, "all"));
        Assert.Equal(Quality.Placeholder, EngineRig.Of(result, "b").Quality);
        Assert.False(_rig.Exists("out/all.txt"));
    }

    [Fact]
    public async Task The_real_file_runs_exactly_its_readers_and_the_final_carries_no_stand_in()
    {
        await _rig.RunAsync(Yaml);
        _rig.Write("assets/intro.txt", "intro ");
        Assert.Empty(EngineRig.Ran(await _rig.RunAsync()));
        _rig.Write("assets/b.txt", " b");
        var result = await _rig.RunAsync();
        Assert.Equal(["all", "b"], EngineRig.Ran(result));
        Assert.Equal("intro a B", _rig.Read("out/all.txt"));
        Assert.Empty(EngineRig.Of(result, "all").StandIns);
    }

    [Fact]
    public async Task A_step_that_compares_what_it_read_with_what_it_was_given_takes_a_stand_in_too()
    {
        _rig.AllowsStandIns = true;
        var result = await _rig.RunAsync("""
            version: 1
            steps:
              - { id: copy, kind: files.copy, in: { file: { path: assets/b.txt, placeholder: { text: card } } }, out: { file: out/b.txt } }
            """);
        Assert.Equal(("succeeded", "<card>"), (result!.Status, _rig.Read("out/b.txt")));
    }

    [Fact]
    public async Task A_final_may_be_made_of_stand_ins_when_that_is_allowed()
    {
        _rig.AllowsStandIns = true;
        var result = await _rig.RunAsync(Yaml);
        Assert.Equal("succeeded", result!.Status);
        Assert.Equal("a<CARD>", _rig.Read("out/all.txt"));
        _rig.AllowsStandIns = false;
        Assert.Equal("waiting", (await _rig.RunAsync())!.Status);
    }

    [Fact]
    public async Task A_result_is_final_again_when_all_its_files_are_there()
    {
        await _rig.RunAsync(Yaml);
        _rig.Write("assets/b.txt", "<card>");
        _rig.Write("assets/intro.txt", "");
        var result = await _rig.RunAsync();
        Assert.Equal(["all", "b"], EngineRig.Ran(result));
        Assert.Equal(Quality.Final, EngineRig.Of(result, "b").Quality);
    }

    [Fact]
    public async Task A_preview_goes_past_reviews_and_shows_what_is_missing()
    {
        const string yaml = """
            version: 1
            steps:
              - { id: take, kind: test.roll, out: { text: work/take.txt } }
              - { id: script, kind: test.upper, in: { text: idea.txt }, out: { text: work/script.txt } }
              - { id: read, kind: review, in: { text: work/script.txt } }
              - { id: late, kind: test.upper, in: { text: notes.txt }, out: { text: work/late.txt } }
              - { id: broken, kind: test.fail, in: { text: idea.txt }, out: { text: work/broken.txt } }
              - { id: all, kind: test.join, in: { texts: [work/take.txt, work/script.txt, work/late.txt, work/broken.txt] }, out: { text: out/all.txt } }
            """;
        _rig.Write("idea.txt", "rain ");
        await _rig.RunAsync(yaml);
        _rig.Delete("work/take.txt");
        var preview = await _rig.PreviewAsync();
        Assert.Equal("succeeded", preview!.Status);
        var take = Spool.Platform.DurableFile.ReadText(_rig.Files, EngineRig.PreviewHome + "/work/take.txt");
        Assert.Equal($"{take}RAIN <NOTES.TXT><broken>", Spool.Platform.DurableFile.ReadText(_rig.Files, EngineRig.PreviewHome + "/out/all.txt"));
        Assert.Equal(["notes.txt (stand-in)", "broken (stand-in)"], EngineRig.Of(preview, "all").StandIns.Select(s => s.ToString()));
        Assert.False(_rig.Exists("out/all.txt"));
    }

    [Fact]
    public async Task A_preview_makes_nothing_that_varies_and_takes_the_parents_result_with_its_edit_when_there_is_one()
    {
        const string yaml = """
            version: 1
            steps:
              - { id: take, kind: test.roll, out: { text: work/take.txt } }
              - { id: all, kind: test.join, in: { texts: [work/take.txt] }, out: { text: out/all.txt } }
            """;
        _rig.Write("spool.yaml", yaml);
        var before = await _rig.PreviewAsync();
        Assert.True(EngineRig.Of(before, "take").IsStoodIn);
        Assert.Equal("<take>", Spool.Platform.DurableFile.ReadText(_rig.Files, EngineRig.PreviewHome + "/out/all.txt"));
        await _rig.RunAsync();
        _rig.Write("work/take.txt", "mine");
        var after = await _rig.PreviewAsync();
        Assert.Equal(TaskStatus.Reused, EngineRig.Of(after, "take").Status);
        Assert.Equal("mine", Spool.Platform.DurableFile.ReadText(_rig.Files, EngineRig.PreviewHome + "/out/all.txt"));
    }

    [Theory]
    [InlineData("{ colour: red }", "no key 'colour'")]
    [InlineData("{ color: red }", "#RRGGBB")]
    [InlineData("{ color: \"#123456\", text: x }", "one sort only")]
    [InlineData("nothing", "no stand-in")]
    [InlineData("{ silence: -3 }", "how many seconds")]
    [InlineData("skip", "cannot be left out")]
    public async Task A_stand_in_that_makes_no_sense_is_a_problem(string placeholder, string told)
    {
        Assert.Null(await _rig.RunAsync($$"""
            version: 1
            steps:
              - { id: b, kind: test.upper, in: { text: { path: b.txt, placeholder: {{placeholder}} } }, out: { text: out/b.txt } }
            """));
        Assert.Contains(_rig.Problems.Problems, p => (p.Message + p.Hint).Contains(told, StringComparison.Ordinal));
    }
}
