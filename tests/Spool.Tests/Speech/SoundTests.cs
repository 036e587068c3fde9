using Spool.Models.Speech;
using Xunit;

namespace Spool.Tests.Speech;

public sealed class SoundTests
{
    private static short[] Sine(double hertz, int rate, double seconds, double amplitude = 16000) =>
        [.. Enumerable.Range(0, (int)(rate * seconds)).Select(i => (short)Math.Round(amplitude * Math.Sin(2 * Math.PI * hertz * i / rate)))];

    /// <summary>Amplitude of one frequency, by correlation over the middle of the sound.</summary>
    private static double Amplitude(short[] sound, double hertz, int rate)
    {
        double real = 0, imaginary = 0;
        int from = sound.Length / 4, count = sound.Length / 2;
        for (var i = from; i < from + count; i++)
        {
            real += sound[i] * Math.Cos(2 * Math.PI * hertz * i / rate);
            imaginary += sound[i] * Math.Sin(2 * Math.PI * hertz * i / rate);
        }
        return 2 * Math.Sqrt((real * real) + (imaginary * imaginary)) / count;
    }

    [Theory]
    [InlineData(8000, 1000)]
    [InlineData(16000, 440)]
    [InlineData(16000, 6000)]
    [InlineData(22050, 3000)]
    [InlineData(96000, 5000)]
    public void A_tone_keeps_its_pitch_loudness_and_length_at_another_rate(int from, double hertz)
    {
        var output = Resampler.Convert(Sine(hertz, from, 1), from, 48000);
        Assert.Equal(48000, output.Length);
        Assert.InRange(Amplitude(output, hertz, 48000), 15900, 16100);
        // What mirrors at the old rate must be inaudible: 70 dB down.
        if (from < 48000) Assert.InRange(Amplitude(output, from - hertz, 48000), 0, 5);
        // No delay: the zero crossings stay where they were.
        var expected = Sine(hertz, 48000, 1);
        Assert.True(Enumerable.Range(5000, 1000).All(i => Math.Abs(output[i] - expected[i]) < 40));
    }

    [Fact]
    public void A_tone_above_the_new_range_vanishes() => Assert.InRange(SpeechTrack.Peak(Resampler.Convert(Sine(20000, 48000, 0.5), 48000, 16000).AsSpan(1000, 6000)), 0, 0.001);

    [Fact]
    public void A_steady_level_stays_exact() => Assert.All(Resampler.Convert(Enumerable.Repeat((short)1234, 4000).ToArray(), 22050, 48000).AsSpan(500, 7000).ToArray(), s => Assert.Equal(1234, s));

    [Fact]
    public void Silence_and_nothing_stay_what_they_are()
    {
        Assert.Empty(Resampler.Convert([], 16000, 48000));
        Assert.All(Resampler.Convert(new short[100], 16000, 48000), s => Assert.Equal(0, s));
        Assert.Equal([1, 2, 3], Resampler.Convert([1, 2, 3], 48000, 48000));
    }

    [Fact]
    public void A_wav_reads_back_as_written()
    {
        var wav = new WavFile(48000, Sine(440, 48000, 0.1));
        var (read, why) = WavFile.Read(wav.ToBytes());
        Assert.Null(why);
        Assert.Equal(48000, read!.Rate);
        Assert.Equal(wav.Samples, read.Samples);
    }

    [Fact]
    public void Unknown_chunks_are_skipped_and_channels_are_mixed()
    {
        byte[] bytes =
        [
            .. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8, .. "LIST"u8, 3, 0, 0, 0, 1, 2, 3, 0,
            .. "fmt "u8, 16, 0, 0, 0, 1, 0, 2, 0, 0x80, 0x3E, 0, 0, 0, 0xFA, 0, 0, 4, 0, 16, 0,
            .. "data"u8, 0xFF, 0xFF, 0xFF, 0xFF, 100, 0, 200, 0, 0xFF, 0xFF, 0xFF, 0xFF, 9,
        ];
        var (wav, why) = WavFile.Read(bytes);
        Assert.Null(why);
        Assert.Equal(16000, wav!.Rate);
        Assert.Equal(new short[] { 150, -1 }, wav.Samples);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(20)]
    [InlineData(30)]
    [InlineData(40)]
    public void A_cut_off_wav_is_refused_with_a_reason(int length) => Assert.NotNull(WavFile.Read(new WavFile(16000, [1, 2]).ToBytes().AsSpan(0, length)).Why);

    [Fact]
    public void Random_bytes_never_break_the_reader()
    {
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new WavFile(16000, new short[20]).ToBytes();
            for (var k = 0; k < 4; k++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var (wav, why) = WavFile.Read(bytes);
            Assert.True(wav is not null || why is not null);
        }
    }

    [Fact]
    public void Sentences_are_joined_with_exactly_the_pauses_asked_for()
    {
        var padded = new WavFile(16000, [.. new short[8000], .. Sine(300, 16000, 1), .. new short[4000]]);
        var track = SpeechTrack.Join([new("One.", padded, 0.2), new("Two.", padded, 0.5), new("Three.", padded, 9)], 48000, lead: 0.25, tail: 0.75);
        Assert.Equal(["One.", "Two.", "Three."], track.Timings.Select(t => t.Text));
        Assert.Equal(0.25, track.Timings[0].Start, 6);
        Assert.Equal(0.2, track.Timings[1].Start - track.Timings[0].End, 6);
        Assert.Equal(0.5, track.Timings[2].Start - track.Timings[1].End, 6);
        Assert.Equal(0.75, track.Sound.Seconds - track.Timings[2].End, 6);
        // 1 s of tone, with 25 ms and 50 ms left around it.
        Assert.All(track.Timings, t => Assert.InRange(t.End - t.Start, 1.07, 1.09));
        Assert.Equal(0, SpeechTrack.Peak(track.Sound.Samples.AsSpan(0, 12000)));
    }

    [Fact]
    public void Trimming_silence_leaves_nothing() => Assert.Empty(SpeechTrack.Trim(new WavFile(16000, new short[16000])));

    [Fact]
    public void A_cut_sound_begins_and_ends_at_zero()
    {
        var cut = SpeechTrack.Trim(new WavFile(16000, Enumerable.Repeat((short)5000, 16000).ToArray()));
        Assert.Equal((0, 0, 5000), (cut[0], cut[^1], cut[8000]));
    }

    [Theory]
    [InlineData(LocalEngine.Flite, "slt", true)]
    [InlineData(LocalEngine.Flite, "SLT", false)]
    [InlineData(LocalEngine.Flite, "http://x.y/voice.flitevox", false)]
    [InlineData(LocalEngine.Flite, "/tmp/voice.flitevox", false)]
    [InlineData(LocalEngine.EspeakNg, "en-us", true)]
    [InlineData(LocalEngine.EspeakNg, "en-us+f3", true)]
    [InlineData(LocalEngine.EspeakNg, "en-us+../../x", false)]
    [InlineData(LocalEngine.EspeakNg, "klingon", false)]
    [InlineData(LocalEngine.EspeakNg, "", false)]
    public void Only_known_voices_exist(LocalEngine engine, string name, bool exists) => Assert.Equal(exists, new LocalVoice(engine, name).Exists);

    [Fact]
    public void Speed_becomes_the_engines_own_measure_and_text_is_never_an_argument()
    {
        Assert.Equal("flite -voice slt --setf duration_stretch=0.8 -f tmp/a.txt -o tmp/a.wav", new LocalVoice(LocalEngine.Flite, "slt").Speak("tmp/a.txt", "tmp/a.wav", 1.25).Quoted);
        Assert.Equal("espeak-ng -v de -s 88 -z -b 1 -f tmp/a.txt -w tmp/a.wav", new LocalVoice(LocalEngine.EspeakNg, "de").Speak("tmp/a.txt", "tmp/a.wav", 0.5).Quoted);
    }
}
