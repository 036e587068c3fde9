using System.Net;
using System.Net.Sockets;

namespace Spool.Models.Browser;

/// <summary>What a page asks for.</summary>
public sealed record PageRequest(Uri Address, string Method, IReadOnlyDictionary<string, string> Headers, byte[]? Body);

/// <summary>What it gets: the status and headers as they came, the body unpacked.</summary>
public sealed record PageAnswer(int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body);

/// <summary>A request was not made or not answered; the sentence says why.</summary>
public sealed class FetchRefusedException(string why) : Exception(why);

/// <summary>
/// Loads for a page, so that the browser itself never touches the network. Names are resolved here, every address that comes out is judged, and
/// the connection goes to the very address that was judged: a name that changes between the look and the call (DNS rebinding) gains nothing.
/// Redirects are handed to the page, whose next request is judged like any other. One slow or endless answer ends at a limit.
/// </summary>
public sealed class GuardedFetch : IDisposable
{
    public const int MostBytes = 64 << 20;

    private static readonly string[] Passed = ["accept", "accept-language", "user-agent", "referer", "content-type", "cookie", "origin"];
    private static readonly string[] Dropped = ["content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive", "alt-svc", "strict-transport-security"];

    private readonly AllowedHosts _allowed;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly HttpClient _client;
    private long _left = 4L * MostBytes;

    /// <summary>A loader for one page.</summary>
    /// <param name="allowed">The hosts that may be loaded from.</param>
    /// <param name="resolve">Asks a name server; null for that of the machine.</param>
    public GuardedFetch(AllowedHosts allowed, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _allowed = allowed;
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
        // A proxy would resolve names by itself, behind our back.
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            ConnectCallback = ConnectAsync,
        })
        { Timeout = TimeSpan.FromSeconds(30) };
    }

    public async Task<PageAnswer> GetAsync(PageRequest request, CancellationToken cancel)
    {
        if (_allowed.Refusal(request.Address) is { } why) throw new FetchRefusedException(why);
        if (request.Method is not ("GET" or "HEAD" or "POST" or "OPTIONS")) throw new FetchRefusedException($"{request.Method} is not done for a picture");
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Address);
        if (request.Body is not null) message.Content = new ByteArrayContent(request.Body);
        foreach (var (name, value) in request.Headers)
            if (Passed.Contains(name, StringComparer.OrdinalIgnoreCase) && !message.Headers.TryAddWithoutValidation(name, value)) message.Content?.Headers.TryAddWithoutValidation(name, value);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(TimeSpan.FromSeconds(30));
            using var response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var body = await ReadAsync(response, limit.Token);
            return new PageAnswer((int)response.StatusCode, [.. response.Headers.Concat(response.Content.Headers)
                .Where(h => !Dropped.Contains(h.Key, StringComparer.OrdinalIgnoreCase)).SelectMany(h => h.Value.Select(v => (h.Key, v)))], body);
        }
        catch (HttpRequestException e) { throw new FetchRefusedException(e.InnerException is FetchRefusedException inner ? inner.Message : e.Message); }
        catch (IOException e) { throw new FetchRefusedException(e.Message); }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested) { throw new FetchRefusedException("no answer within 30 s"); }
    }

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        using var body = new MemoryStream();
        var buffer = new byte[81920];
        for (int read; (read = await stream.ReadAsync(buffer, cancel)) > 0;)
        {
            body.Write(buffer, 0, read);
            if (body.Length > MostBytes || Interlocked.Add(ref _left, -read) < 0) throw new FetchRefusedException($"more than {MostBytes >> 20} MB for one answer or {4 * MostBytes >> 20} MB for the page");
        }
        return body.ToArray();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        IPAddress[] addresses;
        try { addresses = await _resolve(host, cancel); }
        catch (SocketException) { throw new FetchRefusedException($"{host} has no address"); }
        if (!_allowed.MeansPrivate(host, port))
            foreach (var address in addresses)
                if (PublicAddress.Refusal(address) is { } kind) throw new FetchRefusedException($"{host} leads to {address}, an address that is {kind}");
        if (addresses.Length == 0) throw new FetchRefusedException($"{host} has no address");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _client.Dispose();
}
