using Spool.Tests.Support;
using Xunit;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.Tests.Whole;

public sealed class ReviewTests
{
    [Fact]
    public async Task What_reads_a_reviewed_file_waits_for_the_decision_and_all_else_goes_on()
    {
        var rig = new EngineRig();
        var result = await rig.RunAsync("""
            version: 1
            steps:
              - id: a
                kind: files.write
                foreach: { list: [one, two] }
                with: { text: "${{ item }}" }
                out: { file: "work/${{ item }}.txt" }
              - id: look
                kind: review
                in: { text: "work/one.txt" }
                with: { message: Is it right? }
              - id: up
                kind: test.upper
                in: { text: "work/{stem}.txt" }
                out: { text: "out/{stem}.txt" }
            """);
        Assert.Equal("waiting", result!.Status);
        Assert.Equal("waits for your decision: Is it right?", EngineRig.Why(result, "look"));
        Assert.Equal(TaskStatus.Blocked, EngineRig.Of(result, "up:one").Status);
        Assert.Equal("look", EngineRig.Of(result, "up:one").BlockedOn);
        Assert.Equal(TaskStatus.Succeeded, EngineRig.Of(result, "up:two").Status);
    }

    [Fact]
    public async Task A_circle_through_reviews_is_named_with_its_path_and_the_way_out()
    {
        var rig = new EngineRig();
        Assert.Null(await rig.RunAsync("""
            version: 1
            steps:
              - { id: x, kind: files.write, with: { text: x }, out: { file: work/x.txt } }
              - { id: y, kind: files.write, with: { text: y }, out: { file: work/y.txt } }
              - { id: from-x, kind: files.copy, in: { file: work/x.txt }, out: { file: work/x2.txt } }
              - { id: from-y, kind: files.copy, in: { file: work/y.txt }, out: { file: work/y2.txt } }
              - { id: first, kind: review, in: { a: work/x.txt, b: work/y2.txt } }
              - { id: second, kind: review, in: { a: work/y.txt, b: work/x2.txt } }
            """));
        var problem = Assert.Single(rig.Problems.Problems);
        Assert.Equal("SPL0148", problem.Code);
        Assert.Contains("first", problem.Message);
        Assert.Contains("second", problem.Message);
        Assert.Contains("gated: false", problem.Hint);
    }
}
