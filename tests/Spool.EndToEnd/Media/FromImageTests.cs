using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Spool.Steps.Video;
using Xunit;

namespace Spool.EndToEnd.Media;

public sealed class FromImageTests : IDisposable
{
    private readonly MediaBench _bench = new();

    private static FromImage Small => new() { Size = MediaBench.Size("320x180"), Fps = MediaBench.Rate("25"), Preset = EncoderPreset.Ultrafast };

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_clip_lasts_lead_plus_sound_plus_tail_and_its_sound_is_as_long_as_its_picture()
    {
        var clip = await _bench.Make(Small, [("image", _bench.Picture("a.png")), ("audio", _bench.Tone("a.wav", 1.23))], ("video", "clip.mp4"));
        var (frames, samples) = MediaBench.Decoded(clip);
        Assert.Equal(50, frames); // 0.25 + 1.23 + 0.5 = 1.98 s = 49.5 frames
        Assert.Equal(2.0, MediaBench.Probe(clip).AudioSeconds!.Value, 3);
        Assert.InRange(samples, 96000, 96000 + 1024);
        Assert.InRange(MediaBench.Level(clip, 0, 0.2), -100, -60);
        Assert.InRange(MediaBench.Level(clip, 0.4, 0.8), -30, -15);
    }

    [Fact]
    public async Task Two_runs_write_the_same_bytes()
    {
        (string, string)[] inputs = [("image", _bench.Picture("a.png")), ("audio", _bench.Tone("a.wav", 0.8))];
        var first = await _bench.Make(Small, inputs, ("video", "clip.mp4"));
        var second = await _bench.Make(Small, inputs, ("video", "clip.mp4"));
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
    }

    [Theory]
    [InlineData(Fit.Contain, 0, 0, 255)]
    [InlineData(Fit.Cover, 255, 0, 0)]
    public async Task A_square_picture_lies_on_the_background_or_fills_the_frame(Fit fit, int r, int g, int b)
    {
        var red = _bench.Make("red.png", "-f lavfi -i color=red:s=100x100:d=0.04 -frames:v 1");
        var clip = await _bench.Make(Small with { Fit = fit, Background = Colour.Parse("#0000ff", null), Duration = 0.2 }, [("image", red)], ("video", "clip.mp4"));
        var pixel = _bench.Pixel(clip, 0, 5, 90);
        Assert.InRange(pixel[0], r - 6, r + 6);
        Assert.InRange(pixel[1], g - 6, g + 6);
        Assert.InRange(pixel[2], b - 6, b + 6);
        Assert.Equal(5, MediaBench.Frames(clip));
    }
}
