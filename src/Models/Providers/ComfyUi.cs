using System.Globalization;
using System.Text.Json.Nodes;
using Spool.Models.Cost;

namespace Spool.Models.Providers;

/// <summary>
/// Pictures of a ComfyUI server: a workflow saved in API format is filled, queued (<c>/prompt</c>), waited for (<c>/history</c>) and its first picture
/// fetched (<c>/view</c>). A text that is one hole and nothing else becomes the value with its type; holes inside longer texts are replaced.
/// </summary>
public sealed class ComfyUi(ProviderLine line)
{
    /// <summary>The bytes of the first picture that the workflow saves.</summary>
    /// <param name="values">By hole: prompt, negative, seed, width, height.</param>
    public async Task<byte[]> DrawAsync(JsonObject workflow, IReadOnlyDictionary<string, JsonNode> values, CancellationToken cancel)
    {
        var body = new JsonObject { ["prompt"] = Fill(workflow, values), ["client_id"] = "spool" };
        var cost = new CallCost(line.Settings.Name, line.Settings.Model ?? "comfyui", line.Settings.IsFree ? 0 : null, new Dictionary<string, decimal> { ["images"] = 1 });
        var id = await line.CallAsync(cost, () => line.Request(HttpMethod.Post, "/prompt", ProviderLine.Json(body)), answer =>
        {
            var node = line.JsonOf(answer);
            return (JsonText.Text(node, "prompt_id") ?? throw line.Useless("JSON without a prompt_id", Redaction.Short(JsonText.Write(node), line.Key)), CallPrice.Exactly(cost));
        }, ProviderLine.MostJson, cancel);
        var image = await WaitAsync(id, cancel);
        var query = $"/view?filename={Uri.EscapeDataString(image.Name)}&subfolder={Uri.EscapeDataString(image.Folder)}&type={Uri.EscapeDataString(image.Type)}";
        return await line.LookAsync(() => line.Request(HttpMethod.Get, query), answer => answer.Body.Length > 0 ? answer.Body : throw line.Useless("an empty picture"), ProviderLine.MostMedia, cancel);
    }

    private async Task<(string Name, string Folder, string Type)> WaitAsync(string id, CancellationToken cancel)
    {
        var began = line.Network.Time.GetTimestamp();
        while (true)
        {
            var job = await line.LookAsync(() => line.Request(HttpMethod.Get, "/history/" + Uri.EscapeDataString(id)), answer => JsonText.At(line.JsonOf(answer), id), ProviderLine.MostJson, cancel);
            if (JsonText.Text(job, "status", "status_str") == "error")
                throw new ProviderException(FaultKind.BadAnswer, $"{line.Settings.Name} could not run the workflow: {Redaction.Short(JsonText.Write(JsonText.At(job, "status", "messages")), line.Key)}", "run it once in ComfyUI itself");
            if (JsonText.At(job, "outputs") is JsonObject outputs)
            {
                foreach (var (_, node) in outputs)
                    if (JsonText.At(node, "images") is JsonArray { Count: > 0 } images && JsonText.Text(images[0], "filename") is { } name)
                        return (name, JsonText.Text(images[0], "subfolder") ?? "", JsonText.Text(images[0], "type") ?? "output");
                throw line.Useless("a result without a picture; the workflow needs a node that saves one");
            }
            if (line.Network.Time.GetElapsedTime(began).TotalSeconds > line.Settings.Timeout)
                throw new ProviderException(FaultKind.TimedOut, string.Create(CultureInfo.InvariantCulture, $"{line.Settings.Name}: no picture within {line.Settings.Timeout:0.##} s"), "raise the timeout of the provider");
            await Task.Delay(TimeSpan.FromMilliseconds(500), line.Network.Time, cancel);
        }
    }

    /// <summary>The workflow with its holes filled.</summary>
    public static JsonNode? Fill(JsonNode? node, IReadOnlyDictionary<string, JsonNode> values) => node switch
    {
        JsonObject map => new JsonObject(map.Select(p => KeyValuePair.Create(p.Key, Fill(p.Value, values)))),
        JsonArray list => new JsonArray([.. list.Select(i => Fill(i, values))]),
        JsonValue value when value.TryGetValue<string>(out var text) => Text(text, values),
        _ => node?.DeepClone(),
    };

    private static JsonNode Text(string text, IReadOnlyDictionary<string, JsonNode> values)
    {
        if (text.Length > 2 && text[0] == '{' && text[^1] == '}' && values.TryGetValue(text[1..^1], out var whole)) return whole.DeepClone();
        // Left to right and once, so that nothing in a value is taken for another hole.
        var filled = new System.Text.StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var end = text[at] == '{' ? text.IndexOf('}', at) : -1;
            if (end > 0 && values.TryGetValue(text[(at + 1)..end], out var value))
            {
                filled.Append(value.ToString());
                at = end + 1;
            }
            else filled.Append(text[at++]);
        }
        return JsonValue.Create(filled.ToString());
    }
}
