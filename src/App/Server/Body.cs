using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Spool.App.Queue;

namespace Spool.App.Server;

/// <summary>The JSON body of a request. What is none is answered for every route alike (<see cref="ErrorAnswers"/>).</summary>
internal static class Body
{
    /// <summary>Reads it.</summary>
    /// <exception cref="JsonTextException">It is no JSON that is taken.</exception>
    internal static async Task<JsonDocument> ReadAsync(HttpContext context, int mostLevels = 8)
    {
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        return JsonText.Parse(bytes.ToArray(), mostLevels);
    }
}
