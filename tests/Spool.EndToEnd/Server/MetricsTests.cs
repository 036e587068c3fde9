using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

public sealed class MetricsTests : IDisposable
{
    private readonly Sandbox _box = new();
    private readonly int _port = FreePort();
    private readonly Going _server;
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public MetricsTests()
    {
        _server = _box.Start("serve", "--listen", $"127.0.0.1:{_port}");
        Sandbox.Until(() => _server.OutSoFar.Contains("API on", StringComparison.Ordinal), "the server listens");
        _box.Write("a/spool.yaml", "version: 1\nsteps:\n  - { id: my-step, kind: files.write, with: { text: hello }, out: { file: work/a.txt } }\n  - { id: bad, kind: command, in: { f: work/a.txt }, with: { run: [\"false\"] }, out: { x: x.txt } }\n");
        File.WriteAllText(Path.Join(_box.Variables["SPOOL_STATE"], "settings.yaml"), "allow: [\"false\"]\n");
        _box.Spool("submit", "a").Must(0);
    }

    public void Dispose()
    {
        _server.Dispose();
        _box.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<string> FailedRunAsync()
    {
        using var http = new HttpClient();
        for (var i = 0; i < 200; i++)
        {
            var text = await http.GetStringAsync(new Uri($"http://127.0.0.1:{_port}/metrics"), Stop);
            if (text.Contains("spool_runs_finished_total{status=\"failed\"} 1\n", StringComparison.Ordinal)) return text;
            await Task.Delay(100, Stop);
        }
        throw new InvalidOperationException($"the run did not fail: {_server.OutSoFar}");
    }

    [Fact]
    public async Task A_run_is_counted_and_promtool_has_nothing_to_say()
    {
        var text = await FailedRunAsync();
        Assert.Contains("spool_task_failures_total{kind=\"ToolFailed\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("spool_step_seconds_count{kind=\"files.write\"} 1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("my-step", text, StringComparison.Ordinal);
        if (Sandbox.Find("promtool") is null) Assert.Skip("promtool is not installed (Debian package prometheus)");
        File.WriteAllText(_box.At("metrics.txt"), text);
        Assert.Equal("0 ", Sandbox.Tool("/bin/sh", ["-c", "promtool check metrics < \"$1\" 2>&1; echo $? | tr '\\n' ' '", "sh", _box.At("metrics.txt")]));
    }

    [Fact]
    public async Task A_real_Prometheus_takes_them_in()
    {
        var prometheus = Sandbox.Find("prometheus") ?? "";
        if (prometheus.Length == 0) Assert.Skip("prometheus is not installed (Debian package prometheus)");
        await FailedRunAsync();
        var port = FreePort();
        _box.Write("prometheus.yml", $"global: {{ scrape_interval: 1s }}\nscrape_configs:\n  - job_name: spool\n    static_configs:\n      - targets: ['127.0.0.1:{_port}']\n");
        using var process = Process.Start(new ProcessStartInfo(prometheus, [$"--config.file={_box.At("prometheus.yml")}", $"--storage.tsdb.path={_box.At("tsdb")}", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]) { RedirectStandardError = true })!;
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            var answer = "";
            for (var i = 0; i < 300 && !answer.Contains("\"1\"]", StringComparison.Ordinal); i++)
            {
                await Task.Delay(100, Stop);
                try { answer = await http.GetStringAsync(new Uri("/api/v1/query?query=spool_task_failures_total%7Bkind%3D%22ToolFailed%22%7D", UriKind.Relative), Stop); }
                catch (HttpRequestException) { continue; } // it starts
            }
            Assert.Contains("\"kind\":\"ToolFailed\"", answer, StringComparison.Ordinal);
            Assert.Contains("\"1\"]", answer, StringComparison.Ordinal);
            Assert.Contains("\"1\"]", await http.GetStringAsync(new Uri("/api/v1/query?query=up", UriKind.Relative), Stop), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
