using System.Globalization;
using System.Text.Json;
using Spool.EndToEnd.Support;
using Spool.Engine;
using Spool.Engine.Attempts;
using Spool.Media.Subtitles;
using Spool.Models.Speech;
using Spool.Steps.Speech;
using Xunit;

namespace Spool.EndToEnd.Speech;

public sealed class RecognitionTests : IDisposable
{
    private const string Story = """
        # Why the sky is blue

        The sky is blue because the air scatters short waves of light. In the evening the light has a longer way to go.

        - What is left is red.

        In 1999 there were 25 apples on the table. Water boils at one hundred degrees.
        """;

    private readonly StepHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    private string Write(string name, string text)
    {
        File.WriteAllText(_harness.At(name), text);
        return _harness.At(name);
    }

    private static string Output(AttemptResult result, string role)
    {
        Assert.True(result.Failure is null, $"{result.Failure?.Sentence} | {result.Failure?.DecisiveLine}\n{result.LogTail}");
        return result.Outputs.First(o => o.Role == role).Files[0].Path;
    }

    private async Task<string> Say(string text, string voice, string name) =>
        Output(await _harness.RunAsync(new SynthesizeSpeech { Voice = voice }, [("text", Write(name + ".md", text))], ("audio", name + ".wav")), "audio");

    /// <summary>The report; with the words of an earlier look nothing is listened to again.</summary>
    private async Task<JsonElement> Verify(string audio, string text, string? words = null)
    {
        (string, string)[] inputs = [("audio", audio), ("text", Write("should.md", text))];
        var result = await _harness.RunAsync(new VerifySpeech { OnFailure = OnFailure.Report }, words is null ? inputs : [.. inputs, ("words", words)], ("report", "report.json"));
        return JsonDocument.Parse(File.ReadAllText(Output(result, "report"))).RootElement.Clone();
    }

    private async Task<string> Hear(string audio) => Output(await _harness.RunAsync(new Transcribe(), [("audio", audio)], ("words", "heard.json")), "words");

    [Theory]
    [InlineData("slt")]
    [InlineData("rms")]
    [InlineData("awb")]
    [InlineData("kal")]
    public async Task Matching_speech_passes_and_a_swapped_sentence_fails(string voice)
    {
        var audio = await Say(Story, voice, "story");
        var good = await Verify(audio, Story);
        var words = await Hear(audio);
        Assert.True(good.GetProperty("verdict").GetString() == "passed", good.ToString());
        Assert.InRange(good.GetProperty("wer").GetDouble(), 0, 0.35);
        foreach (var (from, to) in new[]
        {
            ("In the evening the light has a longer way to go.", "My uncle plays the trumpet every single morning."),
            ("Water boils at one hundred degrees.", "Nobody knows where the keys are now."),
            ("What is left is red.", "Please open the window."),
        })
        {
            var bad = await Verify(audio, Story.Replace(from, to, StringComparison.Ordinal), words);
            Assert.True(bad.GetProperty("verdict").GetString() == "failed", to + bad);
            var wrong = Assert.Single(bad.GetProperty("sentences").EnumerateArray(), s => s.GetProperty("match").GetString() == "wrong");
            Assert.Equal(to, wrong.GetProperty("text").GetString());
        }
    }

    [Theory]
    [InlineData("We went to the store to buy bread and milk.", "The machine makes a movie from a script.")]
    [InlineData("Good morning everyone, welcome to the show.", "She opened the door and walked into the garden.")]
    [InlineData("The sky is blue.", "Please bring me some coffee.")]
    public async Task A_single_sentence_is_told_from_another(string said, string other)
    {
        foreach (var voice in new[] { "slt", "rms" })
        {
            var audio = await Say(said, voice, "one");
            var words = await Hear(audio);
            var good = await Verify(audio, said, words);
            Assert.True(good.GetProperty("verdict").GetString() is "passed" or "unsure", voice + good);
            var bad = await Verify(audio, other, words);
            Assert.True(bad.GetProperty("verdict").GetString() == "failed", voice + bad);
        }
    }

    [Fact]
    public async Task A_failed_check_fails_the_step_with_the_sentence_and_what_was_heard()
    {
        var audio = await Say(Story, "rms", "story");
        var text = Write("other.md", Story.Replace("Water boils at one hundred degrees.", "Nobody knows where the keys are now.", StringComparison.Ordinal));
        var result = await _harness.RunAsync(new VerifySpeech(), [("audio", audio), ("text", text)], ("report", "report.json"));
        Assert.Equal(FailureKind.BadOutput, result.Failure?.Kind);
        Assert.Contains("\"Nobody knows where the keys are now.\" was heard as \"", result.Failure!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transcript_has_text_words_inside_the_sound_and_subtitles()
    {
        var audio = await Say("Water boils at one hundred degrees.\n\nGood morning everyone, welcome to the show.", "awb", "two");
        var result = await _harness.RunAsync(new Transcribe(), [("audio", audio)], ("text", "t.txt"), ("words", "w.json"), ("subtitles", "s.srt"));
        var track = WordTrack.Parse(File.ReadAllText(Output(result, "words")));
        Assert.Equal("water boils at one hundred degrees", File.ReadAllLines(Output(result, "text"))[0]);
        var seconds = WavFile.Read(File.ReadAllBytes(audio)).Wav!.Seconds;
        Assert.All(track.Words, w => Assert.True(w.Start >= 0 && w.End >= w.Start && w.End <= seconds + 0.1, $"{w}"));
        // "good" comes after the pause of half a second between the paragraphs; the sentences are known from the engine itself.
        var timings = Output(await _harness.RunAsync(new SynthesizeSpeech { Voice = "awb" }, [("text", _harness.At("two.md"))], ("audio", "a.wav"), ("data", "times.json")), "data");
        var second = JsonDocument.Parse(File.ReadAllText(timings)).RootElement[1].GetProperty("start").GetDouble();
        Assert.InRange(track.Words.First(w => w.Text == "good").Start, second - 0.15, second + 0.15);
        Assert.Equal("water boils at one hundred degrees", Srt.Parse(File.ReadAllText(Output(result, "subtitles")))[0].Text);
    }

    [Fact]
    public async Task Silence_is_no_speech()
    {
        File.WriteAllBytes(_harness.At("silence.wav"), new WavFile(48000, new short[96000]).ToBytes());
        var result = await _harness.RunAsync(new Transcribe(), [("audio", _harness.At("silence.wav"))], ("text", "t.txt"), ("words", "w.json"));
        Assert.Equal("", File.ReadAllText(Output(result, "text")));
        Assert.Empty(WordTrack.Parse(File.ReadAllText(Output(result, "words"))).Words);
    }

    [Fact]
    public async Task Whisper_is_run_with_its_model_and_its_words_are_taken()
    {
        var program = Write("whisper-cli", """
            #!/bin/sh
            echo "$@" >&2
            while [ $# -gt 0 ]; do [ "$1" = -of ] && out=$2; [ "$1" = -f ] && file=$2; shift; done
            [ -s "$file" ] || exit 1
            echo '{"result":{"language":"en"},"transcription":[{"offsets":{"from":0,"to":1000},"text":" Hello","tokens":[{"text":" Hello","offsets":{"from":100,"to":900},"p":0.9}]}]}' >"$out.json"
            """);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var audio = await Say("Hello.", "slt", "hello");
        var step = new Transcribe { Engine = Recogniser.WhisperCpp, Program = program, Language = "en" };
        var result = await _harness.RunAsync(step, [("audio", audio), ("model", Write("ggml.bin", "model"))], ("words", "w.json"));
        Assert.Equal(new TimedWord("Hello", 0.1, 0.9) { Confidence = 0.9 }, Assert.Single(WordTrack.Parse(File.ReadAllText(Output(result, "words"))).Words));
        Assert.Contains("-m in/model/model.bin -f tmp/heard.wav -l en -ojf -of tmp/heard -np", result.LogTail, StringComparison.Ordinal);
        var without = await _harness.RunAsync(step, [("audio", audio)], ("words", "w.json"));
        Assert.Contains("whisper-cpp needs a model file", without.Failure!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Respelled_words_are_heard_and_captions_keep_the_spelling()
    {
        var text = Write("t.md", "The qxz is blue.");
        var file = Write("p.txt", "qxz = sky\n[kal]\nqxz = dog\n");
        var result = await _harness.RunAsync(new SynthesizeSpeech { Voice = "rms" }, [("text", text), ("pronunciation", file)], ("audio", "a.wav"), ("words", "w.json"));
        var spoken = WordTrack.Parse(File.ReadAllText(Output(result, "words")));
        Assert.Equal((true, "The qxz is blue."), (spoken.Estimated, spoken.Text));
        Assert.Equal(["The", "qxz", "is", "blue."], spoken.Words.Select(w => w.Text));
        var heard = await _harness.RunAsync(new Transcribe(), [("audio", Output(result, "audio"))], ("text", "t.txt"));
        Assert.Equal("the sky is blue\n", File.ReadAllText(Output(heard, "text")));
        var plain = await _harness.RunAsync(new SynthesizeSpeech { Voice = "rms" }, [("text", Write("u.md", "The sky is blue."))], ("audio", "a.wav"));
        Assert.Equal(File.ReadAllBytes(Output(plain, "audio")), File.ReadAllBytes(Output(result, "audio")));
        var bad = await _harness.RunAsync(new SynthesizeSpeech(), [("text", text), ("pronunciation", Write("bad.txt", "just a line"))], ("audio", "a.wav"));
        Assert.Contains("line 1 is no 'word = respelling'", bad.Failure!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Speech_can_be_checked_as_it_is_made_and_a_deterministic_voice_is_not_asked_twice()
    {
        var good = await _harness.RunAsync(new SynthesizeSpeech { Voice = "rms", Verify = new() }, [("text", Write("g.md", Story))], ("audio", "a.wav"));
        Assert.Equal(("passed", "pocketsphinx"), (good.Facts["verdict"], good.Facts["heard by"]));
        var file = Write("p.txt", "evening = morning trumpet uncle\nlight has a longer way to go = butter and jam cost too many coins\n");
        var bad = await _harness.RunAsync(new SynthesizeSpeech { Voice = "rms", Verify = new() }, [("text", Write("b.md", Story)), ("pronunciation", file)], ("audio", "a.wav"));
        Assert.Equal(FailureKind.BadOutput, bad.Failure?.Kind);
        Assert.Contains("flite would say it the same way again", bad.Failure!.Sentence, StringComparison.Ordinal);
        Assert.Contains("pronunciation file", bad.Failure.Next, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_together_is_a_problem()
    {
        Assert.Equal(["pocketsphinx knows English only, not 'de'; use whisper-cpp"], new Transcribe { Language = "de" }.Check().Select(p => p.Message));
        Assert.Equal(["'./whisper' is neither the name of a program nor an absolute path"], new VerifySpeech { Engine = Recogniser.WhisperCpp, Program = "./whisper" }.Check().Select(p => p.Message));
        Assert.Equal(["verify.threshold must be from 0 to 2, not 3"], new SynthesizeSpeech { Verify = new() { Threshold = 3 } }.Check().Select(p => p.Message.ToString(CultureInfo.InvariantCulture)));
    }
}
