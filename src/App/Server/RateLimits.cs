using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Spool.App.Server;

/// <summary>
/// How often one token may ask: token buckets (a bucket holds so many requests and fills at a steady rate). Submitting: 30 a minute and 500 a day;
/// asking how things stand: 120 a minute on average, 600 at once; fetching results: 60 a minute, 120 at once. The page, which a person watches,
/// has a bucket of its own for each, a hundred times as wide. Wrong tokens: 20 a minute from one address.
/// </summary>
public sealed class RateLimits(TimeProvider time)
{
    private sealed record Kind(string Name, double Holds, double PerSecond);

    private static readonly Kind Submit = new("submit", 30, 30 / 60.0), Daily = new("daily", 500, 500 / 86400.0), Ask = new("ask", 600, 2), Fetch = new("fetch", 120, 1), Change = new("change", 2000, 50), Guess = new("guess", 20, 20 / 60.0);
    private const int MostBuckets = 10_000;
    private readonly ConcurrentDictionary<(string Who, string What), Bucket> _buckets = new();

    /// <summary>Null when the request may go on, else the seconds to wait.</summary>
    public int? Refuses(Caller caller, string method, string path)
    {
        // A stream is one request however long it is.
        if (path.EndsWith("/events", StringComparison.Ordinal) || path.EndsWith("/events/ws", StringComparison.Ordinal)) return null;
        if (HttpMethods.IsPost(method) && (path == "/api/v1/runs" || path.EndsWith("/again", StringComparison.Ordinal))) return Take(caller, Submit) ?? Take(caller, Daily);
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method)) return Take(caller, Change);
        return Take(caller, path.StartsWith("/api/v1/artifacts/", StringComparison.Ordinal) ? Fetch : Ask);
    }

    /// <summary>Counts a wrong token; the seconds to wait when there were too many.</summary>
    public int? IsGuessing(IPAddress? from) => Take(from?.ToString() ?? "", Guess, 1);

    private int? Take(Caller caller, Kind kind) => Take(caller.IsPage ? caller.Name + " page" : caller.Name, kind, caller.IsPage ? 100 : 1);

    private int? Take(string who, Kind kind, double wider)
    {
        var now = time.GetTimestamp();
        if (_buckets.Count > MostBuckets) _buckets.Clear();
        var bucket = _buckets.GetOrAdd((who, kind.Name), _ => new Bucket(kind.Holds * wider, now));
        lock (bucket)
        {
            bucket.Left = Math.Min(kind.Holds * wider, bucket.Left + (time.GetElapsedTime(bucket.At, now).TotalSeconds * kind.PerSecond * wider));
            bucket.At = now;
            if (bucket.Left < 1) return Math.Max(1, (int)Math.Ceiling((1 - bucket.Left) / (kind.PerSecond * wider)));
            bucket.Left--;
            return null;
        }
    }

    private sealed class Bucket(double left, long at)
    {
        internal double Left { get; set; } = left;
        internal long At { get; set; } = at;
    }
}
