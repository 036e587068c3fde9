using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spool.Models.Cost;

/// <summary>
/// Reads the price file of the LiteLLM project (<c>model_prices_and_context_window.json</c>), which the user downloads: an object by model
/// with prices per token, second, character or picture as JSON numbers, taken over exactly as they are written. Entries of other modes are
/// left out. So are those with dearer tiers for long texts: a cap kept with the cheaper price would not be one.
/// </summary>
public static class LiteLlmPrices
{
    private static readonly Dictionary<string, string> Modes = new()
    {
        ["chat"] = "chat",
        ["responses"] = "chat",
        ["audio_speech"] = "speech",
        ["audio_transcription"] = "transcription",
        ["image_generation"] = "image",
    };

    /// <summary>The prices, and how many entries were left out; null with the reason when it is no such file.</summary>
    public static (IReadOnlyList<UnitPrice>? Prices, int LeftOut, string? Why) Read(string text)
    {
        JsonNode? root;
        try { root = JsonNode.Parse(text); }
        catch (JsonException e) { return (null, 0, "it is no JSON: " + e.Message); }
        if (root is not JsonObject models) return (null, 0, "it must be an object of models");
        var prices = new List<UnitPrice>();
        var left = 0;
        foreach (var (id, node) in models)
        {
            if (id == "sample_spec") continue;
            if (node is JsonObject entry && One(id, entry) is { } price) prices.Add(price);
            else left++;
        }
        return prices.Count == 0 ? (null, left, "it holds no prices; is it model_prices_and_context_window.json of LiteLLM?") : (prices, left, null);
    }

    private static UnitPrice? One(string id, JsonObject entry)
    {
        if (Word(entry, "litellm_provider") is not { } provider || Word(entry, "mode") is not { } mode || !Modes.TryGetValue(mode, out var ours)) return null;
        if (entry.Any(p => p.Key.Contains("_above_", StringComparison.Ordinal) && p.Value is not null)) return null;
        // Models of a company's own are listed without a prefix, all others as provider/model.
        var model = id.StartsWith(provider + "/", StringComparison.Ordinal) ? id[(provider.Length + 1)..] : id;
        var price = new UnitPrice
        {
            Provider = provider,
            Model = model,
            Mode = ours,
            InputPerMillionTokens = Amount(entry, "input_cost_per_token") * 1_000_000,
            OutputPerMillionTokens = Amount(entry, "output_cost_per_token") * 1_000_000,
            PerSecond = ours == "transcription" ? Amount(entry, "input_cost_per_second") : Amount(entry, "output_cost_per_second"),
            PerCharacter = Amount(entry, "input_cost_per_character"),
            PerImage = Amount(entry, "output_cost_per_image") ?? (ours == "image" ? Amount(entry, "input_cost_per_image") : null),
            Source = "LiteLLM price file",
        };
        return ours switch
        {
            "chat" => price.InputPerMillionTokens is not null && price.OutputPerMillionTokens is not null,
            "speech" => price.PerCharacter is not null,
            "transcription" => price.PerSecond is not null,
            _ => price.PerImage is not null,
        } ? price : null;
    }

    private static string? Word(JsonObject entry, string name) => entry[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    // The digits of the file are read as a decimal, so 1.5e-07 stays what it says.
    private static decimal? Amount(JsonObject entry, string name) =>
        entry[name] is JsonValue value && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) && amount >= 0 ? amount : null;
}
