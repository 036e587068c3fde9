using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Spool.Steps.Video;
using Xunit;

namespace Spool.EndToEnd.Media;

public sealed class FitToSoundTests : IDisposable
{
    private readonly MediaBench _bench = new();

    private static FitToSound Quick => new() { Preset = EncoderPreset.Ultrafast };

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_short_film_is_held_at_its_last_picture_and_carries_the_sound_after_the_lead()
    {
        var fitted = await _bench.Make(Quick with { Lead = 0.4, Tail = 1 }, [("video", _bench.Film("v.mp4", 1, sound: "")), ("audio", _bench.Tone("a.wav", 2))], ("video", "out.mp4"));
        var (frames, samples) = MediaBench.Decoded(fitted);
        Assert.Equal(85, frames); // 0.4 + 2 + 1 = 3.4 s
        Assert.InRange(samples, 163200, 163200 + 1024);
        Assert.InRange(MediaBench.Level(fitted, 0, 0.3), -120, -60);
        Assert.InRange(MediaBench.Level(fitted, 0.6, 1.5), -30, -10);
        Assert.InRange(MediaBench.Level(fitted, 2.6, 0.7), -120, -60);
        var last = _bench.Pixel(fitted, 1.2, 80, 45);
        var held = _bench.Pixel(fitted, 3.2, 80, 45);
        Assert.All(last.Zip(held), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, 4));
    }

    [Fact]
    public async Task The_end_can_be_a_colour()
    {
        var fitted = await _bench.Make(Quick with { PadColor = Colour.Parse("#ff0000", null) }, [("video", _bench.Film("v.mp4", 1)), ("audio", _bench.Tone("a.wav", 1))], ("video", "out.mp4"));
        var pixel = _bench.Pixel(fitted, 1.6, 80, 45);
        Assert.True(pixel[0] > 200 && pixel[1] < 60 && pixel[2] < 60, string.Join(' ', pixel));
    }

    [Fact]
    public async Task A_long_film_is_whole_unless_cutting_is_asked_for()
    {
        (string, string)[] inputs = [("video", _bench.Film("v.mp4", 4)), ("audio", _bench.Tone("a.wav", 1))];
        var whole = await _bench.Do(Quick, inputs, ("video", "out.mp4"));
        Assert.Null(whole.Failure);
        Assert.Equal(100, MediaBench.Frames(whole.Outputs[0].Files[0].Path));
        Assert.Equal("2.0 s", whole.Facts["silent end"]);
        var cut = await _bench.Do(Quick with { Cut = true }, inputs, ("video", "out.mp4"));
        Assert.Equal(50, MediaBench.Frames(cut.Outputs[0].Files[0].Path));
        Assert.Equal("2.0 s", cut.Facts["cut off"]);
    }

    [Fact]
    public async Task Stretching_shows_the_whole_film_at_another_speed()
    {
        // Black in its first half and white in its second: after the change of speed the edge lies in the middle again.
        var film = _bench.Make("v.mp4", "-f lavfi -i color=black:s=64x64:r=25:d=1 -f lavfi -i color=white:s=64x64:r=25:d=1 -filter_complex [0][1]concat -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
        var fitted = await _bench.Do(Quick with { Mode = FitMode.Stretch, Tail = 0 }, [("video", film), ("audio", _bench.Tone("a.wav", 3))], ("video", "out.mp4"));
        Assert.Null(fitted.Failure);
        var path = fitted.Outputs[0].Files[0].Path;
        Assert.Equal(75, MediaBench.Frames(path));
        Assert.Equal("0.667", fitted.Facts["speed"]);
        Assert.True(_bench.Pixel(path, 1.4, 32, 32)[0] < 40);
        Assert.True(_bench.Pixel(path, 1.65, 32, 32)[0] > 215);
    }

    [Fact]
    public async Task A_film_without_a_picture_and_a_sound_that_is_none_are_refused()
    {
        Assert.Contains("has no picture", await _bench.Refused(Quick, [("video", _bench.Make("s.mp4", "-f lavfi -i sine=d=1 -c:a aac")), ("audio", _bench.Tone("a.wav", 1))], ("video", "out.mp4")));
        Assert.Contains("has no sound", await _bench.Refused(Quick, [("video", _bench.Film("w.mp4", 1)), ("audio", _bench.Film("x.mp4", 1, sound: ""))], ("video", "out.mp4")));
    }
}
