using Spool.Models.Providers;

namespace Spool.Models.Cost;

/// <summary>A call that is about to be made.</summary>
/// <param name="MostUsd">What it can cost at most; null when the price is not known, 0 when it is free.</param>
public sealed record CallCost(string Provider, string Model, decimal? MostUsd, IReadOnlyDictionary<string, decimal> Units);

/// <summary>What a call did cost.</summary>
/// <param name="Estimated">True when the service did not say, so the most it can have cost is taken.</param>
public sealed record CallSpent(decimal Usd, IReadOnlyDictionary<string, decimal> Units, bool Estimated);

/// <summary>Money set aside for one call: settled with what it cost, or given back.</summary>
public sealed record SetAside(Func<CallSpent, Task> Settle, Func<ValueTask> Release);

/// <summary>
/// What calls of one model cost. Before a call the most is taken: a token has at least three bytes on average in every language that models are
/// priced for, so a third of the bytes (rounded up, and the JSON around the words counted too) stands for the input, and the answer is as long as it may be.
/// </summary>
public sealed record CallPrice(ProviderSettings Provider, string Model, UnitPrice? Price)
{
    /// <summary>Taken where a price does not say how many tokens a picture counts as.</summary>
    private const int TokensPerPicture = 4000;

    public static CallPrice Of(ProviderSettings provider, string model, DateTimeOffset now) =>
        new(provider, model, PriceTable.Find(provider, model, DateOnly.FromDateTime(now.UtcDateTime)));

    public CallCost Chat(long bytes, int pictures, int mostOutput)
    {
        var input = ((bytes + 2) / 3) + ((long)pictures * (Price?.TokensPerPicture ?? TokensPerPicture));
        return Cost(Tokens(input, mostOutput), ("input_tokens", input), ("output_tokens", mostOutput));
    }

    /// <summary>By what the service counted; the most when it did not count.</summary>
    public CallSpent ChatSpent(CallCost most, long? input, long? output) => input is { } i && output is { } o
        ? new CallSpent(Provider.IsFree ? 0 : Tokens(i, o) ?? most.MostUsd ?? 0, Units(("input_tokens", i), ("output_tokens", o)), false)
        : Lost(most);

    public CallCost Speech(long characters) => Cost(Price?.PerCharacter * characters, ("characters", characters));

    public CallCost Transcription(double seconds)
    {
        var whole = (decimal)Math.Ceiling(seconds);
        return Cost(Price?.PerSecond * whole, ("seconds", whole));
    }

    public CallCost Image() => Cost(Price?.PerImage, ("images", 1));

    /// <summary>A call whose answer was lost, or that has one price whatever comes: all that was set aside.</summary>
    public static CallSpent Lost(CallCost cost) => new(cost.MostUsd ?? 0, cost.Units, true);

    /// <summary>A call that is priced by what was sent.</summary>
    public static CallSpent Exactly(CallCost cost) => new(cost.MostUsd ?? 0, cost.Units, false);

    private decimal? Tokens(long input, long output) =>
        (Price?.InputPerMillionTokens * input / 1_000_000) + (Price?.OutputPerMillionTokens * output / 1_000_000);

    private CallCost Cost(decimal? usd, params (string Name, decimal Count)[] units) => new(Provider.Name, Model, Provider.IsFree ? 0 : usd, Units(units));

    private static Dictionary<string, decimal> Units(params (string Name, decimal Count)[] units) => units.ToDictionary(u => u.Name, u => u.Count);
}
