using System.Globalization;

namespace Spool.Models.Providers;

/// <summary>Whether a service answers, and what it says or why not.</summary>
public sealed record Health(bool Up, string Detail);

/// <summary>Asks a server for something small that every one of its kind has; waits for at most a few seconds and tries once.</summary>
public static class HealthCheck
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static async Task<Health> AskAsync(ProviderLine line, CancellationToken cancel)
    {
        var quick = line with { Settings = line.Settings with { Timeout = Math.Min(line.Settings.Timeout, Patience.TotalSeconds), MaxRetries = 0 } };
        var path = line.Settings.Kind switch
        {
            ProviderKind.Openai => "/models",
            ProviderKind.Gradio => "/config",
            ProviderKind.Comfyui => "/system_stats",
            _ => "/",
        };
        try
        {
            return await quick.LookAsync(() => quick.Request(HttpMethod.Get, path), answer =>
            {
                if (line.Settings.Kind != ProviderKind.Openai) return new Health(true, "answers");
                var models = (JsonText.At(quick.JsonOf(answer), "data") as System.Text.Json.Nodes.JsonArray ?? []).Select(m => JsonText.Text(m, "id")).OfType<string>().ToList();
                var wanted = line.Settings.Model;
                // Ollama lists "llama3.2:latest" for what everybody calls llama3.2.
                return wanted is not null && models.Count > 0 && !models.Contains(wanted) && !models.Contains(wanted + ":latest")
                    ? new Health(false, $"answers, but has no model '{wanted}'")
                    : new Health(true, models.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"answers, {models.Count} model{(models.Count == 1 ? "" : "s")}") : "answers");
            }, ProviderLine.MostJson, cancel);
        }
        catch (ProviderException e) when (e.Status is 404 or 405) { return new Health(true, "answers, without a list of models"); }
        catch (ProviderException e) { return new Health(false, e.Message); }
    }
}
