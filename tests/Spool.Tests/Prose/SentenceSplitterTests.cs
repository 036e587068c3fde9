using Spool.Media.Prose;
using Xunit;

namespace Spool.Tests.Prose;

public sealed class SentenceSplitterTests
{
    [Theory]
    [InlineData("One. Two! Three? Four", "One.|Two!|Three?|Four")]
    [InlineData("Dr. Smith met Mr. Jones. They spoke.", "Dr. Smith met Mr. Jones.|They spoke.")]
    [InlineData("Use tools, e.g. hammers, i.e. Things. Done.", "Use tools, e.g. hammers, i.e. Things.|Done.")]
    [InlineData("It costs 3.14 euros. Version 2.0 is out.", "It costs 3.14 euros.|Version 2.0 is out.")]
    [InlineData("J. R. R. Tolkien wrote it. I. Newton did not.", "J. R. R. Tolkien wrote it.|I. Newton did not.")]
    [InlineData("Take vitamin C. It helps.", "Take vitamin C.|It helps.")]
    [InlineData("So did I. We left.", "So did I.|We left.")]
    [InlineData("He said: \"Stop!\" Then he left. (Really.) Yes.", "He said: \"Stop!\"|Then he left.|(Really.)|Yes.")]
    [InlineData("\"Why?\" he asked. “Because.” She smiled.", "\"Why?\" he asked.|“Because.”|She smiled.")]
    [InlineData("We met at 5 p.m. and left at 6 p.m. Then we ate.", "We met at 5 p.m. and left at 6 p.m.|Then we ate.")]
    [InlineData("Wait... what? No!! Really?! Yes…", "Wait... what?|No!!|Really?!|Yes…")]
    [InlineData("See fig. 3 and No. 5. The answer is no. We go.", "See fig. 3 and No. 5.|The answer is no.|We go.")]
    [InlineData("青空は青い。なぜ？光です。", "青空は青い。|なぜ？|光です。")]
    [InlineData("Visit example.com. It is at v1.2.3.", "Visit example.com.|It is at v1.2.3.")]
    [InlineData("... - !", "")]
    [InlineData("", "")]
    public void A_sentence_ends_where_a_reader_would_pause(string paragraph, string sentences) =>
        Assert.Equal(sentences.Length == 0 ? [] : sentences.Split('|'), SentenceSplitter.Split(paragraph));

    [Fact]
    public void An_endless_sentence_is_cut_at_commas_and_loses_nothing()
    {
        var words = string.Join(' ', Enumerable.Range(1, 400).Select(i => i % 20 == 0 ? $"w{i}," : $"w{i}"));
        var parts = SentenceSplitter.Split(words);
        Assert.All(parts, p => Assert.InRange(p.Length, 1, SentenceSplitter.Longest));
        Assert.All(parts.SkipLast(1), p => Assert.EndsWith(",", p, StringComparison.Ordinal));
        Assert.Equal(words, string.Join(' ', parts));
    }

    [Fact]
    public void A_word_without_end_is_cut_too() =>
        Assert.Equal(5000, SentenceSplitter.Split(new string('a', 5000)).Sum(p => p.Length));
}
