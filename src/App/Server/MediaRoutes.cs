using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Spool.App.Server.Showing;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>
/// The routes about the bytes of artifacts: fetching them, and looking at them (docs/formats/api.md). A digest names bytes that never change, so a
/// browser may keep every answer. Nothing here can act as a page: the policy of each answer gives it no origin and lets it load nothing.
/// </summary>
internal sealed class MediaRoutes(ArtifactPlaces places, MediaDesk desk)
{
    private const string Root = "/api/v1/artifacts/{digest}";

    internal void AddTo(IEndpointRouteBuilder routes)
    {
        Map(routes, "", DownloadAsync);
        Map(routes, "/thumbnail", (c, d, p) => JpegAsync(c, d, p, Pictures.Small));
        Map(routes, "/poster", (c, d, p) => JpegAsync(c, d, p, Pictures.Large));
        Map(routes, "/preview", PreviewAsync);
        Map(routes, "/play", PlayAsync);
        Map(routes, "/proxy", ProxyAsync);
        Map(routes, "/waveform", async (c, d, p) => await SendAsync(c, await desk.WaveformAsync(d, await desk.LookAsync(d, p, c.RequestAborted), c.RequestAborted), "application/json", d, "waveform"));
        Map(routes, "/spectrogram", async (c, d, p) => await SendAsync(c, await desk.SpectrogramAsync(d, await desk.LookAsync(d, p, c.RequestAborted), c.RequestAborted), "image/png", d, "spectrogram"));
        Map(routes, "/sprite", async (c, d, p) => await SendAsync(c, await desk.SpriteAsync(d, await desk.LookAsync(d, p, c.RequestAborted), c.RequestAborted), "image/jpeg", d, "sprite"));
        Map(routes, "/sprite.json", SpriteAsync);
    }

    private void Map(IEndpointRouteBuilder routes, string under, Func<HttpContext, Digest, string, Task> answer) => routes.MapMethods(Root + under, [HttpMethods.Get, HttpMethods.Head], async context =>
    {
        if (!Digest.TryParse(context.Request.RouteValues["digest"]?.ToString(), out var digest))
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "that is no digest of 64 hexadecimal digits");
            return;
        }
        if (places.Find(digest) is not { } path)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.NotFound, "no run here has such bytes");
            return;
        }
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";
        try { await answer(context, digest, path); }
        catch (NotShownException e) when (!context.Response.HasStarted) { await Answer.ProblemAsync(context, e.Status, e.Message); }
    });

    /// <summary>Bytes by what they are, never shown as what they may pretend to be: a page could hide in a picture.</summary>
    private static Task DownloadAsync(HttpContext context, Digest digest, string path)
    {
        context.Response.Headers.ContentDisposition = "attachment";
        Keep(context);
        return Answer.FileAsync(context, path, "application/octet-stream", $"\"{digest}\"");
    }

    private async Task JpegAsync(HttpContext context, Digest digest, string path, int side)
    {
        var look = await desk.LookAsync(digest, path, context.RequestAborted);
        await SendAsync(context, await desk.PictureAsync(digest, look, side, context.RequestAborted), "image/jpeg", digest, $"picture{side}");
    }

    private async Task PreviewAsync(HttpContext context, Digest digest, string path)
    {
        var look = await desk.LookAsync(digest, path, context.RequestAborted);
        Keep(context);
        await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteString("type", look.Sort switch { MediaSort.Video => "video", MediaSort.Audio => "audio", _ => "image" });
            Number("width", look.Size?.Width);
            Number("height", look.Size?.Height);
            Number("seconds", look.Seconds);
            Number("fps", look.Sort == MediaSort.Video ? look.Probe!.Video!.Rate?.PerSecond : null);
            json.WriteStartArray("codecs");
            foreach (var codec in look.Probe?.Streams.Where(s => s.Kind is Media.Ffmpeg.StreamKind.Video or Media.Ffmpeg.StreamKind.Audio && !s.Cover).Select(s => s.Codec).Distinct() ?? ["svg"]) json.WriteStringValue(codec);
            json.WriteEndArray();
            json.WriteStartArray("chapters");
            foreach (var chapter in look.Probe?.Chapters ?? [])
            {
                json.WriteStartObject();
                json.WriteString("title", chapter.Title);
                json.WriteNumber("start", Math.Round(chapter.Start, 3));
                json.WriteNumber("end", Math.Round(chapter.End, 3));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteBoolean("plays", look.Type is not null);

            void Number(string name, double? value)
            {
                if (value is { } number) json.WriteNumber(name, Math.Round(number, 3));
                else json.WriteNull(name);
            }
        });
    }

    private async Task SpriteAsync(HttpContext context, Digest digest, string path)
    {
        var look = await desk.LookAsync(digest, path, context.RequestAborted);
        var (tile, seconds) = (Sprite.Tile(look), Sprite.SecondsPerTile(look));
        Keep(context);
        await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteNumber("columns", Sprite.Columns);
            json.WriteNumber("rows", Sprite.Rows);
            json.WriteNumber("tile_width", tile.Width);
            json.WriteNumber("tile_height", tile.Height);
            json.WriteNumber("seconds_per_tile", Math.Round(seconds, 6));
        });
    }

    private async Task PlayAsync(HttpContext context, Digest digest, string path)
    {
        var look = await desk.LookAsync(digest, path, context.RequestAborted);
        if (look.Type is { } type) await SendAsync(context, path, type, digest, "play");
        else
        {
            context.Response.StatusCode = (int)HttpStatusCode.TemporaryRedirect;
            context.Response.Headers.Location = $"/api/v1/artifacts/{digest}/proxy";
        }
    }

    private async Task ProxyAsync(HttpContext context, Digest digest, string path)
    {
        var look = await desk.LookAsync(digest, path, context.RequestAborted);
        if (look.Sort is MediaSort.Image or MediaSort.Drawing)
        {
            await SendAsync(context, await desk.WholePictureAsync(digest, look, context.RequestAborted), "image/png", digest, "whole");
            return;
        }
        var (made, progress) = await desk.ProxyAsync(digest, look);
        if (made is not null) await SendAsync(context, made, look.Sort == MediaSort.Video ? "video/mp4" : "audio/mp4", digest, "proxy");
        else await Answer.JsonAsync(context, HttpStatusCode.Accepted, json => json.WriteNumber("progress", Math.Round(progress, 3)));
    }

    private static async Task SendAsync(HttpContext context, string path, string type, Digest digest, string kind)
    {
        Keep(context);
        context.Response.Headers.ContentDisposition = "inline";
        await Answer.FileAsync(context, path, type, $"\"{digest}-{kind}\"");
    }

    // By the asker's own cache alone: what stands between may not hand it to who has no token.
    private static void Keep(HttpContext context) => context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
}
