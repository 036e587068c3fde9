using Spool.Media.Slides;
using Xunit;

namespace Spool.Tests.Slides;

public sealed class TextWrapTests
{
    private static IReadOnlyList<string> Wrap(string text, double width, double size = 20) => TextWrap.Wrap(text, Weight.Regular, size, width);

    [Fact]
    public void Widths_are_those_of_the_font()
    {
        // Advances of DejaVu Sans 2.37: A 1401, m 1995, space 651 of 2048 units.
        Assert.Equal((1401 + 651 + 1995) / 2048.0 * 100, FontMetrics.Width("A m", Weight.Regular, 100), 6);
        Assert.True(FontMetrics.Width("Bold", Weight.Bold, 100) > FontMetrics.Width("Bold", Weight.Regular, 100));
        Assert.Equal(200, FontMetrics.Width("日本", Weight.Regular, 100), 6);
        Assert.Equal(FontMetrics.Width("e", Weight.Regular, 10), FontMetrics.Width("e\u0301", Weight.Regular, 10), 6);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(150)]
    [InlineData(400)]
    public void No_line_is_wider_than_asked_and_no_word_is_lost(double width)
    {
        const string Text = "The quick brown fox jumps over the lazy dog and on to the well-known next/page";
        var lines = Wrap(Text, width);
        Assert.All(lines, l => Assert.True(FontMetrics.Width(l, Weight.Regular, 20) <= width, l));
        Assert.Equal(Text.Replace(" ", "", StringComparison.Ordinal), string.Concat(lines).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_word_wider_than_a_line_is_broken()
    {
        var lines = Wrap("a " + new string('W', 50), 200);
        Assert.True(lines.Count > 3);
        Assert.Equal("a", lines[0]);
        Assert.Equal(50, lines.Skip(1).Sum(l => l.Length));
    }

    [Fact]
    public void East_Asian_text_breaks_between_characters_but_not_before_a_full_stop() =>
        Assert.Equal(["日本語の", "文です。"], Wrap("日本語の文です。", 90));

    [Fact]
    public void A_full_stop_that_does_not_fit_takes_a_character_along() => Assert.Equal(["日本", "語。"], Wrap("日本語。", 65));

    [Fact]
    public void An_absurd_width_comes_to_an_end() => Assert.Equal(["a", "b", "😀"], Wrap("ab😀", 1));

    [Fact]
    public void Balanced_lines_are_as_few_and_more_even()
    {
        const string Text = "An answer that took two hundred years to find out";
        var better = 0;
        for (var width = 400; width < 1200; width += 40)
        {
            var greedy = TextWrap.Wrap(Text, Weight.Bold, 40, width);
            var even = TextWrap.Balance(Text, Weight.Bold, 40, width);
            Assert.Equal(greedy.Count, even.Count);
            Assert.True(Spread(even) <= Spread(greedy));
            if (Spread(even) < Spread(greedy)) better++;
        }
        Assert.InRange(better, 5, 20);

        static double Spread(IReadOnlyList<string> lines) => lines.Max(l => FontMetrics.Width(l, Weight.Bold, 40)) - lines.Min(l => FontMetrics.Width(l, Weight.Bold, 40));
    }
}
