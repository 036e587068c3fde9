using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Spool.App.Server;

/// <summary>How the page comes in: it shows the token of its link once, and goes on by cookie.</summary>
internal sealed class SessionRoutes(Access access, bool isEncrypted)
{
    internal void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/session", BeginAsync);
        routes.MapDelete("/api/v1/session", EndAsync);
        routes.MapGet("/api/v1/me", context => Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            var caller = Guard.CallerOf(context)!;
            json.WriteString("name", caller.Name);
            json.WriteString("role", caller.Role.ToString().ToLowerInvariant());
            json.WriteString("version", Composition.Version);
        }));
    }

    private Task BeginAsync(HttpContext context)
    {
        var (value, lasts) = access.CookieOf(Guard.CallerOf(context)!);
        context.Response.Cookies.Append(Access.Cookie, value, Options(lasts));
        context.Response.StatusCode = (int)HttpStatusCode.NoContent;
        return Task.CompletedTask;
    }

    private Task EndAsync(HttpContext context)
    {
        access.End(context.Request.Cookies[Access.Cookie]);
        context.Response.Cookies.Delete(Access.Cookie, Options(TimeSpan.Zero));
        context.Response.StatusCode = (int)HttpStatusCode.NoContent;
        return Task.CompletedTask;
    }

    private CookieOptions Options(TimeSpan lasts) => new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = isEncrypted, Path = "/", MaxAge = lasts };
}
