using System.Text;
using Spool.App.Server.Showing;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Xunit;

namespace Spool.Tests.Server;

public sealed class PlayableTests
{
    private static readonly byte[] Mp4 = [0, 0, 0, 32, .. "ftypisom"u8, 0, 0, 2, 0];
    private static readonly byte[] QuickTime = [0, 0, 0, 20, .. "ftypqt  "u8, 0, 0, 2, 0];
    private static readonly byte[] Webm = [0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x86, 0x81, 1, 0x42, 0x82, 0x84, .. "webm"u8, 0x42, 0x87];
    private static readonly byte[] Matroska = [0x1a, 0x45, 0xdf, 0xa3, 0xa3, 0x42, 0x86, 0x81, 1, 0x42, 0x82, 0x88, .. "matroska"u8, 0x42, 0x87];
    private static readonly byte[] Other = new byte[64];

    private static byte[] Head(string of) => of switch { "mp4" => Mp4, "qt" => QuickTime, "webm" => Webm, "mkv" => Matroska, "riff" => Encoding.ASCII.GetBytes("RIFF....WAVEfmt "), _ => Other };

    private static string Container(string of) => of switch { "mp4" or "qt" => "mov,mp4,m4a,3gp,3g2,mj2", "webm" or "mkv" => "matroska,webm", "riff" => "wav", _ => of };

    private static MediaProbe Probe(string of, string? video, string pixels, string? audio)
    {
        var streams = new List<MediaStream>();
        if (video is not null) streams.Add(new MediaStream(0, StreamKind.Video, video) { PixelFormat = pixels, Width = 64, Height = 48 });
        if (audio is not null) streams.Add(new MediaStream(1, StreamKind.Audio, audio));
        return new MediaProbe(Container(of), 1, 1000, streams, []);
    }

    [Theory]
    [InlineData("mp4", "h264", "yuv420p", "aac", "video/mp4")]
    [InlineData("mp4", "h264", "yuvj420p", null, "video/mp4")]
    [InlineData("mp4", "h264", "yuv420p", "mp3", "video/mp4")]
    [InlineData("mp4", "h264", "yuv420p", "ac3", null)]
    [InlineData("mp4", "h264", "yuv420p10le", "aac", null)]
    [InlineData("mp4", "h264", "yuv422p", "aac", null)]
    [InlineData("mp4", "hevc", "yuv420p", "aac", null)]
    [InlineData("mp4", "av1", "yuv420p10le", "opus", "video/mp4")]
    [InlineData("qt", "h264", "yuv420p", "aac", null)]
    [InlineData("webm", "vp9", "yuv420p", "opus", "video/webm")]
    [InlineData("webm", "vp8", "yuv420p", "vorbis", "video/webm")]
    [InlineData("webm", "vp9", "yuv420p10le", "opus", null)]
    [InlineData("webm", "av1", "yuv420p", "opus", "video/webm")]
    [InlineData("mkv", "vp9", "yuv420p", "opus", null)]
    [InlineData("mkv", "h264", "yuv420p", "aac", null)]
    [InlineData("mp4", null, "", "aac", "audio/mp4")]
    [InlineData("mp4", null, "", "alac", null)]
    [InlineData("webm", null, "", "opus", "audio/webm")]
    [InlineData("riff", null, "", "pcm_s16le", "audio/wav")]
    [InlineData("riff", null, "", "adpcm_ms", null)]
    [InlineData("wav", null, "", "pcm_s16le", null)]
    [InlineData("mp3", null, "", "mp3", "audio/mpeg")]
    [InlineData("flac", null, "", "flac", "audio/flac")]
    [InlineData("ogg", null, "", "opus", "audio/ogg")]
    [InlineData("aac", null, "", "aac", "audio/aac")]
    [InlineData("aiff", null, "", "pcm_s16be", null)]
    [InlineData("png_pipe", "png", "rgb24", null, "image/png")]
    [InlineData("jpeg_pipe", "mjpeg", "yuvj420p", null, "image/jpeg")]
    [InlineData("gif", "gif", "bgra", null, "image/gif")]
    [InlineData("tiff_pipe", "tiff", "rgb24", null, null)]
    public void What_all_browsers_play_is_given_as_it_is(string container, string? video, string pixels, string? audio, string? type) =>
        Assert.Equal(type, Playable.TypeOf(Head(container), Probe(container, video, pixels, audio)));

    [Theory]
    [InlineData("MM", 6, 90)]
    [InlineData("II", 6, 90)]
    [InlineData("II", 8, 270)]
    [InlineData("MM", 3, 180)]
    [InlineData("MM", 1, 0)]
    [InlineData("II", 77, 0)]
    public void A_camera_s_mark_turns_a_picture_and_a_broken_one_does_not(string order, byte mark, int turn)
    {
        byte[] tiff = order == "MM" ? [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, mark, 0, 0, 0, 0, 0, 0] : [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, mark, 0, 0, 0, 0, 0, 0, 0];
        byte[] jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xe1, 0, (byte)(tiff.Length + 8), .. "Exif\0\0"u8, .. tiff, 0xff, 0xda];
        Assert.Equal(turn, Exif.Turn(jpeg));
        for (var cut = 0; cut < jpeg.Length; cut++) Assert.Contains(Exif.Turn(jpeg.AsSpan(0, cut)), new[] { 0, turn });
        for (var at = 0; at < jpeg.Length; at++)
        {
            var broken = jpeg.ToArray();
            broken[at] = 0xff;
            Assert.InRange(Exif.Turn(broken), 0, 270);
        }
    }

    [Theory]
    [InlineData("<svg>", true)]
    [InlineData(" \n\t<?xml version='1.0'?>", true)]
    [InlineData("\ufeff<html>", true)]
    [InlineData("RIFF", false)]
    [InlineData("", false)]
    public void Markup_is_told_by_its_beginning(string text, bool markup) => Assert.Equal(markup, Playable.IsMarkup(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(1920, 1080, 1280, 720)]
    [InlineData(1080, 1920, 720, 1280)]
    [InlineData(3840, 1600, 1280, 532)]
    [InlineData(161, 91, 160, 90)]
    [InlineData(1, 1, 2, 2)]
    [InlineData(640, 480, 640, 480)]
    [InlineData(1440, 1080, 960, 720)]
    public void A_proxy_is_never_enlarged_and_has_even_sides(int width, int height, int wide, int high)
    {
        var size = Look.Fit(new PictureSize(width, height), Proxy.Longer, Proxy.Shorter).Even;
        Assert.Equal((wide, high), (size.Width, size.Height));
    }

    [Fact]
    public void A_proxy_counts_in_the_ticks_of_its_film_and_keeps_its_times()
    {
        var probe = Probe("mkv", "ffv1", "yuv420p", "flac");
        probe = probe with { Streams = [probe.Streams[0] with { TimeBase = (1, 1000) }, probe.Streams[1]], Start = -0.007 };
        string Said(double start) => string.Join(' ', Proxy.Command(new Look("/x", MediaSort.Video, null) { Probe = probe with { Start = start } }, "/out").ToTool().Arguments);
        Assert.Contains("-fps_mode:0 passthrough -enc_time_base:0 1/1000", Said(-0.007), StringComparison.Ordinal);
        Assert.Contains("-copyts", Said(0), StringComparison.Ordinal);
        Assert.DoesNotContain("-itsoffset", Said(0.9), StringComparison.Ordinal);
        Assert.Contains("-itsoffset -3600.5 ", Said(3600.5), StringComparison.Ordinal);
        Assert.Contains("-format_whitelist", Said(0), StringComparison.Ordinal);
    }

    [Fact]
    public void The_loudest_sample_of_any_channel_counts()
    {
        var blocks = new SampleBlocks(channels: 2, block: 2);
        short[] samples = [0, 0, 0, -16384, 100, 8192, 0, 0, short.MinValue, 0];
        blocks.Take(System.Runtime.InteropServices.MemoryMarshal.AsBytes<short>(samples));
        Assert.Equal(5, blocks.Samples);
        Assert.Equal([0.5f, 0.25f, 1f], blocks.Parts(10));
        Assert.Equal([0.5f, 1f], blocks.Parts(2));
    }
}
