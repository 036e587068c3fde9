using System.CommandLine;
using Spool.App;
using Spool.App.Cli;
using Spool.App.Help;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Cli;

public sealed class NewTests
{
    public static TheoryData<string> Templates => [.. ProjectTemplate.All().Select(t => t.Name)];

    private static int Run(params string[] arguments) =>
        CommandLine.Root([new NewVerb()]).Parse(["new", .. arguments]).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task A_template_becomes_a_folder_whose_workflow_has_no_problem(string name)
    {
        using var parent = new TemporaryFolder();
        using var composition = new Composition();
        var folder = Path.Join(parent.Path, "project");
        Assert.Equal(Verb.Done, Run(name, folder));
        var problems = new ProblemList();
        await DryPlan.MakeAsync(composition, new WorkflowFile(Path.Join(folder, "spool.yaml"), folder, true), WorkflowArguments.None, problems, [], [], new HashSet<string>(), new HashSet<string>(), CancellationToken.None);
        Assert.Empty(problems.Problems);
        Assert.NotEmpty(ProjectTemplate.All().Single(t => t.Name == name).Description);
    }

    [Fact]
    public void A_folder_that_is_not_empty_is_refused_and_stays_as_it_is()
    {
        using var folder = new TemporaryFolder();
        folder.Write("mine.txt", "keep");
        var error = Assert.Throws<UsageException>(() => Run("empty", folder.Path));
        Assert.Contains("mine.txt is in it", error.Message, StringComparison.Ordinal);
        Assert.Equal(["mine.txt"], Directory.GetFileSystemEntries(folder.Path).Select(e => Path.GetFileName(e)));
    }

    [Fact]
    public void An_unknown_variable_makes_nothing()
    {
        using var parent = new TemporaryFolder();
        var error = Assert.Throws<UsageException>(() => Run("empty", Path.Join(parent.Path, "p"), "--var", "greting=x"));
        Assert.Contains("'greeting'", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(parent.Path));
    }

    [Theory]
    [InlineData("vars:\n  a: old   # why\n", "new", "vars:\n  a: \"new\"   # why\n")]
    [InlineData("vars:\n  a: \"old\" # why\n", "say \"hi\" # no", "vars:\n  a: \"say \\\"hi\\\" # no\" # why\n")]
    [InlineData("vars:\n  a: { type: string, default: old }\n", "new", "vars:\n  a: { type: string, default: \"new\" }\n")]
    [InlineData("vars:\n  a: { default: 'it''s', type: string }\n", "x", "vars:\n  a: { default: \"x\", type: string }\n")]
    [InlineData("vars:\n  a: 3\n  b: 3\n", "5", "vars:\n  a: 5\n  b: 3\n")]
    public void A_variable_gets_its_value_and_the_rest_stays(string text, string value, string expected) =>
        Assert.Equal(expected, ProjectTemplate.With(text, [("a", value)]).Text);

    [Fact]
    public void A_list_cannot_be_set_and_says_so() => Assert.Contains("no single value", ProjectTemplate.With("vars:\n  a: [x]\n", [("a", "y")]).Why, StringComparison.Ordinal);
}
