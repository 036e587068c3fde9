using System.Globalization;
using System.Text.Json;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Contract;

/// <summary>What scripts may rely on: the JSON of every verb and the exit codes.</summary>
public sealed class JsonTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private static string[] Names(JsonElement of) => [.. of.EnumerateObject().Select(p => p.Name)];

    private static void IsTime(JsonElement text) =>
        Assert.True(DateTimeOffset.TryParseExact(text.GetString(), "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _), text.ToString());

    private JsonElement RunJson(string run)
    {
        using var document = JsonDocument.Parse(_box.Read($".spool/runs/{run}/run.json"));
        return document.RootElement.Clone();
    }

    private const string Two = """
        version: 1
        name: two
        vars: { text: { type: string, default: hello } }
        steps:
          - { id: one, kind: files.write, with: { text: "${{ vars.text }}" }, out: { file: out/one.txt } }
          - { id: two, kind: files.copy, in: { file: out/one.txt }, out: { file: out/two.txt } }

        """;

    [Fact]
    public void A_run_prints_a_line_for_each_task_and_one_for_the_run()
    {
        _box.Workflow(Two);
        var end = _box.Run().Must(0);
        Assert.Equal(3, end.Lines.Count);
        Assert.Equal(end.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, end.Lines.Count);
        Assert.Empty(end.Err);
        Assert.Equal(["type", "task", "step", "status", "reasons", "seconds"], Names(end.Lines[0]));
        Assert.Equal(["one", "two"], end.Tasks("succeeded"));
        Assert.Equal(["type", "id", "status", "tasks", "seconds", "outputs"], Names(end.Run));
        Assert.Equal(["total", "ran", "reused", "failed", "blocked", "waiting", "skipped", "cancelled"], Names(end.Run.GetProperty("tasks")));
        Assert.Equal("1", end.Run.GetProperty("id").GetString());
        Assert.Equal("succeeded", end.Run.GetProperty("status").GetString());
        Assert.Equal("out/two.txt", Assert.Single(end.Run.GetProperty("outputs").EnumerateArray()).GetString());
        var quiet = _box.Run().Must(0);
        Assert.Equal(2, quiet.Object.GetProperty("tasks").GetProperty("reused").GetInt32());
        Assert.Equal(["one", "two"], _box.Run("--verbose", "--force", "two").Must(0).Lines.Where(l => l.GetProperty("type").GetString() == "task").Select(l => l.GetProperty("task").GetString()));
        Assert.Equal("2", quiet.Run.GetProperty("id").GetString());
        Assert.Equal("3", _box.Spool("list", "--json").Lines[^1].GetProperty("id").GetString());
    }

    [Fact]
    public void Exit_codes_are_0_1_2_3_and_130_and_every_run_has_its_run_json()
    {
        _box.Workflow(Two);
        _box.Run().Must(0);
        _box.Workflow(Two + "  - { id: fails, kind: command, with: { run: [\"false\"] }, out: { file: out/fails.txt } }\n");
        var failed = _box.Run("--allow", "false").Must(1);
        Assert.Equal("failed", failed.Run.GetProperty("status").GetString());
        Assert.Equal(["kind", "sentence", "decisive_line", "exit_code", "command", "next"], Names(failed.Failure("fails")));
        _box.Workflow(Two + "  - { id: waits, kind: files.copy, in: { file: missing.txt }, out: { file: out/waits.txt } }\n  - { id: behind, kind: files.copy, in: { file: out/waits.txt }, out: { file: out/behind.txt } }\n");
        var waiting = _box.Run().Must(3);
        Assert.Equal("waiting", waiting.Run.GetProperty("status").GetString());
        Assert.Equal(["waits"], waiting.Tasks("waiting"));
        Assert.Equal("waits", waiting.Lines.Single(l => l.TryGetProperty("blocked_on", out _)).GetProperty("blocked_on").GetString());
        _box.Workflow("version: 1\nnmae: x\n");
        Assert.Equal("problems", _box.Run().Must(2).Object.GetProperty("type").GetString());
        _box.Spool("run", "--no-such-option").Must(2);
        _box.Spool("no-such-verb").Must(2);
        _box.Spool("run", "nowhere.yaml", "--json").Must(2);
        _box.Workflow(Two + "  - { id: sleeps, kind: command, with: { run: [sleep, \"1000\"] }, out: { file: out/sleeps.txt } }\n");
        using var interrupted = _box.Start("run", "--json", "--allow", "sleep");
        Sandbox.Until(() => Sandbox.ToolsOf(interrupted.Pid).Count > 0, "the start of the tool");
        interrupted.Signal(2);
        var cancelled = interrupted.Wait().Must(130);
        Assert.Equal("cancelled", cancelled.Run.GetProperty("status").GetString());
        Assert.Equal(["sleeps"], cancelled.Tasks("cancelled"));
        using var killed = _box.Start("run", "--json", "--allow", "sleep");
        Sandbox.Until(() => Sandbox.ToolsOf(killed.Pid).Count > 0, "the start of the tool");
        killed.Kill();
        killed.Wait().Must(137);
        Assert.Equal("interrupted", _box.Spool("status", "--json").Must(0).Object.GetProperty("status").GetString());
        _box.Workflow(Two);
        _box.Run().Must(0);
        var runs = _box.Spool("list", "--json").Must(0).Lines;
        Assert.Equal(["succeeded", "failed", "waiting", "cancelled", "failed", "succeeded"], runs.Select(r => r.GetProperty("status").GetString()));
        foreach (var run in runs)
        {
            Assert.Equal(["id", "workflow", "workspace", "status", "tasks", "started_at", "finished_at"], Names(run));
            IsTime(run.GetProperty("started_at"));
            IsTime(run.GetProperty("finished_at"));
            var file = RunJson(run.GetProperty("id").GetString()!);
            Assert.Equal(["run_id", "workflow_name", "status", "started_at", "finished_at", "vars", "steps"], Names(file));
            Assert.Equal(run.GetProperty("status").GetString(), file.GetProperty("status").GetString());
            Assert.Equal("hello", file.GetProperty("vars").GetProperty("text").GetString());
            IsTime(file.GetProperty("started_at"));
        }
        var step = RunJson("2").GetProperty("steps").EnumerateArray().Single(s => s.GetProperty("id").GetString() == "fails");
        Assert.Equal(["id", "kind", "status", "started_at", "finished_at", "duration_ms", "error"], Names(step));
        Assert.Equal("false ended with exit code 1", step.GetProperty("error").GetString());
    }

    [Fact]
    public void A_plan_gives_every_task_its_verdict_and_reasons_and_an_open_step_its_items()
    {
        const string yaml = """
            version: 1
            name: plan
            steps:
              - { id: sections, kind: text.split, in: { text: script.md }, out: { sections: work/, order: order.json } }
              - { id: each, kind: files.copy, in: { file: "work/{stem}.md" }, out: { file: "out/{stem}.md" } }
              - { id: alone, kind: files.copy, in: { file: a.txt }, out: { file: out/a.txt } }
              - { id: waits, kind: files.copy, in: { file: missing.txt }, out: { file: out/b.txt } }
              - { id: behind, kind: files.copy, in: { file: out/b.txt }, out: { file: out/c.txt } }
            """;
        _box.Workflow(yaml);
        _box.Write("script.md", "## One\n\nA.\n\n## Two\n\nB.\n");
        _box.Write("a.txt", "a\n");
        Dictionary<string, JsonElement> Plan(params string[] more) => _box.Spool(["plan", "--json", .. more]).Must(0).Object.GetProperty("tasks").EnumerateArray().ToDictionary(t => t.GetProperty("task").GetString()!);
        string Verdict(JsonElement task) => task.GetProperty("verdict").GetString()!;
        var before = Plan();
        Assert.Equal(["step", "task", "verdict", "reasons"], Names(before["alone"]));
        Assert.Equal("run", Verdict(before["alone"]));
        Assert.Equal("never-ran", before["alone"].GetProperty("reasons")[0].GetProperty("code").GetString());
        Assert.Equal(["step", "task", "verdict", "items", "reasons"], Names(before["each:*"]));
        Assert.Equal("pending", Verdict(before["each:*"]));
        Assert.Equal("wait", Verdict(before["waits"]));
        Assert.Equal("blocked", Verdict(before["behind"]));
        Assert.False(Directory.Exists(_box.At(".spool")), "a plan writes nothing");
        _box.Run().Must(3);
        var after = Plan();
        Assert.Equal("reuse", Verdict(after["alone"]));
        Assert.Equal(["each:one", "each:two"], after.Keys.Where(k => k.StartsWith("each", StringComparison.Ordinal)).Select(k => k[..5] + k[5..].TrimStart('0', '1', '2', '3', '-')));
        _box.Write("a.txt", "b\n");
        _box.Write("script.md", "## One\n\nA.\n\n## Two\n\nC.\n");
        var changed = Plan();
        Assert.Equal("run", Verdict(changed["alone"]));
        Assert.Equal("input file: content changed", changed["alone"].GetProperty("reasons")[0].GetProperty("text").GetString());
        Assert.Equal("pending", Verdict(changed["each:*"]));
        Assert.Equal(2, changed["each:*"].GetProperty("items").GetInt32());
        Assert.Equal("forced", Plan("--force", "alone")["alone"].GetProperty("reasons")[0].GetProperty("code").GetString());
        Assert.Equal(_box.Spool("run", "--dry-run", "--json").Must(0).Out, _box.Spool("plan", "--json").Out);
    }

    [Fact]
    public void Check_status_and_doctor_say_in_json_what_they_found()
    {
        _box.Workflow(Two + "  - { id: waits, kind: files.copy, in: { file: mising.txt }, out: { file: out/waits.txt } }\n");
        _box.Write("missing.txt", "x");
        var check = _box.Spool("check", "--json").Must(0).Object;
        Assert.Equal(["problems", "warnings"], Names(check));
        var warning = Assert.Single(check.GetProperty("warnings").EnumerateArray());
        Assert.Equal(["code", "file", "line", "column", "message", "hint"], Names(warning));
        Assert.Equal("SPL0161", warning.GetProperty("code").GetString());
        Assert.Contains("missing.txt", warning.GetProperty("message").GetString(), StringComparison.Ordinal);
        _box.Spool("status", "--json").Must(2);
        _box.Run().Must(3);
        var status = _box.Spool("status", "--json").Must(0).Object;
        Assert.Equal(["id", "workflow", "workspace", "status", "tasks", "started_at", "finished_at", "outputs", "items"], Names(status));
        Assert.Equal(["succeeded", "succeeded", "waiting"], status.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("status").GetString()).Order(StringComparer.Ordinal));
        var doctor = _box.Spool("doctor", "--deep", "--json").Must(0).Object;
        Assert.Equal(["ok", "findings", "notes"], Names(doctor));
        // A lost and a changed object are found.
        var objects = Directory.GetFiles(_box.At(".spool/store"), "*", SearchOption.AllDirectories);
        var one = objects.Single(o => File.ReadAllText(o) == "hello");
        File.SetUnixFileMode(one, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(one, "hallo");
        Assert.Contains("damaged", _box.Spool("doctor", "--deep", "--json").Must(1).Object.GetProperty("findings")[0].GetString(), StringComparison.Ordinal);
        File.Delete(one);
        Assert.Contains("missing from the store", _box.Spool("doctor", "--json").Must(1).Object.GetProperty("findings")[0].GetString(), StringComparison.Ordinal);
    }
}
