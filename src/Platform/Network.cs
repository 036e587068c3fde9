using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Spool.Platform;

/// <summary>
/// How this process reaches services: one set of connections and, for each service, whether it is left alone after failures. Redirects are
/// never followed, so no key leaves for another host; proxies of the environment are not used for local addresses.
/// </summary>
/// <param name="handler">Makes what carries requests, at the first use.</param>
public sealed class Network(Func<HttpMessageHandler> handler, TimeProvider time)
{
    private readonly Lazy<HttpMessageHandler> _handler = new(handler);
    private readonly ConcurrentDictionary<string, Breaker> _breakers = new();

    public HttpMessageHandler Handler => _handler.Value;

    public TimeProvider Time { get; } = time;

    public Breaker BreakerOf(string service) => _breakers.GetOrAdd(service, _ => new Breaker(Time));

    public static Network Real(TimeProvider time) => new(() => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        Proxy = new OutwardProxy(HttpClient.DefaultProxy),
        ConnectCallback = ConnectAsync,
    }, time);

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancel);
        if (addresses.FirstOrDefault(LocalAddress.IsRefused) is { } refused)
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"{context.DnsEndPoint.Host} leads to {refused}, an address that is never called");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class OutwardProxy(IWebProxy inner) : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => inner.Credentials;
            set => inner.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : inner.GetProxy(destination);

        public bool IsBypassed(Uri host) => LocalAddress.IsLocal(host) || inner.IsBypassed(host);
    }
}

/// <summary>
/// Leaves a service alone for 30 seconds after five failures in a row; then one call may try, and its success opens the way for all. Without it,
/// a thousand tasks would each wait for the same dead server.
/// </summary>
public sealed class Breaker(TimeProvider time)
{
    public const int MostFailures = 5;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private int _failures;
    private long _since;

    /// <summary>Null when a call may be made; else how long to wait.</summary>
    public TimeSpan? Closed()
    {
        lock (_gate)
        {
            if (_failures < MostFailures) return null;
            var left = Rest - time.GetElapsedTime(_since);
            if (left > TimeSpan.Zero) return left;
            // Whoever comes first tries; all others wait for another while, in case it never tells how it went.
            _since = time.GetTimestamp();
            return null;
        }
    }

    public void Succeeded()
    {
        lock (_gate) _failures = 0;
    }

    public void Failed()
    {
        lock (_gate)
        {
            _failures++;
            _since = time.GetTimestamp();
        }
    }
}
