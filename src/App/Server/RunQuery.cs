using System.Globalization;
using Microsoft.AspNetCore.Http;
using Spool.App.Queue;

namespace Spool.App.Server;

/// <summary>Holds those filters of a list to their form that the API's document cannot tell of (<see cref="QueryRules"/>): one that is not understood is refused, never passed over.</summary>
internal static class RunQuery
{
    /// <summary>Null, or what is wrong with a filter.</summary>
    internal static string? Refusal(IQueryCollection query)
    {
        foreach (var (name, value) in query)
        {
            var text = value.ToString();
            if (text.Length == 0) continue;
            var isWrong = name switch
            {
                "since" or "until" => !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _),
                "status" => RunFilter.UnknownStatus(text) is not null,
                _ => false,
            };
            if (isWrong) return $"{name}={text} is not understood{(name == "status" ? $"; statuses: {string.Join(", ", RunFilter.Statuses)}" : "")}";
        }
        return null;
    }
}
