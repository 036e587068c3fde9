using System.Globalization;

namespace Spool.Engine;

/// <summary>A call that may cost: asked for before it is made.</summary>
/// <param name="Provider">The service, as the settings name it.</param>
/// <param name="Model">The model, as the service names it.</param>
/// <param name="MostUsd">What it can cost at most, in US dollars; null when the price is not known, 0 when it is free.</param>
/// <param name="Units">What is counted: <c>input_tokens</c>, <c>output_tokens</c>, <c>characters</c>, <c>seconds</c>, <c>images</c>.</param>
public sealed record Charge(string Provider, string Model, decimal? MostUsd, IReadOnlyDictionary<string, decimal> Units);

/// <summary>US dollars as text.</summary>
public static class Money
{
    /// <summary>Dollars with as many digits as small prices need.</summary>
    public static string Text(decimal usd) => "$" + usd.ToString(usd is > 0 and < 0.01m ? "0.######" : "0.00##", CultureInfo.InvariantCulture);
}

/// <summary>
/// Money set aside for one call. Settle it with what the call cost; one that is disposed unsettled is given back. A call that was sent and
/// whose answer was lost has cost something: settle it with what was reserved, marked estimated.
/// </summary>
public sealed class Reservation(Func<decimal, IReadOnlyDictionary<string, decimal>, bool, Task> settle, Func<Task> release) : IAsyncDisposable
{
    private bool _closed;

    /// <summary>For calls that cost nothing.</summary>
    public static Reservation Free() => new((_, _, _) => Task.CompletedTask, () => Task.CompletedTask);

    public Task SettleAsync(decimal usd, IReadOnlyDictionary<string, decimal> units, bool estimated = false)
    {
        if (_closed) return Task.CompletedTask;
        _closed = true;
        return settle(usd, units, estimated);
    }

    public async ValueTask DisposeAsync()
    {
        if (_closed) return;
        _closed = true;
        await release();
    }
}
