using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>With a stand-in for notify-send first on the PATH that keeps its arguments, one a line.</summary>
public sealed class NoticeTests : IDisposable
{
    private readonly Sandbox _box = new();

    public NoticeTests()
    {
        _box.Write("bin/notify-send", "#!/bin/sh\nfor a in \"$@\"; do printf '%s\\n' \"$a\"; done >> \"" + _box.At("notices") + "\"\n");
        File.SetUnixFileMode(_box.At("bin/notify-send"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _box.Variables["PATH"] = _box.At("bin") + ":" + Environment.GetEnvironmentVariable("PATH");
        _box.Write("good/spool.yaml", "version: 1\nname: good\nsteps:\n  - { id: a, kind: files.write, with: { text: hello }, out: { file: a.txt } }\n");
        _box.Write("bad/spool.yaml", "version: 1\nname: bad\nsteps:\n  - { id: a, kind: files.copy, in: { file: a.txt }, out: { file: b.txt } }\n  - { id: w, kind: files.write, with: { text: hello }, out: { file: c.txt } }\n");
    }

    public void Dispose() => _box.Dispose();

    private string Notices => File.Exists(_box.At("notices")) ? File.ReadAllText(_box.At("notices")) : "";

    [Fact]
    public void A_run_tells_of_its_end_when_asked_and_not_of_nothing_to_do()
    {
        _box.Spool("run", "good").Must(0);
        Assert.Equal("", Notices);
        _box.Spool("run", "good", "--force", "a", "--notify").Must(0);
        Assert.StartsWith("--app-name=Spool\n--urgency=normal\n--\nSpool: done\ngood: 1 ran, 0 reused", Notices, StringComparison.Ordinal);
        var before = Notices;
        _box.Spool("run", "good", "--notify").Must(0);
        Assert.Equal(before, Notices);
        Directory.CreateDirectory(_box.Variables["SPOOL_STATE"]);
        File.WriteAllText(Path.Join(_box.Variables["SPOOL_STATE"], "settings.yaml"), "notify: true\n");
        _box.Spool("run", "bad").Must(3);
        Assert.Contains("Spool: waits for you\nbad: ", Notices, StringComparison.Ordinal);
    }

    [Fact]
    public void The_server_tells_of_each_run_once_and_its_engines_say_nothing()
    {
        Directory.CreateDirectory(_box.Variables["SPOOL_STATE"]);
        File.WriteAllText(Path.Join(_box.Variables["SPOOL_STATE"], "settings.yaml"), "notify: true\n");
        _box.Spool("submit", "good").Must(0);
        _box.Spool("serve", "--until-idle", "--listen", "none").Must(0);
        Assert.Equal(1, Notices.Split("Spool: done\n").Length - 1);
        Assert.Contains("run 1 of good/spool.yaml: succeeded", Notices, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_tool_is_said_once_and_nothing_else_happens()
    {
        _box.Variables["PATH"] = _box.At("empty");
        _box.Spool("submit", "good").Must(0);
        _box.Spool("submit", "good").Must(0);
        var ended = _box.Spool("serve", "--until-idle", "--listen", "none", "--notify", "--log-format", "text").Must(0);
        Assert.Equal(1, ended.Out.Split("notify-send is not here").Length - 1);
        File.WriteAllText(_box.At("bin/notify-send"), "#!/bin/sh\necho no bus >&2\nexit 1\n");
        _box.Variables["PATH"] = _box.At("bin");
        Assert.Contains("notify-send says no bus", _box.Spool("run", "good", "--force", "a", "--notify").Must(0).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void Old_runs_go_while_the_server_serves()
    {
        for (var i = 0; i < 4; i++) _box.Spool("submit", "good").Must(0);
        _box.Spool("serve", "--until-idle", "--listen", "none").Must(0);
        Assert.Contains("is none of", _box.Spool("serve", "--until-idle", "--retain", "often").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("2 runs removed", _box.Spool("serve", "--until-idle", "--listen", "none", "--retain", "2").Must(0).Out, StringComparison.Ordinal);
        Assert.Equal(["3", "4"], _box.Spool("list", "--server", "--json").Must(0).Lines.Select(r => r.GetProperty("id").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal("hello", _box.Read("good/a.txt"));
    }
}
