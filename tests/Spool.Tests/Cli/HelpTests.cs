using System.CommandLine;
using Spool.App.Cli;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Cli;

public sealed class HelpTests
{
    public static TheoryData<string> Names => [.. CommandLine.Verbs().Select(v => v.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_help_of_a_verb_is_as_held(string name)
    {
        var text = Help([name, "--help"]);
        Golden.Hold($"tests/Spool.Tests/Golden/help/{name}.txt", text);
        Assert.Contains("Examples:", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_help_of_the_program_is_as_held() => Golden.Hold("tests/Spool.Tests/Golden/help/spool.txt", Help(["--help"]));

    [Fact]
    public void Every_held_help_has_its_verb()
    {
        var held = Directory.GetFiles(Path.Join(Golden.Root, "tests/Spool.Tests/Golden/help"), "*.txt").Select(f => Path.GetFileNameWithoutExtension(f)).Where(f => f != "spool");
        Assert.Empty(held.Except(CommandLine.Verbs().Select(v => v.Name)));
    }

    private static string Help(string[] arguments)
    {
        var root = CommandLine.Root(CommandLine.Verbs());
        using var output = new StringWriter { NewLine = "\n" };
        root.Parse(arguments).Invoke(new InvocationConfiguration { Output = output });
        return output.ToString();
    }
}
