using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Spool.Models.Cost;

namespace Spool.Models.Providers;

/// <summary>
/// Speech of a Gradio app over plain HTTP ("Querying Gradio Apps with Curl"): upload, call, wait for the event, fetch the file. Newer apps have all paths
/// under a prefix, which <c>/config</c> tells. The result is fetched by its path from the same address; an address in the answer is not
/// followed. Without <c>extra.arguments</c> the seven inputs of VoxCPM's <c>/generate</c> are sent: text, reference recording, its exact text, guidance 2.0,
/// 10 steps, no normalising, no denoising.
/// </summary>
public sealed class Gradio(ProviderLine line)
{
    private static readonly JsonArray VoxCpm = ["{text}", "{reference}", "{reference_text}", 2.0, 10, false, false];

    /// <summary>The bytes of the sound file that the app makes.</summary>
    /// <param name="reference">The recording whose voice is wanted, as WAV; null: the app's own voice.</param>
    /// <param name="referenceText">Exactly what is said in it: anything else garbles the speech.</param>
    public async Task<byte[]> SpeakAsync(string text, byte[]? reference, string? referenceText, CancellationToken cancel)
    {
        var prefix = await PrefixAsync(cancel);
        JsonNode? uploaded = reference is null ? null : await UploadAsync(prefix, reference, cancel);
        var template = JsonText.At(line.Settings.Extra, "arguments") as JsonArray ?? VoxCpm;
        var data = new JsonArray([.. template.Select(a => Fill(a, text, uploaded, referenceText))]);
        var api = "/call/" + (JsonText.Text(line.Settings.Extra, "api") ?? "/generate").TrimStart('/');
        var cost = new CallCost(line.Settings.Name, line.Settings.Model ?? "gradio", line.Settings.IsFree ? 0 : null, new Dictionary<string, decimal> { ["characters"] = text.Length });
        var id = await line.CallAsync(cost, () => line.Request(HttpMethod.Post, prefix + api, ProviderLine.Json(new JsonObject { ["data"] = data.DeepClone() })),
            answer => (JsonText.Text(line.JsonOf(answer), "event_id") ?? throw line.Useless("JSON without an event_id"), CallPrice.Exactly(cost)), ProviderLine.MostJson, cancel);
        var file = await line.LookAsync(() => line.Request(HttpMethod.Get, $"{prefix}{api}/{Uri.EscapeDataString(id)}"), Result, ProviderLine.MostJson, cancel);
        return await line.LookAsync(() => line.Request(HttpMethod.Get, $"{prefix}/file={string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}"),
            answer => answer.Body.Length > 0 ? answer.Body : throw line.Useless("no sound at all"), ProviderLine.MostMedia, cancel);
    }

    private async Task<string> PrefixAsync(CancellationToken cancel)
    {
        try { return await line.LookAsync(() => line.Request(HttpMethod.Get, "/config"), answer => JsonText.Text(line.JsonOf(answer), "api_prefix")?.TrimEnd('/') ?? "", ProviderLine.MostJson, cancel); }
        catch (ProviderException e) when (e.Status == 404) { return ""; }
    }

    private async Task<JsonNode> UploadAsync(string prefix, byte[] bytes, CancellationToken cancel)
    {
        var path = await line.LookAsync(() =>
        {
            var file = new ByteArrayContent(bytes);
            file.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
            return line.Request(HttpMethod.Post, prefix + "/upload", new MultipartFormDataContent { { file, "files", "reference.wav" } });
        }, answer => line.JsonOf(answer) is JsonArray { Count: > 0 } list && list[0] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw line.Useless("JSON without the path of the upload"), ProviderLine.MostJson, cancel);
        return new JsonObject { ["path"] = path, ["meta"] = new JsonObject { ["_type"] = "gradio.FileData" } };
    }

    private static JsonNode? Fill(JsonNode? argument, string text, JsonNode? reference, string? referenceText) => argument is JsonValue value && value.TryGetValue<string>(out var hole) ? hole switch
    {
        "{text}" => JsonValue.Create(text),
        "{reference}" => reference?.DeepClone(),
        "{reference_text}" => referenceText is null ? null : JsonValue.Create(referenceText),
        _ => JsonValue.Create(hole),
    } : argument?.DeepClone();

    /// <summary>The path of the first file in the event that completes the call.</summary>
    private string Result(Answer answer)
    {
        var events = ServerEvent.Read(answer.Body);
        if (events.FirstOrDefault(e => e.Name == "error") is { } error)
            throw new ProviderException(FaultKind.BadAnswer, $"{line.Settings.Name} could not make it{(error.Data is "null" or "" ? "" : ": " + Redaction.Short(error.Data, line.Key))}", "look at the log of the app");
        var complete = events.FirstOrDefault(e => e.Name == "complete") ?? throw line.Useless("a stream that ends before the result");
        if (JsonText.Read(complete.Data) is JsonArray { Count: > 0 } data)
        {
            if (JsonText.Text(data[0], "path") is { } path) return path;
            if (data[0] is JsonValue value && value.TryGetValue<string>(out var plain)) return plain;
        }
        throw line.Useless("a result without a file", Redaction.Short(complete.Data, line.Key));
    }
}
