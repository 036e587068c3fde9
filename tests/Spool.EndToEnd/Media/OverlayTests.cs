using Spool.Media.Ffmpeg;
using Spool.Media.Slides;
using Spool.Media.Subtitles;
using Spool.Media.Timeline;
using Spool.Steps.Video;
using Xunit;

namespace Spool.EndToEnd.Media;

public sealed class OverlayTests : IDisposable
{
    private readonly MediaBench _bench = new();

    private static Overlay Quick => new() { Preset = EncoderPreset.Ultrafast, Fade = 0 };

    public void Dispose() => _bench.Dispose();

    private string Ground(string colour, double seconds, string size = "320x180") =>
        _bench.Make($"{colour}.mp4", FormattableString.Invariant($"-f lavfi -i color={colour}:s={size}:r=25:d={seconds} -f lavfi -i sine=d={seconds} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -shortest"));

    private static void Near(byte[] pixel, int r, int g, int b) =>
        Assert.True(Math.Abs(pixel[0] - r) < 26 && Math.Abs(pixel[1] - g) < 26 && Math.Abs(pixel[2] - b) < 26, $"{string.Join(' ', pixel)} is not {r} {g} {b}");

    [Fact]
    public async Task A_second_film_lies_in_its_corner_for_its_time_and_the_sound_is_that_of_the_first()
    {
        var result = await _bench.Make(Quick with { Size = 0.25, Margin = 0, Position = Place.TopLeft, Start = 1, End = 2 },
            [("video", Ground("blue", 3)), ("overlay", Ground("red", 5))], ("video", "out.mp4"));
        Near(_bench.Pixel(result, 0.5, 40, 20), 0, 0, 255);
        Near(_bench.Pixel(result, 1.5, 40, 20), 255, 0, 0);
        Near(_bench.Pixel(result, 1.5, 200, 120), 0, 0, 255);
        Near(_bench.Pixel(result, 2.5, 40, 20), 0, 0, 255);
        Assert.Equal(75, MediaBench.Frames(result));
        Assert.NotNull(MediaBench.Probe(result).Audio);
    }

    [Fact]
    public async Task A_film_that_ends_early_gives_the_picture_free_again()
    {
        var result = await _bench.Make(Quick with { Size = 0.25, Margin = 0, Position = Place.TopLeft }, [("video", Ground("blue", 3)), ("overlay", Ground("red", 1))], ("video", "out.mp4"));
        Near(_bench.Pixel(result, 0.5, 40, 20), 255, 0, 0);
        Near(_bench.Pixel(result, 2, 40, 20), 0, 0, 255);
    }

    [Theory]
    [InlineData(Outline.Rectangle, true)]
    [InlineData(Outline.Rounded, false)]
    [InlineData(Outline.Circle, false)]
    public async Task An_outline_hides_the_corners_and_shows_the_middle(Outline shape, bool corner)
    {
        var picture = _bench.Make("green.png", "-f lavfi -i color=lime:s=100x100:d=0.04 -frames:v 1");
        var result = await _bench.Make(Quick with { Size = 0.5, Margin = 0, Position = Place.TopLeft, Shape = shape }, [("video", Ground("blue", 1)), ("overlay", picture)], ("video", "out.mp4"));
        Near(_bench.Pixel(result, 0.5, 80, 80), 0, 255, 0);
        Near(_bench.Pixel(result, 0.5, 1, 1), 0, corner ? 255 : 0, corner ? 0 : 255);
    }

    [Fact]
    public async Task It_comes_and_goes_softly()
    {
        var picture = _bench.Make("white.png", "-f lavfi -i color=white:s=100x100:d=0.04 -frames:v 1");
        var result = await _bench.Make(Quick with { Size = 0.5, Margin = 0, Position = Place.TopLeft, Start = 1, End = 3, Fade = 1 }, [("video", Ground("black", 4)), ("overlay", picture)], ("video", "out.mp4"));
        var levels = new[] { 0.5, 1.5, 2.0, 2.5, 3.5 }.Select(at => (int)_bench.Pixel(result, at, 50, 50)[0]).ToList();
        Assert.True(levels[0] < 20 && levels[1] is > 80 and < 180 && levels[2] > 235 && levels[3] is > 80 and < 180 && levels[4] < 20, string.Join(' ', levels));
    }

    [Fact]
    public async Task A_lower_third_is_drawn_with_its_emoji_in_colour()
    {
        var result = await _bench.Do(Quick with { Text = "🍎 Ada & <Grace>", Subtext = "two pioneers", Theme = ThemeName.Paper }, [("video", Ground("black", 1, "1280x720"))], ("video", "out.mp4"));
        Assert.True(result.Failure is null, result.Failure?.Sentence + result.LogTail);
        var path = result.Outputs[0].Files[0].Path;
        // The panel of the theme at the lower left, nothing at the upper right.
        Near(_bench.Pixel(path, 0.5, 110, 668), 207, 203, 194);
        Near(_bench.Pixel(path, 0.5, 1200, 60), 0, 0, 0);
        // An apple is red somewhere.
        Assert.Contains(Enumerable.Range(0, 14), i => _bench.Pixel(path, 0.5, 84 + (i * 3), 602) is var p && p[0] > p[1] + 70 && p[0] > p[2] + 50);
    }

    [Fact]
    public void Joined_signs_skin_tones_and_flags_are_one_picture_each()
    {
        const string file = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf";
        Assert.SkipUnless(File.Exists(file), "needs fonts-noto-color-emoji");
        var font = EmojiFont.Read(File.ReadAllBytes(file));
        Assert.NotNull(font);
        var parts = font.Parts("a 😀👍🏽 b👩‍🚀🇩🇪❤️!").ToList();
        Assert.Equal(["a ", "😀", "👍🏽", " b", "👩‍🚀", "🇩🇪", "❤️", "!"], parts.Select(p => p.Text));
        Assert.All(parts.Where(p => p.Png is not null), p => Assert.Equal(new PngSize(136, 128), PngSize.Read(p.Png)));
        Assert.Equal(5, parts.Where(p => p.Png is not null).Select(p => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(p.Png!))).Distinct().Count());
    }

    [Theory]
    [InlineData(false, false, "there is nothing to lay over")]
    [InlineData(true, true, "both a text and an overlay")]
    public async Task Exactly_one_thing_is_laid_over(bool text, bool overlay, string why)
    {
        var film = Ground("blue", 1);
        (string, string)[] inputs = overlay ? [("video", film), ("overlay", film)] : [("video", film)];
        Assert.Contains(why, await _bench.Refused(Quick with { Text = text ? "a" : null }, inputs, ("video", "out.mp4")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CaptionStyle.Karaoke)]
    [InlineData(CaptionStyle.Word)]
    [InlineData(CaptionStyle.Line)]
    public async Task Captions_stand_in_the_safe_area_of_a_portrait_film_while_they_are_spoken(CaptionStyle style)
    {
        File.WriteAllText(_bench.At("w.json"), """{"words":[{"text":"Wonderful","start":0.2,"end":0.6},{"text":"mountains","start":0.6,"end":1.2}]}""");
        var step = new WordCaption { Preset = EncoderPreset.Ultrafast, Style = style, Highlight = Colour.Parse("#ff0000", null), Offset = 1 };
        var path = await _bench.Make(step, [("video", Ground("black", 4, "270x480")), ("data", _bench.At("w.json"))], ("video", "out.mp4"));
        Assert.Equal((0, 0, 0, 0), Lit(path, 0.5));
        var (left, top, right, bottom) = Lit(path, 1.4);
        Assert.True(left >= 27 && right <= 243 && top > 240 && bottom <= 480 - 105, $"{left} {top} {right} {bottom}");
        Assert.Equal((0, 0, 0, 0), Lit(path, 3.5));
        var marked = Reddest(path, 1.4);
        Assert.True(style == CaptionStyle.Karaoke ? marked > 60 : marked < 60, $"{marked}");
    }

    [Fact]
    public async Task A_subtitle_file_is_captioned_too_and_bad_words_are_refused()
    {
        File.WriteAllText(_bench.At("s.srt"), "1\n00:00:00,000 --> 00:00:01,000\nHello there\n");
        var film = Ground("black", 2, "270x480");
        var step = new WordCaption { Preset = EncoderPreset.Ultrafast };
        var result = await _bench.Do(step, [("video", film), ("subtitles", _bench.At("s.srt"))], ("video", "out.mp4"));
        Assert.Equal("estimated inside sentences", result.Facts["timing"]);
        File.WriteAllText(_bench.At("bad.json"), "[{\"text\":\"a\",\"start\":0,\"end\":1}]");
        Assert.Contains("an object with a list 'words'", await _bench.Refused(step, [("video", film), ("data", _bench.At("bad.json"))], ("video", "out.mp4")), StringComparison.Ordinal);
    }

    /// <summary>The rectangle of what is not black.</summary>
    private (int Left, int Top, int Right, int Bottom) Lit(string path, double at)
    {
        var (frame, width, height) = (Gray(path, at, "gray"), 270, 480);
        int left = width, top = height, right = 0, bottom = 0;
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                if (frame[(y * width) + x] > 60) (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x + 1), Math.Max(bottom, y + 1));
        return right == 0 ? (0, 0, 0, 0) : (left, top, right, bottom);
    }

    private int Reddest(string path, double at)
    {
        var frame = Gray(path, at, "rgb24");
        var most = 0;
        for (var i = 0; i < frame.Length; i += 3) most = Math.Max(most, frame[i] - frame[i + 1]);
        return most;
    }

    private byte[] Gray(string path, double at, string format)
    {
        var raw = _bench.At("frame.raw");
        MediaBench.Run("ffmpeg", ["-v", "error", "-y", "-ss", at.ToString(System.Globalization.CultureInfo.InvariantCulture), "-i", path, "-frames:v", "1", "-vf", $"format={format}", "-f", "rawvideo", raw]);
        return File.ReadAllBytes(raw);
    }
}
