using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Spool.App.Server;

/// <summary>
/// Holds the queries of all routes to what the API's document says of them (names, whole numbers and their bounds, words to choose from), so that a misspelt
/// filter is refused instead of passed over, and the document cannot say another thing than the server does. An empty value asks nothing.
/// </summary>
internal sealed class QueryRules
{
    private sealed record Rule(string Name, bool IsNumber, long? Least, long? Most, IReadOnlyList<string>? Words);

    private readonly Dictionary<(string Method, string Path), List<Rule>> _rules = [];

    internal QueryRules(ReadOnlyMemory<byte> document)
    {
        using var openApi = JsonDocument.Parse(document);
        foreach (var path in openApi.RootElement.GetProperty("paths").EnumerateObject())
            foreach (var operation in path.Value.EnumerateObject())
                _rules[(operation.Name, path.Name)] = operation.Value.TryGetProperty("parameters", out var parameters)
                    ? [.. parameters.EnumerateArray().Where(p => p.GetProperty("in").GetString() == "query").Select(p => Read(p.GetProperty("name").GetString()!, p.GetProperty("schema")))] : [];
    }

    private static Rule Read(string name, JsonElement schema)
    {
        long? Bound(string bound) => schema.TryGetProperty(bound, out var value) ? value.GetInt64() : null;
        return new Rule(name, schema.GetProperty("type").GetString() == "integer", Bound("minimum"), Bound("maximum"), schema.TryGetProperty("enum", out var words) ? [.. words.EnumerateArray().Select(w => w.GetString()!)] : null);
    }

    /// <summary>Null, or what is wrong with the query of a request whose route is known.</summary>
    internal string? Refusal(HttpContext context)
    {
        if (context.Request.Query.Count == 0 || context.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } path }) return null;
        var method = HttpMethods.IsHead(context.Request.Method) && !_rules.ContainsKey(("head", path)) ? "get" : context.Request.Method.ToLowerInvariant();
        return path.StartsWith("/api/", StringComparison.Ordinal) && _rules.TryGetValue((method, path), out var rules) ? context.Request.Query.Select(q => Refusal(rules, q.Key, q.Value.ToString())).FirstOrDefault(r => r is not null) : null;
    }

    private static string? Refusal(List<Rule> rules, string name, string value)
    {
        if (rules.Find(r => r.Name == name) is not { } rule) return $"there is no parameter '{name}' here; {(rules.Count > 0 ? $"there are {string.Join(", ", rules.Select(r => r.Name))}" : "this address takes none")}";
        if (value.Length == 0) return null;
        if (rule.Words is { } words && !words.Contains(value)) return $"{name}={value} is not understood; it is {(words.Count == 1 ? words[0] : "one of " + string.Join(", ", words))}";
        if (!rule.IsNumber) return null;
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return $"{name}={value} is no whole number";
        if ((rule.Least, rule.Most) is ({ } least, { } most)) return number < least || number > most ? $"{name}={value} is not from {least} to {most}" : null;
        return number < rule.Least ? $"{name}={value} is below {rule.Least}" : null;
    }
}
