using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Spool.App.Queue;
using Spool.App.Server.Showing;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>
/// The API over HTTP on loopback (docs/formats/api.md). It adds nothing of its own: it reads the queue and the files of runs, and writes jobs, as
/// the command line does. Limits are set on purpose for each thing a stranger could make large: bodies, headers, connections, slowness.
/// </summary>
public sealed class HttpServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private readonly IReadOnlyList<IDisposable> _owned;

    private HttpServer(WebApplication app, IReadOnlyList<IDisposable> owned) => (_app, _owned) = (app, owned);

    /// <summary>Listens; throws <see cref="IOException"/> when the address is taken.</summary>
    public static async Task<HttpServer> StartAsync(Composition composition, ServerPlace place, JobQueue queue, Listening listening, Workers workers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        if (listening.Certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Listen(listening.Address, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (listening.Certificate is { } certificate) listen.UseHttps(certificate);
            });
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = 4 << 20;
            options.Limits.MaxRequestHeadersTotalSize = 16 << 10;
            options.Limits.MaxRequestHeaderCount = 50;
            options.Limits.MaxRequestLineSize = 16 << 10; // what is longer than the guard lets in is refused by us up to here, with a sentence
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
            options.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
            options.Limits.MaxConcurrentConnections = 1000;
        });
        var app = builder.Build();
        var access = new Access(place, listening.Token, TimeProvider.System);
        var guard = new Guard(access, new RateLimits(TimeProvider.System), listening.Address.Port, listening.Certificate is not null, listening.Names);
        var audit = new Audit(place, TimeProvider.System);
        var metrics = new MetricsText(place, queue, TimeProvider.System, workers.SpentToday);
        app.Use(async (context, next) =>
        {
            metrics.Begin();
            try { await next(context); }
            catch
            {
                metrics.End(StatusCodes.Status500InternalServerError);
                throw;
            }
            metrics.End(context.Response.StatusCode);
        });
        app.Use(async (context, next) =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
            headers.CacheControl = "no-store";
            headers["Referrer-Policy"] = "no-referrer";
            if (guard.Refuses(context) is var (status, why, wait))
            {
                if (status == HttpStatusCode.Unauthorized) headers.WWWAuthenticate = "Bearer";
                if (wait is { } seconds) headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                await Answer.ProblemAsync(context, status, why);
                return;
            }
            await ErrorAnswers.AroundAsync(context, next);
            if (Guard.CallerOf(context) is { } caller && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
                audit.Note(caller, context.Request.Method, context.Request.Path, context.Response.StatusCode);
        });
        app.UseWebSockets();
        app.UseRouting();
        // Written by hand and held to the routes by a test, because the routes write their answers themselves; so it is there at build time, too.
        var document = Help.EmbeddedText.Bytes("openapi.json")!;
        var queries = new QueryRules(document);
        app.Use((context, next) => queries.Refusal(context) is { } refusal ? Answer.ProblemAsync(context, HttpStatusCode.BadRequest, refusal) : next(context));
        new SessionRoutes(access, listening.Certificate is not null).AddTo(app);
        new RunRoutes(place, queue, workers).AddTo(app);
        new RunDetailRoutes(place, queue, workers).AddTo(app);
        new ReviewRoutes(queue, workers).AddTo(app);
        new TextRoutes(place, queue, workers).AddTo(app);
        new StandInRoutes(place, queue).AddTo(app);
        new ChangeRoutes(place, queue).AddTo(app);
        new QueueRoutes(place, queue).AddTo(app);
        new SearchRoutes(place).AddTo(app);
        new TemplateRoutes(place, queue, workers, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)).AddTo(app);
        new NeedRoutes(composition, place, queue, workers).AddTo(app);
        new DecisionRoutes(place, queue).AddTo(app);
        new PageRoutes().AddTo(app);
        var desk = new MediaDesk(composition);
        new MediaRoutes(new ArtifactPlaces(place, composition.Time), desk).AddTo(app);
        app.MapGet("/openapi/v1.json", context => Answer.BytesAsync(context, "application/json", document));
        var uploads = new UploadRoutes(new Uploads(place, composition.Time), composition.Time);
        uploads.AddTo(app);
        app.MapGet("/health/live", context => Answer.JsonAsync(context, HttpStatusCode.OK, json => json.WriteString("status", "live")));
        app.MapGet("/health/ready", context => ReadyAsync(context, place));
        app.MapGet("/metrics", context => MetricsAsync(context, metrics));
        await app.StartAsync();
        return new HttpServer(app, [desk, uploads]);
    }

    /// <summary>Ready while the supervisor's heart beats.</summary>
    private static Task ReadyAsync(HttpContext context, ServerPlace place)
    {
        var beat = Path.Join(place.Runtime, "heartbeat");
        // Read in the moment in which it is written anew, the file may be empty; then its own time tells.
        var ready = place.Disk.Stat(beat) is { } stat && TimeProvider.System.GetUtcNow() - (DateTimeOffset.TryParse(DurableFile.ReadText(place.Disk, beat), CultureInfo.InvariantCulture, out var at) ? at : DateTimeOffset.FromUnixTimeMilliseconds(stat.ModifiedNs / 1_000_000)) < TimeSpan.FromSeconds(30);
        return Answer.JsonAsync(context, ready ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, json => json.WriteString("status", ready ? "ready" : "the queue is not looked at"));
    }

    private static Task MetricsAsync(HttpContext context, MetricsText metrics)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(metrics.Text(), context.RequestAborted);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned) owned.Dispose();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }
}
