using System.Net;
using System.Net.Sockets;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

public sealed class GatewayTests : IDisposable
{
    private readonly Sandbox _box = new();
    private readonly string _address = $"127.0.0.1:{FreePort()}";

    public void Dispose()
    {
        _box.Spool("gateway", "stop");
        _box.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [Fact]
    public void It_is_started_told_about_restarted_and_stopped_and_the_codes_say_which()
    {
        Assert.False(_box.Spool("gateway", "status", "--json").Must(3).Object.GetProperty("running").GetBoolean());
        _box.Write("bad/spool.yaml", "version: 1\nsteps:\n  - { id: a, kind: files.copy, in: { file: no.txt }, out: { file: ../../etc/x } }\n");
        _box.Write("bad.job", $"{{\"workflow\":\"{_box.At("bad/spool.yaml")}\"}}");
        _box.Write("long/spool.yaml", "version: 1\nsteps:\n  - { id: m, kind: audio.music, with: { duration: 600 }, out: { audio: m.wav } }\n");
        _box.Spool("submit", "long").Must(0);
        File.Copy(_box.At("bad.job"), Path.Join(_box.Variables["SPOOL_STATE"], "queue/pending/bad.job"));
        Assert.Contains("started: pid", _box.Spool("gateway", "start", "--listen", _address).Must(0).Out, StringComparison.Ordinal);
        Assert.Contains("runs already", _box.Spool("gateway", "start").Must(0).Out, StringComparison.Ordinal);
        Assert.Contains("gateway restart --listen", _box.Spool("gateway", "start", "--listen", "127.0.0.1:1").Must(2).Err, StringComparison.Ordinal);
        Sandbox.Until(() => _box.Spool("gateway", "status", "--json").Object is var now && now.GetProperty("failures").GetArrayLength() == 1 && now.GetProperty("workers").GetArrayLength() == 1 && now.GetProperty("workers")[0].GetProperty("alive").GetBoolean(), "one failed, one at work");
        var state = _box.Spool("gateway", "status", "--json").Must(0).Object;
        Assert.Equal((true, _address), (state.GetProperty("ready").GetBoolean(), state.GetProperty("address").GetString()));
        var pid = state.GetProperty("pid").GetInt32();
        // The next one listens where this one did, and the run that was ended goes on.
        Assert.Contains("1 run under way ended", _box.Spool("gateway", "restart").Must(0).Out, StringComparison.Ordinal);
        state = _box.Spool("gateway", "status", "--json").Must(0).Object;
        Assert.Equal(_address, state.GetProperty("address").GetString());
        Assert.NotEqual(pid, state.GetProperty("pid").GetInt32());
        Assert.Contains("stopped", _box.Spool("gateway", "stop").Must(0).Out, StringComparison.Ordinal);
        Assert.Contains("no server runs", _box.Spool("gateway", "stop").Must(0).Out, StringComparison.Ordinal);
        Assert.Equal(1, _box.Spool("gateway", "status", "--json").Must(3).Object.GetProperty("backlog").GetInt32());
        Assert.Empty(Sandbox.Marked($"SPOOL_STATE={_box.Variables["SPOOL_STATE"]}"));
    }

    [Fact]
    public void A_start_that_fails_says_why()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var failed = _box.Spool("gateway", "start", "--listen", $"127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}").Must(1);
        Assert.Contains("cannot be listened on", failed.Err, StringComparison.Ordinal);
        _box.Spool("gateway", "status").Must(3);
    }

    [Fact]
    public void Options_of_the_server_are_checked_at_once_and_kept_for_a_restart()
    {
        Assert.Contains("serve does not take that", _box.Spool("gateway", "start", "--listen", _address, "--", "--no-such-thing").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("could be reached from other machines", _box.Spool("gateway", "start", "--listen", "0.0.0.0:7108").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("could be reached from other machines", _box.Spool("gateway", "install", "--print", "--listen", "0.0.0.0:7108", "--allow-path", "/w").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("serve does not take that: --max-concurrent: 'many' is no whole number", _box.Spool("gateway", "start", "--listen", _address, "--", "--max-concurrent", "many").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("stands before the --", _box.Spool("gateway", "start", "--", "--listen", _address).Must(2).Err, StringComparison.Ordinal);
        _box.Spool("gateway", "start", "--listen", _address, "--", "--max-concurrent", "3").Must(0);
        Assert.Contains("\"max_concurrent\":3", Standing, StringComparison.Ordinal);
        Assert.Matches("^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z$", _box.Spool("gateway", "status", "--json").Must(0).Object.GetProperty("since").GetString());
        _box.Spool("gateway", "restart").Must(0);
        Assert.Contains("\"max_concurrent\":3", Standing, StringComparison.Ordinal);
    }

    private string Standing => File.ReadAllText(Path.Join(_box.Variables["SPOOL_STATE"], "runtime/standing.json"));

    [Fact]
    public void The_units_are_what_systemd_takes()
    {
        Directory.CreateDirectory(_box.At("user"));
        Directory.CreateDirectory(_box.At("system"));
        var odd = "/srv/a b%c$d\\e\"f'g;h";
        File.WriteAllText(_box.At("user/spool.service"), _box.Spool("gateway", "install", "--print", "--allow-path", odd).Must(0).Out);
        File.WriteAllText(_box.At("system/spool.service"), _box.Spool("gateway", "install", "--print", "--system", "--run-as", "daemon", "--state", "/var/lib/spool", "--allow-path", odd).Must(0).Out);
        Assert.Contains("never as root", _box.Spool("gateway", "install", "--print", "--system", "--state", "/s", "--allow-path", "/w").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("line break", _box.Spool("gateway", "install", "--print", "--allow-path", "/a\nExecStartPre=/bin/true").Must(2).Err, StringComparison.Ordinal);
        if (Sandbox.Find("systemd-analyze") is null) Assert.Skip("systemd-analyze is not installed (Debian package systemd); the units are read by a test of ours only");
        // It says nothing about a unit that is right; with a fault in it, it names the line.
        Assert.Equal("", Verify("--user", "user/spool.service"));
        Assert.Equal("", Verify("--system", "system/spool.service"));
        File.AppendAllText(_box.At("user/spool.service"), "[Service]\nRestart=sometimes\n");
        Assert.Contains("sometimes", Verify("--user", "user/spool.service"), StringComparison.Ordinal);
    }

    private string Verify(string mode, string file)
    {
        Directory.CreateDirectory(_box.Variables["XDG_RUNTIME_DIR"]);
        return Sandbox.Tool("/bin/sh", ["-c", "XDG_RUNTIME_DIR=\"$1\" systemd-analyze verify --man=no \"$2\" \"$3\" 2>&1 || true", "sh", _box.Variables["XDG_RUNTIME_DIR"], mode, _box.At(file)]).Trim();
    }

    [Fact]
    public void A_service_is_installed_and_removed_and_what_others_wrote_is_left_alone()
    {
        _box.Variables["HOME"] = _box.At("home");
        _box.Variables.Remove("XDG_CONFIG_HOME");
        var path = _box.At("home/.config/systemd/user/spool.service");
        var said = _box.Spool("gateway", "install").Must(0).Out;
        Assert.Contains($"wrote {path}", said, StringComparison.Ordinal);
        Assert.Contains($"ReadWritePaths=\"-{_box.At("home")}\"", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Contains("removed", _box.Spool("gateway", "uninstall").Must(0).Out, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
        File.WriteAllText(path, "[Unit]\n");
        Assert.Contains("left alone", _box.Spool("gateway", "install").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("left alone", _box.Spool("gateway", "uninstall").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("<key>ProgramArguments</key>", _box.Spool("gateway", "install", "--format", "launchd", "--print").Must(0).Out, StringComparison.Ordinal);
        _box.Spool("gateway", "install", "--format", "launchd").Must(2);
    }
}
