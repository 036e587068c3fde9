using Spool.App.Cli;
using Spool.App.Help;
using Xunit;

namespace Spool.Tests.Cli;

public sealed class CompletionTests
{
    private static readonly IReadOnlyList<CompletedVerb> Verbs = CompletionScript.Verbs(CommandLine.Root(CommandLine.Verbs()));

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void A_script_knows_every_verb_and_every_option(string shell)
    {
        var script = CompletionScript.For(shell, Verbs);
        foreach (var verb in Verbs)
        {
            Assert.Contains(verb.Name, script, StringComparison.Ordinal);
            foreach (var name in verb.Options.SelectMany(o => o.Names).Where(n => n.StartsWith("--", StringComparison.Ordinal)))
                Assert.Contains(shell == "fish" ? $"-l {name[2..]}" : name, script, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Options_that_are_only_for_completion_are_not_offered() => Assert.DoesNotContain(Verbs.SelectMany(v => v.Options), o => o.Names.Contains("--steps"));

    [Fact]
    public void Steps_are_offered_behind_only_and_force() =>
        Assert.Equal(["--only", "--force"], Verbs.Single(v => v.Name == "run").Options.Where(o => o.TakesStep).Select(o => o.Names[0]));
}
