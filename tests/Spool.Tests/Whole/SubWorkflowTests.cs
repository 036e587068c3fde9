using Spool.Tests.Support;
using Xunit;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.Tests.Whole;

public sealed class SubWorkflowTests
{
    private const string Inner = """
        version: 1
        name: inner
        vars: { who: you, loud: false }
        resources: { tts: 1 }
        steps:
          - { id: hello, kind: files.write, with: { text: "hello ${{ vars.who }} " }, out: { file: work/hello.txt } }
          - { id: both, kind: test.join, in: { texts: [work/hello.txt, assets/shared.txt] }, out: { text: out/both.txt }, resources: { tts: 1 } }
          - { id: shout, kind: test.upper, when: loud, needs: [hello], in: { text: out/both.txt }, out: { text: out/shout.txt } }
        """;

    private readonly EngineRig _rig = new();

    [Fact]
    public async Task A_workflow_step_brings_the_steps_of_another_file_into_one_run_and_two_branches_share_their_assets()
    {
        _rig.Write("inner.yaml", Inner);
        _rig.Write("assets/shared.txt", "shared");
        const string outer = """
            version: 1
            vars: { name: Ann }
            steps:
              - { id: a, kind: workflow, file: inner.yaml, inputs: { who: "${{ vars.name }}" }, output-dir: one/ }
              - { id: b, kind: workflow, file: inner.yaml, inputs: { who: Bob, loud: true }, output-dir: two }
              - { id: all, kind: test.join, in: { texts: [one/out/both.txt, two/out/shout.txt] }, out: { text: out/all.txt } }
            """;
        var result = await _rig.RunAsync(outer);
        Assert.Equal("succeeded", result!.Status);
        Assert.Equal("hello Ann sharedHELLO BOB SHARED", _rig.Read("out/all.txt"));
        Assert.Equal(["a/both", "a/hello", "all", "b/both", "b/hello", "b/shout"], EngineRig.Ran(result));
        Assert.Equal(TaskStatus.Skipped, EngineRig.Of(result, "a/shout").Status);
        Assert.Equal("the condition does not hold: loud", EngineRig.Why(result, "a/shout"));
        _rig.Write("assets/shared.txt", "asset");
        Assert.Equal(["a/both", "all", "b/both", "b/shout"], EngineRig.Ran(await _rig.RunAsync()));
    }

    [Fact]
    public async Task A_workflow_step_whose_condition_does_not_hold_is_skipped_whole()
    {
        _rig.Write("inner.yaml", Inner);
        _rig.Write("assets/shared.txt", "shared");
        var result = await _rig.RunAsync("""
            version: 1
            vars: { want: false }
            steps:
              - { id: a, kind: workflow, file: inner.yaml, when: want }
            """);
        Assert.Equal("succeeded", result!.Status);
        Assert.All(result.All, t => Assert.Equal(TaskStatus.Skipped, t.Status));
    }

    [Theory]
    [InlineData("file: nowhere.yaml", "SPL0100")]
    [InlineData("file: inner.yaml, inputs: { whom: x }", "SPL0126")]
    [InlineData("file: inner.yaml, outputs: x", "SPL0110")]
    [InlineData("file: ../inner.yaml", "SPL0132")]
    [InlineData("file: spool.yaml", "SPL0133")]
    [InlineData("file: inner.yaml, inputs: { who: \"${{ item }}\" }", "SPL0201")]
    public async Task What_is_wrong_with_a_workflow_step_is_a_problem(string with, string code)
    {
        _rig.Write("inner.yaml", Inner);
        Assert.Null(await _rig.RunAsync($$"""
            version: 1
            steps:
              - { id: a, kind: workflow, {{with}} }
            """));
        Assert.Contains(_rig.Problems.Problems, p => p.Code == code);
    }

    [Theory]
    [InlineData("include: other.yaml", "SPL0110")]
    [InlineData("roots: { far: ../far }", "SPL0110")]
    [InlineData("steps: [ { id: x, kind: files.write, when: exists b, with: { text: x }, out: { file: x } } ]", "SPL0121")]
    public async Task What_a_workflow_cannot_bring_along_is_told_and_not_dropped(string line, string code)
    {
        _rig.Write("inner.yaml", "version: 1\n" + line + "\n");
        Assert.Null(await _rig.RunAsync("version: 1\nsteps:\n  - { id: a, kind: workflow, file: inner.yaml, when: exists a }\n"));
        Assert.Contains(_rig.Problems.Problems, p => p.Code == code);
    }

    [Fact]
    public async Task A_list_within_a_text_is_its_items_with_commas_between()
    {
        await _rig.RunAsync("""
            version: 1
            vars: { words: [rain, snow] }
            steps: [ { id: a, kind: files.write, with: { text: "say: ${{ vars.words }}." }, out: { file: out/a.txt } } ]
            """);
        Assert.Equal("say: rain, snow.", _rig.Read("out/a.txt"));
    }

    [Fact]
    public async Task A_review_in_it_is_decided_by_its_whole_address_and_makes_its_own_steps_anew()
    {
        _rig.Write("inner.yaml", """
            version: 1
            steps:
              - { id: take, kind: test.roll, out: { text: work/take.txt } }
              - { id: copy, kind: files.copy, in: { file: work/take.txt }, out: { file: work/copy.txt } }
              - { id: look, kind: review, in: { text: work/copy.txt }, with: { regenerate: [take] } }
            """);
        await _rig.RunAsync("version: 1\nsteps:\n  - { id: a, kind: workflow, file: inner.yaml }\n");
        Assert.Null(await _rig.DecideAsync("a/look", "reject"));
        Assert.Equal(["a/copy", "a/take"], EngineRig.Ran(await _rig.RunAsync()));
    }
}
