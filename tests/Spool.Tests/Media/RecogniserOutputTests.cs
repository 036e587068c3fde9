using Spool.Media.Subtitles;
using Xunit;

namespace Spool.Tests.Media;

public sealed class RecogniserOutputTests
{
    [Fact]
    public void Pocketsphinx_words_lose_their_marks_and_the_time_of_the_warm_up()
    {
        var track = PocketsphinxOutput.Parse("""
            the sky
            <s> 0.070 0.110 0.999900
            the 0.120 0.360 0.579457
            </s> 1.580 1.830 1.000000
            because there
            <s> 6.690 6.780 0.999900
            because(3) 6.790 7.200 0.977260
            <sil> 7.210 7.300 0.5
            ++NOISE++ 7.310 7.350 0.5
            there 7.400 7.910 1.000100
            </s> 9.280 9.430 1.000000
            [SPEECH] 9.5 9.6 0.3

            """, 4);
        Assert.Equal("because there", track.Text);
        Assert.Equal([("because", 2.79, 3.2), ("there", 3.4, 3.91)], track.Words.Select(w => (w.Text, Math.Round(w.Start, 3), Math.Round(w.End, 3))));
        Assert.Equal(1, track.Words[1].Confidence);
        Assert.Equal("because there", Assert.Single(track.Segments).Text);
        Assert.Empty(PocketsphinxOutput.Parse("\n\n<s> 0 1 1\n</s> 1 2 1\n", 0).Words);
    }

    [Fact]
    public void The_tokens_of_whisper_cpp_become_words()
    {
        var track = WhisperOutput.Parse("""
            {"result":{"language":"en"},"transcription":[
              {"timestamps":{"from":"00:00:00,000","to":"00:00:02,000"},"offsets":{"from":0,"to":2000},"text":" Hello, wonderful.","tokens":[
                {"text":"[_BEG_]","offsets":{"from":0,"to":0},"p":0.9},
                {"text":" Hello","offsets":{"from":100,"to":600},"p":0.8},{"text":",","offsets":{"from":600,"to":650},"p":0.5},
                {"text":" wonder","offsets":{"from":700,"to":1200},"p":0.9},{"text":"ful","offsets":{"from":1200,"to":1500},"p":0.7},{"text":".","offsets":{"from":1500,"to":1900},"p":0.6},
                {"text":"[_TT_100]","offsets":{"from":2000,"to":2000},"p":0.1}]},
              {"offsets":{"from":2000,"to":4000},"text":" [BLANK_AUDIO]","tokens":[]}]}
            """);
        Assert.Equal(("en", false, "Hello, wonderful."), (track.Language, track.Estimated, track.Text));
        Assert.Equal([new TimedWord("Hello,", 0.1, 0.65) { Confidence = 0.5 }, new TimedWord("wonderful.", 0.7, 1.9) { Confidence = 0.6 }], track.Words);
    }

    [Fact]
    public void Verbose_json_has_its_words_beside_or_inside_its_segments_or_nowhere()
    {
        const string beside = """{"language":"english","segments":[{"start":0,"end":1,"text":" Hi you"}],"words":[{"word":"Hi","start":0,"end":0.4},{"word":"you","start":0.5,"end":1}]}""";
        const string inside = """{"segments":[{"start":0,"end":1,"text":" Hi you","words":[{"word":" Hi","start":0,"end":0.4,"probability":0.5},{"word":" you","start":0.5,"end":1}]}]}""";
        const string nowhere = """{"segments":[{"start":0,"end":1,"text":" Hi you"}]}""";
        foreach (var (json, estimated) in new[] { (beside, false), (inside, false), (nowhere, true) })
        {
            var track = WhisperOutput.Parse(json);
            Assert.Equal(estimated, track.Estimated);
            Assert.Equal(["Hi", "you"], track.Words.Select(w => w.Text));
        }
    }

    [Theory]
    [InlineData("no", "it is no JSON: line 1")]
    [InlineData("[]", "an object is expected")]
    [InlineData("{\"text\":\"a\"}", "neither 'transcription' nor 'segments'")]
    public void Other_JSON_is_refused(string json, string why) => Assert.Contains(why, Assert.Throws<SubtitleException>(() => WhisperOutput.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Subtitles_of_words_end_at_sentences_pauses_and_when_they_are_full()
    {
        var words = new List<TimedWord> { new("One", 0, 0.5), new("two.", 0.5, 1), new("Three", 1.1, 1.5), new("four", 3, 3.5) };
        words.AddRange(Enumerable.Range(0, 10).Select(i => new TimedWord("wonderful", 4 + i, 4.9 + i)));
        var cues = Captions.Of(new WordTrack("", words, [new("One two.", 0, 1)]), new CaptionRules(20, 2));
        Assert.Equal(["One two.", "Three", "four wonderful\nwonderful wonderful"], cues.Take(3).Select(c => c.Text));
        Assert.Equal((1100, 1500), (cues[1].Start, cues[1].End));
        Assert.All(cues, c => Assert.All(c.Text.Split('\n'), l => Assert.InRange(l.Length, 1, 22)));
    }
}
