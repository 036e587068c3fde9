using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Spool.EndToEnd.Media;
using Spool.Engine;
using Spool.Engine.Attempts;
using Spool.Media.Slides;
using Spool.Media.Timeline;
using Spool.Steps.Images;
using Xunit;

namespace Spool.EndToEnd.Images;

public sealed class ScreenshotTests : IDisposable
{
    private readonly MediaBench _bench = new();
    private readonly HttpListener _server = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly int _port;

    public ScreenshotTests()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            _port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        _server.Prefixes.Add($"http://127.0.0.1:{_port}/");
        _server.Start();
        _ = Task.Run(ServeAsync);
    }

    public void Dispose()
    {
        _server.Close();
        _bench.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext call;
            try { call = await _server.GetContextAsync(); }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException) { return; }
            _asked.Enqueue(call.Request.RawUrl!);
            var path = call.Request.Url!.AbsolutePath;
            if (path == "/away")
            {
                call.Response.StatusCode = 302;
                call.Response.RedirectLocation = Uri.UnescapeDataString(call.Request.Url.Query[1..]);
            }
            var body = Encoding.UTF8.GetBytes(path switch { "/blue" => "<body style='background:#00f'>", "/style.css" => "body { background: #0f0 }", _ => "secret" });
            call.Response.ContentType = path.EndsWith(".css", StringComparison.Ordinal) ? "text/css" : "text/html";
            call.Response.OutputStream.Write(body);
            call.Response.Close();
        }
    }

    private static Screenshot Small => new() { Size = new PictureSize(200, 100), Timeout = 20 };

    private string Local(string path) => $"http://127.0.0.1:{_port}{path}";

    private (string, string) Page(string html)
    {
        File.WriteAllText(_bench.At("page.html"), html);
        return ("html", _bench.At("page.html"));
    }

    private async Task<(string Path, AttemptResult Result)> Take(Screenshot step, params (string, string)[] inputs)
    {
        var result = await _bench.Do(step, inputs, ("image", "shot.png"));
        Assert.True(result.Failure is null, $"{result.Failure?.Sentence}\n{result.LogTail}");
        return (result.Outputs[0].Files[0].Path, result);
    }

    private void Colour(string path, int x, int y, int r, int g, int b) => Assert.Equal([r, g, b], _bench.Pixel(path, 0, x, y).Select(v => (int)v));

    [Fact]
    public async Task A_template_is_filled_and_drawn_at_its_size_and_scale()
    {
        File.WriteAllText(_bench.At("data.json"), """{"who":"A & B","colour":{"class":"red"}}""");
        var (path, _) = await Take(Small with { Scale = 2 }, Page("<style>body{margin:0} .red{background:#f00;height:50px}</style><div class=\"{{ colour.class }}\">{{ who }}</div>"), ("data", _bench.At("data.json")));
        Assert.Equal(new PngSize(400, 200), PngSize.Read(File.ReadAllBytes(path)));
        Colour(path, 390, 90, 255, 0, 0);
        Colour(path, 390, 110, 255, 255, 255);
    }

    [Fact]
    public async Task A_script_tag_in_the_data_is_shown_as_text()
    {
        File.WriteAllText(_bench.At("data.json"), """{"text":"<script>document.body.style.background='#f00'</script><img src=x onerror=\"document.body.style.background='#f00'\">"}""");
        var page = "<body style='margin:0;background:#0f0'><p id=p style='font:10px sans-serif'>{{ text }}</p><script>if (document.getElementById('p').textContent.startsWith('<script>')) document.body.style.background='#00f'</script>";
        var (path, _) = await Take(Small, Page(page), ("data", _bench.At("data.json")));
        Colour(path, 199, 99, 0, 0, 255);
        var (still, _) = await Take(Small with { Scripts = false }, Page(page), ("data", _bench.At("data.json")));
        Colour(still, 199, 99, 0, 255, 0);
    }

    [Fact]
    public async Task Two_pictures_of_a_page_have_the_same_bytes()
    {
        var page = Page("<h1>Straße 😀</h1><p style='animation:x 1s infinite'>abc</p><style>@keyframes x{to{opacity:0}} @media (prefers-reduced-motion){p{animation:none!important}}</style>");
        var (first, _) = await Take(Small, page);
        var (second, _) = await Take(Small, page);
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
    }

    [Fact]
    public async Task Files_beside_the_page_are_found_and_nothing_else_is()
    {
        Directory.CreateDirectory(_bench.At("assets"));
        File.WriteAllText(_bench.At("assets/look.css"), "body{background:#f0f}");
        var (path, result) = await Take(Small, Page("<link rel=stylesheet href=look.css><img src='../../etc/passwd'><img src='file:///etc/passwd'>"), ("assets", _bench.At("assets")));
        Colour(path, 150, 90, 255, 0, 255);
        Assert.Contains("no such file beside the page", result.LogTail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_allow_hosts_a_page_reaches_nothing_by_any_way()
    {
        var page = $$"""
            <body style="margin:0;background:#fff"><img src="{{Local("/img")}}"><iframe src="{{Local("/frame")}}"></iframe><link rel=stylesheet href="{{Local("/style.css")}}"><link rel=preconnect href="{{Local("/")}}">
            <script>
            fetch("{{Local("/fetch")}}").catch(() => 0); navigator.sendBeacon("{{Local("/beacon")}}", "x");
            try { new WebSocket("ws://127.0.0.1:{{_port}}/socket") } catch {} try { new EventSource("{{Local("/events")}}") } catch {}
            try { new Worker(URL.createObjectURL(new Blob(["fetch('{{Local("/worker")}}')"]))) } catch {}
            try { window.open("{{Local("/popup")}}") } catch {}
            try { const p = new RTCPeerConnection({iceServers:[{urls:"stun:127.0.0.1:{{_port}}"}]}); p.createDataChannel("a"); p.createOffer().then(o => p.setLocalDescription(o)) } catch {}
            setTimeout(() => { location.href = "{{Local("/navigate")}}" }, 100);
            setTimeout(() => { location.href = "file:///etc/passwd" }, 200);
            </script>
            """;
        var (path, result) = await Take(Small with { Wait = "1500" }, Page(page));
        Assert.Empty(_asked);
        Colour(path, 199, 99, 255, 255, 255);
        Assert.Contains("not loaded", result.Facts.Keys);
        Assert.Contains($"{Local("/navigate")}: 127.0.0.1:{_port} is not in allow-hosts", result.LogTail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listed_address_is_loaded_from_and_a_redirect_elsewhere_is_refused()
    {
        var allowed = Small with { AllowHosts = [$"127.0.0.1:{_port}"] };
        var (path, _) = await Take(allowed, Page($"<link rel=stylesheet href=\"{Local("/style.css")}\">"));
        Colour(path, 100, 50, 0, 255, 0);
        var (blue, _) = await Take(allowed with { Url = Local("/away?" + Uri.EscapeDataString(Local("/blue"))) });
        Colour(blue, 100, 50, 0, 0, 255);
        foreach (var elsewhere in new[] { "http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data", "http://localhost/", "file:///etc/passwd", "http://[::1]/" })
        {
            var refused = await _bench.Do(allowed with { Url = Local("/away?" + Uri.EscapeDataString(elsewhere)) }, [], ("image", "shot.png"));
            Assert.True(refused.Failure is { Kind: FailureKind.BadOutput }, elsewhere + refused.Failure);
            Assert.Contains("the page cannot be opened", refused.Failure.Sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_name_that_leads_to_this_machine_is_refused_though_it_is_listed()
    {
        // The machine's own name resolves to an address of itself or its network.
        var name = Dns.GetHostName();
        Assert.SkipUnless(Dns.GetHostAddresses(name).Length > 0 && name != "localhost" && Uri.CheckHostName(name) == UriHostNameType.Dns, "needs a machine whose name resolves");
        var result = await _bench.Do(Small with { Url = $"http://{name}:{_port}/blue", AllowHosts = [$"{name}:{_port}"] }, [], ("image", "shot.png"));
        Assert.Contains("leads to", result.Failure!.Sentence, StringComparison.Ordinal);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task It_waits_for_what_it_is_told_to_and_says_when_that_never_comes()
    {
        var page = Page("<body style='margin:0;background:#fff'><script>setTimeout(() => { document.body.innerHTML = '<div id=late style=\"background:#f00;height:100px\">'; }, 400)</script>");
        var (path, _) = await Take(Small with { Wait = "#late" }, page);
        Colour(path, 100, 50, 255, 0, 0);
        var never = await _bench.Do(Small with { Wait = "#never", Timeout = 2 }, [page], ("image", "shot.png"));
        Assert.Equal("the page was not ready within 2 s (waiting for '#never')", never.Failure?.Sentence);
        var bad = await _bench.Do(Small with { Wait = "##" }, [page], ("image", "shot.png"));
        Assert.Equal("'##' is no CSS selector", bad.Failure?.Sentence);
    }

    [Fact]
    public async Task The_whole_page_and_a_transparent_one_are_taken_when_asked_for()
    {
        var (path, _) = await Take(Small with { FullPage = true }, Page("<body style='margin:0'><div style='height:350px;background:#f00'></div>"));
        Assert.Equal(new PngSize(200, 350), PngSize.Read(File.ReadAllBytes(path)));
        Colour(path, 10, 345, 255, 0, 0);
        var (clear, _) = await Take(Small with { Transparent = true }, Page("<body style='margin:0'><div style='height:50px;background:#f00'></div>"));
        var raw = _bench.At("a.raw");
        MediaBench.Run("ffmpeg", ["-v", "error", "-y", "-i", clear, "-vf", "format=rgba,crop=1:1:10:90", "-f", "rawvideo", raw]);
        Assert.Equal(0, File.ReadAllBytes(raw)[3]);
    }

    [Fact]
    public async Task An_endless_script_ends_at_the_timeout_and_leaves_no_browser_behind()
    {
        var result = await _bench.Do(Small with { Timeout = 3 }, [Page("<script>for(;;);</script>")], ("image", "shot.png"));
        Assert.Equal("the page was not ready within 3 s", result.Failure?.Sentence);
        // What Chromium starts beside itself notices a moment later that it has gone.
        for (var i = 0; i < 50 && Left(); i++) await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(Left());

        bool Left() => Process.GetProcesses().Any(p => Line(p.Id).Contains(_bench.At(""), StringComparison.Ordinal));

        static string Line(int id)
        {
            try { return File.ReadAllText($"/proc/{id}/cmdline"); }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return ""; }
        }
    }

    [Theory]
    [InlineData("<p>{{ missing }}", null, "html.html, line 1: the data have no 'missing'")]
    [InlineData("<script>{{ a }}</script>", """{"a":1}""", "stands inside <script>")]
    [InlineData("<p>{{ a }}", "{", "data.json is no JSON")]
    public async Task A_template_that_cannot_be_filled_says_why(string html, string? data, string why)
    {
        (string, string)[] inputs = [Page(html)];
        if (data is not null)
        {
            File.WriteAllText(_bench.At("data.json"), data);
            inputs = [.. inputs, ("data", _bench.At("data.json"))];
        }
        Assert.Contains(why, await _bench.Refused(Small, inputs, ("image", "shot.png")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_must_be_listed_before_anything_runs()
    {
        static string Why(Screenshot step) => string.Join("; ", step.Check().Select(p => p.Message));
        Assert.Equal("url: example.com is not in allow-hosts", Why(Small with { Url = "https://example.com/" }));
        Assert.Equal("url: file: addresses are never loaded", Why(Small with { Url = "file:///etc/passwd" }));
        Assert.Equal("", Why(Small with { Url = "https://example.com/", AllowHosts = ["example.com"] }));
        Assert.Equal("'http://x' is no host such as example.com, *.example.com or 127.0.0.1:8080", Why(Small with { AllowHosts = ["http://x"] }));
        Assert.Contains("larger than 16384", Why(Small with { Size = new PictureSize(8000, 100), Scale = 3 }), StringComparison.Ordinal);
    }
}
