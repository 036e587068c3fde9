using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Spool.Engine;

namespace Spool.App.Help;

/// <summary>Options of kinds as JSON Schema: what <see cref="OptionBinder"/> binds, and a template anywhere.</summary>
internal static class SchemaTypes
{
    internal static JsonObject Options(KindPage kind)
    {
        var required = kind.Options.Where(o => o.Required).Select(o => (JsonNode)JsonValue.Create(o.Name)).ToArray();
        var map = new JsonObject
        {
            ["type"] = required.Length > 0 ? "object" : new JsonArray("object", "null"),
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject([.. kind.Options.Select(o => KeyValuePair.Create(o.Name, (JsonNode?)Option(o)))]),
        };
        if (required.Length > 0) map["required"] = new JsonArray(required);
        return map;
    }

    private static JsonObject Option(OptionText option)
    {
        var type = Type(option.Schema.Type, option.Range);
        // Any text may hold a template, so only what is no text needs to be told of it.
        var choices = new JsonArray(type, new JsonObject { ["$ref"] = "#/$defs/template" });
        if (option.Schema.Nullable) choices.Add(new JsonObject { ["type"] = "null" });
        var schema = new JsonObject { ["anyOf"] = choices };
        if (option.Summary is not null) schema["description"] = option.Summary;
        if (option.Default is { } value && option.Schema.Type != typeof(string)) schema["default"] = Default(option, value);
        else if (option.Default is { } text) schema["default"] = text;
        return schema;
    }

    private static JsonNode? Default(OptionText option, string value)
    {
        if (option.Schema.Default is bool flag) return flag;
        if (option.Schema.Default is int or long or double) return JsonNode.Parse(value);
        if (option.Schema.Default is IEnumerable and not string) return JsonNode.Parse(Brackets(value) ? value : "null");
        return value;
    }

    /// <summary>Lists of text are canonical JSON; others (lists of words) are not quoted, and editors do without their default.</summary>
    private static bool Brackets(string value) => value is "[]" or "{}";

    private static JsonObject Type(Type type, WithinAttribute? range)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        // A plain 5 or true in YAML is a number or a switch to an editor, and text to an option of text.
        if (type == typeof(string)) return new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") };
        if (type == typeof(bool)) return new JsonObject { ["type"] = "boolean" };
        if (type == typeof(int) || type == typeof(long) || type == typeof(double))
        {
            var number = new JsonObject { ["type"] = type == typeof(double) ? "number" : "integer" };
            if (range is null) return number;
            number["minimum"] = range.Least;
            number["maximum"] = range.Most;
            return number;
        }
        if (type.IsEnum) return new JsonObject { ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(n => JsonValue.Create(KindSchema.Kebab(n)))]) };
        if (type.GetInterface("IParsable`1") is not null) return new JsonObject { ["type"] = new JsonArray("string", "number") };
        if (type.IsGenericType && type.GetGenericArguments() is [var item]) return new JsonObject { ["type"] = "array", ["items"] = Item(item) };
        if (type.IsGenericType && type.GetGenericArguments() is [_, var value]) return new JsonObject { ["type"] = "object", ["additionalProperties"] = Item(value) };
        return Record(type);
    }

    private static JsonObject Item(Type type) => new() { ["anyOf"] = new JsonArray(Type(type, null), new JsonObject { ["$ref"] = "#/$defs/template" }) };

    private static JsonObject Record(Type type)
    {
        var properties = type.GetProperties().Where(p => p.CanWrite).ToList();
        var record = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject([.. properties.Select(p => KeyValuePair.Create(KindSchema.Kebab(p.Name), (JsonNode?)Field(p)))]),
        };
        var required = properties.Where(p => p.GetCustomAttribute<RequiredMemberAttribute>() is not null).Select(p => (JsonNode)JsonValue.Create(KindSchema.Kebab(p.Name))).ToArray();
        if (required.Length > 0) record["required"] = new JsonArray(required);
        return record;
    }

    private static JsonObject Field(PropertyInfo property)
    {
        var field = Item(property.PropertyType);
        ((JsonArray)field["anyOf"]!).Add(new JsonObject { ["type"] = "null" });
        return field;
    }
}
