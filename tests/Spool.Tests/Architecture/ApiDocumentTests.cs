using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Spool.Tests.Architecture;

/// <summary>The OpenAPI document is written by hand; these hold it to the routes.</summary>
public sealed class ApiDocumentTests
{
    private static readonly JsonElement Document = JsonDocument.Parse(File.ReadAllBytes(SourceText.Full("src/App/Server/openapi.json"))).RootElement;

    private static HashSet<string> Documented() => [.. Document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(m => $"{m.Name.ToUpperInvariant()} {p.Name}"))];

    /// <summary>Routes as the sources map them: a literal, or a constant named Root and what follows it.</summary>
    private static HashSet<string> Mapped()
    {
        var routes = new HashSet<string>();
        foreach (var file in Directory.EnumerateFiles(SourceText.Full("src/App/Server"), "*.cs"))
        {
            var code = File.ReadAllText(file);
            var root = Regex.Match(code, "const string Root = \"([^\"]+)\"").Groups[1].Value;
            foreach (Match map in Regex.Matches(code, """\.Map(Get|Post|Put|Patch|Delete)\((?:"([^"]+)"|Root(?: \+ "([^"]+)")?)"""))
                routes.Add($"{map.Groups[1].Value.ToUpperInvariant()} {(map.Groups[2].Success ? map.Groups[2].Value : root + map.Groups[3].Value)}");
            foreach (Match map in Regex.Matches(code, """MapMethods\(Root \+ "([^"]+)", \[HttpMethods\.(\w+)\]"""))
                routes.Add($"{map.Groups[2].Value.ToUpperInvariant()} {root + map.Groups[1].Value}");
            foreach (Match map in Regex.Matches(code, """\bMap\(routes, "([^"]*)", """))
                if (root.Length > 0) routes.Add($"GET {root + map.Groups[1].Value}");
        }
        return routes;
    }

    [Fact]
    public void Every_route_is_in_the_OpenAPI_document_and_nothing_else_is()
    {
        var mapped = Mapped();
        Assert.True(mapped.Count > 40, $"only {mapped.Count} routes were found in the sources");
        Assert.Equal(mapped.Order(), Documented().Order());
    }

    [Fact]
    public void Every_operation_has_a_name_of_its_own_and_tells_of_each_part_of_its_path()
    {
        var names = new HashSet<string>();
        foreach (var path in Document.GetProperty("paths").EnumerateObject())
            foreach (var operation in path.Value.EnumerateObject())
            {
                Assert.True(names.Add(operation.Value.GetProperty("operationId").GetString()!), $"{operation.Value.GetProperty("operationId")} stands twice");
                var told = operation.Value.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray().Where(p => p.GetProperty("in").GetString() == "path").Select(p => p.GetProperty("name").GetString()!).ToList() : [];
                Assert.Equal(Regex.Matches(path.Name, @"\{(\w+)\}").Select(m => m.Groups[1].Value).Order(), told.Order());
            }
    }

    [Fact]
    public void Every_reference_of_the_OpenAPI_document_leads_to_a_schema()
    {
        var schemas = Document.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(s => s.Name).ToHashSet();
        var references = Regex.Matches(Document.GetRawText(), "\"\\$ref\": ?\"#/components/schemas/(\\w+)\"").Select(m => m.Groups[1].Value).ToHashSet();
        Assert.Equal(schemas.Order(), references.Order());
    }
}
