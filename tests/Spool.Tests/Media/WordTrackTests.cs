using System.Text;
using Spool.Media.Subtitles;
using Spool.Media.Timeline;
using Xunit;

namespace Spool.Tests.Media;

public sealed class WordTrackTests
{
    private static readonly PictureSize Portrait = new(1080, 1920);

    private static WordTrack Said(params (string Text, double Start, double End)[] words) =>
        new(string.Join(' ', words.Select(w => w.Text)), [.. words.Select(w => new TimedWord(w.Text, w.Start, w.End))], []);

    private static WordLook Look(CaptionStyle style) => new(style, CaptionPlace.Bottom, "DejaVu Sans", 0.05, Colour.Parse("white", null), Colour.Parse("#ffd166", null));

    [Fact]
    public void The_file_has_sorted_keys_and_three_decimals_and_is_read_back_equal()
    {
        var track = new WordTrack("Hi – “you”", [new("Hi", 0, 0.33349) { Confidence = 0.98765 }, new("“you”", 0.5, 1)], [new("Hi – “you”", 0, 1)]) { Engine = "pocketsphinx", Language = "en" };
        var json = Encoding.UTF8.GetString(track.ToJson());
        Assert.Equal("""
            {
              "engine": "pocketsphinx",
              "language": "en",
              "segments": [
                {
                  "end": 1,
                  "start": 0,
                  "text": "Hi – “you”"
                }
              ],
              "text": "Hi – “you”",
              "timing": "measured",
              "words": [
                {
                  "confidence": 0.988,
                  "end": 0.333,
                  "start": 0,
                  "text": "Hi"
                },
                {
                  "end": 1,
                  "start": 0.5,
                  "text": "“you”"
                }
              ]
            }

            """, json);
        Assert.Equal(json, Encoding.UTF8.GetString(WordTrack.Parse(json).ToJson()));
    }

    [Theory]
    [InlineData("[]", "an object with a list 'words'")]
    [InlineData("{\"words\":{}}", "an object with a list 'words'")]
    [InlineData("{\"words\":[{\"text\":\"a\",\"start\":1}]}", "words[0] needs text, start and end")]
    [InlineData("{\"words\":[{\"text\":\"a\",\"start\":2,\"end\":1}]}", "words[0] has times out of order")]
    [InlineData("{\"words\":[{\"text\":\"a\",\"start\":2,\"end\":3},{\"text\":\"b\",\"start\":1,\"end\":3}]}", "words[1] has times out of order")]
    [InlineData("{\"words\":[{\"text\":\"a\",\"start\":-1,\"end\":3}]}", "words[0] has times out of order")]
    [InlineData("{\"words\":[{\"text\":\"a\",\"start\":1e999,\"end\":3}]}", "words[0] needs text, start and end")]
    [InlineData("{\"words\":\n[", "no JSON: line 2")]
    public void A_file_that_is_no_list_of_words_is_refused_with_its_place(string json, string why) =>
        Assert.Contains(why, Assert.Throws<SubtitleException>(() => WordTrack.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Words_are_spread_over_their_sentence_by_length_and_never_leave_it()
    {
        var track = WordTrack.Spread([new("One, three", 1, 3), new("Last.", 4, 5)], "flite");
        Assert.True(track.Estimated);
        Assert.Equal(["One,", "three", "Last."], track.Words.Select(w => w.Text));
        // Weights 4 + 1 + 2 for the comma, and 5 + 1.
        Assert.Equal(1 + (2 * 7.0 / 13), track.Words[0].End, 9);
        Assert.Equal((3.0, 4.0, 5.0), (track.Words[1].End, track.Words[2].Start, track.Words[2].End));
    }

    [Fact]
    public void A_caption_ends_with_its_sentence_at_a_pause_and_where_it_is_full()
    {
        var track = Said(("One", 0, 1), ("two.", 1, 2), ("Three", 2, 3), ("four", 4, 5)) with { Segments = [new("One two.", 0, 2), new("Three four", 2, 5)] };
        var captions = WordCaptions.Gather(track, Portrait, Look(CaptionStyle.Line));
        Assert.Equal(["One two.", "Three", "four"], captions.Select(c => string.Join(' ', c.Words.Select(w => w.Text))));
        // The first stands until the next begins, the second 0.4 s longer than its word.
        Assert.Equal([2.0, 3.4, 5.4], captions.Select(c => c.End));
        var many = WordCaptions.Gather(Said([.. Enumerable.Range(0, 40).Select(i => ("wonderful", i * 0.3, (i * 0.3) + 0.3))]), Portrait, Look(CaptionStyle.Line));
        Assert.All(many, c => Assert.InRange(c.Lines.Count, 1, 2));
        Assert.Equal(40, many.Sum(c => c.Words.Count()));
    }

    [Fact]
    public void Lines_stay_inside_the_safe_area_and_a_word_wider_than_it_gets_smaller()
    {
        var (side, top, bottom) = WordCaptions.Safe(Portrait);
        Assert.Equal((118, 230, 422), (side, top, bottom));
        var caption = Assert.Single(WordCaptions.Gather(Said(("Donaudampfschifffahrtsgesellschaftskapitän", 0, 2)), Portrait, Look(CaptionStyle.Word)));
        var width = Spool.Media.Slides.FontMetrics.Width("Donaudampfschifffahrtsgesellschaftskapitän", Spool.Media.Slides.Weight.Bold, caption.Size);
        Assert.InRange(width, 1, 1080 - (2 * side) + 0.001);
    }

    [Fact]
    public void Karaoke_marks_one_word_after_the_other_without_a_gap()
    {
        var lines = WordCaptions.Write(Said(("Hello", 0.5, 0.9), ("big", 1.2, 1.5), ("world", 1.5, 2)), Portrait, Look(CaptionStyle.Karaoke)).Split('\n').Where(l => l.StartsWith("Dialogue", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, lines.Count);
        Assert.StartsWith("Dialogue: 0,0:00:00.50,0:00:01.20,Default,,0,0,0,,{\\1c&H0066D1FF&}Hello{\\1c&H00FFFFFF&} big", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("Dialogue: 0,0:00:01.20,0:00:01.50,", lines[1], StringComparison.Ordinal);
        Assert.Contains("Hello {\\1c&H0066D1FF&}big{", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("Dialogue: 0,0:00:01.50,0:00:02.40,", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Words_cannot_give_commands_to_the_renderer()
    {
        var script = WordCaptions.Write(Said(("{\\fs200}big\\N", 0, 1), ("a\nb", 1, 2)), Portrait, Look(CaptionStyle.Line));
        Assert.Contains("\\{\\\u2060fs200\\}big\\\u2060N", script, StringComparison.Ordinal);
        Assert.Single(script.Split('\n'), l => l.StartsWith("Dialogue", StringComparison.Ordinal));
    }

    [Fact]
    public void One_word_at_a_time_stands_alone()
    {
        var captions = WordCaptions.Gather(Said(("One", 0, 0.5), ("two", 0.5, 1), ("three", 3, 4)), Portrait, Look(CaptionStyle.Word));
        Assert.Equal([(0, 0.5), (0.5, 1.4), (3, 4.4)], captions.Select(c => (c.Start, Math.Round(c.End, 6))));
    }
}
