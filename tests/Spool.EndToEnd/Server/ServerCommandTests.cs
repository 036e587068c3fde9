using System.Text.Json;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>The command line beside a server: what it lists, orders, finds and follows.</summary>
public sealed class ServerCommandTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private string State => _box.Variables["SPOOL_STATE"];

    private void Workspace(string name, string text = "of it", string more = "") => _box.Write($"{name}/spool.yaml", $$"""
        version: 1
        steps:
          - { id: one, kind: files.write, with: { text: "{{text}}" }, out: { file: work/a.txt } }
          - { id: two, kind: files.copy, in: { file: work/a.txt }, out: { file: out/b.txt } }{{more}}
        """);

    private const string Review = "\n  - { id: look, kind: review, in: { file: work/a.txt }, with: { message: \"Good?\" } }";

    private Going Serve(params string[] more)
    {
        var server = _box.Start(["serve", "--listen", "none", "--log-format", "text", .. more]);
        Sandbox.Until(() => server.OutSoFar.Contains("serving", StringComparison.Ordinal), "the server is there");
        return server;
    }

    private string Status(string id) => _box.Spool("status", id, "--state", State, "--json").Must(0).Object.GetProperty("status").GetString()!;

    [Fact]
    public void The_index_is_lost_or_damaged_and_made_again_to_the_same_answers()
    {
        foreach (var name in (string[])["violet", "green"]) Workspace(name, $"the colour {name}");
        _box.Spool("submit", "violet").Must(0);
        _box.Spool("submit", "green").Must(0);
        _box.Spool("serve", "--until-idle", "--listen", "none").Must(0);
        string Found() => string.Join('\n', _box.Spool("search", "colour", "viol", "--json").Must(0).Lines.Select(l => l.GetProperty("run").GetString() + l.GetProperty("path").GetString()).Order());
        string Listed() => _box.Spool("list", "--server", "--json").Must(0).Out;
        var (found, listed) = (Found(), Listed());
        Assert.Contains("1out/b.txt", found, StringComparison.Ordinal);
        var index = Path.Join(State, "index.db");
        File.Delete(index);
        Assert.Equal((found, listed), (Found(), Listed()));
        File.WriteAllText(index, "this is no data base, whatever its name says");
        Assert.Equal((found, listed), (Found(), Listed()));
        Assert.Equal(2, _box.Spool("index", "rebuild", "--json").Must(0).Object.GetProperty("runs").GetInt32());
        Assert.Equal((found, listed), (Found(), Listed()));
        // Two at once take turns.
        using (var one = _box.Start("index", "rebuild")) using (var other = _box.Start("index", "rebuild"))
        {
            one.Wait().Must(0);
            other.Wait().Must(0);
        }
        Assert.Equal((found, listed), (Found(), Listed()));
        foreach (var name in (string[])["", "-wal", "-shm"]) File.Delete(index + name);
        Directory.CreateDirectory(index);
        var inTheWay = _box.Spool("index", "rebuild").Must(1);
        Assert.Contains("cannot be made", inTheWay.Err, StringComparison.Ordinal);
        Assert.Equal(listed, Listed());
        Directory.Delete(index);
        using var server = Serve();
        File.WriteAllBytes(index, new byte[5000]);
        Sandbox.Until(() => _box.Spool("search", "colour", "--json") is { Code: 0, Out.Length: > 10 }, "the server makes it again");
        Assert.Equal(found, Found());
    }

    [Fact]
    public void Without_SQLite_runs_are_run_and_listed_and_the_search_says_what_is_off()
    {
        _box.Variables["SPOOL_NO_SQLITE"] = "1";
        Workspace("a");
        _box.Spool("submit", "a").Must(0);
        _box.Spool("serve", "--until-idle", "--listen", "none").Must(0);
        Assert.Equal("succeeded", Status("1"));
        Assert.Single(_box.Spool("list", "--server", "--json").Must(0).Lines);
        _box.Spool("run", "a").Must(0);
        Assert.Contains("SQLite is not on this machine", _box.Spool("search", "x").Must(2).Err, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Join(State, "index.db")));
    }

    [Fact]
    public void A_run_in_a_workspace_of_the_server_is_submitted_and_followed_with_its_exit_code()
    {
        Workspace("a", more: Review);
        using var server = Serve();
        _box.Spool("submit", "a").Must(0);
        Sandbox.Until(() => Status("1") == "waiting", "the run waits");
        var again = _box.Spool("run", "a").Must(3);
        Assert.Contains("the server owns this workspace: run 1 goes on", again.Err, StringComparison.Ordinal);
        Assert.Contains("SPL0126", _box.Spool("run", "a", "--var", "nope=1").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("is not there", _box.Spool("serve", "--state", _box.At("other"), "--watch", _box.At("nowhere")).Must(2).Err, StringComparison.Ordinal);
        _box.Spool("approve", "look", "--workspace", "a", "--file", "a/spool.yaml").Must(0);
        Sandbox.Until(() => Status("1") == "succeeded", "the run ends");
        Assert.Contains("run 1 of a: succeeded", _box.Spool("status", "1", "--state", State, "--follow").Must(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_paused_queue_starts_nothing_and_a_paused_run_stays_until_it_may_go_on()
    {
        Workspace("a");
        Workspace("b");
        _box.Spool("queue", "pause").Must(0);
        _box.Spool("submit", "a").Must(0);
        _box.Spool("submit", "b").Must(0);
        _box.Spool("queue", "pause", "1").Must(0);
        using var server = Serve();
        Thread.Sleep(1000);
        Assert.Equal(("paused", "queued"), (Status("1"), Status("2")));
        _box.Spool("queue", "resume").Must(0);
        Sandbox.Until(() => Status("2") == "succeeded", "the other runs");
        Assert.Equal("paused", Status("1"));
        _box.Spool("queue", "resume", "1").Must(0);
        Sandbox.Until(() => Status("1") == "succeeded", "it goes on");
    }

    [Fact]
    public void A_running_run_that_is_paused_ends_at_a_safe_point_and_goes_on_where_it_was()
    {
        Directory.CreateDirectory(State);
        File.WriteAllText(Path.Join(State, "settings.yaml"), "allow: [sleep]\n");
        _box.Write("a/spool.yaml", """
            version: 1
            resources: { one: 1 }
            steps:
              - { id: nap, kind: command, foreach: { range: [0, 16] }, with: { run: [sleep, "1.0${{ item }}"] }, resources: { one: 1 } }
            """);
        using var server = Serve();
        _box.Spool("submit", "a").Must(0);
        Sandbox.Until(() => _box.Spool("status", "1", "--state", State, "--json").Object.GetProperty("tasks") is { ValueKind: JsonValueKind.Object } tasks && tasks.GetProperty("ran").GetInt32() > 0, "something is done");
        _box.Spool("queue", "pause", "1").Must(0);
        Sandbox.Until(() => Status("1") == "paused", "it pauses");
        _box.Spool("queue", "resume", "1").Must(0);
        Sandbox.Until(() => Status("1") == "succeeded", "it ends");
        var ran = _box.Spool("list", "--workspace", "a", "--json").Must(0).Lines.Select(r => r.GetProperty("tasks").GetProperty("ran").GetInt32()).ToList();
        Assert.Equal((2, 16), (ran.Count, ran.Sum()));
    }

    [Fact]
    public void A_watched_workspace_is_run_when_a_file_in_it_changes_and_not_for_what_it_made_itself()
    {
        _box.Write("a/in.txt", "one");
        _box.Write("a/spool.yaml", "version: 1\nsteps:\n  - { id: copy, kind: files.copy, in: { file: in.txt }, out: { file: out/b.txt } }\n");
        using var server = Serve("--watch", _box.At("a"));
        Sandbox.Until(() => File.Exists(_box.At("a/out/b.txt")), "it runs at once");
        Sandbox.Until(() => Status("1") == "succeeded", "the run ends");
        File.WriteAllText(_box.At("a/in.txt"), "two");
        Sandbox.Until(() => _box.Read("a/out/b.txt") == "two", "the change is run");
        Thread.Sleep(2500);
        Assert.Equal(2, _box.Spool("list", "--server", "--json").Must(0).Lines.Count());
    }

    [Fact]
    public void A_run_of_the_server_is_looked_into_by_its_number_and_a_copy_of_its_result_is_recognised()
    {
        Directory.CreateDirectory(State);
        File.WriteAllText(Path.Join(State, "settings.yaml"), "allow: [ls]\n");
        Workspace("other");
        _box.Spool("submit", "other").Must(0);
        Workspace("a", "bytes of its own", "\n  - { id: wrong, kind: command, with: { run: [ls, no-such-file-at-all] } }");
        _box.Spool("submit", "a").Must(0);
        _box.Spool("serve", "--until-idle", "--listen", "none").Must(0);
        Assert.Contains("no-such-file-at-all", _box.Spool("logs", "2", "--failed").Must(0).Out, StringComparison.Ordinal);
        var shown = _box.Spool("show", "2", "--json").Must(0).Object;
        Assert.Equal(("failed", 3), (shown.GetProperty("status").GetString(), shown.GetProperty("steps").GetArrayLength()));
        _box.Spool("index", "update").Must(0);
        File.Copy(_box.At("a/out/b.txt"), Path.Join(_box.Root, "copy.txt"));
        Assert.Contains(_box.Spool("show", Path.Join(_box.Root, "copy.txt"), "--json").Must(0).Object.GetProperty("task").GetString()!, (string[])["one", "two"]);
    }

    [Fact]
    public void With_too_little_room_nothing_starts_and_it_is_said()
    {
        Workspace("a");
        _box.Spool("submit", "a").Must(0);
        using var server = Serve("--min-free", "900TB");
        Sandbox.Until(() => server.OutSoFar.Contains("no run starts below", StringComparison.Ordinal), "it is said");
        Assert.Contains("disk: ", _box.Spool("queue", "list").Must(0).Out, StringComparison.Ordinal);
        Assert.Equal("queued", Status("1"));
    }

    [Fact]
    public void Runs_are_labelled_retried_moved_and_forgotten()
    {
        Workspace("a", "x", "\n  - { id: gone, kind: command, with: { run: [\"no-such-program\"] } }");
        Workspace("b");
        _box.Spool("submit", "b").Must(0);
        _box.Write("c/spool.yaml", "version: 1\nsteps:\n  - { id: copy, kind: files.copy, in: { file: in.txt }, out: { file: out/b.txt } }\n");
        _box.Spool("submit", "c", "--priority", "2").Must(0);
        _box.Spool("queue", "move", "1", "--before", "2").Must(0);
        Assert.Equal(["1", "2"], _box.Spool("queue", "list", "--json").Must(0).Lines.Select(l => l.GetProperty("id").GetString()));
        _box.Spool("cancel", "1", "--server").Must(0);
        _box.Spool("queue", "retry", "1").Must(0);
        _box.Spool("queue", "label", "1", "--to", "first cut").Must(0);
        using (var server = Serve())
        {
            Sandbox.Until(() => Status("1") == "succeeded" && Status("2") == "waiting", "they run");
        }
        Assert.Equal("first cut", _box.Spool("list", "--server", "--label", "CUT", "--json").Must(0).Object.GetProperty("label").GetString());
        Assert.Contains("is not over", _box.Spool("delete", "2", "--yes").Must(2).Err, StringComparison.Ordinal);
        Assert.Equal((1, 0), (_box.Spool("delete", "1", "--dry-run", "--json").Must(0).Object.GetProperty("runs").GetInt32(), _box.Spool("delete", "1", "--dry-run", "--json").Object.GetProperty("deleted").GetInt32()));
        _box.Spool("delete", "1", "--yes").Must(0);
        Assert.True(File.Exists(_box.At("b/out/b.txt")));
        Assert.Equal("2", _box.Spool("list", "--server", "--json").Must(0).Object.GetProperty("id").GetString());
    }

    [Fact]
    public void What_is_left_and_when_a_run_starts_is_within_a_fifth_after_one_recorded_run()
    {
        Directory.CreateDirectory(State);
        File.WriteAllText(Path.Join(State, "settings.yaml"), "allow: [sleep]\n");
        void Sleeper(string name, int salt) => _box.Write($"{name}/spool.yaml", $$$"""
            version: 1
            resources: { one: 1 }
            steps:
              - { id: nap, kind: command, foreach: { range: [0, 5] }, with: { run: [sleep, "1.{{{salt}}}${{ item }}"] }, resources: { one: 1 } }
            """);
        Sleeper("a", 5);
        using var server = Serve("--max-concurrent", "1");
        _box.Spool("submit", "a").Must(0);
        Sandbox.Until(() => Status("1") == "succeeded", "the first run is recorded");
        Sleeper("a", 6);
        _box.Spool("submit", "a").Must(0);
        _box.Spool("submit", "a", "--workspace", "other").Must(0);
        Sandbox.Until(() => Status("2") == "running", "the second runs");
        var begun = DateTimeOffset.UtcNow;
        Sandbox.Until(() => _box.Spool("status", "2", "--state", State, "--json").Object.GetProperty("eta_s").ValueKind == JsonValueKind.Number, "it says what is left");
        var asked = DateTimeOffset.UtcNow;
        var left = _box.Spool("status", "2", "--state", State, "--json").Object.GetProperty("eta_s").GetDouble();
        var starts = _box.Spool("status", "3", "--state", State, "--json").Object.GetProperty("starts_in_s").GetDouble();
        Sandbox.Until(() => Status("2") == "succeeded", "the second ends");
        var took = (DateTimeOffset.UtcNow - asked).TotalSeconds;
        Assert.InRange(left, took * 0.75, took * 1.25);
        Assert.InRange(starts, took * 0.7, took * 1.3);
        Assert.True(asked >= begun);
    }
}
