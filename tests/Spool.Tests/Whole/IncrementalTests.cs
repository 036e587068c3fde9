using Spool.Engine.Definition;
using Spool.Tests.Support;
using Xunit;
using static Spool.Tests.Support.EngineRig;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.Tests.Whole;

public sealed class IncrementalTests
{
    private const string Scenes = """
        version: 1
        name: scenes
        steps:
          - id: split
            kind: test.explode
            in: { text: script.txt }
            out: { files: work/scenes/ }
          - id: loud
            kind: test.upper
            in: { text: "work/scenes/{stem}.txt" }
            out: { text: "work/loud/{stem}.txt" }
          - id: join
            kind: test.join
            in: { texts: "work/loud/*.txt" }
            out: { text: out/film.txt }
        """;

    private static async Task<EngineRig> MadeAsync()
    {
        var rig = new EngineRig();
        rig.Write("script.txt", "one a\ntwo b\nthree c\n");
        var first = await rig.RunAsync(Scenes);
        Assert.Equal("succeeded", first!.Status);
        Assert.Equal(["join", "loud:one", "loud:three", "loud:two", "split"], Ran(first));
        return rig;
    }

    [Fact]
    public async Task An_unchanged_workflow_runs_nothing()
    {
        var rig = await MadeAsync();
        var again = await rig.RunAsync();
        Assert.Empty(Ran(again));
        Assert.Equal(5, again!.Tasks.Reused);
    }

    [Fact]
    public async Task A_changed_scene_reruns_only_itself_and_what_joins_the_scenes()
    {
        var rig = await MadeAsync();
        rig.Write("script.txt", "one a\ntwo NEW\nthree c\n");
        Assert.Equal(["join", "loud:two", "split"], Ran(await rig.RunAsync()));
    }

    [Fact]
    public async Task An_equal_result_stops_the_wave()
    {
        var rig = await MadeAsync();
        rig.Write("script.txt", "one A\ntwo b\nthree c\n");
        var result = await rig.RunAsync();
        Assert.Equal(["loud:one", "split"], Ran(result));
        Assert.Equal(TaskStatus.Reused, EngineRig.Of(result, "join").Status);
    }

    [Fact]
    public async Task A_scene_in_the_middle_touches_no_other()
    {
        var rig = await MadeAsync();
        rig.Write("script.txt", "one a\nnew x\ntwo b\nthree c\n");
        Assert.Equal(["join", "loud:new", "split"], Ran(await rig.RunAsync()));
    }

    [Fact]
    public async Task Nothing_of_a_deleted_scene_stays()
    {
        var rig = await MadeAsync();
        rig.Write("script.txt", "one a\nthree c\n");
        var result = await rig.RunAsync();
        Assert.Equal(["join", "split"], Ran(result));
        Assert.Equal("ONE A\nTHREE C\n", rig.Read("out/film.txt"));
        Assert.False(rig.Exists("work/loud/two.txt"));
        Assert.False(rig.Exists("work/scenes/two.txt"));
    }

    [Fact]
    public async Task Comments_labels_and_the_order_of_keys_change_nothing()
    {
        var rig = await MadeAsync();
        var other = Scenes.Replace("in: { text: script.txt }\n    out: { files: work/scenes/ }", "out: { files: work/scenes/ }\n    label: hello # a comment\n    in: { text: script.txt }");
        Assert.NotEqual(Scenes, other);
        Assert.Empty(Ran(await rig.RunAsync(other)));
    }

    [Fact]
    public async Task Touching_a_file_runs_nothing()
    {
        var rig = await MadeAsync();
        rig.Write("script.txt", rig.Read("script.txt"));
        Assert.Empty(Ran(await rig.RunAsync()));
    }

    [Fact]
    public async Task A_deleted_output_comes_back_without_running()
    {
        var rig = await MadeAsync();
        rig.Delete("out/film.txt");
        rig.Delete("work");
        Assert.Empty(Ran(await rig.RunAsync()));
        Assert.Equal("ONE A\nTHREE C\nTWO B\n", rig.Read("out/film.txt"));
        Assert.Equal("TWO B\n", rig.Read("work/loud/two.txt"));
    }

    [Fact]
    public async Task A_variable_back_at_an_earlier_value_runs_nothing()
    {
        var rig = new EngineRig();
        const string yaml = """
            version: 1
            vars: { who: world }
            steps:
              - id: a
                kind: files.write
                with: { text: "hello ${{ vars.who }}" }
                out: { file: out/a.txt }
              - id: b
                kind: files.copy
                in: { file: out/a.txt }
                out: { file: out/b.txt }
            """;
        WorkflowArguments Who(string who) => new() { Vars = [("who", who)] };
        Assert.Equal(["a", "b"], Ran(await rig.RunAsync(yaml, Who("A"))));
        var second = await rig.RunAsync(yaml, Who("B"));
        Assert.Equal(["a", "b"], Ran(second));
        Assert.Equal("option text: hello A -> hello B", Why(second, "a"));
        Assert.Empty(Ran(await rig.RunAsync(yaml, Who("A"))));
        Assert.Equal("hello A", rig.Read("out/b.txt"));
    }

    [Fact]
    public async Task A_renamed_step_keeps_its_results()
    {
        var rig = await MadeAsync();
        Assert.Empty(Ran(await rig.RunAsync(Scenes.Replace("id: loud", "id: capitals"))));
    }

    [Fact]
    public async Task Force_runs_a_step_whose_inputs_are_the_same_and_the_equal_result_goes_no_further()
    {
        var rig = await MadeAsync();
        Assert.Equal(["split"], Ran(await rig.RunAsync(force: ["split"])));
    }

    [Fact]
    public async Task Equal_deterministic_tasks_run_once()
    {
        var rig = new EngineRig();
        var result = await rig.RunAsync("""
            version: 1
            steps:
              - id: a
                kind: files.write
                foreach: { range: [0, 50] }
                with: { text: same }
                out: { file: "out/${{ item }}.txt" }
            """, jobs: 8);
        Assert.Single(Ran(result));
        Assert.Equal(49, result!.Tasks.Reused);
        Assert.Equal("same", rig.Read("out/49.txt"));
    }

    [Fact]
    public async Task Tasks_that_vary_each_have_their_own_result()
    {
        var rig = new EngineRig();
        const string yaml = """
            version: 1
            steps:
              - id: a
                kind: test.roll
                foreach: { range: [0, 3] }
                out: { text: "out/${{ item }}.txt" }
            """;
        Assert.Equal(3, Ran(await rig.RunAsync(yaml)).Count);
        Assert.NotEqual(rig.Read("out/0.txt"), rig.Read("out/1.txt"));
        Assert.Empty(Ran(await rig.RunAsync()));
    }

    [Fact]
    public async Task Targets_run_only_what_they_need()
    {
        var rig = new EngineRig();
        rig.Write("script.txt", "one a\ntwo b\n");
        var result = await rig.RunAsync(Scenes, targets: ["work/loud/two.txt"]);
        Assert.Equal(["loud:two", "split"], Ran(result));
        Assert.False(rig.Exists("out/film.txt"));
    }
}
