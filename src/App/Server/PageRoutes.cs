using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Spool.App.Server;

/// <summary>
/// The page of the server: one document for every view, its script and its style. They hold no data, so they are given without a token; what
/// the page shows it asks of the API. Scripts and styles come from these files alone (the content security policy), none stands in the document.
/// </summary>
internal sealed class PageRoutes
{
    private const string Policy = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'";
    private static readonly string[] Views = ["/", "/runs", "/runs/{id:long}", "/new", "/gallery", "/search", "/services", "/settings"];
    private static readonly (string Name, string Type)[] Assets = [("app.js", "text/javascript; charset=utf-8"), ("app.css", "text/css; charset=utf-8")];

    internal void AddTo(IEndpointRouteBuilder routes)
    {
        foreach (var view in Views) Map(routes, view, "app.html", "text/html; charset=utf-8");
        foreach (var (name, type) in Assets) Map(routes, "/assets/" + name, name, type);
    }

    /// <summary>Whether a request asks for one of these files, and for nothing else.</summary>
    internal static bool Holds(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) return false;
        var path = request.Path.Value ?? "";
        if (path.StartsWith("/runs/", StringComparison.Ordinal)) return path.Length is > 6 and <= 24 && path.AsSpan(6).IndexOfAnyExceptInRange('0', '9') < 0;
        return Views.Contains(path) || Assets.Any(a => path == "/assets/" + a.Name);
    }

    private static void Map(IEndpointRouteBuilder routes, string path, string name, string type)
    {
        if (Read(name) is not { } bytes)
        {
            routes.MapGet(path, context => Answer.ProblemAsync(context, HttpStatusCode.NotFound, "this build has no page", "make it: npm ci && npm run build in web/, then build again (./spool does both)"));
            return;
        }
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"";
        routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], async context =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            // Kept by the browser, and asked for again each time: a new program brings a new page.
            headers.CacheControl = "no-cache";
            headers.ETag = tag;
            if (Answer.Has(context.Request, tag))
            {
                context.Response.StatusCode = (int)HttpStatusCode.NotModified;
                return;
            }
            context.Response.ContentType = type;
            context.Response.ContentLength = bytes.Length;
            if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        });
    }

    private static byte[]? Read(string name)
    {
        using var stream = typeof(PageRoutes).Assembly.GetManifestResourceStream("page/" + name);
        if (stream is null) return null;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
