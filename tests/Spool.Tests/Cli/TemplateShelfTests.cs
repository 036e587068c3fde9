using Spool.App;
using Spool.App.Help;
using Spool.Engine;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Cli;

public sealed class TemplateShelfTests
{
    private static Composition At(Dictionary<string, string> environment) => new() { Environment = environment.GetValueOrDefault };

    private static IEnumerable<string> BuiltIn => ProjectTemplate.BuiltIn().Select(t => t.Name);

    [Fact]
    public void Own_templates_come_first_then_those_of_the_settings_then_the_program()
    {
        using var folder = new TemporaryFolder();
        folder.Write("state/templates/empty/spool.yaml", "version: 1\ndescription: mine\n");
        folder.Write("state/templates/no-template/readme.md", "x");
        folder.Write("state/settings.yaml", "templates: [../shared]\n");
        folder.Write("shared/empty/spool.yaml", "version: 1\ndescription: of all\n");
        folder.Write("shared/short/spool.yaml", "version: 1\ndescription: a short\nalias: [5mlc-shorts]\n");
        using var composition = At(new() { ["SPOOL_STATE"] = Path.Join(folder.Path, "state") });
        var problems = new ProblemList();
        var all = TemplateShelf.All(composition, problems);
        Assert.Empty(problems.Problems);
        Assert.Equal(BuiltIn.Append("short").Order(StringComparer.Ordinal), all.Select(t => t.Name));
        Assert.Equal(["mine", "a short"], all.Where(t => t.From is not null).Select(t => t.Description));
        Assert.Equal("short", TemplateShelf.Find(composition, all, "5mlc-shorts", problems)?.Name);
        Assert.Null(TemplateShelf.Find(composition, all, "no-template", problems));
    }

    [Fact]
    public void The_environment_replaces_the_folder_of_the_state_root_and_a_missing_folder_is_told()
    {
        using var folder = new TemporaryFolder();
        folder.Write("state/templates/mine/spool.yaml", "version: 1\n");
        folder.Write("other/theirs/spool.yaml", "version: 1\n");
        using var composition = At(new() { ["SPOOL_STATE"] = Path.Join(folder.Path, "state"), ["SPOOL_TEMPLATES"] = Path.Join(folder.Path, "other") + ":" + Path.Join(folder.Path, "gone") });
        var problems = new ProblemList();
        Assert.Equal(BuiltIn.Append("theirs").Order(StringComparer.Ordinal), TemplateShelf.All(composition, problems).Select(t => t.Name));
        Assert.Equal("SPL0171", Assert.Single(problems.Problems).Code);
    }

    [Fact]
    public void Links_are_no_part_of_a_template()
    {
        using var folder = new TemporaryFolder();
        folder.Write("t/mine/spool.yaml", "version: 1\n");
        File.CreateSymbolicLink(Path.Join(folder.Path, "t/mine/passwd"), "/etc/passwd");
        Directory.CreateSymbolicLink(Path.Join(folder.Path, "t/mine/loop"), Path.Join(folder.Path, "t"));
        using var composition = At(new() { ["SPOOL_TEMPLATES"] = Path.Join(folder.Path, "t") });
        Assert.Equal(["spool.yaml"], TemplateShelf.All(composition, new ProblemList()).Single(t => t.Name == "mine").Files);
    }

    [Fact]
    public void A_template_that_is_too_large_is_left_out_and_told()
    {
        using var folder = new TemporaryFolder();
        folder.Write("t/mine/spool.yaml", "version: 1\n");
        for (var i = 0; i < TemplateShelf.MostFiles; i++) folder.Write($"t/mine/{i}", "");
        using var composition = At(new() { ["SPOOL_TEMPLATES"] = Path.Join(folder.Path, "t") });
        var problems = new ProblemList();
        Assert.Equal(BuiltIn, TemplateShelf.All(composition, problems).Select(t => t.Name));
        Assert.Contains("too large", Assert.Single(problems.Problems).Message, StringComparison.Ordinal);
    }
}
