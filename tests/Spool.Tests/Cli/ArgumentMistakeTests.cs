using Spool.App.Cli;
using Xunit;

namespace Spool.Tests.Cli;

public sealed class ArgumentMistakeTests
{
    [Theory]
    [InlineData("submit x --priority abc", "--priority: 'abc' is no whole number")]
    [InlineData("submit x --priority 1.5", "--priority: '1.5' is no whole number")]
    [InlineData("submit x --priority 99999999999", "--priority: '99999999999' is too large")]
    [InlineData("submit x --budget much", "--budget: 'much' is no number")]
    [InlineData("list --last it's", "--last: 'it's' is no whole number")]
    [InlineData("gateway begin", "'begin' is none of start, stop, restart, status, install, uninstall")]
    public void What_cannot_be_an_argument_is_told_in_plain_words(string line, string said) =>
        Assert.Equal(said, ArgumentMistake.Plain(Assert.Single(CommandLine.Root(CommandLine.Verbs()).Parse(line.Split(' ')).Errors).Message));

    [Fact]
    public void No_option_of_any_verb_speaks_of_types()
    {
        foreach (var verb in CommandLine.Verbs())
        {
            var command = CommandLine.Root([verb]).Subcommands.Single();
            foreach (var option in command.Options.Where(o => o.ValueType != typeof(bool)))
                foreach (var error in CommandLine.Root([verb]).Parse([verb.Name, option.Name, "no such"]).Errors)
                    Assert.DoesNotContain("System.", ArgumentMistake.Plain(error.Message), StringComparison.Ordinal);
        }
    }
}
