using System.Globalization;
using Spool.Engine;
using Spool.Models.Cost;
using Spool.Models.Providers;

namespace Spool.Steps;

/// <summary>How steps call services: settings and key from the context, money through it, and failures in its words.</summary>
internal static class ProviderCalls
{
    internal static ProviderSettings ProviderSettings(this StepContext context, string provider) => Models.Providers.ProviderSettings.FromJson(context.Provider(provider).Settings);

    /// <summary>The service, ready to be called. What its calls cost together becomes a fact of the result.</summary>
    internal static ProviderLine Line(this StepContext context, ProviderSettings settings)
    {
        string? key = null;
        if (settings.KeyEnv is { } name)
        {
            key = context.Secret(name) ?? throw new StepFailedException(new Failure(FailureKind.Unavailable, $"the key of the provider {settings.Name} is not set: the environment variable {name} is empty")
            { Next = $"export {name}=…, then run again" });
        }
        var total = 0m;
        return new ProviderLine(settings, context.Network, key, async (cost, cancel) =>
        {
            var reservation = await context.ReserveAsync(new Charge(cost.Provider, cost.Model, cost.MostUsd, cost.Units), cancel);
            return new SetAside(async spent =>
            {
                await reservation.SettleAsync(spent.Usd, spent.Units, spent.Estimated);
                total += spent.Usd;
                if (total > 0) context.Fact("cost", "$" + total.ToString("0.00####", CultureInfo.InvariantCulture));
            }, reservation.DisposeAsync);
        }, line => context.Log(Redaction.Of(line, key)));
    }

    /// <summary>The result of a call; what went wrong ends the step.</summary>
    internal static async Task<T> OrFail<T>(this Task<T> call)
    {
        try { return await call; }
        catch (ProviderException e)
        {
            throw new StepFailedException(new Failure(e.Kind switch
            {
                FaultKind.Unavailable => FailureKind.Unavailable,
                FaultKind.TimedOut => FailureKind.TimedOut,
                FaultKind.BadAnswer => FailureKind.BadOutput,
                _ => FailureKind.ToolFailed,
            }, e.Message)
            { Next = e.Next });
        }
    }

    /// <summary>The model to ask: the step's, else the provider's.</summary>
    internal static string ModelOf(this ProviderSettings settings, string? model) => model ?? settings.Model ?? throw new StepFailedException(
        new Failure(FailureKind.ToolFailed, $"neither the step nor the provider {settings.Name} names a model") { Next = "add model: to the provider or to the step" });

    /// <summary>Ends a step whose provider is of a kind that cannot do what is asked.</summary>
    internal static StepFailedException WrongKind(ProviderSettings settings, string work) => new(new Failure(FailureKind.Unavailable,
        $"the provider {settings.Name} is of kind {ProviderWords.Of(settings.Kind)}, which does not {work}")
    { Next = "name another provider in the step, or set one up: docs/guide/providers.md" });

    internal static StepFailedException Bad(string sentence, string? next = null) => new(new Failure(FailureKind.BadOutput, sentence) { Next = next });
}
