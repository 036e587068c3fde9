using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Engine.Journal;
using Spool.Engine.Scheduling;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Whole;

public sealed class MoneyTests
{
    private readonly EngineRig _rig = new() { Providers = new ProviderTable(new Dictionary<string, ProviderEntry> { ["chat"] = new("chat", "openai model-1", "{}") { Capacity = 1 } }) };

    private static string Calls(string with, int count = 3) => $$$"""
        version: 1
        steps:
          - id: call
            kind: test.pay
            foreach: { range: [0, {{{count}}}] }
            with: { name: "${{ item }}", {{{with}}} }
            out: { text: "out/${{ item }}.txt" }
        """;

    private WorkspaceState State() => EventJournal.ReadOnly(_rig.Disk, new WorkspacePaths(EngineRig.Home).Journal).State;

    [Fact]
    public async Task The_call_that_would_pass_the_cap_is_not_made_and_what_was_made_is_kept()
    {
        _rig.Caps = new Caps(0.01m, null);
        var result = await _rig.RunAsync(Calls("most: \"0.004\", actual: \"0.003\"", 4));
        var failed = Assert.Single(result!.All, t => t.Failure is not null);
        Assert.Equal(FailureKind.OutOfBudget, failed.Failure!.Kind);
        Assert.Contains("$0.001 is left", failed.Failure.Sentence);
        Assert.Equal(0.009m, State().Payments.Sum(p => p.Usd));
        Assert.Equal(3, EngineRig.Ran(result).Count);
    }

    [Fact]
    public async Task A_price_that_is_not_known_fails_closed()
    {
        var result = await _rig.RunAsync(Calls("actual: \"0\"", 1));
        Assert.Equal(FailureKind.OutOfBudget, EngineRig.Of(result, "call:0").Failure!.Kind);
        Assert.Contains("price", EngineRig.Of(result, "call:0").Failure!.Sentence);
    }

    [Fact]
    public async Task What_is_free_costs_nothing_however_small_the_cap()
    {
        _rig.Caps = new Caps(0, null);
        Assert.Equal("succeeded", (await _rig.RunAsync(Calls("most: \"0\"")))!.Status);
        Assert.Empty(State().Payments);
    }

    [Fact]
    public async Task A_call_that_was_not_made_gives_its_reservation_back()
    {
        _rig.Caps = new Caps(0.01m, null);
        Assert.Equal("succeeded", (await _rig.RunAsync(Calls("most: \"0.009\", end: release")))!.Status);
        Assert.Empty(State().Payments);
    }

    [Fact]
    public async Task A_dead_engines_reservation_is_given_back_when_the_workspace_is_opened_again()
    {
        _rig.Day = _rig.NewDay();
        _rig.Started = driver => _rig.Before = _ => null;
        var yaml = Calls("most: \"0.5\", end: die", 1);
        await _rig.RunAsync(yaml);
        _rig.Started = null;
        Assert.Equal("succeeded", (await _rig.RunAsync(Calls("most: \"0.2\", actual: \"0.1\"", 1)))!.Status);
        Assert.Equal(0.1m, State().Payments.Sum(p => p.Usd));
        Assert.Equal(0.1m, _rig.Day.Today());
    }

    [Fact]
    public async Task The_day_gets_it_back_too_when_a_command_that_spends_nothing_opened_the_workspace_in_between()
    {
        _rig.Day = _rig.NewDay();
        await _rig.RunAsync(Calls("most: \"0.5\", end: die", 1));
        Assert.Equal(0.5m, _rig.Day.Today());
        _rig.Day = null;
        await _rig.RunAsync(Calls("most: \"0\"", 1));
        _rig.Day = _rig.NewDay();
        await _rig.RunAsync();
        Assert.Equal(0, _rig.Day.Today());
    }

    [Fact]
    public async Task Steps_and_days_have_caps_of_their_own()
    {
        _rig.Caps = new Caps(10, null) { Steps = new Dictionary<string, decimal> { ["call"] = 0.1m } };
        Assert.Contains("the step call may spend $0.10", EngineRig.Of(await _rig.RunAsync(Calls("most: \"0.2\"", 1)), "call:0").Failure!.Sentence);
        _rig.Day = _rig.NewDay();
        _rig.Caps = new Caps(10, 0.3m);
        Assert.Equal("succeeded", (await _rig.RunAsync(Calls("most: \"0.2\", actual: \"0.2\"", 1)))!.Status);
        var other = await _rig.RunAsync(Calls("most: \"0.2\", actual: \"0.15\"", 1));
        Assert.Contains("all runs of a day may spend $0.30, of which $0.10 is left", EngineRig.Of(other, "call:0").Failure!.Sentence);
        _rig.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("succeeded", (await _rig.RunAsync())!.Status);
    }

    [Fact]
    public async Task A_provider_that_is_not_set_up_fails_only_what_calls_it()
    {
        _rig.Providers = ProviderTable.None;
        var result = await _rig.RunAsync(Calls("most: \"0\"", 1) + "\n  - { id: other, kind: files.write, with: { text: x }, out: { file: out/x.txt } }\n");
        Assert.Equal(FailureKind.Unavailable, EngineRig.Of(result, "call:0").Failure!.Kind);
        Assert.Equal(["other"], EngineRig.Ran(result));
    }

    [Fact]
    public void The_caps_of_a_run_are_its_own_else_the_workflows_else_the_users_else_the_default()
    {
        var none = Budget.None;
        Assert.Equal(5.00m, Caps.Of(none, none, null, false).Run);
        Assert.Equal(1.00m, Caps.Of(none, none, null, true).Run);
        Assert.Equal(2m, Caps.Of(none with { Usd = 3 }, none with { Usd = 2 }, null, true).Run);
        Assert.Equal(9m, Caps.Of(none with { Usd = 3 }, none with { Usd = 2 }, 9, true).Run);
        Assert.Equal(4m, Caps.Of(none with { Day = 4 }, none with { Day = 7 }, null, false).Day);
    }
}
