using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spool.Models.Browser;

namespace Spool.EndToEnd.Report;

/// <summary>A page in a real browser that a test types into and asks.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly Process _process;
    private readonly DevTools _tools;
    private readonly string _session;

    private BrowserPage(Process process, DevTools tools, string session, ConcurrentQueue<string> complaints) => (_process, _tools, _session, Complaints) = (process, tools, session, complaints);

    /// <summary>Errors of scripts and refused addresses.</summary>
    internal ConcurrentQueue<string> Complaints { get; }

    internal static async Task<BrowserPage> OpenAsync(string profile, string address, int width = 1440, int height = 900)
    {
        // Not as Chromium.Command has it: that one lets no page read files of this machine by their own address.
        var start = new ProcessStartInfo(PageRig.Chromium, ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank"])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        Uri? listening = null;
        using (var limit = new CancellationTokenSource(Limit))
            while (listening is null && await process.StandardError.ReadLineAsync(limit.Token) is { } line) listening = Chromium.Listening(line);
        _ = process.StandardError.ReadToEndAsync();
        var complaints = new ConcurrentQueue<string>();
        var tools = await DevTools.ConnectAsync(listening!, told =>
        {
            if (told.Method is "Runtime.exceptionThrown" || (told.Method is "Log.entryAdded" && told.Parameters.GetProperty("entry").GetProperty("level").GetString() == "error")) complaints.Enqueue(told.Parameters.GetRawText());
        }, CancellationToken.None);
        var target = await tools.SendAsync("Target.createTarget", new() { ["url"] = "about:blank" }, null, CancellationToken.None);
        var attached = await tools.SendAsync("Target.attachToTarget", new() { ["targetId"] = target.GetProperty("targetId").GetString(), ["flatten"] = true }, null, CancellationToken.None);
        var page = new BrowserPage(process, tools, attached.GetProperty("sessionId").GetString()!, complaints);
        await page.SendAsync("Runtime.enable");
        await page.SendAsync("Log.enable");
        await page.SizeAsync(width, height);
        await page.SendAsync("Page.navigate", new() { ["url"] = address });
        return page;
    }

    internal async Task<JsonElement> SendAsync(string method, JsonObject? parameters = null)
    {
        using var limit = new CancellationTokenSource(Limit);
        return await _tools.SendAsync(method, parameters, _session, limit.Token);
    }

    internal Task SizeAsync(int width, int height) => SendAsync("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });

    /// <summary>The value of an expression, as text.</summary>
    internal async Task<string> AskAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new() { ["expression"] = $"String({expression})", ["returnByValue"] = true, ["awaitPromise"] = true });
        if (answer.TryGetProperty("exceptionDetails", out var details)) throw new InvalidOperationException(details.GetRawText());
        return answer.GetProperty("result").GetProperty("value").GetString()!;
    }

    /// <summary>Waits until an expression is true; says its last value when it never is.</summary>
    internal async Task UntilAsync(string expression)
    {
        var began = Stopwatch.GetTimestamp();
        for (var last = ""; ;)
        {
            if (await AskAsync($"!!({expression})") == "true") return;
            last = await AskAsync("document.body?.innerText.slice(0, 2000)");
            if (Stopwatch.GetElapsedTime(began) > Limit) throw new TimeoutException($"never true: {expression}\n{last}\n{string.Join('\n', Complaints)}");
            await Task.Delay(30);
        }
    }

    internal async Task PressAsync(string key, int modifiers = 0)
    {
        foreach (var type in (string[])["rawKeyDown", "keyUp"]) await SendAsync("Input.dispatchKeyEvent", new() { ["type"] = type, ["key"] = key, ["code"] = key, ["modifiers"] = modifiers });
    }

    /// <summary>Drags with the mouse from one point of the page to another.</summary>
    internal async Task DragAsync((double X, double Y) from, (double X, double Y) to)
    {
        await MouseAsync("mousePressed", from);
        for (var i = 1; i <= 4; i++) await MouseAsync("mouseMoved", (from.X + (to.X - from.X) * i / 4, from.Y + (to.Y - from.Y) * i / 4));
        await MouseAsync("mouseReleased", to);
    }

    private Task MouseAsync(string type, (double X, double Y) at) =>
        SendAsync("Input.dispatchMouseEvent", new() { ["type"] = type, ["x"] = at.X, ["y"] = at.Y, ["button"] = "left", ["buttons"] = type == "mouseReleased" ? 0 : 1, ["clickCount"] = 1 });

    /// <summary>The middle of the first element of a selector.</summary>
    internal async Task<(double X, double Y)> MiddleOfAsync(string selector)
    {
        var box = (await AskAsync($"(() => {{ const b = document.querySelector({JsonValue.Create(selector).ToJsonString()}).getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2].join(' '); }})()")).Split(' ');
        return (double.Parse(box[0], System.Globalization.CultureInfo.InvariantCulture), double.Parse(box[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    internal async Task PictureAsync(string file) => await File.WriteAllBytesAsync(file, (await SendAsync("Page.captureScreenshot", new() { ["format"] = "png" })).GetProperty("data").GetBytesFromBase64());

    public async ValueTask DisposeAsync()
    {
        await _tools.DisposeAsync();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
