using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Definition;

public sealed class VariableTests
{
    private const string Steps = "\nsteps:\n  - { id: a, kind: files.write, with: { text: x }, out: { file: out/a.txt } }\n";

    private static (Workflow? Workflow, IReadOnlyList<Problem> Problems) Read(string declaration, params (string, string)[] given) => ReadWith(declaration, [], given);

    private static (Workflow? Workflow, IReadOnlyList<Problem> Problems) ReadWith(string declaration, string[] fromFiles, params (string, string)[] given)
    {
        var rig = new EngineRig();
        rig.Write("logo.png", "x");
        rig.Write("spool.yaml", "version: 1\nvars:\n  " + declaration + Steps);
        var problems = new ProblemList();
        var catalogue = Catalogue.Of(typeof(Spool.Steps.Tools).Assembly, Spool.Steps.Tools.All);
        return (new WorkflowReader(rig.Disk, catalogue, _ => null).Read($"{EngineRig.Home}/spool.yaml", new WorkflowArguments { Vars = given, FromFiles = fromFiles }, problems), problems.Problems);
    }

    [Theory]
    [InlineData("v: { type: integer, min: 1, max: 10 }", "1")]
    [InlineData("v: { type: integer, min: 1, max: 10 }", "10")]
    [InlineData("v: { type: number, min: 0.5 }", "0.5")]
    [InlineData("v: { type: boolean }", "true")]
    [InlineData("v: { type: string, max-length: 3 }", "abc")]
    [InlineData("v: { type: string, min-length: 1 }", "a")]
    [InlineData("v: { type: choice, choices: [a, b] }", "b")]
    [InlineData("v: { type: list, items: integer, max-items: 3 }", "1,2, 3")]
    [InlineData("v: { type: list, min-items: 1 }", "a")]
    [InlineData("v: { type: list, choices: [a, b] }", "b,a")]
    [InlineData("v: { type: file, extensions: [.jpg, .png] }", "not/there/yet.PNG")]
    [InlineData("v: { type: file, extensions: [.png], required: true }", "logo.png")]
    [InlineData("v: { type: file, extensions: [.png] }", "")]
    public void A_value_that_the_declaration_allows_is_taken(string declaration, string value) => Assert.Empty(Read(declaration, ("v", value)).Problems);

    [Theory]
    [InlineData("v: { type: integer }", "1.5", "SPL0128", "must be of type integer, not '1.5'")]
    [InlineData("v: { type: integer, min: 1 }", "0", "SPL0138", "is 0; it must be at least 1")]
    [InlineData("v: { type: number, max: 2.5 }", "2.6", "SPL0138", "is 2.6; it must be at most 2.5")]
    [InlineData("v: { type: number }", "NaN", "SPL0128", "type number")]
    [InlineData("v: { type: boolean }", "yes", "SPL0128", "type boolean")]
    [InlineData("v: { type: string, max-length: 3 }", "abcd", "SPL0138", "is 4 characters long; it must be at most 3 characters")]
    [InlineData("v: { type: choice, choices: [paper, ocean] }", "papr", "SPL0128", "cannot be 'papr'")]
    [InlineData("v: { type: list, min-items: 2 }", "a", "SPL0138", "has 1 item; it must have at least 2 items")]
    [InlineData("v: { type: list, max-items: 1 }", "a,b", "SPL0138", "has 2 items; it must have at most 1 items")]
    [InlineData("v: { type: list, items: number }", "1,two", "SPL0128", "items of v must be of type number, not 'two'")]
    [InlineData("v: { type: list, choices: [a, b] }", "a,c", "SPL0128", "cannot be 'c'")]
    [InlineData("v: { type: file, extensions: [.jpg, .png] }", "logo.gif", "SPL0138", "cannot be 'logo.gif'")]
    [InlineData("v: { type: file }", "../logo.png", "SPL0138", "inside the workspace")]
    [InlineData("v: { type: file }", "/etc/passwd", "SPL0138", "inside the workspace")]
    [InlineData("v: { type: file, required: true }", "nothing.png", "SPL0139", "nothing.png")]
    [InlineData("v: { type: file, required: true }", "", "SPL0138", "names no file")]
    public void Another_value_is_a_problem_that_says_why(string declaration, string value, string code, string message)
    {
        var problem = Assert.Single(Read(declaration, ("v", value)).Problems);
        Assert.Equal(code, problem.Code);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal("--var v", problem.At.File);
    }

    [Theory]
    [InlineData("v: { type: string, max: 3, default: a }", 22)]
    [InlineData("v: { type: integer, min: 5, max: 3, default: 4 }", 28)]
    [InlineData("v: { type: choice, default: a }", 6)]
    [InlineData("v: { type: list, items: text, default: [] }", 27)]
    [InlineData("v: { type: list, min-items: -1, default: [] }", 31)]
    [InlineData("v: { type: file, extensions: [png], default: a.png }", 33)]
    [InlineData("v: { type: boolean, env: X, default: true }", 23)]
    public void A_declaration_that_makes_no_sense_is_a_problem_at_its_place(string declaration, int column)
    {
        var problem = Read(declaration).Problems.First(p => p.Code == "SPL0137");
        Assert.Equal((3, column), (problem.At.Line, problem.At.Column));
    }

    [Fact]
    public void A_default_is_held_to_the_bounds_at_its_place()
    {
        var problem = Assert.Single(Read("v: { type: integer, max: 3, default: 4 }").Problems);
        Assert.Equal(("SPL0138", 3, 40), (problem.Code, problem.At.Line, problem.At.Column));
    }

    [Fact]
    public void The_nearest_choice_is_named_before_all() =>
        Assert.Equal("did you mean 'paper'? choices: paper, ocean", Assert.Single(Read("v: { type: choice, choices: [paper, ocean] }", ("v", "papr")).Problems).Hint);

    [Theory]
    [InlineData("a,b, c", false, "[a, b, c]")]
    [InlineData("[\"a, b\", c]", false, "[\"a, b\", c]")]
    [InlineData("", false, "[]")]
    [InlineData("a, b\n\n  c\r\n", true, "[\"a, b\", c]")]
    [InlineData("[half", false, "[\"[half\"]")]
    public void A_list_comes_from_a_line_or_from_the_lines_of_a_file(string text, bool file, string shown) =>
        Assert.Equal(shown, ReadWith("v: { type: list }", file ? ["v"] : [], ("v", text)).Workflow!.ShownVars["v"]);

    [Theory]
    [InlineData("one line\n", "one line")]
    [InlineData("two\nlines\n", "two\nlines\n")]
    [InlineData("none", "none")]
    public void The_line_end_of_a_file_with_one_line_is_no_part_of_its_text(string content, string value) =>
        Assert.Equal(value, ReadWith("v: { type: string }", ["v"], ("v", content)).Workflow!.ShownVars["v"]);

    [Fact]
    public void What_a_record_shows_of_a_list_reads_back_as_the_same_list()
    {
        var random = new Random(7);
        const string Signs = "ab1 ,:#[]{}\"'\\\n\t&*!|>%@`~-?.é漢 ";
        for (var round = 0; round < 2000; round++)
        {
            var items = Enumerable.Range(0, random.Next(1, 4)).Select(_ => new string([.. Enumerable.Range(0, random.Next(8)).Select(_ => Signs[random.Next(Signs.Length)])])).ToList();
            var variable = new Variable { Name = "v", At = default, Type = VariableType.List };
            var shown = FlowText.Of(new YamlList(default, [.. items.Select(i => new YamlScalar(default, i, true))]));
            Assert.Equal(items, ((YamlList)variable.Parse(shown, fromFile: false)).Items.Select(i => ((YamlScalar)i).Text));
        }
    }
}
