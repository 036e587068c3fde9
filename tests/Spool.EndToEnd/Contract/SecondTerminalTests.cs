using System.Globalization;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Contract;

/// <summary>Several programs on one workspace: looking, cancelling, waiting for one's turn, taking over from the dead.</summary>
public sealed class SecondTerminalTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private string Started => Path.Join(_box.Root, "started");

    /// <summary>A run that has done one task and holds in another until <see cref="LetGo"/>.</summary>
    private Going StartHolding(params string[] more)
    {
        _box.Workflow($$$"""
            version: 1
            name: held
            steps:
              - { id: first, kind: files.write, with: { text: "first\n" }, out: { file: out/first.txt } }
              - { id: hold, kind: command, in: { file: out/first.txt }, with: { run: [sh, -c, 'echo "I hold" >&2; echo x >> {{{Started}}}; while [ ! -e {{{_box.Root}}}/go ]; do sleep 0.02; done; echo held > "$1"', x, "${{ out.file }}"] }, out: { file: out/held.txt } }
              - { id: after, kind: files.copy, in: { file: out/held.txt }, out: { file: out/after.txt } }
            """);
        var engine = _box.Start(["run", "--json", "--allow", "sh", .. more]);
        Sandbox.Until(() => File.Exists(Started), "the start of the tool");
        return engine;
    }

    private void LetGo() => File.WriteAllText(Path.Join(_box.Root, "go"), "");

    [Fact]
    public void Status_plan_list_logs_and_doctor_work_while_another_terminal_runs()
    {
        using var engine = StartHolding();
        var status = _box.Spool("status", "--json").Must(0).Object;
        Assert.Equal("running", status.GetProperty("status").GetString());
        Assert.Equal("null", status.GetProperty("finished_at").GetRawText());
        var items = status.GetProperty("items").EnumerateArray().ToDictionary(i => i.GetProperty("task").GetString()!, i => i.GetProperty("status").GetString());
        Assert.Equal("succeeded", items["first"]);
        Assert.Equal("running", items["hold"]);
        Assert.Equal("pending", items["after"]);
        Assert.Contains($"pid {engine.Pid}", _box.Spool("status").Must(0).Out, StringComparison.Ordinal);
        Assert.Equal("running", _box.Spool("list", "--json").Must(0).Object.GetProperty("status").GetString());
        _box.Spool("plan", "--json", "--allow", "sh").Must(0);
        _box.Spool("logs").Must(0);
        Assert.True(_box.Spool("doctor", "--json").Must(0).Object.GetProperty("ok").GetBoolean());
        LetGo();
        engine.Wait().Must(0);
        Assert.Contains("I hold", _box.Spool("logs", "hold").Must(0).Out, StringComparison.Ordinal);
        Assert.Equal("succeeded", _box.Spool("status", "--json").Must(0).Object.GetProperty("status").GetString());
    }

    [Fact]
    public void Cancel_from_another_terminal_ends_the_run_with_130_and_keeps_what_is_finished()
    {
        using var engine = StartHolding();
        var cancel = _box.Spool("cancel", "--json").Must(0).Object;
        Assert.True(cancel.GetProperty("cancelled").GetBoolean());
        var end = engine.Wait().Must(130);
        Assert.Equal(["first"], end.Tasks("succeeded"));
        Assert.Empty(Sandbox.ToolsOf(engine.Pid));
        _box.Spool("cancel").Must(1);
        LetGo();
        Assert.Equal(["hold", "after"], _box.Run("--allow", "sh").Must(0).Tasks("succeeded"));
        _box.MustBeSound();
    }

    [Fact]
    public void A_second_run_waits_its_turn_and_with_no_wait_it_is_refused_with_pid_and_host()
    {
        using var engine = StartHolding();
        var refused = _box.Run("--no-wait", "--allow", "sh").Must(1);
        Assert.Contains($"pid {engine.Pid} on {Environment.MachineName} owns this workspace since", refused.Err, StringComparison.Ordinal);
        using var second = _box.Start("run", "--allow", "sh");
        Sandbox.Until(() => second.ErrSoFar.Contains("waiting for it to end", StringComparison.Ordinal), "the word that it waits");
        Assert.Contains($"pid {engine.Pid}", second.ErrSoFar, StringComparison.Ordinal);
        Assert.False(second.HasEnded);
        LetGo();
        engine.Wait().Must(0);
        Assert.Contains("Nothing to do", second.Wait().Must(0).Out, StringComparison.Ordinal);
        Assert.Single(File.ReadAllLines(Started));
    }

    [Fact]
    public void When_the_owner_is_killed_the_one_that_waits_takes_over()
    {
        using var engine = StartHolding();
        using var second = _box.Start("run", "--json", "--allow", "sh");
        using var text = _box.Start("run", "--allow", "sh");
        Sandbox.Until(() => text.ErrSoFar.Contains("waiting for it to end", StringComparison.Ordinal), "the word that it waits");
        engine.Kill();
        Sandbox.Until(() => File.ReadAllLines(Started).Length > 1, "the tool of the engine that took over");
        Sandbox.MustLeaveNothing(engine.Pid);
        LetGo();
        second.Wait().Must(0);
        text.Wait().Must(0);
        // One of the two made what was left; the other found nothing to do.
        Assert.Equal(2, File.ReadAllLines(Started).Length);
        Assert.Equal("held\n", _box.Read("out/after.txt"));
        Assert.Equal(["failed", "succeeded", "succeeded"], _box.Spool("list", "--json").Lines.Select(r => r.GetProperty("status").GetString()));
        _box.MustBeSound();
    }

    [Fact]
    public void Of_twenty_engines_started_at_once_one_runs_at_a_time_and_all_end_well()
    {
        var log = Path.Join(_box.Root, "log");
        _box.Workflow($$$"""
            version: 1
            name: many
            vars: { who: { type: string, default: none } }
            steps:
              - { id: alone, kind: command, with: { run: [sh, -c, 'mkdir {{{_box.Root}}}/busy || echo "two at once" >> {{{log}}}; echo "$1" >> {{{log}}}; sleep 0.02; rmdir {{{_box.Root}}}/busy; echo "$1" > "$2"', x, "${{ vars.who }}", "${{ out.file }}"] }, out: { file: out/alone.txt } }
            """);
        var engines = Enumerable.Range(0, 20).Select(i => _box.Start("run", "--json", "--allow", "sh", "--var", string.Create(CultureInfo.InvariantCulture, $"who=engine-{i}"))).ToList();
        foreach (var engine in engines) engine.Wait(120).Must(0);
        var lines = File.ReadAllLines(log);
        Assert.DoesNotContain("two at once", lines);
        Assert.Equal(20, lines.Distinct().Count());
        Assert.Equal(20, lines.Length);
        var runs = _box.Spool("list", "--json", "--last", "100").Lines;
        Assert.Equal(20, runs.Count);
        Assert.All(runs, r => Assert.Equal("succeeded", r.GetProperty("status").GetString()));
        for (var i = 1; i < runs.Count; i++)
            Assert.True(string.CompareOrdinal(runs[i - 1].GetProperty("finished_at").GetString(), runs[i].GetProperty("started_at").GetString()) <= 0, $"run {i} overlaps the next");
        Assert.Equal(lines[^1] + "\n", _box.Read("out/alone.txt"));
        _box.MustBeSound();
        Assert.Empty(Directory.GetFiles(Path.Join(_box.Root, "run"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Looking_never_gets_in_the_way_of_an_engine_that_starts()
    {
        _box.Workflow("""
            version: 1
            name: looked-at
            vars: { n: { type: string, default: "0" } }
            steps:
              - { id: one, kind: files.write, with: { text: "${{ vars.n }}" }, out: { file: out/one.txt } }
            """);
        _box.Run().Must(0);
        using var stop = new CancellationTokenSource();
        var looks = 0;
        var lookers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var look = _box.Start("doctor", "--json");
                look.Wait();
                Interlocked.Increment(ref looks);
            }
        }, TestContext.Current.CancellationToken)).ToArray();
        for (var i = 1; i <= 8; i++) _box.Run("--no-wait", "--var", string.Create(CultureInfo.InvariantCulture, $"n={i}")).Must(0);
        stop.Cancel();
        Task.WaitAll(lookers, TestContext.Current.CancellationToken);
        Assert.True(looks > 0);
    }
}
