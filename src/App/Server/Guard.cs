using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Spool.App.Server;

/// <summary>
/// Who may come in. A page that the user has open in a browser can send requests to this machine, and a name server can make a foreign name
/// point here; so the host must be one of ours to the letter, an origin, where there is one, must be ours, and everything but health and
/// metrics needs the token, compared in constant time. The token travels in a header only, never in an address that ends up in a log.
/// </summary>
public sealed class Guard(string token, int port)
{
    private readonly byte[] _token = Encoding.ASCII.GetBytes(token);
    private readonly HashSet<string> _hosts = [$"127.0.0.1:{port}", $"localhost:{port}", $"[::1]:{port}"];

    /// <summary>Null when the request may go on, else the refusal.</summary>
    public (HttpStatusCode Status, string Why)? Refuses(HttpRequest request)
    {
        if (!_hosts.Contains(request.Host.Value ?? "")) return (HttpStatusCode.MisdirectedRequest, "the Host header names another machine");
        if (request.Headers.Origin is { Count: > 0 } origin && (origin.Count > 1 || !_hosts.Any(h => origin[0] == "http://" + h))) return (HttpStatusCode.Forbidden, "the request comes from a foreign page");
        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site) && site.ToString() is not ("same-origin" or "none")) return (HttpStatusCode.Forbidden, "the request comes from a foreign page");
        var path = request.Path.Value ?? "";
        if (path is "/health/live" or "/health/ready" or "/metrics") return null;
        if (!IsKnown(request.Headers.Authorization.ToString())) return (HttpStatusCode.Unauthorized, "the token is missing or wrong; send the content of the file 'token' in the state root as: Authorization: Bearer TOKEN");
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && HasBody(request) && !IsTaken(request, path))
            return (HttpStatusCode.UnsupportedMediaType, "the body must be application/json");
        return null;
    }

    /// <summary>A body may also come in pieces whose sum nobody told.</summary>
    private static bool HasBody(HttpRequest request) => request.ContentLength is > 0 || (request.ContentLength is null && request.Headers.TransferEncoding.Count > 0);

    private static bool IsTaken(HttpRequest request, string path) => request.ContentType?.Split(';')[0].Trim() switch
    {
        "application/json" => true,
        UploadRoutes.PartType => HttpMethods.IsPatch(request.Method) && path.StartsWith(UploadRoutes.Root + "/", StringComparison.Ordinal),
        _ => false,
    };

    private bool IsKnown(string header)
    {
        const string scheme = "Bearer ";
        return header.StartsWith(scheme, StringComparison.Ordinal) && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(header[scheme.Length..]), _token);
    }
}
