using System.Diagnostics;
using Spool.Media.Prose;
using Xunit;

namespace Spool.Tests.Prose;

public sealed class InlineTextTests
{
    [Theory]
    [InlineData("*one* **two** ***three*** _four_ __five__ ~~six~~", "one two three four five six")]
    [InlineData("2 * 3 = 6, 2*3, snake_case_name, a ~ b", "2 * 3 = 6, 2*3, snake_case_name, a ~ b")]
    [InlineData("see [the **docs**](https://x.y/z_(a)) now", "see the docs now")]
    [InlineData("see [docs][1] and [plain] and note[^1]", "see docs and [plain] and note")]
    [InlineData("an ![alt text](a.png) image", "an image")]
    [InlineData("`a*b*c` and ``x ` y``", "a*b*c and x ` y")]
    [InlineData("a &amp; b &lt;c&gt; &copy; &nosuch; R&D", "a & b <c> © &nosuch; R&D")]
    [InlineData("a < b and List<string> and <b>bold</b><br/>new <span class=\"x\">y</span>", "a < b and List<string> and bold new y")]
    [InlineData("\\*not\\* \\# \\[x\\]", "*not* # [x]")]
    [InlineData("one\ntwo  \nthree\\\nfour", "one two three four")]
    [InlineData("a\u0000b\u0007c\u200Bd\u202Ee\uD800", "abcde")]
    public void Marks_go_and_text_stays(string markdown, string plain) => Assert.Equal(plain, InlineText.Plain(markdown));

    [Theory]
    [InlineData("Go to https://example.com/a_b?c=d. Then www.x.org!", "Go to link. Then link!")]
    [InlineData("<https://example.com> and [a text](https://example.com)", "link and a text")]
    [InlineData("http is a protocol, and so on", "http is a protocol, and so on")]
    public void Addresses_can_be_spoken_as_a_word(string markdown, string plain) => Assert.Equal(plain, InlineText.Plain(markdown, Addresses.Word));

    [Theory]
    [InlineData('[')]
    [InlineData('`')]
    [InlineData('<')]
    [InlineData('*')]
    [InlineData('!')]
    public void Hostile_runs_of_marks_take_no_time(char mark)
    {
        var clock = Stopwatch.StartNew();
        InlineText.Plain(new string(mark, 200_000));
        InlineText.Plain(string.Concat(Enumerable.Repeat($"a{mark}", 100_000)));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), clock.Elapsed.ToString());
    }
}
