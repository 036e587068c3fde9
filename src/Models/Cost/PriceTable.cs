using System.Text.Json;
using Spool.Models.Providers;

namespace Spool.Models.Cost;

/// <summary>
/// Prices by provider and model. A model is found under the name that the settings give the provider, else under the name of the company whose
/// host it calls; never under another company's, because the same model costs otherwise elsewhere. Not found means not known, never free.
/// </summary>
public sealed record PriceTable(IReadOnlyList<UnitPrice> Prices)
{
    /// <summary>Companies whose hosts do not bear their name.</summary>
    private static readonly (string Host, string Company)[] Companies =
    [
        ("generativelanguage.googleapis.com", "gemini"), ("api.x.ai", "xai"), ("openrouter.ai", "openrouter"),
    ];

    /// <summary>The prices that Spool brings; a small file, each with its day and source.</summary>
    public static PriceTable Embedded()
    {
        using var stream = typeof(PriceTable).Assembly.GetManifestResourceStream("prices.json")!;
        return new PriceTable(JsonSerializer.Deserialize(stream, PriceJson.Default.PriceList)!.Prices);
    }

    /// <summary>A file of prices; or what is wrong with it.</summary>
    public static (PriceTable? Table, string? Why) Parse(string text)
    {
        try
        {
            var list = JsonSerializer.Deserialize(text, PriceJson.Default.PriceList);
            if (list?.Prices is null) return (null, "it must be {\"prices\": [...]}");
            var wrong = list.Prices.FirstOrDefault(p => p is null || p.Provider.Length == 0 || p.Model.Length == 0 || Amounts(p).Any(a => a < 0));
            return wrong is null && !list.Prices.Contains(null!) ? (new PriceTable(list.Prices), null) : (null, $"the price of '{wrong?.Model}' has an empty name or an amount below 0");
        }
        catch (JsonException e) { return (null, Told(e)); }
    }

    // The reader's own words speak of types; a person needs the key and the place.
    private static string Told(JsonException e)
    {
        var quote = e.Message.IndexOf('\'', StringComparison.Ordinal);
        var end = quote < 0 ? -1 : e.Message.IndexOf('\'', quote + 1);
        var name = end < 0 ? "" : e.Message[(quote + 1)..end];
        var where = e.LineNumber is { } line ? $" (line {line + 1})" : "";
        return e.Message.Contains("could not be mapped", StringComparison.Ordinal) ? $"it has no key '{name}'{where}"
            : e.Message.Contains("missing required", StringComparison.Ordinal) ? $"an entry lacks {e.Message[(e.Message.LastIndexOf(':') + 1)..].Trim().TrimEnd('.')}{where}"
            : $"what stands there cannot be read{where}";
    }

    public static string Write(IReadOnlyList<UnitPrice> prices) => JsonSerializer.Serialize(new PriceList(prices), PriceJson.Default.PriceList) + "\n";

    /// <summary>This table with another over it: for a provider and model only the other's entries count.</summary>
    public PriceTable With(PriceTable over)
    {
        var replaced = over.Prices.Select(p => (p.Provider, p.Model)).ToHashSet();
        return new PriceTable([.. over.Prices, .. Prices.Where(p => !replaced.Contains((p.Provider, p.Model)))]);
    }

    /// <summary>All prices that a provider's calls may need.</summary>
    public IReadOnlyList<UnitPrice> Of(ProviderSettings provider)
    {
        var company = CompanyOf(provider.Url);
        return [.. Prices.Where(p => p.Provider == provider.Name || p.Provider == company)];
    }

    /// <summary>The price of a model that holds on a day: the newest that has begun.</summary>
    public static UnitPrice? Find(ProviderSettings provider, string model, DateOnly today) => provider.Prices
        .Where(p => p.Model == model && (p.EffectiveFrom is not { } from || from <= today))
        .OrderByDescending(p => p.Provider == provider.Name).ThenByDescending(p => p.EffectiveFrom ?? DateOnly.MinValue).FirstOrDefault();

    /// <summary>The company that an address belongs to by its host: <c>api.openai.com</c> is openai.</summary>
    public static string? CompanyOf(string? url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address)) return null;
        foreach (var (host, company) in Companies) if (address.Host == host) return company;
        var parts = address.Host.Split('.');
        return parts.Length >= 2 && !address.IsLoopback && address.HostNameType == UriHostNameType.Dns ? parts[^2] : null;
    }

    private static IEnumerable<decimal> Amounts(UnitPrice price) =>
        new[] { price.InputPerMillionTokens, price.OutputPerMillionTokens, price.PerSecond, price.PerCharacter, price.PerImage, price.TokensPerPicture }.OfType<decimal>();
}
