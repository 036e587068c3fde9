using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Spool.App.Server;

/// <summary>
/// What a run says over a WebSocket (RFC 6455): the same events as the server-sent ones, one text message each, <c>{"id","data"}</c>, at the end
/// <c>{"event":"end","data"}</c> and a normal close. <c>?after=ID</c> goes on behind what was heard. What a listener says is not read, but that it goes.
/// </summary>
internal static class EventSocket
{
    internal static async Task SendAsync(HttpContext context, EventStream events)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await Answer.ProblemAsync(context, HttpStatusCode.UpgradeRequired, "this address is for WebSockets; without one ask for the same without /ws");
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(30) });
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var listening = UntilGoneAsync(socket, gone);
        try
        {
            await foreach (var heard in events.ReadAsync(context.Request.Query["after"].ToString(), gone.Token))
                foreach (var one in heard) await socket.SendAsync(Message(one), WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, gone.Token);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, gone.Token);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), TimeProvider.System);
            await listening.WaitAsync(patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // It went away, or did not answer the close; so does the connection.
            socket.Abort();
            await listening;
        }
    }

    private static byte[] Message(Heard one)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (one.Id is null) json.WriteString("event", "end");
            else json.WriteString("id", one.Id);
            json.WritePropertyName("data");
            // A line that a kill tore is no JSON; it is handed on as the text that it is.
            if (IsJson(one.Text)) json.WriteRawValue(one.Text, skipInputValidation: true);
            else json.WriteStringValue(one.Text);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static bool IsJson(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try { return JsonDocument.TryParseValue(ref reader, out var document) && With(document); }
        catch (JsonException) { return false; }

        static bool With(JsonDocument document)
        {
            document.Dispose();
            return true;
        }
    }

    /// <summary>Reads and throws away until the other side closes or breaks off.</summary>
    private static async Task UntilGoneAsync(WebSocket socket, CancellationTokenSource gone)
    {
        var buffer = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), gone.Token)).MessageType != WebSocketMessageType.Close) { }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException) { return; }
        finally { await gone.CancelAsync(); }
    }
}
