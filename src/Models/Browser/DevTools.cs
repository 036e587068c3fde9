using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spool.Models.Browser;

/// <summary>Something the browser tells: its method, parameters and the session it belongs to.</summary>
public sealed record BrowserEvent(string Method, JsonElement Parameters, string? Session);

/// <summary>The browser refused a command or is gone.</summary>
public sealed class BrowserException(string message) : Exception(message);

/// <summary>
/// The DevTools protocol of Chromium over its web socket: commands with answers by number, and events in the order they come. Only what pictures
/// of pages need; the protocol is at chromedevtools.github.io/devtools-protocol.
/// </summary>
public sealed class DevTools : IAsyncDisposable
{
    private const int MostBytes = 512 << 20;

    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _waiting = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _end = new();
    private readonly Action<BrowserEvent> _told;
    private Task _reading = Task.CompletedTask;
    private int _last;

    private DevTools(Action<BrowserEvent> told) => _told = told;

    /// <summary>Connects to a browser that listens.</summary>
    /// <param name="address">The browser's own web socket address.</param>
    /// <param name="told">Called for each event, one after the other; it must not wait.</param>
    public static async Task<DevTools> ConnectAsync(Uri address, Action<BrowserEvent> told, CancellationToken cancel)
    {
        var tools = new DevTools(told);
        try
        {
            tools._socket.Options.Proxy = null;
            await tools._socket.ConnectAsync(address, cancel);
        }
        catch (WebSocketException e)
        {
            await tools.DisposeAsync();
            throw new BrowserException($"the browser does not answer: {e.Message}");
        }
        tools._reading = tools.ReadAsync();
        return tools;
    }

    public async Task<JsonElement> SendAsync(string method, JsonObject? parameters, string? session, CancellationToken cancel)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _waiting[id] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null) message["sessionId"] = session;
        try
        {
            await _writing.WaitAsync(cancel);
            try { await _socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, true, cancel); }
            finally { _writing.Release(); }
            return await answer.Task.WaitAsync(cancel);
        }
        catch (WebSocketException) { throw new BrowserException("the browser has gone"); }
        finally { _waiting.TryRemove(id, out _); }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 16];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer, _end.Token);
                if (part.MessageType == WebSocketMessageType.Close) break;
                message.Write(buffer, 0, part.Count);
                if (message.Length > MostBytes) break;
                if (!part.EndOfMessage) continue;
                using var document = JsonDocument.Parse(message.ToArray());
                message.SetLength(0);
                Take(document.RootElement.Clone());
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or JsonException) { Abandon(); }
        Abandon();
    }

    private void Abandon()
    {
        foreach (var waiting in _waiting.Values) waiting.TrySetException(new BrowserException("the browser has gone"));
    }

    private void Take(JsonElement message)
    {
        if (message.TryGetProperty("id", out var id))
        {
            if (!_waiting.TryGetValue(id.GetInt32(), out var waiting)) return;
            if (message.TryGetProperty("error", out var error)) waiting.TrySetException(new BrowserException(error.GetProperty("message").GetString() ?? "refused"));
            else waiting.TrySetResult(message.GetProperty("result"));
        }
        else if (message.TryGetProperty("method", out var method))
            _told(new BrowserEvent(method.GetString()!, message.GetProperty("params"), message.TryGetProperty("sessionId", out var session) ? session.GetString() : null));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading;
        _socket.Dispose();
        _writing.Dispose();
        _end.Dispose();
    }
}
