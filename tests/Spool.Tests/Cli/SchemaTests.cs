using System.Reflection;
using System.Text.Json.Nodes;
using Spool.App.Help;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Steps;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Cli;

public sealed class SchemaTests
{
    private static readonly IReadOnlyList<KindPage> Kinds = KindPage.All(Catalogue.Of(typeof(Tools).Assembly, Tools.All));
    private static readonly JsonObject Schema = WorkflowSchema.Of(Kinds);

    private static List<string> Errors(string yaml)
    {
        var node = YamlText.Read("spool.yaml", yaml, new ProblemList());
        return new JsonSchemaCheck(Schema).Check(YamlJson.Of(node!));
    }

    public static TheoryData<string> Samples => [.. Kinds.Select(k => k.Example)
        .Concat(ProjectTemplate.BuiltIn().Select(t => t.Text))
        .Concat(ProblemGuide.Entries.SelectMany(e => e.Repair).Where(p => p.Fence == "yaml").Select(p => p.Text))];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Whatever_the_reader_accepts_the_schema_accepts(string yaml) => Assert.Empty(Errors(yaml));

    [Theory]
    [InlineData("SPL0109")]
    [InlineData("SPL0110")]
    [InlineData("SPL0111")]
    [InlineData("SPL0112")]
    [InlineData("SPL0113")]
    [InlineData("SPL0114")]
    [InlineData("SPL0116")]
    [InlineData("SPL0117")]
    [InlineData("SPL0118")]
    [InlineData("SPL0119")]
    [InlineData("SPL0120")]
    [InlineData("SPL0122")]
    [InlineData("SPL0301")]
    [InlineData("SPL0302")]
    [InlineData("SPL0303")]
    [InlineData("SPL0304")]
    public void What_can_be_seen_at_one_place_the_schema_refuses(string code) => Assert.NotEmpty(Errors(ProblemGuide.Find(code)!.Example[0].Text));

    [Fact]
    public void It_knows_the_keys_that_the_reader_knows()
    {
        Assert.Equal(KeysOf(typeof(WorkflowReader)), Names(Schema));
        Assert.Equal(KeysOf(typeof(WorkflowReader).Assembly.GetType("Spool.Engine.Definition.StepReader")!), Names((JsonObject)Schema["$defs"]!["step"]!));

        static IEnumerable<string> Names(JsonObject schema) => ((JsonObject)schema["properties"]!).Select(p => p.Key).Order(StringComparer.Ordinal);
        static IEnumerable<string> KeysOf(Type reader) => ((string[])reader.GetField("Keys", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Options_carry_their_summaries_ranges_and_defaults()
    {
        var step = Schema["$defs"]!["step"]!["allOf"]!.AsArray().Single(b => (string?)b!["if"]!["properties"]!["kind"]!["const"] == "text.split")!;
        var level = step["then"]!["properties"]!["with"]!["properties"]!["level"]!;
        Assert.Equal(2, (int)level["default"]!);
        Assert.Equal(6, (double)level["anyOf"]![0]!["maximum"]!);
        Assert.Contains("heading level", (string)level["description"]!, StringComparison.Ordinal);
    }
}
