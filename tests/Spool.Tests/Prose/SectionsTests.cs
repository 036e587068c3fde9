using Spool.Media.Prose;
using Xunit;

namespace Spool.Tests.Prose;

public sealed class SectionsTests
{
    private static string[] Stems(string text, int level = 2, IntroText intro = IntroText.Auto) => [.. Sections.Split(text, level, intro).Select(s => s.Stem)];

    [Theory]
    [InlineData("Why the sky is blue", "why-the-sky-is-blue")]
    [InlineData("Café & Crème brûlée!", "cafe-creme-brulee")]
    [InlineData("Größe, Ærø, Łódź, Đà Nẵng", "grosse-aero-lodz-da-nang")]
    [InlineData("Cafe\u0301", "cafe")]
    [InlineData("Don't panic", "dont-panic")]
    [InlineData("  2.0: what's new?  ", "2-0-whats-new")]
    [InlineData("日本語 の 章", "日本語-の-章")]
    [InlineData("Привет, Мир", "привет-мир")]
    [InlineData("../../etc/passwd", "etc-passwd")]
    [InlineData("🚀🚀", "")]
    [InlineData("---", "")]
    public void A_heading_becomes_a_stem_of_small_letters_and_dashes(string title, string stem) => Assert.Equal(stem, Sections.Stem(title));

    [Fact]
    public void A_long_heading_gives_a_stem_of_at_most_sixty_bytes()
    {
        var stem = Sections.Stem(string.Concat(Enumerable.Repeat("extraordinary ", 20)));
        Assert.InRange(stem.Length, 40, 60);
        Assert.False(stem.EndsWith('-'));
    }

    [Fact]
    public void Equal_headings_are_counted_and_empty_ones_are_called_section() =>
        Assert.Equal(["a", "a-2", "a-2-2", "section-1", "section-2"], Stems("## A\n## A!\n## A 2\n##\n## 🚀\n"));

    [Fact]
    public void Inserting_a_section_renames_no_other()
    {
        var before = Sections.Split("## One\n1\n\n## Two\n2\n", 2, IntroText.Auto);
        var after = Sections.Split("## One\n1\n\n## New\nn\n\n## Two\n2\n", 2, IntroText.Auto);
        Assert.Equal(before, after.Where(s => s.Stem != "new"));
    }

    [Fact]
    public void A_section_holds_its_heading_and_body_and_ends_with_one_line_end() =>
        Assert.Equal(new Section("one", "One", "## One\n\nBody.\n\n### Deeper\n\nMore.\n"), Sections.Split("## One\n\nBody.\n\n### Deeper\n\nMore.\n\n\n\n## Two\n", 2, IntroText.Auto)[0]);

    [Fact]
    public void Line_ends_and_byte_order_marks_make_no_difference() =>
        Assert.Equal(Sections.Split("# T\n\n## One\n\nBody.\n## Two\nx\n", 2, IntroText.Keep), Sections.Split("\uFEFF# T\r\n\r\n## One\r\n\r\nBody.\r\n## Two\r\nx\r\n", 2, IntroText.Keep));

    [Fact]
    public void Headings_inside_code_comments_and_front_matter_begin_nothing() =>
        Assert.Equal(["one", "two"], Stems("---\n## meta: x\n---\n## One\n```\n## not\n```\n~~~~md\n## not\n~~~\n## not\n~~~~\n<!--\n## not\n-->\n\n    ## not\n\n## Two\n"));

    [Fact]
    public void An_open_code_block_swallows_the_rest() => Assert.Equal(["one"], Stems("## One\n```\n## Two\n"));

    [Fact]
    public void Underlined_headings_count() => Assert.Equal(["one", "two"], Stems("One\n---\ntext\n\nTwo\n---\n"));

    [Fact]
    public void A_rule_is_no_heading() => Assert.Equal(["one"], Stems("## One\n\n- item\n---\n\n---\n"));

    [Theory]
    [InlineData("# Title\n\n## A\n", IntroText.Auto, new[] { "a" })]
    [InlineData("# Title\n\nHello.\n\n## A\n", IntroText.Auto, new[] { "intro", "a" })]
    [InlineData("Hello.\n\n## Intro\n", IntroText.Auto, new[] { "intro", "intro-2" })]
    [InlineData("# Title\n\n## A\n", IntroText.Keep, new[] { "intro", "a" })]
    [InlineData("# Title\n\nHello.\n\n## A\n", IntroText.Drop, new[] { "a" })]
    [InlineData("Only text.\n", IntroText.Keep, new[] { "intro" })]
    public void Text_before_the_first_section_is_kept_as_intro_when_asked_or_when_it_says_something(string text, IntroText intro, string[] stems) =>
        Assert.Equal(stems, Stems(text, 2, intro));

    [Fact]
    public void The_intro_is_called_by_the_title() => Assert.Equal("My film", Sections.Split("# My *film*\n\nHello.\n## A\n", 2, IntroText.Auto)[0].Title);

    [Fact]
    public void A_higher_heading_ends_a_section_and_no_text_is_lost()
    {
        var sections = Sections.Split("# Part 1\n## A\na\n# Part 2\nbetween\n## B\nb\n# Part 3\n## C\n", 2, IntroText.Auto);
        Assert.Equal(["a", "part-2", "b", "c"], sections.Select(s => s.Stem));
        Assert.Equal("# Part 2\nbetween\n", sections[1].Text);
        Assert.Equal("## A\na\n", sections[0].Text);
    }
}
