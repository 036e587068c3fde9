using Spool.Engine;
using Spool.Media.Audio;
using Spool.Steps.Audio;
using Xunit;

namespace Spool.EndToEnd.Media;

public sealed class SoundTests : IDisposable
{
    private readonly MediaBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(LoudnessPreset.Streaming, -16)]
    [InlineData(LoudnessPreset.Broadcast, -23)]
    [InlineData(LoudnessPreset.Podcast, -19)]
    [InlineData(LoudnessPreset.Music, -14)]
    public async Task Every_preset_is_reached_within_half_a_unit_and_below_its_peak(LoudnessPreset preset, double target)
    {
        var quiet = _bench.Make("speech.wav", "-f lavfi -i anoisesrc=c=pink:a=0.2:r=48000:seed=7:d=6 -af tremolo=f=4:d=0.7 -ac 2");
        var result = await _bench.Do(new Normalize { Preset = preset }, [("audio", quiet)], ("audio", "out.m4a"));
        Assert.Null(result.Failure);
        var (loudness, peak) = MediaBench.Ebur128(result.Outputs[0].Files[0].Path);
        Assert.InRange(loudness, target - 0.5, target + 0.5);
        Assert.True(peak <= -1, $"{peak}");
        Assert.Equal(48000, MediaBench.Probe(result.Outputs[0].Files[0].Path).Audio!.SampleRate);
        Assert.Equal($"{MediaBench.Ebur128(quiet).Integrated:0.0} LUFS", result.Facts["before"].Split(',')[0]);
    }

    [Fact]
    public async Task When_one_gain_is_not_enough_the_step_says_so_with_numbers_and_the_remedy()
    {
        // Quiet with short loud clicks: 16 dB of gain would clip.
        var clicks = _bench.Make("clicks.wav", "-f lavfi -i sine=f=300:r=48000:d=5 -af volume='if(lt(mod(t\\,1)\\,0.01)\\,7\\,0.4)':eval=frame -ac 2 -ar 44100");
        var result = await _bench.Do(new Normalize(), [("audio", clicks)], ("audio", "out.wav"));
        Assert.Null(result.Failure);
        Assert.Equal("limited", result.Facts["mode"]);
        Assert.Matches(@"dBTP and -1\.0 is the limit; with integrated: -\d+\.\d only the level would change", result.Facts["limited because"]);
        var (loudness, peak) = MediaBench.Ebur128(result.Outputs[0].Files[0].Path);
        Assert.InRange(loudness, -16.5, -15.5);
        Assert.True(peak <= -1, $"{peak}");
        Assert.Equal(48000, MediaBench.Probe(result.Outputs[0].Files[0].Path).Audio!.SampleRate);
    }

    [Fact]
    public async Task A_range_that_is_too_wide_is_made_narrower()
    {
        var wide = _bench.Make("wide.wav", "-f lavfi -i anoisesrc=c=pink:a=0.5:r=48000:seed=3:d=24 -af volume='if(lt(mod(t\\,12)\\,6)\\,1\\,0.1)':eval=frame -ac 2");
        var result = await _bench.Do(new Normalize(), [("audio", wide)], ("audio", "out.m4a"));
        Assert.True(result.Failure is null, result.Failure?.Sentence);
        Assert.Equal("dynamic", result.Facts["mode"]);
        Assert.Contains("only the level would change", result.Facts["dynamic because"], StringComparison.Ordinal);
        Assert.InRange(MediaBench.Ebur128(result.Outputs[0].Files[0].Path).Integrated, -16.5, -15.5);
    }

    [Fact]
    public async Task Linear_normalisation_changes_nothing_but_the_level()
    {
        var tone = _bench.Tone("tone.wav", 4, "volume=-12dB");
        var result = await _bench.Do(new Normalize(), [("audio", tone)], ("audio", "out.flac"));
        Assert.Equal("linear", result.Facts["mode"]);
        var gain = -16 - MediaBench.Ebur128(tone).Integrated;
        var path = result.Outputs[0].Files[0].Path;
        foreach (var at in new[] { 0.5, 2, 3.5 })
            Assert.Equal(MediaBench.Level(tone, at, 0.4) + gain, MediaBench.Level(path, at, 0.4), 1);
    }

    [Fact]
    public async Task Silence_is_copied_through_and_said()
    {
        var silence = _bench.Make("silence.wav", "-f lavfi -i anullsrc=r=48000:cl=stereo:d=2");
        var result = await _bench.Do(new Normalize(), [("audio", silence)], ("audio", "out.wav"));
        Assert.Null(result.Failure);
        Assert.Equal("all silence", result.Facts["silence"]);
        Assert.InRange(MediaBench.Level(result.Outputs[0].Files[0].Path, 0, 2), -200, -90);
        var blip = await _bench.Do(new Normalize(), [("audio", _bench.Tone("blip.wav", 0.2))], ("audio", "out.wav"));
        Assert.Contains("too short", blip.Facts["silence"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mono_stays_mono_and_its_measure_is_stated()
    {
        var result = await _bench.Do(new Normalize(), [("audio", _bench.Tone("mono.wav", 3, channels: 1))], ("audio", "out.wav"));
        Assert.Null(result.Failure);
        Assert.Contains("one channel", result.Facts["mono"], StringComparison.Ordinal);
        var path = result.Outputs[0].Files[0].Path;
        Assert.Equal(1, MediaBench.Probe(path).Audio!.Channels);
        Assert.InRange(MediaBench.Ebur128(path).Integrated, -16.5, -15.5);
    }

    [Fact]
    public async Task The_picture_subtitles_and_chapters_of_a_film_are_untouched_and_only_the_first_track_is_taken()
    {
        File.WriteAllText(_bench.At("s.srt"), "1\n00:00:00,200 --> 00:00:01,000\nHello\n");
        File.WriteAllText(_bench.At("c.txt"), ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\ntitle=First\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1500\nEND=3000\ntitle=Second\n");
        var film = _bench.Make("film.mp4", "-f lavfi -i testsrc2=s=160x90:r=25:d=3 -f lavfi -i sine=d=3:r=48000 -f lavfi -i sine=f=900:d=3:r=48000 -i @s.srt -i @c.txt -map 0 -map 1 -map 2 -map 3 -map_chapters 4 "
            + "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -c:s mov_text -metadata:s:a:0 language=deu -metadata:s:s:0 language=fra");
        var result = await _bench.Do(new Normalize(), [("video", film)], ("video", "out.mp4"));
        Assert.Null(result.Failure);
        var path = result.Outputs[0].Files[0].Path;
        Assert.Equal(Packets(film), Packets(path));
        var probe = MediaBench.Probe(path);
        Assert.Equal(["First", "Second"], probe.Chapters.Select(c => c.Title));
        Assert.Equal("fra", Assert.Single(probe.Streams, s => s.Codec == "mov_text").Language);
        Assert.Equal("deu", Assert.Single(probe.Streams, s => s.Codec == "aac").Language);
        Assert.Contains("first of 2", result.Facts["tracks"], StringComparison.Ordinal);
        Assert.InRange(MediaBench.Ebur128(path).Integrated, -16.5, -15.5);
        static string Packets(string file) => MediaBench.Run("ffmpeg", ["-v", "error", "-i", file, "-map", "0:v", "-c", "copy", "-f", "streamhash", "-"]).Output;
    }

    [Fact]
    public async Task Normalising_reads_and_writes_one_role()
    {
        var tone = _bench.Tone("tone.wav", 1);
        Assert.Contains("one role", await _bench.Refused(new Normalize(), [("audio", tone)], ("video", "out.mp4")), StringComparison.Ordinal);
        Assert.Contains("has no sound", await _bench.Refused(new Normalize(), [("video", _bench.Film("mute.mp4", 1, sound: ""))], ("video", "out.mp4")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Music_is_the_same_bytes_each_time_as_long_as_asked_and_quiet_at_its_ends()
    {
        var first = await _bench.Make(new Music { Duration = 7.5, Mood = Mood.Warm }, [], ("audio", "out.wav"));
        var bytes = File.ReadAllBytes(first);
        Assert.Equal(44 + (7.5 * 192000), bytes.Length);
        Assert.Equal(bytes, File.ReadAllBytes(await _bench.Make(new Music { Duration = 7.5, Mood = Mood.Warm }, [], ("audio", "out.wav"))));
        Assert.NotEqual(bytes, File.ReadAllBytes(await _bench.Make(new Music { Duration = 7.5, Mood = Mood.Warm, Seed = 2 }, [], ("audio", "out.wav"))));
        var (loudness, peak) = MediaBench.Ebur128(first);
        Assert.InRange(loudness, -35, -14);
        Assert.True(peak < -3, $"{peak}");
        Assert.True(MediaBench.Level(first, 0, 0.05) < MediaBench.Level(first, 3, 1) - 20);
        Assert.Equal(2, MediaBench.Probe(await _bench.Make(new Music(), [("like", _bench.Film("like.mp4", 2))], ("audio", "out.mp3"))).Seconds!.Value, 1);
    }

    [Fact]
    public async Task Music_gives_way_to_speech_is_repeated_and_fades_out()
    {
        var speech = _bench.Tone("speech.wav", 8, "volume='if(between(t\\,3\\,5)\\,1\\,0)':eval=frame");
        var music = _bench.Make("music.wav", "-f lavfi -i sine=f=200:r=48000:d=1.5 -ac 2");
        var result = await _bench.Do(new Mix { MusicGainDb = -6, DuckDb = 12 }, [("speech", speech), ("music", music)], ("audio", "out.wav"));
        Assert.Null(result.Failure);
        var mix = result.Outputs[0].Files[0].Path;
        Assert.Equal(8, MediaBench.Probe(mix).Seconds!.Value, 4);
        const string Music = "lowpass=f=300,lowpass=f=300";
        var free = MediaBench.Level(mix, 2, 0.8, Music);
        var ducked = MediaBench.Level(mix, 4, 0.8, Music);
        Assert.InRange(free - ducked, 9, 13);
        Assert.InRange(free - MediaBench.Level(music, 0.2, 1, Music), -7, -5);
        Assert.True(MediaBench.Level(mix, 7.9, 0.1, Music) < free - 20);
        Assert.Contains("repeated", result.Facts["music"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_film_keeps_its_picture_when_music_is_laid_under_it()
    {
        var film = _bench.Film("film.mp4", 2);
        var mix = await _bench.Make(new Mix(), [("speech", film), ("music", _bench.Tone("m.wav", 5))], ("video", "out.mp4"));
        var (frames, _) = MediaBench.Decoded(mix);
        Assert.Equal(50, frames);
        Assert.Equal(2, MediaBench.Probe(mix).AudioSeconds!.Value, 2);
        Assert.Equal(File.ReadAllBytes(mix), File.ReadAllBytes(await _bench.Make(new Mix(), [("speech", film), ("music", _bench.At("m.wav"))], ("video", "out.mp4"))));
        Assert.Equal(FailureKind.BadOutput, (await _bench.Do(new Mix(), [("speech", _bench.At("m.wav")), ("music", _bench.At("m.wav"))], ("video", "out.mp4"))).Failure?.Kind);
    }
}
