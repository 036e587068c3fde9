using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spool.EndToEnd.Report;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>A server of its own and a browser without a screen that opened its page by the link.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private readonly HttpClient _http;
    private Going _server;
    private int _browsers;

    internal PageServer(string allow = "ffmpeg")
    {
        Sandbox.Needs("chromium", "ffmpeg", "ffprobe");
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        Box.Write("../state/settings.yaml", $"allow: [{allow}]\n");
        _server = Begin();
        _http = new HttpClient { BaseAddress = new Uri(Address) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Assert.SkipWhen(_http.GetAsync("/runs", TestContext.Current.CancellationToken).Result.StatusCode == HttpStatusCode.NotFound, "the page is not built: npm ci && npm run build in web/");
    }

    internal Sandbox Box { get; } = new();
    internal int Port { get; }
    internal string Address => $"http://127.0.0.1:{Port}";
    internal string Token => File.ReadAllText(Path.Join(Box.Variables["SPOOL_STATE"], "token")).Trim();
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Going Begin()
    {
        var server = Box.Start("serve", "--listen", $"127.0.0.1:{Port}");
        Sandbox.Until(() => server.OutSoFar.Contains("API on", StringComparison.Ordinal), "the server listens");
        return server;
    }

    /// <summary>Kills the server as a power cut would.</summary>
    internal void Kill()
    {
        _server.Kill();
        _server.Wait();
    }

    internal void Again() => _server = Begin();

    /// <summary>A browser that came in by the link and looks at a path.</summary>
    internal async Task<BrowserPage> OpenAsync(string path = "/runs", int width = 1440, int height = 900)
    {
        var page = await BrowserPage.OpenAsync(Path.Join(Box.Root, $"browser-{++_browsers}"), $"{Address}/#t={Token}", width, height);
        await page.UntilAsync("document.querySelector('h1')?.textContent === 'Runs'");
        if (path != "/runs") await GoAsync(page, path);
        return page;
    }

    internal async Task GoAsync(BrowserPage page, string path) => await page.SendAsync("Page.navigate", new JsonObject { ["url"] = Address + path });

    internal async Task<JsonElement> GetAsync(string path)
    {
        using var document = JsonDocument.Parse(await _http.GetStringAsync("/api/v1" + path, Stop));
        return document.RootElement.Clone();
    }

    internal async Task<byte[]> BytesAsync(string path) => await _http.GetByteArrayAsync("/api/v1" + path, Stop);

    internal async Task<HttpStatusCode> PostAsync(string path)
    {
        using var answer = await _http.PostAsync("/api/v1" + path, null, Stop);
        return answer.StatusCode;
    }

    internal async Task<string> SubmitAsync(string workspace)
    {
        using var body = new StringContent(JsonSerializer.Serialize(new { workflow = Box.At($"{workspace}/spool.yaml") }), Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync("/api/v1/runs", body, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, text);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>A run that waits for a person to read a text; more steps may be added.</summary>
    internal async Task<string> TalkAsync(string more = "")
    {
        Box.Write("talk/script.md", "# Rain\n\nIt falls.\n");
        Box.Write("talk/spool.yaml", $$"""
            version: 1
            name: talk
            steps:
              - { id: draft, kind: files.copy, in: { file: script.md }, out: { file: work/text.md } }
              - { id: read, kind: review, in: { text: work/text.md }, with: { message: "Is the text good?" } }
              - { id: publish, kind: files.copy, in: { file: work/text.md }, out: { file: out/text.md } }
            {{more}}
            """);
        var run = await SubmitAsync("talk");
        await UntilAsync(run, "waiting");
        return run;
    }

    internal async Task UntilAsync(string run, string status)
    {
        for (var i = 0; i < 600; i++)
        {
            if ((await GetAsync($"/runs/{run}")).GetProperty("status").GetString() == status) return;
            await Task.Delay(100, Stop);
        }
        Assert.Fail($"run {run} did not become {status}: {await GetAsync($"/runs/{run}")} | {_server.OutSoFar}");
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        _server.Dispose();
        Box.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>What tests do on a page.</summary>
internal static class PageDoing
{
    internal static Task ClickAsync(this BrowserPage page, string selector) => page.AskAsync($"document.querySelector({JsonValue.Create(selector).ToJsonString()}).click()");

    /// <summary>Clicks the first button or link with a text, once it is there.</summary>
    internal static async Task PushAsync(this BrowserPage page, string text)
    {
        var found = $"[...document.querySelectorAll('button, a, summary')].find(b => !b.disabled && b.textContent.trim().startsWith({JsonValue.Create(text).ToJsonString()}))";
        await page.UntilAsync(found);
        await page.AskAsync($"{found}.click()");
    }

    internal static async Task TypeAsync(this BrowserPage page, string selector, string text)
    {
        await page.UntilAsync($"document.querySelector({JsonValue.Create(selector).ToJsonString()})");
        await page.AskAsync($"(() => {{ const e = document.querySelector({JsonValue.Create(selector).ToJsonString()}); e.focus(); e.select?.(); }})()");
        await page.SendAsync("Input.insertText", new() { ["text"] = text });
    }

    internal static Task SeesAsync(this BrowserPage page, string text) => page.UntilAsync($"document.body?.innerText.includes({JsonValue.Create(text).ToJsonString()})");
}
