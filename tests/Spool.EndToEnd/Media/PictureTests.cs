using System.Text;
using System.Text.Json;
using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Spool.Steps.Video;
using Xunit;

namespace Spool.EndToEnd.Media;

public sealed class PictureTests : IDisposable
{
    private readonly MediaBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_probe_writes_what_the_file_holds_with_sorted_keys()
    {
        var path = await _bench.Make(new Probe(), [("media", _bench.Film("a.mkv", 1, rate: "30000/1001"))], ("data", "a.json"));
        using var json = JsonDocument.Parse(File.ReadAllText(path));
        var video = json.RootElement.GetProperty("streams")[0];
        Assert.Equal("30000/1001", video.GetProperty("fps").GetString());
        Assert.Equal(160, video.GetProperty("width").GetInt32());
        Assert.Equal(48000, json.RootElement.GetProperty("streams")[1].GetProperty("sample_rate").GetInt32());
        foreach (var element in new[] { json.RootElement, video })
        {
            var keys = element.EnumerateObject().Select(p => p.Name).ToList();
            Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        }
    }

    [Theory]
    [InlineData(VideoCodec.H264, "out.mp4", "h264", "aac")]
    [InlineData(VideoCodec.H265, "out.mkv", "hevc", "aac")]
    [InlineData(VideoCodec.Prores, "out.mov", "prores", "aac")]
    [InlineData(VideoCodec.Ffv1, "out.mkv", "ffv1", "aac")]
    [InlineData(VideoCodec.Vp9, "out.webm", "vp9", "opus")]
    [InlineData(VideoCodec.Copy, "out.mkv", "h264", "aac")]
    public async Task Every_codec_and_container_holds_all_frames_and_is_the_same_each_time(VideoCodec codec, string name, string video, string audio)
    {
        var film = _bench.Film("a.mp4", 1);
        var step = new Transcode { Codec = codec, Preset = EncoderPreset.Ultrafast };
        var path = await _bench.Make(step, [("video", film)], ("video", name));
        var probe = MediaBench.Probe(path);
        Assert.Equal((video, audio, 25L), (probe.Video!.Codec, probe.Audio!.Codec, probe.Video.Packets));
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(await _bench.Make(step, [("video", film)], ("video", name))));
    }

    [Fact]
    public async Task What_a_container_cannot_hold_is_refused_with_what_it_can()
    {
        var film = _bench.Film("a.mp4", 0.4);
        Assert.Equal(".webm cannot hold h264", await _bench.Refused(new Transcode { Codec = VideoCodec.H264 }, [("video", film)], ("video", "out.webm")));
        Assert.Equal("a film cannot be written as '.xyz'", await _bench.Refused(new Transcode(), [("video", film)], ("video", "out.xyz")));
        Assert.Equal(".mp4 cannot hold opus sound", await _bench.Refused(new Transcode { AudioCodec = AudioCodec.Opus }, [("video", film)], ("video", "out.mp4")));
        Assert.NotEmpty(new Transcode { Codec = VideoCodec.Copy, Size = MediaBench.Size("64x36") }.Check());
    }

    [Theory]
    [InlineData(Fit.Contain, 0)]
    [InlineData(Fit.Cover, 255)]
    [InlineData(Fit.Stretch, 255)]
    public async Task Size_fit_and_rate_are_as_asked(Fit fit, int edge)
    {
        var film = _bench.Make("a.mp4", "-f lavfi -i color=red:s=160x90:r=25:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
        var step = new Transcode { Size = MediaBench.Size("100x100"), Fps = MediaBench.Rate("10"), Fit = fit, Preset = EncoderPreset.Ultrafast };
        var path = await _bench.Make(step, [("video", film)], ("video", "out.mp4"));
        Assert.Equal(("100x100", 10L), (MediaBench.Probe(path).Video!.DisplaySize.ToString(), MediaBench.Frames(path)));
        Assert.InRange(_bench.Pixel(path, 0, 50, 5)[0], edge - 8, edge + 8);
    }

    [Fact]
    public async Task Hdr_becomes_ordinary_colours_or_is_refused()
    {
        var film = _bench.Make("hdr.mp4", "-f lavfi -i color=gray:s=160x90:r=25:d=0.4 -pix_fmt yuv420p10le -c:v libx264 -preset ultrafast -colorspace bt2020nc -color_primaries bt2020 -color_trc smpte2084");
        var result = await _bench.Do(new Transcode { Preset = EncoderPreset.Ultrafast }, [("video", film)], ("video", "out.mp4"));
        Assert.True(result.Failure is null, result.Failure?.Sentence + result.LogTail);
        Assert.Equal("mapped from HDR (smpte2084) to BT.709", result.Facts["colours"]);
        Assert.Equal("bt709", MediaBench.Probe(result.Outputs[0].Files[0].Path).Video!.Transfer);
        Assert.Equal("video.mp4 is HDR (smpte2084)", await _bench.Refused(new Trim { End = 0.2 }, [("video", film)], ("video", "out.mp4")));
    }

    [Fact]
    public async Task An_exact_cut_has_the_frames_of_its_stretch()
    {
        // Frame n is as bright as n.
        var film = _bench.Make("a.mp4", "-f lavfi -i color=black:s=64x64:r=25:d=4 -f lavfi -i sine=d=4:r=48000 -vf geq=lum='16+N*2':cb=128:cr=128 -c:v libx264 -preset ultrafast -crf 1 -g 50 -pix_fmt yuv420p -c:a aac");
        var path = await _bench.Make(new Trim { Start = 1.2, Duration = 1.5, Crf = 1, Preset = EncoderPreset.Ultrafast }, [("video", film)], ("video", "out.mp4"));
        Assert.InRange(MediaBench.Decoded(path).Frames, 37, 38);
        Assert.InRange(Luma(path, 0) - Luma(film, 1.2), -2, 2);
        Assert.Equal(1.5, MediaBench.Probe(path).AudioSeconds!.Value, 2);
        Assert.Contains("behind", await _bench.Refused(new Trim { Start = 9 }, [("video", film)], ("video", "out.mp4")), StringComparison.Ordinal);
        Assert.Contains("behind", await _bench.Refused(new Trim { End = 9 }, [("video", film)], ("video", "out.mp4")), StringComparison.Ordinal);
    }

    private int Luma(string path, double at) => _bench.Pixel(path, at, 32, 32)[1];

    [Fact]
    public async Task A_copied_cut_begins_at_a_key_frame_and_says_at_which()
    {
        var film = _bench.Film("a.mp4", 4, codecs: "-c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p -c:a aac");
        var result = await _bench.Do(new Trim { Start = 1.7, End = 3, Mode = TrimMode.Copy }, [("video", film)], ("video", "out.mp4"));
        Assert.Null(result.Failure);
        Assert.Equal("1.0 s (key frame; 1.7 s was asked)", result.Facts["starts at"]);
        Assert.Equal(2, MediaBench.Probe(result.Outputs[0].Files[0].Path).Video!.Seconds!.Value, 1);
    }

    [Fact]
    public async Task A_thumbnail_shows_the_asked_second_or_the_richest_picture()
    {
        // Black, then a test picture, then grey.
        var film = _bench.Make("a.mp4", "-f lavfi -i color=black:s=160x90:r=25:d=2 -f lavfi -i testsrc2=s=160x90:r=25:d=1 -f lavfi -i color=gray:s=160x90:r=25:d=3 -filter_complex [0][1][2]concat=n=3 -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
        var result = await _bench.Do(new Thumbnail(), [("video", film)], ("image", "t.png"));
        Assert.Null(result.Failure);
        Assert.InRange(double.Parse(result.Facts["at"].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture), 2, 3);
        var grey = await _bench.Make(new Thumbnail { At = Moment.Parse("5.9", null), Size = MediaBench.Size("80x80") }, [("video", film)], ("image", "t.jpg"));
        Assert.Equal(("mjpeg", 80, 80), (MediaBench.Probe(grey).Video!.Codec, MediaBench.Probe(grey).Video!.Width, MediaBench.Probe(grey).Video!.Height));
        Assert.InRange(_bench.Pixel(grey, 0, 40, 40)[0], 122, 134);
        Assert.InRange(_bench.Pixel(await _bench.Make(new Thumbnail { At = Moment.Parse("6", null) }, [("video", film)], ("image", "t.png")), 0, 40, 40)[0], 122, 134);
    }

    [Fact]
    public async Task Soft_captions_are_a_track_with_its_language_and_files_beside_it()
    {
        File.WriteAllText(_bench.At("in.srt"), "1\r\n00:00:00,100 --> 00:00:00,900\r\n<i>One</i> & {two}\r\n\r\n2\r\n00:00:01,000 --> 00:00:01,900\r\na < b\r\nsecond line\r\n");
        var film = _bench.Film("a.mp4", 2);
        var result = await _bench.Do(new Subtitle { Language = "deu" }, [("video", film), ("subtitles", _bench.At("in.srt"))], ("video", "out.mp4"), ("srt", "o.srt"), ("vtt", "o.vtt"), ("json", "o.json"));
        Assert.True(result.Failure is null, result.Failure?.Sentence + result.LogTail);
        var path = result.Outputs[0].Files[0].Path;
        var track = Assert.Single(MediaBench.Probe(path).Streams, s => s.Kind == StreamKind.Subtitle);
        Assert.Equal(("mov_text", "deu"), (track.Codec, track.Language));
        var bytes = File.ReadAllBytes(path).AsSpan();
        Assert.NotEqual(-1, bytes.IndexOf("One & {two}"u8));
        Assert.NotEqual(-1, bytes.IndexOf("a < b\nsecond line"u8));
        Assert.Contains("a &lt; b", File.ReadAllText(result.Outputs[2].Files[0].Path), StringComparison.Ordinal);
        Assert.Equal(50, MediaBench.Frames(path));
    }

    [Fact]
    public async Task Burned_captions_are_drawn_literally_while_they_are_spoken()
    {
        var film = _bench.Make("a.mp4", "-f lavfi -i color=black:s=640x360:r=25:d=4 -f lavfi -i sine=d=4:r=48000 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac");
        File.WriteAllText(_bench.At("one.md"), "# Heading\n\nIt's {\\an8}100%: a\\Nb [x], c;d='e'!");
        File.WriteAllText(_bench.At("two.md"), "Second.");
        File.WriteAllBytes(_bench.At("parts.json"), Chapters.Json([new Chapter("a", 0, 2), new Chapter("b", 2, 4)]));
        (string, string)[] inputs = [("video", film), ("texts", _bench.At("one.md")), ("texts", _bench.At("two.md")), ("segments", _bench.At("parts.json"))];
        var result = await _bench.Do(new Subtitle { Mode = SubtitleMode.Burn, Preset = EncoderPreset.Ultrafast, ReadHeadings = false }, inputs, ("video", "out.mp4"), ("srt", "o.srt"));
        Assert.True(result.Failure is null, result.Failure?.Sentence + result.LogTail);
        Assert.Equal("1\n00:00:00,250 --> 00:00:01,500\nIt's {\\an8}100%: a\\Nb [x], c;d='e'!\n\n2\n00:00:02,250 --> 00:00:03,500\nSecond.\n\n", File.ReadAllText(result.Outputs[1].Files[0].Path));
        var path = result.Outputs[0].Files[0].Path;
        Assert.Equal(100, MediaBench.Frames(path));
        // Letters lie in the lower part (an8 would lift them), only while somebody speaks.
        Assert.True(White(path, 1, 270) > 300, "nothing is drawn");
        Assert.Equal(0, White(path, 1, 0));
        Assert.Equal(0, White(path, 1.8, 270));
    }

    private int White(string path, double at, int top)
    {
        var raw = _bench.At("part.gray");
        MediaBench.Run("ffmpeg", ["-v", "error", "-ss", at.ToString(System.Globalization.CultureInfo.InvariantCulture), "-i", path, "-frames:v", "1", "-vf", $"crop=640:90:0:{top},format=gray", "-f", "rawvideo", raw]);
        return File.ReadAllBytes(raw).Count(b => b > 200);
    }

    [Fact]
    public async Task A_broken_subtitle_file_is_refused_with_its_line()
    {
        File.WriteAllText(_bench.At("in.srt"), "1\nnonsense\nOne\n", Encoding.UTF8);
        var result = await _bench.Do(new Subtitle(), [("subtitles", _bench.At("in.srt"))], ("vtt", "o.vtt"));
        Assert.Equal(FailureKind.BadOutput, result.Failure?.Kind);
        Assert.Contains("line 2", result.Failure!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_photograph_called_jpg_is_read_and_written()
    {
        var photo = _bench.Picture("photo.jpg");
        var film = await _bench.Make(new FromImage { Duration = 1, Size = MediaBench.Size("320x180") }, [("image", photo)], ("video", "video.mp4"));
        Assert.Equal(320, MediaBench.Probe(film).Video!.Width);
        var still = await _bench.Make(new Thumbnail(), [("video", film)], ("image", "image.jpg"));
        Assert.Equal(("mjpeg", 320), (MediaBench.Probe(still).Video!.Codec, MediaBench.Probe(still).Video!.Width));
    }
}
