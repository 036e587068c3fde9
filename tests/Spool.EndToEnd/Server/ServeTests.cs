using System.Text.Json;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

public sealed class ServeTests : IDisposable
{
    private readonly Sandbox _box = new();

    public ServeTests() => Sandbox.Needs("ffmpeg", "ffprobe");

    public void Dispose() => _box.Dispose();

    private void Workspace(string name, int seconds = 20)
    {
        _box.Write($"{name}/spool.yaml", $$"""
            version: 1
            steps:
              - { id: text, kind: files.write, with: { text: "of {{name}}" }, out: { file: work/a.txt } }
              - { id: music, kind: audio.music, with: { duration: {{seconds}} }, out: { audio: work/m.wav } }
              - { id: loud, kind: audio.normalize, in: { audio: work/m.wav }, out: { audio: out/m.wav } }
            """);
    }

    private List<JsonElement> Queue() => [.. _box.Spool("list", "--server", "--json").Must(0).Lines];

    [Fact]
    public void What_was_submitted_and_dropped_while_no_server_ran_is_run_when_one_starts()
    {
        Workspace("a");
        Workspace("b");
        Assert.Equal("1", _box.Spool("submit", "a", "--json").Must(0).Object.GetProperty("id").GetString());
        Assert.Equal("1", Queue().Single().GetProperty("id").GetString());
        _box.Write("dropped", $"{{\"workflow\":\"{_box.At("b/spool.yaml")}\"}}");
        var pending = Path.Join(_box.Variables["SPOOL_STATE"], "queue/pending");
        File.Move(_box.At("dropped"), Path.Join(pending, "dropped.job"));
        File.WriteAllText(Path.Join(pending, "broken.job"), "{");
        _box.Write("wrong.yaml", "version: 1\nsteps: 3\n");
        Assert.Contains("SPL0111", _box.Spool("submit", "wrong.yaml").Must(2).Err, StringComparison.Ordinal);
        _box.Spool("serve", "--until-idle").Must(0);
        var runs = Queue();
        Assert.Equal(["failed", "succeeded", "succeeded"], runs.Select(r => r.GetProperty("status").GetString()!).Order());
        Assert.Contains("is no JSON", runs.Single(r => r.GetProperty("status").GetString() == "failed").GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Equal("of b", _box.Read("b/work/a.txt"));
        Assert.All(runs.Where(r => r.GetProperty("status").GetString() == "succeeded"), r => Assert.Equal(3, r.GetProperty("tasks").GetProperty("ran").GetInt32()));
    }

    [Fact]
    public void A_server_killed_again_and_again_loses_no_run_and_repeats_no_finished_task()
    {
        foreach (var i in Enumerable.Range(0, 6))
        {
            Workspace($"w{i}", 40);
            _box.Spool("submit", $"w{i}").Must(0);
        }
        for (var kills = 0; kills < 4; kills++)
        {
            using var server = _box.Start("serve");
            Sandbox.Until(() => server.OutSoFar.Contains("started (pid", StringComparison.Ordinal) || server.OutSoFar.Contains("recovered", StringComparison.Ordinal) || server.HasEnded, "the server does something");
            Thread.Sleep(300);
            server.Kill();
            server.Wait();
        }
        _box.Spool("serve", "--until-idle").Must(0);
        Assert.All(Queue(), r => Assert.Equal("succeeded", r.GetProperty("status").GetString()));
        foreach (var i in Enumerable.Range(0, 6))
        {
            var run = _box.Spool("list", "--workspace", $"w{i}", "--json").Must(0).Lines;
            Assert.Equal(3, run.Sum(r => r.GetProperty("tasks").GetProperty("ran").GetInt32()));
        }
        Assert.Empty(Directory.GetFiles(Path.Join(_box.Variables["SPOOL_STATE"], "queue/running")));
    }

    [Fact]
    public void TERM_ends_the_engines_and_queues_their_runs_again()
    {
        Workspace("a", 300);
        _box.Spool("submit", "a").Must(0);
        using (var server = _box.Start("serve"))
        {
            Sandbox.Until(() => server.OutSoFar.Contains("started (pid", StringComparison.Ordinal), "the run starts");
            Assert.Contains("a server has this state root already", _box.Spool("serve").Must(2).Err, StringComparison.Ordinal);
            Thread.Sleep(500);
            server.Signal(15);
            server.Wait(30).Must(0);
        }
        Assert.Equal("queued", Queue().Single().GetProperty("status").GetString());
        Assert.Equal("true", _box.Spool("cancel", "1", "--server", "--json").Must(0).Object.GetProperty("cancelled").GetRawText());
        Assert.Equal("cancelled", Queue().Single().GetProperty("status").GetString());
    }

    [Fact]
    public void A_full_disk_of_one_run_holds_up_that_run_alone_and_what_is_no_file_is_refused()
    {
        _box.Write("a/spool.yaml", "version: 1\nsteps:\n  - { id: text, kind: files.write, with: { text: hello }, out: { file: work/a.txt } }\n");
        var pending = Path.Join(_box.Variables["SPOOL_STATE"], "queue/pending");
        // A file system of the kernel has no byte free.
        _box.Spool("submit", "a", "--priority", "5").Must(0);
        var job = Directory.EnumerateFiles(pending, "*.job").Single();
        File.WriteAllText(job, File.ReadAllText(job).Replace($"\"{_box.At("a")}\"", "\"/proc\"", StringComparison.Ordinal));
        _box.Spool("submit", "a").Must(0);
        File.CreateSymbolicLink(Path.Join(pending, "link.job"), "/nonexistent");
        Directory.CreateDirectory(Path.Join(pending, "folder.job"));
        using var server = _box.Start("serve");
        Sandbox.Until(() => Queue().Count(r => r.GetProperty("status").GetString() == "succeeded") == 1, "the other run is done");
        var runs = Queue();
        Assert.Contains("disk: 0 MB free at /proc", Assert.Single(runs, r => r.GetProperty("status").GetString() == "queued").GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Equal(["folder.job is a folder", "link.job is a symbolic link"], runs.Where(r => r.GetProperty("status").GetString() == "failed").Select(r => r.GetProperty("problem").GetString()!.Split(',')[0]).Order());
        Assert.Equal(["1.job"], Directory.EnumerateFileSystemEntries(pending).Select(f => Path.GetFileName(f).TrimStart('0')));
        Assert.Equal(2, Directory.EnumerateFileSystemEntries(Path.Join(_box.Variables["SPOOL_STATE"], "queue/failed"), "*.as-given").Count());
    }

    [Fact]
    public void A_run_that_waits_for_a_person_goes_on_after_the_decision()
    {
        _box.Write("a/spool.yaml", """
            version: 1
            steps:
              - { id: text, kind: files.write, with: { text: "hello" }, out: { file: work/a.txt } }
              - { id: look, kind: review, in: { file: work/a.txt }, with: { message: "Good?" } }
              - { id: copy, kind: files.copy, in: { file: work/a.txt }, out: { file: out/b.txt } }
            """);
        _box.Spool("submit", "a").Must(0);
        using var server = _box.Start("serve", "--until-idle");
        Sandbox.Until(() => Queue().Single().GetProperty("status").GetString() == "waiting", "the run waits");
        _box.Spool("approve", "look", "--workspace", "a", "--file", "a/spool.yaml").Must(0);
        server.Wait().Must(0);
        Assert.Equal("succeeded", Queue().Single().GetProperty("status").GetString());
        Assert.Equal("hello", _box.Read("a/out/b.txt"));
    }
}
