using Spool.Media.Ffmpeg;
using Xunit;

namespace Spool.Tests.Media;

public sealed class FfmpegCommandTests
{
    private static readonly Accepted Short = new(["mov", "matroska"], ["h264", "aac"]);

    private static string Line(FfmpegCommand command) => command.ToTool().Quoted;

    [Fact]
    public void The_argument_list_is_complete_and_in_order()
    {
        var output = new FfmpegOutput("out/video/video.mp4", "mp4",
            [new("[v]", [("c", "libx264"), ("crf", "20")]), OutputStream.Copy("0:1") with { Language = "deu" }])
        { Options = [("movflags", "+faststart")], ChaptersFrom = 1, Length = 2.5 };
        var command = new FfmpegCommand([new("in/video/a.mp4", Short) { From = 1.25 }, new("tmp/c.txt", Short) { OwnFormat = "ffmetadata" }], output) { Graph = "[0:v]null[v]" };
        Assert.Equal("ffmpeg -nostdin -hide_banner -nostats -loglevel warning -progress pipe:1 -stats_period 1 -filter_threads 2 -filter_complex_threads 2 "
            + "-protocol_whitelist file,pipe -format_whitelist mov,matroska -codec_whitelist h264,aac -max_pixels 100000000 -threads 2 -ss 1.25 -i file:in/video/a.mp4 "
            + "-protocol_whitelist file,pipe -f ffmetadata -i file:tmp/c.txt -filter_complex '[0:v]null[v]' -map '[v]' -map 0:1 -c:0 libx264 -crf:0 20 -c:1 copy "
            + "-map_metadata:g -1 -map_metadata:s -1 -map_chapters 1 -metadata:s:1 language=deu -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -threads 2 -t 2.5 -movflags +faststart -f mp4 file:out/video/video.mp4",
            Line(command));
    }

    [Fact]
    public void Every_input_is_guarded_and_an_own_list_too()
    {
        var line = Line(new FfmpegCommand([new("a", Accepted.Video), new("b", Accepted.Sound) { Endless = true }, new("tmp/l.txt", Accepted.Video) { OwnFormat = "concat" }], new FfmpegOutput(null, "null", [])));
        Assert.Equal(3, line.Split("-protocol_whitelist file,pipe").Length - 1);
        Assert.Equal(3, line.Split("-codec_whitelist").Length - 1);
        Assert.Equal(3, line.Split("-max_pixels 100000000").Length - 1);
        Assert.Contains("-f concat -safe 1 ", line, StringComparison.Ordinal);
        Assert.Contains("-stream_loop -1 -i file:b", line, StringComparison.Ordinal);
        Assert.EndsWith("-f null -", line, StringComparison.Ordinal);
    }

    [Fact]
    public void No_list_of_formats_or_codecs_holds_a_playlist_a_device_or_a_doubtful_decoder()
    {
        foreach (var accepted in new[] { Accepted.Video, Accepted.Sound, Accepted.Image, Accepted.Any, Accepted.Captions })
        {
            Assert.DoesNotContain(accepted.Formats, f => f is "hls" or "dash" or "concat" or "image2" or "lavfi" or "applehttp" or "sdp" or "rtsp" or "ffmetadata");
            Assert.DoesNotContain(accepted.Decoders, d => d is "magicyuv" or "librsvg" or "tdsc" or "exr" or "jpeg2000");
        }
        Assert.True(Accepted.Video.Decodes("av1"));
        Assert.True(Accepted.Sound.Decodes("mp3"));
        Assert.False(Accepted.Video.Decodes("magicyuv"));
    }

    [Theory]
    [InlineData("out_time_us=1500000", 1.5)]
    [InlineData("out_time_us=-80000", 0.0)]
    [InlineData("out_time_us=N/A", null)]
    [InlineData("frame=12", null)]
    public void Progress_lines_are_read(string line, double? seconds)
    {
        Assert.Equal(seconds, FfmpegProgress.Seconds(line));
        Assert.True(FfmpegProgress.IsReport(line));
        Assert.False(FfmpegProgress.IsReport("[mov @ 0x1] moov atom not found"));
    }

    [Theory]
    [InlineData("[matroska,webm @ 0x55e945e4e840] File ended prematurely", "is cut off: the file ends before its content does")]
    [InlineData("[mov,mp4,m4a,3gp,3g2,mj2 @ 0x56531ab491c0] moov atom not found", "is cut off: the index (moov) is missing")]
    [InlineData("[magicyuv @ 0x55ef82d69680] Codec (magicyuv) not on whitelist 'h264'", "holds magicyuv, a codec that is not accepted")]
    [InlineData("[hls @ 0x55b9d4ce280] Format not on whitelist 'mov,mp4'", "is no media file but hls, which is not accepted")]
    [InlineData("Error while decoding stream #0:0: Invalid data found when processing input", "is damaged: a part of it cannot be decoded")]
    [InlineData("Guessed Channel Layout for Input Stream #1.0 : stereo", null)]
    public void Messages_that_mean_damage_are_known(string line, string? sentence) => Assert.Equal(sentence, Complaints.About(line));

    [Fact]
    public void Numbers_have_no_exponent_and_no_comma()
    {
        Assert.Equal("0.0000001", Text.Of(1e-7));
        Assert.Equal("12345678.5", Text.Of(12345678.5));
        Assert.Equal("2.0 s", Text.Seconds(2));
        Assert.Equal("1.234 s", Text.Seconds(1.2341));
    }
}
