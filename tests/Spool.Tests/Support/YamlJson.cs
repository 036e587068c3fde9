using System.Globalization;
using System.Text.Json.Nodes;
using Spool.Engine.Definition;

namespace Spool.Tests.Support;

/// <summary>YAML as an editor sees it: plain scalars are numbers, switches or nothing where they look like it.</summary>
internal static class YamlJson
{
    public static JsonNode? Of(YamlNode node) => node switch
    {
        YamlMap map => new JsonObject([.. map.Entries.Select(e => KeyValuePair.Create(e.Key, Of(e.Value)))]),
        YamlList list => new JsonArray([.. list.Items.Select(Of)]),
        YamlScalar { IsNull: true } => null,
        YamlScalar { Quoted: false, Text: "true" or "false" } flag => JsonValue.Create(flag.Text == "true"),
        YamlScalar { Quoted: false } number when double.TryParse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => JsonValue.Create(value),
        YamlScalar scalar => JsonValue.Create(scalar.Text),
        _ => null,
    };
}
