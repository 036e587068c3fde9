using System.Globalization;
using Microsoft.AspNetCore.Http;
using Spool.App.Queue;

namespace Spool.App.Server;

/// <summary>Holds the filters of a list to what the API's document says: one that is not understood is refused, never passed over.</summary>
internal static class RunQuery
{
    private static readonly string[] Known = ["status", "text", "workflow", "workspace", "label", "rating", "since", "until", "before", "limit"];

    /// <summary>Null, or what is wrong with a filter.</summary>
    internal static string? Refusal(IQueryCollection query)
    {
        foreach (var (name, value) in query)
        {
            var text = value.ToString();
            if (!Known.Contains(name)) return $"there is no filter '{name}'; there are {string.Join(", ", Known)}";
            if (text.Length == 0) continue;
            var isWrong = name switch
            {
                "rating" or "before" or "limit" => !long.TryParse(text, NumberStyles.None, null, out _),
                "since" or "until" => !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _),
                "status" => RunFilter.UnknownStatus(text) is not null,
                _ => false,
            };
            if (isWrong) return $"{name}={text} is not understood{(name == "status" ? $"; statuses: {string.Join(", ", RunFilter.Statuses)}" : "")}";
        }
        return null;
    }
}
