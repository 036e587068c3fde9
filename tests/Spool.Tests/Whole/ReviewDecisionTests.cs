using Spool.Engine;
using Spool.Engine.Scheduling;
using Spool.Tests.Support;
using Xunit;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.Tests.Whole;

public sealed class ReviewDecisionTests
{
    private const string Yaml = """
        version: 1
        steps:
          - { id: script, kind: test.upper, in: { text: idea.txt }, out: { text: work/script.txt } }
          - { id: read, kind: review, in: { text: work/script.txt }, with: { message: Read it } }
          - { id: speech, kind: files.copy, in: { file: work/script.txt }, out: { file: out/speech.txt } }
        """;

    private readonly EngineRig _rig = new();

    public ReviewDecisionTests() => _rig.Write("idea.txt", "rain\n");

    [Fact]
    public async Task An_edit_made_while_a_review_waits_is_what_is_approved_and_used()
    {
        Assert.Equal("waiting", (await _rig.RunAsync(Yaml))!.Status);
        _rig.Write("work/script.txt", "SNOW\n");
        Assert.Null(await _rig.DecideAsync("read", "approve"));
        var result = await _rig.RunAsync();
        Assert.Equal("succeeded", result!.Status);
        Assert.Equal(["speech"], EngineRig.Ran(result));
        Assert.Equal("SNOW\n", _rig.Read("out/speech.txt"));
    }

    [Fact]
    public async Task An_approval_holds_for_equal_content_and_asks_again_for_other()
    {
        await _rig.RunAsync(Yaml);
        await _rig.DecideAsync("read", "approve");
        Assert.Equal("succeeded", (await _rig.RunAsync())!.Status);
        _rig.Write("idea.txt", "Rain\n");
        var same = await _rig.RunAsync();
        Assert.Equal(["script"], EngineRig.Ran(same));
        Assert.Equal("succeeded", same!.Status);
        _rig.Write("idea.txt", "hail\n");
        Assert.Equal("waiting", (await _rig.RunAsync())!.Status);
    }

    [Fact]
    public async Task A_rejection_makes_only_the_rejected_item_anew_and_asks_again()
    {
        const string yaml = """
            version: 1
            steps:
              - { id: take, kind: test.roll, foreach: { list: [a, b, c, d, e] }, out: { text: "work/${{ item }}.txt" } }
              - { id: listen, kind: review, in: { text: "work/{stem}.txt" } }
              - { id: join, kind: test.join, in: { texts: "work/*.txt" }, out: { text: out/all.txt } }
            """;
        await _rig.RunAsync(yaml);
        var before = _rig.Read("work/c.txt");
        foreach (var item in (string[])["a", "b", "d", "e"]) Assert.Null(await _rig.DecideAsync("listen:" + item, "approve"));
        Assert.Null(await _rig.DecideAsync("listen:c", "reject", "too slow"));
        var result = await _rig.RunAsync();
        Assert.Equal(["take:c"], EngineRig.Ran(result));
        Assert.NotEqual(before, _rig.Read("work/c.txt"));
        Assert.Equal(TaskStatus.Waiting, EngineRig.Of(result, "listen:c").Status);
        Assert.Null(await _rig.DecideAsync("listen:c", "approve"));
        Assert.Equal(["join"], EngineRig.Ran(await _rig.RunAsync()));
    }

    [Fact]
    public async Task A_deterministic_maker_says_that_it_made_the_same_again_and_asks_no_more()
    {
        await _rig.RunAsync(Yaml);
        await _rig.DecideAsync("read", "reject", "no");
        var result = await _rig.RunAsync();
        Assert.Equal(["script"], EngineRig.Ran(result));
        Assert.Contains("regenerated identically", EngineRig.Why(result, "read"));
        Assert.Empty(EngineRig.Ran(await _rig.RunAsync()));
        Assert.Null(await _rig.DecideAsync("read", "approve"));
        Assert.Equal(["speech"], EngineRig.Ran(await _rig.RunAsync()));
    }

    [Fact]
    public async Task Notes_reach_the_maker_in_their_order_and_go_with_a_changed_prompt()
    {
        const string yaml = """
            version: 1
            steps:
              - { id: draft, kind: files.write, with: { text: "PROMPT;${{ review.note }}" }, out: { file: work/draft.txt } }
              - { id: read, kind: review, in: { text: work/draft.txt } }
            """;
        await _rig.RunAsync(yaml.Replace("PROMPT", "rain", StringComparison.Ordinal));
        Assert.Equal("rain;", _rig.Read("work/draft.txt"));
        await _rig.DecideAsync("read", "reject", "shorter");
        await _rig.RunAsync();
        Assert.Equal("rain;shorter", _rig.Read("work/draft.txt"));
        await _rig.DecideAsync("read", "reject", "at 0:14.2: louder");
        await _rig.RunAsync();
        Assert.Equal("rain;shorter\nat 0:14.2: louder", _rig.Read("work/draft.txt"));
        await _rig.RunAsync(yaml.Replace("PROMPT", "snow", StringComparison.Ordinal));
        Assert.Equal("snow;", _rig.Read("work/draft.txt"));
    }

    [Theory]
    [InlineData("regenerate")]
    [InlineData("abort")]
    [InlineData("retry")]
    public async Task Who_began_to_decide_before_somebody_elses_decision_is_told_and_who_begins_after_it_may(string mode)
    {
        await _rig.RunAsync(Yaml.Replace("message: Read it", $"message: Read it, on-reject: {mode}", StringComparison.Ordinal));
        var began = _rig.Time.GetUtcNow().ToUnixTimeMilliseconds();
        _rig.Time.Advance(TimeSpan.FromMilliseconds(80));
        Assert.Null(await _rig.DecideAsync("read", "reject", since: began));
        Assert.NotNull(await _rig.DecideAsync("read", "approve", since: began));
        // Made anew meanwhile: they have not seen that either.
        await _rig.RunAsync();
        Assert.Contains("rejected by me at the same moment", await _rig.DecideAsync("read", "approve", since: began), StringComparison.Ordinal);
        Assert.Null(await _rig.DecideAsync("read", "approve", since: _rig.Time.GetUtcNow().ToUnixTimeMilliseconds() + 1));
    }

    [Fact]
    public async Task Abort_fails_the_run_and_retry_waits_for_an_edit()
    {
        var abort = Yaml.Replace("message: Read it", "message: Read it, on-reject: abort", StringComparison.Ordinal);
        await _rig.RunAsync(abort);
        await _rig.DecideAsync("read", "reject", "never");
        var failed = await _rig.RunAsync();
        Assert.Equal("failed", failed!.Status);
        Assert.Equal(FailureKind.Rejected, EngineRig.Of(failed, "read").Failure!.Kind);
        var waits = await _rig.RunAsync(Yaml.Replace("message: Read it", "message: Read it, on-reject: retry", StringComparison.Ordinal));
        Assert.Empty(EngineRig.Ran(waits));
        Assert.Contains("waits for a change", EngineRig.Why(waits, "read"));
        _rig.Write("work/script.txt", "BETTER\n");
        Assert.Contains("your decision", EngineRig.Why(await _rig.RunAsync(), "read"));
    }

    [Fact]
    public async Task A_time_limit_fails_a_review_and_never_approves_it()
    {
        var yaml = Yaml.Replace("kind: review,", "kind: review, timeout: 1h,", StringComparison.Ordinal);
        Assert.Equal("waiting", (await _rig.RunAsync(yaml))!.Status);
        _rig.Time.Advance(TimeSpan.FromMinutes(61));
        var late = await _rig.RunAsync();
        Assert.Equal(FailureKind.TimedOut, EngineRig.Of(late, "read").Failure!.Kind);
        Assert.Null(await _rig.DecideAsync("read", "approve"));
        Assert.Equal("succeeded", (await _rig.RunAsync())!.Status);
    }

    [Fact]
    public async Task An_edited_result_is_not_rejected_unless_the_edit_is_given_up()
    {
        await _rig.RunAsync(Yaml);
        _rig.Write("work/script.txt", "MINE\n");
        await _rig.RunAsync();
        Assert.Contains("edited by hand", await _rig.DecideAsync("read", "reject"));
        Assert.Null(await _rig.DecideAsync("read", "reject", discardEdit: true));
        await _rig.RunAsync();
        Assert.Equal("RAIN\n", _rig.Read("work/script.txt"));
    }

    [Fact]
    public async Task A_decision_during_a_run_goes_on_in_the_same_run_and_the_second_of_two_is_told()
    {
        var said = new List<string>();
        _rig.Started = driver =>
        {
            driver.IsHeld = true;
            _ = TellAsync(driver);
        };
        var result = await _rig.RunAsync(Yaml);
        Assert.Equal("succeeded", result!.Status);
        Assert.Equal(["script", "speech"], EngineRig.Ran(result));
        Assert.Equal("MINE\n", _rig.Read("out/speech.txt"));
        Assert.Equal(["read: approved", "read was approved by me already"], said);

        async Task TellAsync(RunDriver driver)
        {
            while (!await driver.AskAsync(v => v.Tasks.Any(t => t.Status == TaskStatus.Waiting))) await Task.Yield();
            _rig.Write("work/script.txt", "MINE\n");
            said.Add((await driver.DecideAsync(null, new ReviewDecision("approve", [], "me"))).Said);
            said.Add((await driver.DecideAsync("read", new ReviewDecision("reject", [], "you"))).Said);
            await driver.AskAsync(_ => driver.IsHeld = false);
        }
    }
}
