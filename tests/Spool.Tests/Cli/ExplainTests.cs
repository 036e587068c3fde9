using System.Text.RegularExpressions;
using Spool.App;
using Spool.App.Cli;
using Spool.App.Help;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Cli;

public sealed partial class ExplainTests
{
    public static TheoryData<string> Codes => [.. ProblemGuide.Entries.Select(e => e.Code)];

    [Fact]
    public void Every_code_of_the_sources_is_in_the_guide_and_every_entry_is_used()
    {
        var used = Directory.EnumerateFiles(Path.Join(Golden.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(f => Quoted().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).ToHashSet();
        var told = ProblemGuide.Entries.Select(e => e.Code).ToList();
        Assert.Empty(used.Except(told));
        Assert.Empty(told.Except(used));
        Assert.Equal(told.Distinct().Order(StringComparer.Ordinal), told);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void An_entry_has_cause_example_and_repair(string code)
    {
        var entry = ProblemGuide.Find(code)!;
        Assert.NotEmpty(entry.Title);
        Assert.NotEmpty(entry.Cause);
        Assert.NotEmpty(entry.Example);
        Assert.NotEmpty(entry.Repair[0].Text);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task The_example_has_the_problem_and_the_repaired_one_has_none(string code)
    {
        var entry = ProblemGuide.Find(code)!;
        var files = entry.Example.Where(p => p.Fence!.Contains(' ', StringComparison.Ordinal)).ToList();
        if (entry.Example[0].Fence == "yaml") Assert.Contains(code, await CheckAsync(entry.Example[0].Text, files));
        if (entry.Repair.FirstOrDefault(p => p.Fence == "yaml") is { } good) Assert.DoesNotContain(await CheckAsync(good.Text, files), c => c != "SPL0125");
    }

    [Theory]
    [InlineData("SPL0113", "SPL0113")]
    [InlineData("spl0113", "SPL0113")]
    [InlineData("0113", "SPL0113")]
    [InlineData("113", "SPL0113")]
    public void A_code_is_found_as_people_type_it(string typed, string code) => Assert.Equal(code, ProblemGuide.Find(typed)?.Code);

    [Fact]
    public void An_unknown_code_is_not_found_and_is_an_error_in_the_arguments()
    {
        Assert.Null(ProblemGuide.Find("SPL9999"));
        var root = CommandLine.Root([new ExplainVerb()]);
        var error = Assert.Throws<UsageException>(() => root.Parse(["explain", "SPL0191"]).Invoke(new() { EnableDefaultExceptionHandler = false }));
        Assert.Contains("did you mean", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_is_wrapped_for_the_terminal_and_its_example_is_not()
    {
        var lines = ProblemGuide.Lines(ProblemGuide.Find("SPL0152")!, 60).SelectMany(l => l.Split('\n')).ToList();
        Assert.StartsWith("SPL0152  ", lines[0], StringComparison.Ordinal);
        Assert.Contains("Repair:", lines);
        Assert.Contains("    shots.json:", lines);
        Assert.All(lines.Where(l => !l.StartsWith("    ", StringComparison.Ordinal)), l => Assert.InRange(l.Length, 0, 60));
    }

    /// <summary>Plans a workflow in a folder of its own; gives the codes of its problems and warnings.</summary>
    private static async Task<IReadOnlyList<string>> CheckAsync(string text, List<GuidePart> files)
    {
        using var folder = new TemporaryFolder();
        using var composition = new Composition();
        var file = folder.Write("spool.yaml", text + "\n");
        foreach (var part in files) folder.Write(part.Fence!.Split(' ')[1], part.Text);
        var words = text.StartsWith("# spool run ", StringComparison.Ordinal) ? text[12..text.IndexOf('\n', StringComparison.Ordinal)].Split(' ') : [];
        var arguments = new WorkflowArguments { Vars = Pairs("--var"), Sets = Pairs("--set"), Profile = Array.IndexOf(words, "--profile") is >= 0 and var at ? words[at + 1] : null };
        var problems = new ProblemList();
        await DryPlan.MakeAsync(composition, new WorkflowFile(file, folder.Path, true), arguments, problems, [], [], new HashSet<string>(), new HashSet<string> { "cat" }, CancellationToken.None);
        return [.. problems.Problems.Concat(problems.Warnings).Select(p => p.Code)];

        (string, string)[] Pairs(string option) => [.. words.Select((w, i) => (w, i)).Where(x => x.w == option).Select(x => words[x.i + 1].Split('=', 2)).Select(p => (p[0], p[1]))];
    }

    [GeneratedRegex("\"(SPL[0-9]{4})\"")]
    private static partial Regex Quoted();
}
