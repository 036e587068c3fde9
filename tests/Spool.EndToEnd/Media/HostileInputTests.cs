using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Steps.Audio;
using Spool.Steps.Video;
using Xunit;

namespace Spool.EndToEnd.Media;

public sealed class HostileInputTests : IDisposable
{
    private readonly MediaBench _bench = new();

    public void Dispose() => _bench.Dispose();

    private static Transcode Fast => new() { Preset = EncoderPreset.Ultrafast };

    private string Half(string path, string name)
    {
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(_bench.At(name), bytes[..(bytes.Length / 2)]);
        return _bench.At(name);
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(_bench.At(name), text);
        return _bench.At(name);
    }

    [Fact]
    public async Task A_cut_off_matroska_is_refused()
    {
        var sentence = await _bench.Refused(Fast, [("video", Half(_bench.Film("a.mkv", 2), "half.mkv"))], ("video", "out.mp4"));
        Assert.Contains("video.mkv is cut off", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cut_off_matroska_that_does_not_say_its_size_is_refused_after_the_work()
    {
        // Written live: the segment's size is unknown. The length is given in the header, as recorders that go back to it do.
        var live = File.ReadAllBytes(_bench.Film("a.mkv", 4));
        var segment = live.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x18, 0x53, 0x80, 0x67]) + 4;
        live[segment] = 0x01;
        live.AsSpan(segment + 1, 7).Fill(0xff);
        File.WriteAllBytes(_bench.At("live.mkv"), live[..(live.Length / 2)]);
        var sentence = await _bench.Refused(Fast, [("video", _bench.At("live.mkv"))], ("video", "out.mp4"));
        Assert.Contains("cut off", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cut_off_mp4_is_refused_with_the_reason()
    {
        var film = _bench.Film("a.mp4", 2);
        Assert.Equal("video.mp4 is cut off: the index (moov) is missing", await _bench.Refused(Fast, [("video", Half(film, "half.mp4"))], ("video", "out.mp4")));
        var front = _bench.Make("front.mp4", "-i @a.mp4 -c copy -movflags +faststart");
        Assert.Contains("are missing at its end", await _bench.Refused(Fast, [("video", Half(front, "half2.mp4"))], ("video", "out.mp4")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_file_and_a_text_are_refused_by_every_kind()
    {
        var empty = Write("empty.mp4", "");
        var text = Write("text.mp4", "this is a text and no film\n");
        var tone = _bench.Tone("tone.wav", 1);
        var image = Write("text.png", "no picture\n");
        Assert.Equal("video.mp4 is empty (0 bytes)", await _bench.Refused(Fast, [("video", empty)], ("video", "out.mp4")));
        foreach (var file in new[] { empty, text })
        {
            await _bench.Refused(Fast, [("video", file)], ("video", "out.mp4"));
            await _bench.Refused(new Trim(), [("video", file)], ("video", "out.mp4"));
            await _bench.Refused(new Thumbnail(), [("video", file)], ("image", "out.png"));
            await _bench.Refused(new Probe(), [("media", file)], ("data", "out.json"));
            await _bench.Refused(new Concat(), [("videos", file)], ("video", "out.mp4"));
            await _bench.Refused(new Normalize(), [("video", file)], ("video", "out.mp4"));
            await _bench.Refused(new Mix(), [("speech", file), ("music", tone)], ("audio", "out.wav"));
            await _bench.Refused(new Music(), [("like", file)], ("audio", "out.wav"));
        }
        Assert.Contains("image.png is", await _bench.Refused(new FromImage(), [("image", image)], ("video", "out.mp4")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://@real.mp4\n#EXT-X-ENDLIST\n")]
    [InlineData("ffconcat version 1.0\nfile real.mp4\n")]
    [InlineData("<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" mediaPresentationDuration=\"PT2S\"><Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" bandwidth=\"1\"><BaseURL>real.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>")]
    [InlineData(";FFMETADATA1\ntitle=x\n")]
    public async Task A_playlist_named_as_a_film_opens_no_other_file(string playlist)
    {
        _bench.Film("real.mp4", 2);
        var trap = Write("trap.mp4", playlist.Replace("@", Path.GetDirectoryName(_bench.At("x")) + "/", StringComparison.Ordinal));
        await _bench.Refused(Fast, [("video", trap)], ("video", "out.mp4"));
        await _bench.Refused(new Normalize(), [("audio", trap)], ("audio", "out.wav"));
        await _bench.Refused(new FromImage(), [("image", trap)], ("video", "out.mp4"));
    }

    [Fact]
    public async Task A_codec_that_is_not_on_the_list_is_named_and_not_decoded()
    {
        var film = _bench.Film("magic.avi", 0.4, sound: "", codecs: "-c:v magicyuv");
        var result = await _bench.Do(Fast, [("video", film)], ("video", "out.mp4"));
        Assert.Equal("video.avi holds magicyuv, a codec that is not accepted", result.Failure?.Sentence);
    }

    [Fact]
    public async Task A_picture_of_more_than_a_hundred_million_pixels_is_refused()
    {
        var bomb = _bench.Make("bomb.png", "-f lavfi -i color=black:s=16000x16000:d=0.04 -frames:v 1 -pix_fmt monob");
        var result = await _bench.Do(new FromImage(), [("image", bomb)], ("video", "out.mp4"));
        Assert.NotNull(result.Failure);
        Assert.Contains("100 million", result.Failure.Sentence, StringComparison.Ordinal);
        Assert.True(result.MaxRssBytes < 200 << 20, $"{result.MaxRssBytes} bytes");
    }

    [Theory]
    [InlineData("-y.mp4")]
    [InlineData("http:x.mp4")]
    [InlineData("concat:a|b.mp4")]
    [InlineData("%03d [1]*?'\"\n.mp4")]
    [InlineData("𝕏 שלום.mp4")]
    public async Task A_strange_name_is_only_a_name(string name)
    {
        var path = _bench.At(name);
        File.Copy(_bench.Film("plain.mp4", 0.4), path);
        Assert.Equal(10, MediaBench.Frames(await _bench.Make(Fast, [("video", path)], ("video", "out.mp4"))));
    }

    [Fact]
    public async Task A_film_damaged_in_the_middle_fails()
    {
        var bytes = File.ReadAllBytes(_bench.Film("a.mkv", 3, "320x180"));
        for (var i = bytes.Length / 2; i < (bytes.Length / 2) + 4000; i++) bytes[i] ^= 0x5a;
        File.WriteAllBytes(_bench.At("damaged.mkv"), bytes);
        var result = await _bench.Do(Fast, [("video", _bench.At("damaged.mkv"))], ("video", "out.mp4"));
        Assert.Equal(FailureKind.BadOutput, result.Failure?.Kind);
    }
}
