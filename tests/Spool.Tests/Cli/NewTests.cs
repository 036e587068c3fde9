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
    public static TheoryData<string> Templates => [.. ProjectTemplate.BuiltIn().Select(t => t.Name)];

    private const string Mine = """
        version: 1
        description: Greets
        alias: [welcome]
        vars:
          # Who comes.
          guests:      # in this order
            type: list
            items: string
            min-items: 2
            default:
              - Ada    # first
              - Grace
          title: { type: string, max-length: 10, description: The title }
          count: { type: integer, min: 1, default: 3 }
          key: { type: secret, env: A_KEY }
        steps:
          - id: a
            kind: files.write
            with: { text: "${{ vars.title }}" }
            out: { file: out/a.txt }
        """;

    private static int Run(params string[] arguments) =>
        CommandLine.Root([new NewVerb()]).Parse(["new", .. arguments]).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });

    private static (int Code, string Said) Ask(string answers, string template, string folder, params string[] vars)
    {
        using var composition = new Composition();
        using var said = new StringWriter();
        var wizard = new NewWizard(new StringReader(answers), said, f => GivenVariables.Content(composition, f));
        return (new NewProject(composition, wizard, json: false).Make(template, folder, GivenVariables.Read(composition, vars)), said.ToString());
    }

    private static Workflow Read(string folder, out ProblemList problems)
    {
        using var composition = new Composition();
        problems = new ProblemList();
        return new WorkflowReader(composition.Disk, composition.Catalogue, _ => "set").Read(Path.Join(folder, "spool.yaml"), WorkflowArguments.None, problems)!;
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task A_template_becomes_a_folder_whose_workflow_has_no_problem(string name)
    {
        using var parent = new TemporaryFolder();
        using var composition = new Composition();
        var folder = Path.Join(parent.Path, "project");
        Assert.Equal(Verb.Done, Run(name, folder, "--yes"));
        var problems = new ProblemList();
        await DryPlan.MakeAsync(composition, new WorkflowFile(Path.Join(folder, "spool.yaml"), folder, true), WorkflowArguments.None, problems, [], [], new HashSet<string>(), new HashSet<string>(), CancellationToken.None);
        Assert.Empty(problems.Problems);
        Assert.NotEmpty(ProjectTemplate.BuiltIn().Single(t => t.Name == name).Description);
        Assert.All(ProjectTemplate.BuiltIn().Single(t => t.Name == name).Variables(problems), v => Assert.NotNull(v.Description));
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

    [Theory]
    [InlineData("empty", "greting=x")]
    [InlineData("explainer", "theme=papr")]
    public void A_wrong_variable_or_value_makes_nothing(string template, string var)
    {
        using var parent = new TemporaryFolder();
        Assert.Equal(Verb.WrongText, Run(template, Path.Join(parent.Path, "p"), "--var", var, "--yes"));
        Assert.Empty(Directory.GetFileSystemEntries(parent.Path));
    }

    [Fact]
    public void Values_are_written_into_the_copy_and_its_comments_stay()
    {
        using var parent = new TemporaryFolder();
        parent.Write("mine/spool.yaml", Mine);
        parent.Write("mine/.spool/journal/x", "left behind");
        parent.Write("mine/assets/a.txt", "a");
        var folder = Path.Join(parent.Path, "p");
        var guests = parent.Write("guests.txt", "Mary, Queen\n\nTim\n");
        Assert.Equal(Verb.Done, Run(Path.Join(parent.Path, "mine"), folder, "--yes", "--var", "title=say \"hi\"", "--var", $"guests=@{guests}", "--var", "count=7"));
        var text = File.ReadAllText(Path.Join(folder, "spool.yaml"));
        Assert.Equal(Mine.Replace("- Ada    # first\n      - Grace", "- \"Mary, Queen\"\n      - \"Tim\"", StringComparison.Ordinal)
            .Replace("description: The title }", "description: The title, default: \"say \\\"hi\\\"\" }", StringComparison.Ordinal).Replace("default: 3", "default: 7", StringComparison.Ordinal), text);
        Assert.Equal("7", Read(folder, out var problems).ShownVars["count"]);
        Assert.Empty(problems.Problems);
        Assert.Equal(["assets/a.txt", "spool.yaml"], Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_wizard_says_why_an_answer_is_wrong_and_asks_again()
    {
        using var parent = new TemporaryFolder();
        parent.Write("mine/spool.yaml", Mine);
        var folder = Path.Join(parent.Path, "p");
        var (code, said) = Ask("Ada\nAda, Tim\n\nmuch too long a title\nRain\nmany\n0\n5\n\n", Path.Join(parent.Path, "mine"), folder);
        Assert.Equal(Verb.Done, code);
        Assert.Contains("has 1 item; it must have at least 2 items", said, StringComparison.Ordinal);
        Assert.Contains("[[Ada, Grace]]", said, StringComparison.Ordinal);
        Assert.Contains("a value is needed", said, StringComparison.Ordinal);
        Assert.Contains("is 21 characters long", said, StringComparison.Ordinal);
        Assert.Contains("must be of type integer, not 'many'", said, StringComparison.Ordinal);
        Assert.Contains("is 0; it must be at least 1", said, StringComparison.Ordinal);
        Assert.Contains("key       from the environment variable A_KEY", said, StringComparison.Ordinal);
        var shown = Read(folder, out var problems).ShownVars;
        Assert.Empty(problems.Problems);
        Assert.Equal(("[Ada, Tim]", "Rain", "5"), (shown["guests"], shown["title"], shown["count"]));
    }

    [Theory]
    [InlineData("Ada,Tim\nRain\n5\nn\n")]
    [InlineData("Ada,Tim\nRain\n5\n")]
    [InlineData("Ada,Tim\n")]
    [InlineData("")]
    public void Nothing_is_made_when_the_person_gives_up(string answers)
    {
        using var parent = new TemporaryFolder();
        parent.Write("mine/spool.yaml", Mine);
        Assert.Equal(Verb.Cancelled, Ask(answers, Path.Join(parent.Path, "mine"), Path.Join(parent.Path, "p")).Code);
        Assert.False(Directory.Exists(Path.Join(parent.Path, "p")));
    }

    [Fact]
    public void What_was_given_is_not_asked_and_an_empty_answer_takes_the_default()
    {
        using var parent = new TemporaryFolder();
        parent.Write("mine/spool.yaml", Mine);
        var (code, said) = Ask("\n\ny\n", Path.Join(parent.Path, "mine"), Path.Join(parent.Path, "p"), "title=Rain");
        Assert.Equal(Verb.Done, code);
        Assert.DoesNotContain("title:", said, StringComparison.Ordinal);
        Assert.Contains("[Ada, Grace]  (default)", said, StringComparison.Ordinal);
        Assert.Equal(Mine.Replace("description: The title }", "description: The title, default: \"Rain\" }", StringComparison.Ordinal), File.ReadAllText(Path.Join(parent.Path, "p/spool.yaml")));
    }

    [Fact]
    public void A_text_of_several_lines_stands_in_the_copy_as_one_can_edit_it()
    {
        using var parent = new TemporaryFolder();
        parent.Write("mine/spool.yaml", "version: 1\nvars:\n  facts: none   # what is told\nsteps:\n  - { id: a, kind: files.write, with: { text: \"${{ vars.facts }}\" }, out: { file: a.txt } }\n");
        var facts = parent.Write("facts.txt", "# Rain\n\nWarm air rises: \"always\".\n");
        Assert.Equal(Verb.Done, Run(Path.Join(parent.Path, "mine"), Path.Join(parent.Path, "p"), "--yes", "--var", $"facts=@{facts}"));
        Assert.StartsWith("version: 1\nvars:\n  facts: |   # what is told\n    # Rain\n\n    Warm air rises: \"always\".\nsteps:\n", File.ReadAllText(Path.Join(parent.Path, "p/spool.yaml")), StringComparison.Ordinal);
        Assert.Equal("# Rain\n\nWarm air rises: \"always\".\n", Read(Path.Join(parent.Path, "p"), out _).ShownVars["facts"]);
    }

    [Fact]
    public void A_template_whose_workflow_is_wrong_leaves_nothing_behind()
    {
        using var parent = new TemporaryFolder();
        parent.Write("mine/spool.yaml", "version: 1\nsteps:\n  - { id: a, kind: files.wirte }\n");
        Assert.Equal(Verb.WrongText, Run(Path.Join(parent.Path, "mine"), Path.Join(parent.Path, "deep/p")));
        Assert.False(Directory.Exists(Path.Join(parent.Path, "deep")));
    }
}
