using System.Text.Json.Serialization;

namespace Spool.Models.Cost;

/// <summary>
/// What a model of a provider costs, in US dollars for a unit. All amounts are decimal: sums of cents must be exact. A unit without a price
/// cannot be counted, so a call that uses it has no known price.
/// </summary>
public sealed record UnitPrice
{
    /// <summary>The provider by its own name: <c>openai</c>; or the name that the settings give it.</summary>
    public required string Provider { get; init; }

    public required string Model { get; init; }

    /// <summary>chat, speech, transcription or image.</summary>
    public required string Mode { get; init; }

    public decimal? InputPerMillionTokens { get; init; }
    public decimal? OutputPerMillionTokens { get; init; }
    public decimal? PerSecond { get; init; }
    public decimal? PerCharacter { get; init; }
    /// <summary>The most that one picture can cost, whatever its size.</summary>
    public decimal? PerImage { get; init; }

    /// <summary>The most input tokens that one picture shown to the model counts as.</summary>
    public int? TokensPerPicture { get; init; }

    /// <summary>The day (UTC) from which it holds.</summary>
    public DateOnly? EffectiveFrom { get; init; }

    /// <summary>Where the price was read.</summary>
    public string? Source { get; init; }
}

/// <summary>The file of prices: <c>{"prices":[...]}</c>.</summary>
public sealed record PriceList(IReadOnlyList<UnitPrice> Prices);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(PriceList))]
internal sealed partial class PriceJson : JsonSerializerContext;
