using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Spool.App.Index;
using Spool.App.Queue;
using Spool.Engine.Scheduling;

namespace Spool.App.Server;

/// <summary>What the index answers: the search, and the gallery of results (docs/formats/api.md).</summary>
internal sealed class SearchRoutes(ServerPlace place)
{
    internal void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/search", SearchAsync);
        routes.MapGet("/api/v1/gallery", GalleryAsync);
    }

    private async Task SearchAsync(HttpContext context)
    {
        var text = context.Request.Query["q"].ToString();
        if (SearchText.Refusal(text) is { } refusal)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, refusal);
            return;
        }
        using var index = RunIndex.Read(place);
        if (index is null)
        {
            await OffAsync(context);
            return;
        }
        var hits = IndexQuery.Search(index, SearchText.Plain(text), Limit(context));
        await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteStartArray("hits");
            foreach (var hit in hits)
            {
                json.WriteStartObject();
                json.WriteString("kind", hit.Kind);
                json.WriteString("run", hit.Run.ToString(CultureInfo.InvariantCulture));
                if (hit.Kind == "task") json.WriteString("task", hit.Reference);
                else if (hit.Kind is "text" or "artifact") json.WriteString("path", hit.Reference);
                else if (hit.Kind == "review") json.WriteString("review", hit.Reference);
                json.WriteString("name", hit.RunName);
                json.WriteString("status", hit.Status);
                json.WriteString("excerpt", hit.Excerpt);
                json.WriteString("at", RunExport.Time(hit.At));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }

    private async Task GalleryAsync(HttpContext context)
    {
        // A page goes on behind a result, not a run: one run may have more of them than a page holds.
        var last = context.Request.Query["before"].ToString().Split(':', 2);
        if (last is not [""] && !long.TryParse(last[0], NumberStyles.None, null, out _))
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, $"before={string.Join(':', last)} is neither RUN:PATH nor RUN");
            return;
        }
        using var index = RunIndex.Read(place);
        if (index is null)
        {
            await OffAsync(context);
            return;
        }
        var limit = Limit(context);
        var (before, after) = long.TryParse(last[0], NumberStyles.None, null, out var number) ? (number, last.Length > 1 ? last[1] : null) : (long.MaxValue, null);
        var pieces = IndexQuery.Gallery(index, after is null ? before - 1 : before, after ?? "", limit + 1);
        await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteStartArray("items");
            foreach (var piece in pieces.Take(limit))
            {
                json.WriteStartObject();
                json.WriteString("run", piece.Run.ToString(CultureInfo.InvariantCulture));
                json.WriteString("name", piece.Name);
                json.WriteString("path", piece.Path);
                json.WriteString("digest", piece.Digest);
                json.WriteString("type", piece.Type);
                if (piece.Rating is { } rating) json.WriteNumber("rating", rating);
                if (piece.Label is not null) json.WriteString("label", piece.Label);
                json.WriteString("at", RunExport.Time(piece.At));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (pieces.Count > limit) json.WriteString("next", string.Create(CultureInfo.InvariantCulture, $"/api/v1/gallery?before={pieces[limit - 1].Run}:{Uri.EscapeDataString(pieces[limit - 1].Path)}&limit={limit}"));
        });
    }

    private static int Limit(HttpContext context) => int.TryParse(context.Request.Query["limit"], NumberStyles.None, null, out var asked) ? Math.Clamp(asked, 1, 500) : 50;

    private static Task OffAsync(HttpContext context) => Answer.ProblemAsync(context, HttpStatusCode.ServiceUnavailable, RunIndex.Unavailable ?? "the index is being made; try again in a moment");
}
