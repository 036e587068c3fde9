using Spool.Media.Prose;
using Xunit;

namespace Spool.Tests.Prose;

public sealed class NarrationTests
{
    private const string Script = """
        ## Why *blue*?

        - First point
        - Second point. With two sentences.

        Light meets air. It scatters, see [here](https://x.y).

        ```
        code is silent
        ```

        | a | table |
        |---|-------|

        <!-- a note
        to myself -->
        > A quotation.

        1. Counted
        """;

    private static string Read(bool headings, bool bullets) => string.Join(" / ", Narration.Read(Script, headings, bullets).Select(p => string.Join("|", p.Sentences)));

    [Fact]
    public void Headings_lists_and_paragraphs_are_read_and_nothing_else() =>
        Assert.Equal("Why blue? / First point|Second point.|With two sentences. / Light meets air.|It scatters, see here. / A quotation. / Counted", Read(true, true));

    [Fact]
    public void Headings_and_lists_can_be_left_to_the_slide() =>
        Assert.Equal("Light meets air.|It scatters, see here. / A quotation.", Read(false, false));

    [Theory]
    [InlineData("")]
    [InlineData("\n\n  \n")]
    [InlineData("```\nonly code\n")]
    [InlineData("![picture](a.png)\n\n***\n")]
    public void A_text_with_nothing_to_say_gives_nothing(string text) => Assert.Empty(Narration.Read(text, true, true));

    [Theory]
    [InlineData("In\n1986. What a year.\n", "In 1986.|What a year.")]
    [InlineData("> quoted\n> on\n", "quoted on")]
    [InlineData("- [x] done\n- [ ] open\n", "done|open")]
    [InlineData("- a\n\n  more of a\n- b\n", "a / more of a / b")]
    [InlineData("[ref]: https://x.y\ntext\n", "text")]
    public void Marks_of_blocks_are_not_read(string text, string spoken) =>
        Assert.Equal(spoken, string.Join(" / ", Narration.Read(text, true, true).Select(p => string.Join("|", p.Sentences))));

    [Theory]
    [InlineData("It’s 20 °C – “warm” … café ½ [[h@]] <b>", "It's 20 degrees C, \"warm\" ... cafe one half h@ b.", 0)]
    [InlineData("1990–1995 × 2", "1990 to 1995 times 2.", 0)]
    [InlineData("空 sky", "sky.", 1)]
    [InlineData("空", "", 1)]
    [InlineData("$(touch x) `id` \"; rm -rf /", "$(touch x) id \"; rm -rf /", 0)]
    public void Text_for_an_English_engine_is_plain_ascii_and_losses_are_counted(string sentence, string spoken, int dropped) =>
        Assert.Equal(new Speakable(spoken, dropped), SpokenText.ForAscii(sentence));

    [Fact]
    public void Text_for_other_engines_keeps_its_letters() =>
        Assert.Equal(new Speakable("Größe: 20 °C, \"空\".", 0), SpokenText.ForUnicode("Größe: 20 °C — “空”."));

    [Fact]
    public void Words_are_counted_as_people_do() => Assert.Equal(4, Narration.Words("Well — it's 42, really."));
}
