using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Spool.App.Queue;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>Files sent in parts that may be taken up again (docs/formats/api.md); the words of the headers are those of tus 1.0.</summary>
internal sealed class UploadRoutes(Uploads uploads, TimeProvider time) : IDisposable
{
    /// <summary>The media type of a part, and the only one beside JSON that a body here may have.</summary>
    internal const string PartType = "application/offset+octet-stream";

    /// <summary>Where parts go to.</summary>
    internal const string Root = "/api/v1/uploads";

    private const long MostPart = 8 << 20;

    private ITimer? _sweeping;

    internal void AddTo(IEndpointRouteBuilder routes)
    {
        _sweeping = time.CreateTimer(_ => Sweep(), null, TimeSpan.Zero, TimeSpan.FromHours(1));
        routes.MapPost(Root, context => AnswerAsync(context, BeginAsync));
        routes.MapMethods(Root + "/{id}", [HttpMethods.Patch], context => AnswerAsync(context, AppendAsync));
        routes.MapMethods(Root + "/{id}", [HttpMethods.Head], context => AnswerAsync(context, StandAsync));
        routes.MapDelete(Root + "/{id}", context => AnswerAsync(context, DeleteAsync));
    }

    private void Sweep()
    {
        try { uploads.Sweep(); }
        catch (DiskException) { return; } // whoever begins an upload, which sweeps too, is told
    }

    public void Dispose() => _sweeping?.Dispose();

    private async Task AnswerAsync(HttpContext context, Func<HttpContext, Task> answer)
    {
        try { await answer(context); }
        catch (UploadRefusedException e)
        {
            // Whoever was at another place is told where to go on.
            if (e.Why is UploadRefusal.WrongOffset or UploadRefusal.Busy) Tell(context, uploads.Get(IdOf(context)));
            if (e.RetryAfter is { } wait) context.Response.Headers.RetryAfter = ((long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            await Answer.ProblemAsync(context, StatusOf(e.Why), e.Message);
        }
        catch (DiskException e) when (e.IsDiskFull) { await Answer.ProblemAsync(context, HttpStatusCode.InsufficientStorage, "the disk of the state root is full", e.Message); }
    }

    private static HttpStatusCode StatusOf(UploadRefusal why) => why switch
    {
        UploadRefusal.Unknown => HttpStatusCode.NotFound,
        UploadRefusal.TooMany => HttpStatusCode.TooManyRequests,
        UploadRefusal.TooLarge => HttpStatusCode.RequestEntityTooLarge,
        UploadRefusal.DiskFull => HttpStatusCode.InsufficientStorage,
        UploadRefusal.OtherContent => HttpStatusCode.UnprocessableEntity,
        _ => HttpStatusCode.Conflict,
    };

    private async Task BeginAsync(HttpContext context)
    {
        string name;
        long size;
        Digest? sha256 = null;
        try
        {
            using var body = await Body.ReadAsync(context, mostLevels: 4);
            name = body.RootElement.GetProperty("name").GetString() ?? "";
            size = body.RootElement.GetProperty("size").GetInt64();
            if (body.RootElement.TryGetProperty("sha256", out var given) && given.ValueKind != JsonValueKind.Null) sha256 = Digest.Parse(given.GetString()!);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "the body is no object with 'size' (bytes), 'name' (text) and, if known, 'sha256' (64 hexadecimal digits)", e.Message);
            return;
        }
        if (size < 0 || name.Length is 0 or > Uploads.LongestName || name.Any(char.IsControl))
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, $"'size' is below 0, or 'name' is not a text of 1 to {Uploads.LongestName} characters without control characters");
            return;
        }
        var upload = uploads.Begin(name, size, sha256);
        context.Response.Headers.Location = $"{Root}/{upload.Id}";
        await Answer.JsonAsync(context, HttpStatusCode.Created, json =>
        {
            json.WriteString("id", upload.Id);
            json.WriteNumber("offset", upload.Offset);
        });
    }

    private async Task AppendAsync(HttpContext context)
    {
        // A part without bytes asks for the digest of what is whole; the guard looks at bodies alone.
        if (!string.Equals(context.Request.ContentType?.Split(';')[0].Trim(), PartType, StringComparison.OrdinalIgnoreCase))
        {
            await Answer.ProblemAsync(context, HttpStatusCode.UnsupportedMediaType, $"a part of an upload is sent as {PartType}");
            return;
        }
        if (!long.TryParse(context.Request.Headers["Upload-Offset"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "the header Upload-Offset says where the part goes on, in bytes");
            return;
        }
        // One more than allowed, so that the refusal is ours and the connection stays.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MostPart + 1;
        if (context.Request.ContentLength > MostPart) throw new UploadRefusedException(UploadRefusal.TooLarge, $"a part has {context.Request.ContentLength} bytes, and {MostPart} at most are taken at once");
        var upload = await uploads.AppendAsync(IdOf(context), offset, MostPart, buffer => context.Request.Body.ReadAsync(buffer, context.RequestAborted));
        Tell(context, upload);
        if (upload.Done is { } digest) await Answer.JsonAsync(context, HttpStatusCode.OK, json => json.WriteString("digest", digest.ToString()));
        else context.Response.StatusCode = (int)HttpStatusCode.NoContent;
    }

    private Task StandAsync(HttpContext context)
    {
        Tell(context, uploads.Get(IdOf(context)));
        return Task.CompletedTask;
    }

    private Task DeleteAsync(HttpContext context)
    {
        uploads.Delete(IdOf(context));
        context.Response.StatusCode = (int)HttpStatusCode.NoContent;
        return Task.CompletedTask;
    }

    private static string IdOf(HttpContext context) => context.Request.RouteValues["id"]?.ToString() ?? "";

    private static void Tell(HttpContext context, Upload upload)
    {
        context.Response.Headers["Upload-Offset"] = upload.Offset.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["Upload-Length"] = upload.Size.ToString(CultureInfo.InvariantCulture);
    }
}
