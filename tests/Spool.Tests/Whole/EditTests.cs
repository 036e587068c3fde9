using Spool.Tests.Support;
using Xunit;
using static Spool.Tests.Support.EngineRig;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.Tests.Whole;

public sealed class EditTests
{
    private const string Two = """
        version: 1
        vars: { text: hello }
        steps:
          - id: a
            kind: files.write
            with: { text: "${{ vars.text }}" }
            out: { file: work/a.txt }
          - id: b
            kind: test.upper
            in: { text: work/a.txt }
            out: { text: out/b.txt }
        """;

    [Fact]
    public async Task An_edit_by_hand_is_shown_and_dependants_follow_it()
    {
        var rig = new EngineRig();
        await rig.RunAsync(Two);
        rig.Write("work/a.txt", "edited");
        var result = await rig.RunAsync();
        Assert.Equal(["b"], Ran(result));
        Assert.Equal("EDITED", rig.Read("out/b.txt"));
        Assert.Equal("work/a.txt edited by hand", Why(result, "a"));
        var again = await rig.RunAsync();
        Assert.Empty(Ran(again));
        Assert.Equal("edited", rig.Read("work/a.txt"));
    }

    [Fact]
    public async Task An_edit_survives_its_producer_running_again_and_the_task_waits()
    {
        var rig = new EngineRig();
        await rig.RunAsync(Two);
        rig.Write("work/a.txt", "edited");
        var result = await rig.RunAsync(Two.Replace("hello", "other"));
        Assert.Equal("waiting", result!.Status);
        Assert.Equal(TaskStatus.Waiting, EngineRig.Of(result, "a").Status);
        Assert.Contains("would overwrite an edit of work/a.txt", Why(result, "a"));
        Assert.Equal("edited", rig.Read("work/a.txt"));
        Assert.Equal(TaskStatus.Blocked, EngineRig.Of(result, "b").Status);
        // The result was kept: it waits again without running again.
        var ran = rig.Executions.Count;
        await rig.RunAsync();
        Assert.Equal(ran, rig.Executions.Count);
    }

    [Fact]
    public async Task An_edit_stands_when_the_producer_makes_what_it_made_before()
    {
        var rig = new EngineRig();
        await rig.RunAsync(Two);
        rig.Write("work/a.txt", "edited");
        var result = await rig.RunAsync(force: ["a"]);
        Assert.Equal("succeeded", result!.Status);
        Assert.Equal("edited", rig.Read("work/a.txt"));
        Assert.Equal("EDITED", rig.Read("out/b.txt"));
    }

    [Fact]
    public async Task A_foreign_file_is_never_overwritten()
    {
        var rig = new EngineRig();
        rig.Write("work/a.txt", "mine");
        var result = await rig.RunAsync(Two);
        Assert.Equal("waiting", result!.Status);
        Assert.Equal("mine", rig.Read("work/a.txt"));
        Assert.Contains("which Spool did not write", Why(result, "a"));
    }

    [Fact]
    public async Task A_foreign_file_with_the_same_bytes_is_adopted()
    {
        var rig = new EngineRig();
        rig.Write("work/a.txt", "hello");
        Assert.Equal("succeeded", (await rig.RunAsync(Two))!.Status);
        Assert.Equal("succeeded", (await rig.RunAsync(Two.Replace("hello", "other")))!.Status);
        Assert.Equal("other", rig.Read("work/a.txt"));
    }

    [Fact]
    public async Task Old_bytes_put_back_by_a_person_are_an_edit_too()
    {
        var rig = new EngineRig();
        await rig.RunAsync(Two);
        await rig.RunAsync(Two.Replace("hello", "other"));
        rig.Write("work/a.txt", "hello");
        var result = await rig.RunAsync();
        Assert.Equal("hello", rig.Read("work/a.txt"));
        Assert.Equal("HELLO", rig.Read("out/b.txt"));
        Assert.Contains("edited by hand", Why(result, "a"));
    }

    [Fact]
    public async Task A_folder_where_a_file_belongs_waits()
    {
        var rig = new EngineRig();
        rig.Write("work/a.txt/inside", "x");
        var result = await rig.RunAsync(Two);
        Assert.Equal(TaskStatus.Waiting, EngineRig.Of(result, "a").Status);
        Assert.True(rig.Exists("work/a.txt/inside"));
    }
}
