using Spool.Media.Subtitles;
using Spool.Media.Timeline;
using Xunit;

namespace Spool.Tests.Media;

public sealed class SubtitleTests
{
    private static readonly CaptionRules Rules = new(42, 2);

    private static readonly Cue[] Cues =
    [
        new(0, 1500, "Hello"), new(1500, 3_723_004, "Two lines\nof text & <more>"), new(360_000_000, 360_000_001, "“Ünïcödé” — 🎬 {x} \\N"),
    ];

    [Fact]
    public void What_is_written_is_read_back()
    {
        Assert.Equal(Cues, Srt.Parse(Srt.Write(Cues)));
        Assert.Equal(Cues, Vtt.Parse(Vtt.Write(Cues)));
    }

    [Fact]
    public void Files_as_found_in_the_wild_are_read()
    {
        var srt = "\uFEFF1\r\n00:00:01,000 --> 00:00:02,500 X1:40\r\n<i>Hello</i> <font color=\"red\">you</font>\r\n\r\n\r\n00:00:03.5 --> 00:00:04\r\nbad\r\n";
        Assert.Throws<SubtitleException>(() => Srt.Parse(srt));
        Assert.Equal([new Cue(1000, 2500, "Hello you"), new Cue(3500, 4000, "{\\not a mark")],
            Srt.Parse(srt.Replace("00:00:04\r\nbad", "00:00:04,000\r\n{\\an8}{\\not a mark", StringComparison.Ordinal)));
        var vtt = "WEBVTT - title\nKind: captions\n\nNOTE a\nnote\n\nSTYLE\n::cue { }\n\nname\n00:01.000 --> 00:02.000 align:start\n<v Anna>Hello <b>you</b> &amp; me &lt;3\n\n100:00:00.000 --> 100:00:01.000\nlate\n";
        Assert.Equal([new Cue(1000, 2000, "Hello you & me <3"), new Cue(360_000_000, 360_001_000, "late")], Vtt.Parse(vtt));
    }

    [Theory]
    [InlineData("1\n00:00:02,000 --> 00:00:01,000\nx\n", "line 2")]
    [InlineData("words\n", "line 2")]
    [InlineData("1\n\n2\n", "line 2")]
    public void A_broken_file_is_told_with_its_line(string text, string line) =>
        Assert.Contains(line, Assert.Throws<SubtitleException>(() => Srt.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Text_cannot_break_out_of_its_caption()
    {
        var hostile = new Cue(0, 1000, "a\n\n2\n00:00:05,000 --> 00:00:06,000\nb\u0007");
        Assert.Single(Vtt.Parse(Vtt.Write([hostile])));
        Assert.DoesNotContain("\n\n2", Srt.Write([hostile]), StringComparison.Ordinal);
        Assert.Contains(",,a\\N2\\N00:00:05,000", Ass.Write([hostile], new PictureSize(640, 360), new CaptionLook("Font", 0.05, Colour.Black)), StringComparison.Ordinal);
        Assert.Contains("\\{\\\u2060an8\\}", Ass.Write([new Cue(0, 1, "{\\an8}")], new PictureSize(640, 360), new CaptionLook("F,x", 0.05, Colour.Black)), StringComparison.Ordinal);
        Assert.Equal("1\n00:00:00,000 --> 00:00:00,001\n<\u2060b>{\u2060\\\u2060an8} 1 < 2 {two}\n\n", Srt.WriteLiteral([new Cue(0, 1, "<b>{\\an8} 1 < 2 {two}")]));
    }

    [Fact]
    public void Sentences_share_the_time_by_their_length_and_fill_it_exactly()
    {
        var cues = Captions.Spread("One short. And here is a sentence that is a good deal longer than the first!", 10, 16, Rules);
        Assert.Equal((10_000L, 16_000L), (cues[0].Start, cues[^1].End));
        Assert.All(cues.Zip(cues.Skip(1)), p => Assert.Equal(p.First.End, p.Second.Start));
        Assert.Equal("One short.", cues[0].Text);
        Assert.True(cues[1].End - cues[1].Start > 2 * (cues[0].End - cues[0].Start));
    }

    [Fact]
    public void No_caption_is_longer_than_its_lines_and_no_word_is_lost()
    {
        const string Text = "The quick brown fox, which had been waiting in the rain for quite a long time, jumped over the lazy dog; "
            + "nobody had expected that it would, least of all the dog, who went on sleeping as if nothing at all had happened to him.";
        var cues = Captions.Spread(Text, 0, 20, Rules);
        Assert.All(cues, c => Assert.InRange(c.Text.Split('\n').Length, 1, 2));
        Assert.All(cues, c => Assert.All(c.Text.Split('\n'), l => Assert.InRange(l.Length, 1, 60)));
        Assert.Equal(Text, string.Join(' ', cues.Select(c => c.Text.Replace('\n', ' '))));
    }

    [Theory]
    [InlineData("# Title\n\nSome **bold** and `code` and [a link](http://x.y) text.\n\n- a point\n- another\n\n---\n<!-- hidden -->\nEnd.", "Some bold and code and a link text. a point another End.")]
    [InlineData("a_b_c and 2*3*4 stay", "a_b_c and 2*3*4 stay")]
    [InlineData("```\ncode\n```\nwords", "words")]
    [InlineData("", "")]
    public void What_is_read_aloud_of_a_text_has_no_marks(string text, string plain) => Assert.Equal(plain, Captions.Plain(text));

    [Fact]
    public void Strange_texts_give_captions_too()
    {
        Assert.Empty(Captions.Spread("", 0, 5, Rules));
        Assert.Empty(Captions.Spread("words", 5, 5, Rules));
        var word = Captions.Spread(new string('a', 300), 0, 5, Rules);
        Assert.Equal(300, word.Sum(c => c.Text.Length));
        var emoji = Captions.Spread(string.Concat(Enumerable.Repeat("🎬", 200)), 0, 5, Rules);
        Assert.All(emoji, c => Assert.False(char.IsLowSurrogate(c.Text[0])));
    }
}
