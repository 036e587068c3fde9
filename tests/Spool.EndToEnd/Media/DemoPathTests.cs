using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Spool.Steps.Audio;
using Spool.Steps.Video;
using Xunit;

namespace Spool.EndToEnd.Media;

/// <summary>The way from slides and narration to a finished film, step after step.</summary>
public sealed class DemoPathTests : IDisposable
{
    private readonly MediaBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Slides_and_narration_become_a_film_with_music_at_the_right_loudness()
    {
        var slide = new FromImage { Size = MediaBench.Size("320x180"), Fps = MediaBench.Rate("30"), Preset = EncoderPreset.Ultrafast };
        var clips = new List<(string, string)>();
        for (var i = 0; i < 3; i++)
            clips.Add(("videos", await _bench.Make(slide, [("image", _bench.Picture($"{i}.png")), ("audio", _bench.Tone($"{i}.wav", 2 + (0.37 * i), "volume=-25dB", 1))], ("video", $"clip{i}.mp4"))));
        var joined = await _bench.Make(new Concat { Transition = Transition.Fade, Preset = EncoderPreset.Ultrafast, Titles = ["One", "Two", "Three"] }, [.. clips], ("video", "joined.mp4"), ("data", "segments.json"));
        var frames = clips.Sum(c => MediaBench.Frames(c.Item2)) - (2 * 15);
        Assert.Equal(frames, MediaBench.Frames(joined));
        Assert.Equal(["One", "Two", "Three"], MediaBench.Probe(joined).Chapters.Select(c => c.Title));
        var music = await _bench.Make(new Music(), [("like", joined)], ("audio", "music.wav"));
        Assert.Equal(frames / 30.0, MediaBench.Probe(music).Seconds!.Value, 3);
        var mixed = await _bench.Make(new Mix(), [("speech", joined), ("music", music)], ("video", "mixed.mp4"));
        var final = await _bench.Make(new Normalize(), [("video", mixed)], ("video", "final.mp4"));
        Assert.Equal(frames, MediaBench.Frames(final));
        Assert.Equal(3, MediaBench.Probe(final).Chapters.Count);
        var (loudness, peak) = MediaBench.Ebur128(final);
        Assert.InRange(loudness, -16.5, -15.5);
        Assert.True(peak <= -1, $"{peak} dBTP");
    }
}
