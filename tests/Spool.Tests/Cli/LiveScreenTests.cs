using Spool.App.Cli;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Cli;

public sealed class LiveScreenTests
{
    private static LiveLine[] Block(params string[] lines) => [.. lines.Select(l => new LiveLine(l, LiveTone.Good, 0, 2))];

    [Fact]
    public void A_block_is_drawn_over_the_one_before()
    {
        var terminal = new Terminal(40, 10);
        var screen = new LiveScreen(terminal, colour: true, reflows: true);
        screen.Draw([], Block("one", "two", "three"), (40, 10));
        screen.Draw([], Block("uno", "due"), (40, 10));
        Assert.Equal("uno\ndue", terminal.Text);
        Assert.True(terminal.CursorVisible);
    }

    [Fact]
    public void Lines_that_stay_go_above_the_block_in_their_order()
    {
        var terminal = new Terminal(40, 10);
        var screen = new LiveScreen(terminal, colour: false, reflows: true);
        screen.Draw(["opening"], Block("a", "b"), (40, 10));
        screen.Draw(["first", "second"], Block("a", "b"), (40, 10));
        Assert.Equal("opening\nfirst\nsecond\na\nb", terminal.Text);
        screen.Close(["last"], (40, 10));
        Assert.Equal("opening\nfirst\nsecond\nlast", terminal.Text);
    }

    [Fact]
    public void What_stands_there_already_is_not_written_again()
    {
        var terminal = new Terminal(40, 10);
        var screen = new LiveScreen(terminal, colour: false, reflows: true);
        screen.Draw([], Block("a"), (40, 10));
        screen.Draw([], Block("a"), (40, 10));
        Assert.Equal(1, terminal.Writes);
    }

    [Fact]
    public void A_terminal_made_narrower_and_wider_a_hundred_times_keeps_no_old_lines()
    {
        var terminal = new Terminal(80, 24);
        var screen = new LiveScreen(terminal, colour: false, reflows: true);
        for (var i = 0; i < 100; i++)
        {
            terminal.Resize(20 + (i * 37 % 60), 24);
            var wide = new string('x', terminal.Columns - 1);
            screen.Draw(i == 50 ? ["stays"] : [], Block(wide, "middle", wide), (terminal.Columns, terminal.Rows));
        }
        screen.Close([], (terminal.Columns, terminal.Rows));
        Assert.Equal("stays", terminal.Text);
    }

    [Fact]
    public void Without_colour_no_colour_is_sent()
    {
        var plain = new MemoryStream();
        new LiveScreen(plain, colour: false, reflows: true).Draw([], Block("done"), (40, 10));
        Assert.DoesNotContain("m", System.Text.Encoding.UTF8.GetString(plain.ToArray()), StringComparison.Ordinal);
        Assert.False(LiveReporter.UsesColour(n => n == "NO_COLOR" ? "1" : null));
        Assert.True(LiveReporter.UsesColour(_ => null));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\u001b[31mred\u001b[0m", "red")]
    [InlineData("a\tb\rc\u0007", "a bc")]
    [InlineData("\u001b]0;title", "]0;title")]
    public void What_a_tool_prints_cannot_steer_the_terminal(string text, string shown) => Assert.Equal(shown, TerminalText.Plain(text));

    [Theory]
    [InlineData("narration", 20, "narration")]
    [InlineData("a-very-long-name", 8, "a-v…name")]
    [InlineData("空は青い", 5, "空…い")]
    [InlineData("abc", 1, "…")]
    public void A_long_name_loses_its_middle(string text, int columns, string shown)
    {
        Assert.Equal(shown, TerminalText.Fit(text, columns));
        Assert.True(TerminalText.Columns(shown) <= columns);
    }
}
