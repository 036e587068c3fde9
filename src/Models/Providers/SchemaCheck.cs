using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Spool.Models.Providers;

/// <summary>
/// Checks JSON against the part of JSON Schema (draft 2020-12) that structured answers use: type, enum, const, properties, required,
/// additionalProperties, items, minItems, maxItems, minLength, maxLength, pattern, minimum, maximum, anyOf. Whether a service enforces a
/// schema cannot be known, so every answer is checked here. A schema with another assertion is refused as a whole: half a check is none.
/// </summary>
public static class SchemaCheck
{
    private const int MostErrors = 8;

    private static readonly string[] Assertions =
    [
        "type", "enum", "const", "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "minLength", "maxLength", "pattern", "minimum", "maximum", "anyOf",
    ];

    private static readonly string[] Remarks = ["$schema", "$id", "title", "description", "default", "examples", "$comment"];

    /// <summary>What is wrong with a schema itself; null when all of it can be checked.</summary>
    public static string? Fault(JsonNode? schema, string at = "")
    {
        if (schema is JsonValue value && value.TryGetValue<bool>(out _)) return null;
        if (schema is not JsonObject map) return $"{Where(at)} of the schema is no object";
        foreach (var (name, part) in map)
        {
            if (!Assertions.Contains(name) && !Remarks.Contains(name)) return $"the schema uses '{name}' at {Where(at)}, which is not checked here";
            var fault = name switch
            {
                "properties" when part is JsonObject properties => properties.Select(p => Fault(p.Value, $"{at}/{p.Key}")).FirstOrDefault(f => f is not null),
                "items" or "additionalProperties" => Fault(part, at + "/" + name),
                "anyOf" when part is JsonArray choices => choices.Select(c => Fault(c, at + "/anyOf")).FirstOrDefault(f => f is not null),
                "properties" or "anyOf" => $"'{name}' at {Where(at)} of the schema has the wrong type",
                "pattern" => PatternFault(part, at),
                _ => null,
            };
            if (fault is not null) return fault;
        }
        return null;
    }

    /// <summary>Where the value does not meet the schema, each with its JSON Pointer; at most eight.</summary>
    public static IReadOnlyList<string> Errors(JsonNode? value, JsonObject schema)
    {
        var errors = new List<string>();
        Check(value, schema, "", errors);
        return [.. errors.Take(MostErrors)];
    }

    /// <summary>Whether servers take it in their strict form: every object names all its fields as required and allows no others.</summary>
    public static bool IsStrict(JsonNode? schema)
    {
        if (schema is not JsonObject map) return false;
        if (map["properties"] is JsonObject properties)
        {
            if (!(map["additionalProperties"] is JsonValue more && more.TryGetValue<bool>(out var allowed) && !allowed)) return false;
            var required = (map["required"] as JsonArray)?.Select(r => r?.ToString()).ToHashSet() ?? [];
            if (properties.Any(p => !required.Contains(p.Key) || !IsStrict(p.Value))) return false;
        }
        return map["items"] is not { } items || IsStrict(items);
    }

    private static void Check(JsonNode? value, JsonNode? schema, string at, List<string> errors)
    {
        if (errors.Count >= MostErrors || schema is not JsonObject map)
        {
            if (schema is JsonValue flag && flag.TryGetValue<bool>(out var allowed) && !allowed) errors.Add($"{Where(at)} must not be there");
            return;
        }
        var before = errors.Count;
        if (map["type"] is { } type && !(type is JsonArray types ? types.Any(t => Is(value, t?.ToString())) : Is(value, type.ToString())))
        {
            errors.Add($"{Where(at)} must be {(type is JsonArray many ? string.Join(" or ", many) : type)}, not {Noun(value)}");
            return;
        }
        if (map["enum"] is JsonArray words && !words.Any(w => JsonNode.DeepEquals(w, value))) errors.Add($"{Where(at)} must be one of {JsonText.Write(words)}");
        if (map.TryGetPropertyValue("const", out var constant) && !JsonNode.DeepEquals(constant, value)) errors.Add($"{Where(at)} must be {JsonText.Write(constant)}");
        if (value is JsonObject fields) Object(fields, map, at, errors);
        if (value is JsonArray list)
        {
            if (list.Count < (JsonText.Count(map["minItems"]) ?? 0)) errors.Add($"{Where(at)} needs at least {map["minItems"]} items, not {list.Count}");
            if (list.Count > (JsonText.Count(map["maxItems"]) ?? long.MaxValue)) errors.Add($"{Where(at)} may have at most {map["maxItems"]} items, not {list.Count}");
            for (var i = 0; i < list.Count && errors.Count < MostErrors; i++) Check(list[i], map["items"], string.Create(CultureInfo.InvariantCulture, $"{at}/{i}"), errors);
        }
        if (value is JsonValue scalar) Scalar(scalar, map, at, errors);
        if (errors.Count == before && map["anyOf"] is JsonArray choices && choices.All(c => Fails(value, c))) errors.Add($"{Where(at)} meets none of the choices");
    }

    private static bool Fails(JsonNode? value, JsonNode? schema)
    {
        var errors = new List<string>();
        Check(value, schema, "", errors);
        return errors.Count > 0;
    }

    private static void Object(JsonObject fields, JsonObject schema, string at, List<string> errors)
    {
        foreach (var name in (schema["required"] as JsonArray ?? []).Select(r => r?.ToString()))
            if (name is not null && !fields.ContainsKey(name)) errors.Add($"{Where(at)} needs the field '{name}'");
        var properties = schema["properties"] as JsonObject;
        foreach (var (name, value) in fields)
        {
            if (properties?.TryGetPropertyValue(name, out var known) is true) Check(value, known, $"{at}/{name}", errors);
            else if (schema["additionalProperties"] is JsonValue more && more.TryGetValue<bool>(out var allowed))
            {
                if (!allowed) errors.Add($"{Where(at)} must not have the field '{name}'");
            }
            else if (schema["additionalProperties"] is JsonObject other) Check(value, other, $"{at}/{name}", errors);
        }
    }

    private static void Scalar(JsonValue value, JsonObject schema, string at, List<string> errors)
    {
        if (value.TryGetValue<string>(out var text))
        {
            var length = text.EnumerateRunes().Count();
            if (length < (JsonText.Count(schema["minLength"]) ?? 0)) errors.Add($"{Where(at)} needs at least {schema["minLength"]} letters");
            if (length > (JsonText.Count(schema["maxLength"]) ?? long.MaxValue)) errors.Add($"{Where(at)} may have at most {schema["maxLength"]} letters, not {length}");
            if (schema["pattern"] is { } pattern && !Regex.IsMatch(text, pattern.ToString(), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))) errors.Add($"{Where(at)} must match {pattern}");
        }
        if (JsonText.Number(value) is not { } number) return;
        if (number < (JsonText.Number(schema["minimum"]) ?? double.NegativeInfinity)) errors.Add($"{Where(at)} must be at least {schema["minimum"]}");
        if (number > (JsonText.Number(schema["maximum"]) ?? double.PositiveInfinity)) errors.Add($"{Where(at)} must be at most {schema["maximum"]}");
    }

    private static string? PatternFault(JsonNode? part, string at)
    {
        try
        {
            _ = new Regex(part?.ToString() ?? "(", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return null;
        }
        catch (ArgumentException) { return $"the pattern at {Where(at)} of the schema is no regular expression"; }
    }

    private static bool Is(JsonNode? value, string? type) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => Kind(value) == JsonValueKind.String,
        "boolean" => Kind(value) is JsonValueKind.True or JsonValueKind.False,
        "number" => Kind(value) == JsonValueKind.Number,
        "integer" => Kind(value) == JsonValueKind.Number && JsonText.Number(value) is { } number && number == Math.Floor(number),
        _ => false,
    };

    private static JsonValueKind? Kind(JsonNode? value) => value?.GetValueKind();

    private static string Noun(JsonNode? value) => Kind(value) switch
    {
        null => "null",
        JsonValueKind.String => "a string",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.Number => "a number",
        _ => "true or false",
    };

    private static string Where(string at) => at.Length == 0 ? "the answer" : at;
}
