using System.Text.Json;
using Spool.App.Queue;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Gateway;

public sealed class ServerLogTests
{
    private readonly FakeTime _time = new();
    private readonly VirtualDisk _disk;
    private readonly ServerPlace _place;
    private readonly List<string> _console = [];

    public ServerLogTests()
    {
        _disk = new VirtualDisk(_time);
        DurableFile.CreateFolders(_disk, "/state");
        _place = new ServerPlace(_disk, "/state");
    }

    private ServerLog Log(LogFormat format = LogFormat.Json, long most = 10_000_000) => new(_place, _time, format, _console.Add, ["tok-en-of-64", "abc"]) { MostBytes = most };

    private string[] Lines => DurableFile.ReadText(_disk, _place.Log).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void A_line_is_one_object_with_its_run_and_its_task()
    {
        using (var log = Log()) log.Say(new ServerLine(ServerLine.Failed, "run 3 of talk/spool.yaml: failed · Größe") { Run = 3, Task = "cut:a", Level = "warn" });
        var line = JsonDocument.Parse(Assert.Single(Lines)).RootElement;
        Assert.Equal(["time", "level", "event", "run", "task", "message"], line.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("warn", "run-failed", "3", "cut:a"), (line.GetProperty("level").GetString(), line.GetProperty("event").GetString(), line.GetProperty("run").GetString(), line.GetProperty("task").GetString()));
        Assert.Equal(Lines[0], Assert.Single(_console));
    }

    [Theory]
    [InlineData("a\n{\"level\":\"error\"}")]
    [InlineData("a\r\nb\u2028c\u2029d\u0085e")]
    [InlineData("\u001b[31mred\u0007\u202eturned")]
    public void Nothing_in_a_message_makes_a_second_line_or_is_obeyed_by_a_terminal(string message)
    {
        foreach (var format in (LogFormat[])[LogFormat.Json, LogFormat.Text])
        {
            using var log = Log(format);
            log.Say(message);
        }
        Assert.Equal(2, Lines.Length);
        Assert.All(Lines.Concat(_console), l => Assert.DoesNotContain(l, c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u202e'));
    }

    [Fact]
    public void A_secret_is_taken_out_wherever_it_stands()
    {
        using (var log = Log()) log.Say(new ServerLine("note", "GET /?t=tok-en-of-64 abc") { Task = "x:tok-en-of-64" });
        Assert.DoesNotContain("tok-en-of-64", Lines[0], StringComparison.Ordinal);
        Assert.Contains("abc", Lines[0], StringComparison.Ordinal); // too short to be one: words would go
        Assert.Equal(["sk-123456"], ServerLog.SecretsOf(new Dictionary<string, string> { ["OPENAI_API_KEY"] = "sk-123456", ["PATH"] = "/usr/bin", ["SSH_KEY_FILE"] = "/home/ann/key", ["TOKEN"] = "abc" }));
    }

    [Fact]
    public void A_full_file_is_put_away_and_four_old_ones_are_kept()
    {
        for (var i = 0; i < 60; i++)
        {
            // A new server goes on with the file of the one before.
            using var log = Log(most: 500);
            log.Say($"line {i}");
        }
        Assert.Equal(["server.log", "server.log.1", "server.log.2", "server.log.3", "server.log.4"], _disk.List(_place.Logs).Select(e => e.Name).Order(StringComparer.Ordinal));
        Assert.All(_disk.List(_place.Logs), e => Assert.InRange(_disk.Stat($"/state/logs/{e.Name}")!.Value.Size, 1, 500));
        Assert.Contains("line 59", Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_file_is_written_where_nobody_listens()
    {
        using (var log = Log(LogFormat.None)) log.Say("hello");
        Assert.Empty(_console);
        Assert.Single(Lines);
    }
}
