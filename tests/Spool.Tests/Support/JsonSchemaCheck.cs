using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Spool.Tests.Support;

/// <summary>The words of JSON Schema that the workflow schema uses; any other word is an error, so that nothing goes unchecked.</summary>
internal sealed class JsonSchemaCheck(JsonObject root)
{
    public List<string> Check(JsonNode? value)
    {
        var errors = new List<string>();
        Check(root, value, "", errors);
        return errors;
    }

    private bool Fits(JsonNode schema, JsonNode? value)
    {
        var errors = new List<string>();
        Check((JsonObject)schema, value, "", errors);
        return errors.Count == 0;
    }

    private void Check(JsonObject schema, JsonNode? value, string at, List<string> errors)
    {
        foreach (var (word, rule) in schema)
        {
            var error = word switch
            {
                "$schema" or "$defs" or "title" or "description" or "default" or "then" or "else" or "properties" => null,
                "$ref" => Sub((JsonObject)root["$defs"]![((string)rule!)["#/$defs/".Length..]]!, value, at, errors),
                "type" => (rule is JsonArray types ? types.Any(t => Is((string)t!, value)) : Is((string)rule!, value)) ? null : $"is not {rule!.ToJsonString()}",
                "const" => JsonNode.DeepEquals(rule, value) || (value is JsonValue v && rule is JsonValue r && v.TryGetValue(out double a) && r.TryGetValue(out int b) && a == b) ? null : $"is not {rule}",
                "enum" => rule!.AsArray().Any(e => JsonNode.DeepEquals(e, value)) ? null : $"is none of {rule.ToJsonString()}",
                "pattern" => value is not JsonValue || value.GetValueKind() != JsonValueKind.String || Regex.IsMatch((string)value!, (string)rule!) ? null : $"does not match {rule}",
                "minLength" => value is null || value.GetValueKind() != JsonValueKind.String || ((string)value!).Length >= (int)rule! ? null : "is too short",
                "minimum" => value is null || value.GetValueKind() != JsonValueKind.Number || (double)value >= Number(rule!) ? null : "is too small",
                "maximum" => value is null || value.GetValueKind() != JsonValueKind.Number || (double)value <= Number(rule!) ? null : "is too large",
                "minItems" => value is not JsonArray few || few.Count >= (int)rule! ? null : "has too few items",
                "maxItems" => value is not JsonArray many || many.Count <= (int)rule! ? null : "has too many items",
                "required" => value is not JsonObject o ? null : rule!.AsArray().Where(n => !o.ContainsKey((string)n!)).Select(n => $"has no {n}").FirstOrDefault(),
                "items" => Items((JsonObject)rule!, value, at, errors),
                "additionalProperties" => Properties(schema, value, at, errors),
                "anyOf" => rule!.AsArray().Any(s => Fits(s!, value)) ? null : "fits none of its forms",
                "oneOf" => rule!.AsArray().Count(s => Fits(s!, value)) == 1 ? null : "fits not exactly one of its forms",
                "allOf" => All(rule!.AsArray(), value, at, errors),
                "if" => Fits(rule!, value) ? Sub((JsonObject)schema["then"]!, value, at, errors) : schema["else"] is JsonObject otherwise ? Sub(otherwise, value, at, errors) : null,
                _ => throw new NotSupportedException(word),
            };
            if (error is not null) errors.Add($"{at} {error}");
        }
        if (!schema.ContainsKey("additionalProperties")) Properties(schema, value, at, errors);
    }

    private string? Sub(JsonObject schema, JsonNode? value, string at, List<string> errors)
    {
        Check(schema, value, at, errors);
        return null;
    }

    private string? All(JsonArray schemas, JsonNode? value, string at, List<string> errors)
    {
        foreach (var schema in schemas) Check((JsonObject)schema!, value, at, errors);
        return null;
    }

    private string? Items(JsonObject schema, JsonNode? value, string at, List<string> errors)
    {
        for (var i = 0; value is JsonArray list && i < list.Count; i++) Check(schema, list[i], $"{at}/{i}", errors);
        return null;
    }

    private string? Properties(JsonObject schema, JsonNode? value, string at, List<string> errors)
    {
        foreach (var (name, one) in value as JsonObject ?? [])
        {
            if (schema["properties"]?[name] is JsonObject known) Check(known, one, $"{at}/{name}", errors);
            else if (schema["additionalProperties"] is JsonObject others) Check(others, one, $"{at}/{name}", errors);
            else if (schema["additionalProperties"] is JsonValue) errors.Add($"{at} has the unknown {name}");
        }
        return null;
    }

    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);

    private static bool Is(string type, JsonNode? value) => (type, value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) or ("null", JsonValueKind.Null) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => Math.Floor((double)value!) == (double)value!,
        _ => false,
    };
}
