using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Spool.App.Queue;

namespace Spool.App.Server;

/// <summary>
/// Who may come in. A page that the user has open in a browser can send requests to this machine, and a name server can make a foreign name
/// point here; so the host must be one of ours to the letter, an origin, where there is one, must be ours, and everything but health, metrics and
/// the files of the page (which hold no data) needs a token or the page's cookie. The token travels in a header only, never in an address that
/// ends up in a log. What comes with the cookie and changes something must carry a header that no foreign page can send.
/// </summary>
/// <param name="names">Host names by which the server may be called, without port.</param>
public sealed class Guard(Access access, RateLimits limits, int port, bool isEncrypted, IReadOnlyList<string> names)
{
    private const string Item = "spool-caller";
    private const int LongestAddress = 4 << 10;
    // Names of hosts and schemes have no case (RFC 3986, 3.1 and 3.2.2).
    private readonly HashSet<string> _hosts = new(names.Append("127.0.0.1").Append("localhost").Append("[::1]").SelectMany(n => port == (isEncrypted ? 443 : 80) ? (string[])[$"{n}:{port}", n] : [$"{n}:{port}"]), StringComparer.OrdinalIgnoreCase);
    private readonly string _scheme = isEncrypted ? "https://" : "http://";

    /// <summary>Who sent a request that was let in; null for what needs no token.</summary>
    public static Caller? CallerOf(HttpContext context) => context.Items[Item] as Caller;

    /// <summary>Null when the request may go on, else the refusal; seconds after which it may be tried again, where that helps.</summary>
    public (HttpStatusCode Status, string Why, int? RetryAfter)? Refuses(HttpContext context)
    {
        var request = context.Request;
        if (context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > LongestAddress } target) return (HttpStatusCode.RequestUriTooLong, $"the address has {target.Length} characters, and {LongestAddress} at most are taken", null);
        if (!_hosts.Contains(request.Host.Value ?? "")) return (HttpStatusCode.MisdirectedRequest, "the Host header names another machine", null);
        if (request.Headers.Origin is { Count: > 0 } origin && (origin.Count > 1 || !_hosts.Any(h => string.Equals(origin[0], _scheme + h, StringComparison.OrdinalIgnoreCase)))) return (HttpStatusCode.Forbidden, "the request comes from a foreign page", null);
        var path = request.Path.Value ?? "";
        var isPageFile = PageRoutes.Holds(request);
        // A link in a mail may open the page itself; nothing else is fetched from afar.
        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site) && site.ToString() is not ("same-origin" or "none") && !(isPageFile && request.Headers["Sec-Fetch-Mode"] == "navigate"))
            return (HttpStatusCode.Forbidden, "the request comes from a foreign page", null);
        if (path is "/health/live" or "/health/ready" or "/openapi/v1.json" || isPageFile) return null;
        // Figures are for whoever is on this machine; from afar they need a token like all else.
        if (path == "/metrics" && context.Connection.RemoteIpAddress is { } from && System.Net.IPAddress.IsLoopback(from)) return null;
        var byHeader = request.Headers.Authorization.Count > 0;
        var caller = byHeader ? access.ByHeader(request.Headers.Authorization.ToString()) : access.ByCookie(request.Cookies[Access.Cookie]);
        if (caller is null)
        {
            if (limits.IsGuessing(context.Connection.RemoteIpAddress) is { } wait) return (HttpStatusCode.TooManyRequests, "too many wrong tokens", wait);
            return (HttpStatusCode.Unauthorized, "the token is missing or wrong; send the content of the file 'token' in the state root as: Authorization: Bearer TOKEN", null);
        }
        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (!reads && caller.IsPage && request.Headers["X-Spool-Client"] != "page") return (HttpStatusCode.Forbidden, "a request that changes something and comes with the cookie needs the header X-Spool-Client: page", null);
        if (caller.Role < Needed(request.Method, path)) return (HttpStatusCode.Forbidden, $"the token '{caller.Name}' may only {caller.Role.ToString().ToLowerInvariant()}", null);
        if (limits.Refuses(caller, request.Method, path) is { } pause) return (HttpStatusCode.TooManyRequests, "too many requests; see Retry-After", pause);
        if (!reads && HasBody(request) && !Takes(request)) return (HttpStatusCode.UnsupportedMediaType, IsPart(request) ? $"a part of an upload is sent as {UploadRoutes.PartType}" : "the body must be application/json", null);
        context.Items[Item] = caller;
        return null;
    }

    /// <summary>A body may also come in pieces whose sum nobody told.</summary>
    private static bool HasBody(HttpRequest request) => request.ContentLength is > 0 || (request.ContentLength is null && request.Headers.TransferEncoding.Count > 0);

    private static bool Takes(HttpRequest request)
    {
        var type = request.ContentType?.Split(';')[0].Trim();
        return string.Equals(type, IsPart(request) ? UploadRoutes.PartType : "application/json", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsPart(HttpRequest request) => HttpMethods.IsPatch(request.Method) && request.Path.StartsWithSegments(UploadRoutes.Root, StringComparison.Ordinal);

    private static Role Needed(string method, string path)
    {
        if (path == "/api/v1/session") return Role.Look;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method)) return Role.Look;
        return (HttpMethods.IsDelete(method) && path.StartsWith("/api/v1/runs/", StringComparison.Ordinal)) || path.StartsWith("/api/v1/queue", StringComparison.Ordinal) ? Role.Administer : Role.Operate;
    }
}
