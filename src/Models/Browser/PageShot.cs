using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spool.Models.Browser;

/// <summary>A file that the page finds beside itself.</summary>
public sealed record PageFile(string Type, Func<byte[]> Read);

/// <summary>What to take a picture of, and how.</summary>
/// <param name="Address">The page; under <see cref="Home"/> it comes from <paramref name="Files"/>.</param>
/// <param name="Files">By path, without a leading slash.</param>
public sealed record ShotRequest(Uri Address, IReadOnlyDictionary<string, PageFile> Files, int Width, int Height)
{
    /// <summary>The address of pages that are not on any network: <c>.invalid</c> never resolves (RFC 6761).</summary>
    public static Uri Home { get; } = new("http://page.invalid/");

    public double Scale { get; init; } = 1;
    public bool FullPage { get; init; }
    public bool Transparent { get; init; }
    public bool Scripts { get; init; } = true;
    public string? Selector { get; init; }
    public TimeSpan Extra { get; init; }
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>A picture and what was not loaded for it.</summary>
public sealed record Shot(byte[] Png, int Width, int Height, IReadOnlyList<string> Refused);

/// <summary>No picture could be taken; the sentence says why.</summary>
public sealed class ShotFailedException(string why) : Exception(why);

/// <summary>
/// Takes a picture of a page with a browser that is already running. Every request of the page, of its frames and workers is stopped before it
/// leaves, judged, and answered from here: with a file, with what <see cref="GuardedFetch"/> loaded, or not at all. The browser was started so
/// that whatever slips by (web sockets, WebRTC, its own services) finds neither names nor a way out; see <see cref="Chromium"/>.
/// </summary>
public sealed class PageShot : IAsyncDisposable
{
    private readonly ShotRequest _request;
    private readonly GuardedFetch _fetch;
    private readonly CancellationToken _cancel;
    private readonly ConcurrentQueue<string> _refused = new();
    private readonly ConcurrentDictionary<Task, bool> _answers = new();
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DevTools? _tools;
    private string? _page;
    private string? _mainFrame;
    private string? _mainRefused;

    /// <summary>The page itself has come; where it wants to go afterwards does not matter.</summary>
    private volatile bool _opened;

    private PageShot(ShotRequest request, GuardedFetch fetch, CancellationToken cancel)
    {
        _request = request;
        _fetch = fetch;
        _cancel = cancel;
    }

    public static async Task<Shot> TakeAsync(Uri browser, ShotRequest request, GuardedFetch fetch, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(request.Limit);
        await using var shot = new PageShot(request, fetch, limit.Token);
        try
        {
            shot._tools = await DevTools.ConnectAsync(browser, shot.Take, limit.Token);
            return await shot.RunAsync();
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ShotFailedException($"the page was not ready within {request.Limit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s" + (request.Selector is null ? "" : $" (waiting for '{request.Selector}')"));
        }
        catch (BrowserException e) { throw new ShotFailedException(e.Message); }
    }

    private async Task<Shot> RunAsync()
    {
        var target = await SendAsync("Target.createTarget", new() { ["url"] = "about:blank" }, null);
        var attached = await SendAsync("Target.attachToTarget", new() { ["targetId"] = target.GetProperty("targetId").GetString(), ["flatten"] = true }, null);
        _page = attached.GetProperty("sessionId").GetString();
        await SendAsync("Fetch.enable", Everything());
        await SendAsync("Target.setAutoAttach", new() { ["autoAttach"] = true, ["waitForDebuggerOnStart"] = true, ["flatten"] = true });
        await SendAsync("Page.enable", null);
        if (!_request.Scripts) await SendAsync("Emulation.setScriptExecutionDisabled", new() { ["value"] = true });
        await SizeAsync(_request.Height);
        await SendAsync("Emulation.setEmulatedMedia", new() { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-reduced-motion", ["value"] = "reduce" }) });
        if (_request.Transparent) await SendAsync("Emulation.setDefaultBackgroundColorOverride", new() { ["color"] = new JsonObject { ["r"] = 0, ["g"] = 0, ["b"] = 0, ["a"] = 0 } });
        var opened = await SendAsync("Page.navigate", new() { ["url"] = _request.Address.AbsoluteUri });
        if (opened.TryGetProperty("errorText", out var error) && error.GetString() is { Length: > 0 } text)
            throw new ShotFailedException(_mainRefused ?? $"the page cannot be opened: {text}");
        await _loaded.Task.WaitAsync(_cancel);
        if (_mainRefused is { } why) throw new ShotFailedException(why);
        await WaitAsync();
        var height = _request.Height;
        if (_request.FullPage)
        {
            var metrics = await SendAsync("Page.getLayoutMetrics", null);
            height = Math.Max(height, (int)Math.Ceiling(metrics.GetProperty("cssContentSize").GetProperty("height").GetDouble()));
            if (height * _request.Scale > 16384) throw new ShotFailedException($"the whole page is {height} pixels high, more than a picture may be; set full-page: false");
            await SizeAsync(height);
            await SettleAsync();
        }
        var picture = await SendAsync("Page.captureScreenshot", new() { ["format"] = "png" });
        return new Shot(picture.GetProperty("data").GetBytesFromBase64(), (int)Math.Round(_request.Width * _request.Scale), (int)Math.Round(height * _request.Scale), [.. _refused]);
    }

    private Task SizeAsync(int height) =>
        SendAsync("Emulation.setDeviceMetricsOverride", new() { ["width"] = _request.Width, ["height"] = height, ["deviceScaleFactor"] = _request.Scale, ["mobile"] = false });

    /// <summary>Fonts are there, what was asked for is there, and two frames were drawn after it.</summary>
    private async Task WaitAsync()
    {
        if (_request.Selector is { } selector)
        {
            var look = $"document.querySelector({JsonValue.Create(selector).ToJsonString()}) !== null";
            while (!await IsTrueAsync(look, selector)) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, _cancel);
        }
        if (_request.Extra > TimeSpan.Zero) await Task.Delay(_request.Extra, TimeProvider.System, _cancel);
        await SettleAsync();
    }

    private async Task SettleAsync()
    {
        // Where scripts do not run, neither do promises.
        if (!_request.Scripts) await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, _cancel);
        else
            await SendAsync("Runtime.evaluate", new()
            {
                ["expression"] = "document.fonts.ready.then(() => new Promise(done => { setTimeout(done, 1000); requestAnimationFrame(() => requestAnimationFrame(done)); }))",
                ["awaitPromise"] = true,
            });
    }

    private async Task<bool> IsTrueAsync(string expression, string selector)
    {
        var result = await SendAsync("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true });
        if (result.TryGetProperty("exceptionDetails", out _)) throw new ShotFailedException($"'{selector}' is no CSS selector");
        return result.GetProperty("result").TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.True;
    }

    private Task<JsonElement> SendAsync(string method, JsonObject? parameters) => SendAsync(method, parameters, _page);

    private Task<JsonElement> SendAsync(string method, JsonObject? parameters, string? session) => _tools!.SendAsync(method, parameters, session, _cancel);

    private static JsonObject Everything() => new() { ["patterns"] = new JsonArray(new JsonObject { ["urlPattern"] = "*" }) };

    private void Take(BrowserEvent told)
    {
        if (told.Method == "Page.loadEventFired" && told.Session == _page) _loaded.TrySetResult();
        else if (told.Method == "Fetch.requestPaused") Start(AnswerAsync(told));
        else if (told.Method == "Target.attachedToTarget") Start(AdoptAsync(told.Parameters.GetProperty("sessionId").GetString()!));
        else if (told.Method == "Inspector.targetCrashed") _loaded.TrySetException(new ShotFailedException("the page crashed the browser"));
    }

    /// <summary>Events must not wait, so their work runs beside; the picture is not taken before the page has loaded, which waits for the answers.</summary>
    private void Start(Task work)
    {
        _answers[work] = true;
        _ = work.ContinueWith(done => _answers.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>A frame of another site, a worker or a window: it goes on only when its requests are stopped too.</summary>
    private async Task AdoptAsync(string session)
    {
        if (session == _page || _page is null) return;
        try
        {
            try { await SendAsync("Fetch.enable", Everything(), session); }
            catch (BrowserException) { return; } // without requests of its own it has nothing to be judged; it stays stopped
            await SendAsync("Target.setAutoAttach", new() { ["autoAttach"] = true, ["waitForDebuggerOnStart"] = true, ["flatten"] = true }, session);
            await SendAsync("Runtime.runIfWaitingForDebugger", null, session);
        }
        catch (BrowserException) { } // it is gone already
        catch (OperationCanceledException) { }
    }

    private async Task AnswerAsync(BrowserEvent paused)
    {
        var id = paused.Parameters.GetProperty("requestId").GetString()!;
        var asked = paused.Parameters.GetProperty("request");
        var isDocument = paused.Parameters.TryGetProperty("resourceType", out var type) && type.GetString() == "Document";
        try
        {
            try
            {
                var answer = await GetAsync(asked);
                if (isDocument && paused.Session == _page && IsMain(paused.Parameters) && answer.Status is not (>= 300 and < 400)) _opened = true;
                await SendAsync("Fetch.fulfillRequest", new()
                {
                    ["requestId"] = id,
                    ["responseCode"] = answer.Status,
                    ["responseHeaders"] = new JsonArray([.. answer.Headers.Select(h => (JsonNode)new JsonObject { ["name"] = h.Name, ["value"] = h.Value })]),
                    ["body"] = Convert.ToBase64String(answer.Body),
                }, paused.Session);
            }
            catch (FetchRefusedException e)
            {
                var url = asked.GetProperty("url").GetString()!;
                if (_refused.Count < 100) _refused.Enqueue($"{(url.Length > 200 ? url[..200] + "…" : url)}: {e.Message}");
                if (isDocument && !_opened && paused.Session == _page && IsMain(paused.Parameters)) _mainRefused ??= $"the page cannot be opened: {e.Message}";
                // An aborted navigation leaves the page that is there.
                await SendAsync("Fetch.failRequest", new() { ["requestId"] = id, ["errorReason"] = isDocument ? "Aborted" : "BlockedByClient" }, paused.Session);
                if (_mainRefused is not null) _loaded.TrySetResult();
            }
        }
        catch (BrowserException) { } // the page has gone on without it
        catch (OperationCanceledException) { }
    }

    private bool IsMain(JsonElement parameters) => parameters.TryGetProperty("frameId", out var frame) && (_mainFrame ??= frame.GetString()) == frame.GetString();

    private async Task<PageAnswer> GetAsync(JsonElement asked)
    {
        if (!Uri.TryCreate(asked.GetProperty("url").GetString(), UriKind.Absolute, out var address)) throw new FetchRefusedException("it is no address");
        if (address.Scheme == "http" && address.Host == ShotRequest.Home.Host)
        {
            var path = Uri.UnescapeDataString(address.AbsolutePath).TrimStart('/');
            if (!_request.Files.TryGetValue(path, out var file)) throw new FetchRefusedException(path == "favicon.ico" ? "there is none" : "there is no such file beside the page");
            return new PageAnswer(200, [("Content-Type", file.Type)], file.Read());
        }
        var headers = asked.GetProperty("headers").EnumerateObject().ToDictionary(h => h.Name, h => h.Value.GetString() ?? "", StringComparer.OrdinalIgnoreCase);
        var body = asked.TryGetProperty("postData", out var data) && data.GetString() is { } text ? System.Text.Encoding.UTF8.GetBytes(text) : null;
        return await _fetch.GetAsync(new PageRequest(address, asked.GetProperty("method").GetString()!, headers, body), _cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_tools is null) return;
        try
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(3));
            await _tools.SendAsync("Browser.close", null, null, soon.Token);
        }
        catch (BrowserException) { } // it is gone, as it should
        catch (OperationCanceledException) { } // whoever started it ends it
        await _tools.DisposeAsync();
    }
}
