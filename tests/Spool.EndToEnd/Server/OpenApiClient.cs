using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>
/// A client that knows nothing but the OpenAPI document: it finds addresses, methods and media types by the names of operations, and holds every
/// answer to the statuses and the schema that the document gives for it (types, required and unknown fields, references).
/// </summary>
internal sealed class OpenApiClient(HttpClient http, JsonElement document)
{
    internal IEnumerable<string> Operations => All().Select(o => o.Operation.GetProperty("operationId").GetString()!);

    private IEnumerable<(string Path, string Method, JsonElement Operation)> All() =>
        document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(m => (p.Name, m.Name, m.Value)));

    /// <summary>Calls an operation; parameters are put where the document says.</summary>
    internal async Task<(HttpStatusCode Status, byte[] Body)> CallAsync(string operation, (string Name, string Value)[] parameters, object? body, CancellationToken cancel)
    {
        var (path, method, told) = All().Single(o => o.Operation.GetProperty("operationId").GetString() == operation);
        var query = new List<string>();
        var headers = new List<(string, string)>();
        foreach (var (name, value) in parameters)
        {
            var parameter = told.GetProperty("parameters").EnumerateArray().Single(p => p.GetProperty("name").GetString() == name);
            switch (parameter.GetProperty("in").GetString())
            {
                case "path": path = path.Replace($"{{{name}}}", Uri.EscapeDataString(value), StringComparison.Ordinal); break;
                case "query": query.Add($"{name}={Uri.EscapeDataString(value)}"); break;
                default: headers.Add((name, value)); break;
            }
        }
        using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), path + (query.Count > 0 ? "?" + string.Join('&', query) : ""));
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        if (body is not null)
        {
            var type = told.GetProperty("requestBody").GetProperty("content").EnumerateObject().Single().Name;
            request.Content = body is byte[] bytes ? new ByteArrayContent(bytes) : new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8);
            request.Content.Headers.ContentType = new(type);
        }
        using var answer = await http.SendAsync(request, cancel);
        var content = await answer.Content.ReadAsByteArrayAsync(cancel);
        var responses = told.GetProperty("responses");
        var code = ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(responses.TryGetProperty(code, out var response), $"{operation} answered {code}, which the document does not tell of: {Encoding.UTF8.GetString(content)}");
        if (response.TryGetProperty("$ref", out var shared)) response = document.GetProperty("components").GetProperty("responses").GetProperty(shared.GetString()!.Split('/')[^1]);
        if ((int)answer.StatusCode >= 400 && method != "head" && operation != "ready") Assert.Equal((operation, code, "application/problem+json"), (operation, code, answer.Content.Headers.ContentType?.MediaType));
        if (response.TryGetProperty("content", out var media) && answer.Content.Headers.ContentType?.MediaType is { } got && media.TryGetProperty(got, out var described) && got.EndsWith("json", StringComparison.Ordinal))
            Holds(JsonDocument.Parse(content).RootElement, described.GetProperty("schema"), operation);
        return (answer.StatusCode, content);
    }

    internal async Task<JsonElement> JsonAsync(string operation, (string, string)[] parameters, object? body, CancellationToken cancel)
    {
        var (status, content) = await CallAsync(operation, parameters, body, cancel);
        Assert.True((int)status < 300, $"{operation}: {status} {Encoding.UTF8.GetString(content)}");
        return JsonDocument.Parse(content).RootElement.Clone();
    }

    private void Holds(JsonElement value, JsonElement schema, string at)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            Holds(value, document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]), at);
            return;
        }
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            if (value.ValueKind != JsonValueKind.Null) Holds(value, choices.EnumerateArray().First(), at);
            return;
        }
        if (schema.TryGetProperty("enum", out var words)) Assert.True(words.EnumerateArray().Any(w => w.GetString() == value.GetString()), $"{at} is {value}");
        if (schema.TryGetProperty("type", out var type))
        {
            var types = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()).ToList() : [type.GetString()];
            Assert.True(types.Any(t => IsOf(value, t)), $"{at} is {value.ValueKind}, not {string.Join(" or ", types)}");
        }
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
            foreach (var item in value.EnumerateArray()) Holds(item, items, at + "[]");
        if (value.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties)) return;
        if (schema.TryGetProperty("required", out var required))
            foreach (var name in required.EnumerateArray()) Assert.True(value.TryGetProperty(name.GetString()!, out _), $"{at} lacks {name}");
        foreach (var field in value.EnumerateObject())
        {
            if (properties.TryGetProperty(field.Name, out var known)) Holds(field.Value, known, $"{at}.{field.Name}");
            else Assert.False(schema.TryGetProperty("additionalProperties", out var more) && more.ValueKind == JsonValueKind.False, $"{at} has {field.Name}, which the document does not tell of");
        }
    }

    private static bool IsOf(JsonElement value, string? type) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => false,
    };
}
