using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Spool.EndToEnd.Providers;

/// <summary>What a request was.</summary>
internal sealed record Asked(string Method, string Path, string Body, string? Authorization);

/// <summary>
/// A server on the loopback interface that speaks HTTP/1.1 over a bare socket, so that it can also do what no good server does: stop in the middle of
/// an answer, or never give one. Answers are chosen by a function of the request and of how many came before it.
/// </summary>
internal sealed class FakeServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Asked, int, Reply> _answer;

    internal FakeServer(Func<Asked, int, Reply> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    internal string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    internal ConcurrentQueue<Asked> Requests { get; } = new();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = Task.Run(() => ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException) { return; }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                while (await ReadAsync(stream) is { } asked)
                {
                    int before;
                    lock (_listener)
                    {
                        before = Requests.Count(r => r.Path == asked.Path);
                        Requests.Enqueue(asked);
                    }
                    var reply = _answer(asked, before);
                    if (reply.Wait > TimeSpan.Zero) await Task.Delay(reply.Wait, _stop.Token);
                    var head = new StringBuilder($"HTTP/1.1 {reply.Status} X\r\nContent-Type: {reply.Type}\r\nContent-Length: {reply.Body.Length}\r\n");
                    foreach (var (name, value) in reply.Headers) head.Append($"{name}: {value}\r\n");
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), _stop.Token);
                    await stream.WriteAsync(reply.Cut ? reply.Body.AsMemory(0, reply.Body.Length / 2) : reply.Body, _stop.Token);
                    await stream.FlushAsync(_stop.Token);
                    if (reply.Cut) return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException) { return; }
    }

    private static async Task<Asked?> ReadAsync(NetworkStream stream)
    {
        var bytes = new List<byte>();
        var one = new byte[1];
        while (bytes.Count < 4 || !(bytes[^4] == 13 && bytes[^3] == 10 && bytes[^2] == 13 && bytes[^1] == 10))
        {
            if (await stream.ReadAsync(one) == 0) return null;
            bytes.Add(one[0]);
        }
        var lines = Encoding.ASCII.GetString([.. bytes]).Split("\r\n");
        string? Header(string name) => lines.FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
        byte[] body;
        if (Header("Transfer-Encoding") == "chunked")
        {
            var whole = new List<byte>();
            while (true)
            {
                var size = Convert.ToInt32(await LineAsync(stream), 16);
                var chunk = new byte[size];
                await stream.ReadExactlyAsync(chunk);
                await LineAsync(stream);
                if (size == 0) break;
                whole.AddRange(chunk);
            }
            body = [.. whole];
        }
        else
        {
            body = new byte[int.Parse(Header("Content-Length") ?? "0", System.Globalization.CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(body);
        }
        var first = lines[0].Split(' ');
        return new Asked(first[0], first[1], Encoding.UTF8.GetString(body), Header("Authorization"));
    }

    private static async Task<string> LineAsync(NetworkStream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one) > 0 && one[0] != '\n') if (one[0] != '\r') line.Append((char)one[0]);
        return line.ToString();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _stop.Dispose();
    }
}

/// <summary>An answer.</summary>
internal sealed record Reply(int Status, byte[] Body, string Type = "application/json")
{
    internal IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
    internal TimeSpan Wait { get; init; }
    /// <summary>Ends the connection in the middle of the body.</summary>
    internal bool Cut { get; init; }

    internal static Reply Json(string body, int status = 200) => new(status, Encoding.UTF8.GetBytes(body));

    internal static Reply Chat(string text) => Json($$"""{"choices":[{"message":{"content":{{System.Text.Json.JsonSerializer.Serialize(text)}}},"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":5}}""");
}
