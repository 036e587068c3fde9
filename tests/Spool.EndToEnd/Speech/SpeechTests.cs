using System.Globalization;
using System.Text.Json;
using Spool.EndToEnd.Support;
using Spool.Engine;
using Spool.Steps.Speech;
using Xunit;

namespace Spool.EndToEnd.Speech;

public sealed class SpeechTests : IDisposable
{
    private const string Text = "## A title\n\nThe sky is blue. The sun is not.\n\n- A point for the slide\n\nGood night.\n";

    private readonly StepHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    private async Task<(Failure? Failure, WavFile? Sound, JsonElement Timings, IReadOnlyDictionary<string, string> Facts)> Say(SynthesizeSpeech options, string text)
    {
        File.WriteAllText(_harness.At("text.md"), text);
        var result = await _harness.RunAsync(options, [("text", _harness.At("text.md"))], ("audio", "audio.wav"), ("data", "times.json"));
        if (result.Failure is not null) return (result.Failure, null, default, result.Facts);
        return (null, WavFile.Read(File.ReadAllBytes(result.Outputs[0].Files[0].Path)).Wav, JsonDocument.Parse(File.ReadAllText(result.Outputs[1].Files[0].Path)).RootElement, result.Facts);
    }

    [Theory]
    [InlineData(SpeechEngine.Flite, null)]
    [InlineData(SpeechEngine.Flite, "kal")]
    [InlineData(SpeechEngine.Flite, "awb")]
    [InlineData(SpeechEngine.EspeakNg, null)]
    [InlineData(SpeechEngine.EspeakNg, "de+f2")]
    public async Task Every_engine_speaks_at_48_kHz_and_says_when_each_sentence_is_heard(SpeechEngine engine, string? voice)
    {
        var (failure, sound, timings, facts) = await Say(new() { Engine = engine, Voice = voice }, Text);
        Assert.Null(failure);
        Assert.Equal(48000, sound!.Rate);
        Assert.InRange(sound.Seconds, 4, 12);
        Assert.InRange(SpeechTrack.Peak(sound.Samples), 0.05, 1);
        Assert.Equal(["A title", "The sky is blue.", "The sun is not.", "A point for the slide", "Good night."], timings.EnumerateArray().Select(t => t.GetProperty("text").GetString()));
        Assert.Equal(("5", "17"), (facts["sentences"], facts["words"]));
        Assert.Equal(sound.Seconds.ToString("0.000", CultureInfo.InvariantCulture) + " s", facts["duration"]);
        double end = 0;
        foreach (var t in timings.EnumerateArray())
        {
            Assert.True(t.GetProperty("start").GetDouble() >= end);
            end = t.GetProperty("end").GetDouble();
        }
        Assert.Equal(sound.Seconds, end + 0.2, 2);
    }

    [Theory]
    [InlineData(SpeechEngine.Flite)]
    [InlineData(SpeechEngine.EspeakNg)]
    public async Task The_same_text_gives_the_same_sound(SpeechEngine engine) =>
        Assert.Equal((await Say(new() { Engine = engine }, Text)).Sound!.Samples, (await Say(new() { Engine = engine }, Text)).Sound!.Samples);

    [Fact]
    public async Task Pauses_add_exactly_what_they_say()
    {
        double Seconds((Failure?, WavFile? Sound, JsonElement, IReadOnlyDictionary<string, string>) said) => said.Sound!.Seconds;
        var none = Seconds(await Say(new() { SentencePause = 0, ParagraphPause = 0, Tail = 0 }, Text));
        Assert.Equal(none + 1.5, Seconds(await Say(new() { SentencePause = 1.5, ParagraphPause = 0, Tail = 0 }, Text)), 3);
        Assert.Equal(none + 3, Seconds(await Say(new() { SentencePause = 0, ParagraphPause = 1, Tail = 0 }, Text)), 3);
        Assert.Equal(none + 1.25, Seconds(await Say(new() { SentencePause = 0, ParagraphPause = 0, Lead = 1, Tail = 0.25 }, Text)), 3);
    }

    [Fact]
    public async Task Speed_is_a_factor()
    {
        foreach (var engine in new[] { SpeechEngine.Flite, SpeechEngine.EspeakNg })
        {
            var slow = (await Say(new() { Engine = engine, Rate = 0.7, Tail = 0 }, "This is a sentence of some length, spoken at a certain speed.")).Sound!.Seconds;
            var fast = (await Say(new() { Engine = engine, Rate = 1.4, Tail = 0 }, "This is a sentence of some length, spoken at a certain speed.")).Sound!.Seconds;
            Assert.InRange(slow / fast, 1.7, 2.3);
        }
    }

    [Fact]
    public async Task Titles_and_points_can_stay_on_the_slide()
    {
        var (_, _, timings, _) = await Say(new() { ReadHeadings = false, ReadBullets = false }, Text);
        Assert.Equal(["The sky is blue.", "The sun is not.", "Good night."], timings.EnumerateArray().Select(t => t.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Marks_of_the_shell_are_spoken_and_not_executed()
    {
        var trap = _harness.At("trap");
        var text = $"He said \"it's $(touch {trap})\"; `touch {trap}` && touch {trap} | cat > {trap} \\ '; touch {trap} #'. -o {trap} --help";
        foreach (var engine in new[] { SpeechEngine.Flite, SpeechEngine.EspeakNg })
        {
            var (failure, sound, _, _) = await Say(new() { Engine = engine }, text);
            Assert.Null(failure);
            Assert.True(sound!.Seconds > 2);
            Assert.False(File.Exists(trap));
        }
    }

    [Theory]
    [InlineData("", "the text is empty")]
    [InlineData("  \r\n\n", "the text is empty")]
    [InlineData("```\nonly code\n```\n", "nothing to say")]
    [InlineData("空は青い。", "flite cannot say anything of this text")]
    public async Task A_text_that_cannot_be_spoken_is_a_failure_that_says_why(string text, string why)
    {
        var (failure, _, _, _) = await Say(new(), text);
        Assert.Equal(FailureKind.BadOutput, failure?.Kind);
        Assert.Contains(why, failure!.Sentence);
    }

    [Fact]
    public async Task Letters_that_an_engine_cannot_say_are_counted()
    {
        var (failure, _, _, facts) = await Say(new(), "The word 空 means sky. Café is fine.");
        Assert.Null(failure);
        Assert.Equal("1 letters that flite cannot say", facts["unspoken"]);
    }

    [Fact]
    public void An_unknown_voice_is_a_problem_that_lists_the_voices()
    {
        var (option, message) = Assert.Single(new SynthesizeSpeech { Voice = "nobody" }.Check());
        Assert.Equal("voice", option);
        Assert.Equal("flite has no voice 'nobody'; its voices: slt, awb, rms, kal, kal16", message);
        Assert.Empty(new SynthesizeSpeech { Engine = SpeechEngine.EspeakNg, Voice = "fr-fr" }.Check());
    }
}
