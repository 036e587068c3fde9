using System.Text;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Xunit;

namespace Spool.Tests.Media;

public sealed class MediaProbeTests
{
    private const string Recorded = """
        {"streams":[
          {"index":0,"codec_name":"h264","codec_type":"video","width":1440,"height":1080,"sample_aspect_ratio":"4:3","pix_fmt":"yuv420p","color_space":"bt709","r_frame_rate":"30/1","avg_frame_rate":"235/18",
           "start_time":"0.000000","duration":"18.000000","nb_frames":"235","disposition":{"attached_pic":0},"side_data_list":[{"side_data_type":"Display Matrix","rotation":-90}],"tags":{"language":"und"}},
          {"index":1,"codec_name":"aac","codec_type":"audio","sample_rate":"44100","channels":2,"channel_layout":"stereo","r_frame_rate":"0/0","avg_frame_rate":"0/0","tags":{"language":"deu","DURATION":"00:00:18.023000000"}},
          {"index":2,"codec_name":"mjpeg","codec_type":"video","width":600,"height":600,"avg_frame_rate":"0/0","r_frame_rate":"90000/1","disposition":{"attached_pic":1}},
          {"index":3,"codec_type":"data","codec_tag_string":"tmcd"}],
         "chapters":[{"id":0,"start_time":"0.000000","end_time":"9.000000","tags":{"title":"One"}},{"id":1,"start_time":"9.000000","end_time":"18.000000"}],
         "format":{"format_name":"mov,mp4,m4a,3gp,3g2,mj2","duration":"18.023000","size":"123456"}}
        """;

    [Fact]
    public void The_probers_json_is_read()
    {
        var probe = MediaProbe.Parse(Recorded);
        Assert.Equal((18.023, 123456L, 4), (probe.Seconds!.Value, probe.Bytes, probe.Streams.Count));
        var video = probe.Video!;
        Assert.Equal((90, 235L, true), (video.Rotation, video.Packets!.Value, video.VariableRate));
        Assert.Equal("1080x1920", video.DisplaySize.ToString()); // pixels 4:3, then turned
        Assert.Equal("235/18", video.Rate!.ToString());
        Assert.Null(video.Language);
        Assert.Equal((18.023, "deu", 2), (probe.AudioSeconds!.Value, probe.Audio!.Language, probe.Audio.Channels));
        Assert.True(probe.Streams[2].Cover);
        Assert.Equal(StreamKind.Other, probe.Streams[3].Kind);
        Assert.Equal(["One", "Chapter 2"], probe.Chapters.Select(c => c.Title));
    }

    [Fact]
    public void The_report_has_sorted_keys_and_no_words_of_the_probers_build()
    {
        var report = Encoding.UTF8.GetString(ProbeReport.Write(MediaProbe.Parse(Recorded)));
        Assert.Contains("\"fps\": \"235/18\"", report, StringComparison.Ordinal);
        Assert.StartsWith("{\n  \"chapters\": [", report, StringComparison.Ordinal);
        Assert.DoesNotContain("encoder", report, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_answer_is_no_stream_and_no_length()
    {
        var probe = MediaProbe.Parse("{}");
        Assert.Empty(probe.Streams);
        Assert.Null(probe.PictureSeconds);
    }

    [Fact]
    public void A_result_that_is_not_as_planned_is_told_with_both_values()
    {
        var probe = MediaProbe.Parse(Recorded);
        Assert.Null(new Expected { Video = true, Audio = true, Frames = 235, Seconds = 18.01 }.Mismatch(probe));
        Assert.Equal("the result has 235 frames, 240 were expected", new Expected { Video = true, Frames = 240 }.Mismatch(probe));
        Assert.Equal("the picture of the result is 18.0 s long, 20.0 s was expected", new Expected { Video = true, Seconds = 20 }.Mismatch(probe));
        Assert.Equal("the result is 1440x1080, 1920x1080 was expected", new Expected { Video = true, Size = new PictureSize(1920, 1080) }.Mismatch(probe));
        Assert.Equal("the result has no sound", new Expected { Audio = true }.Mismatch(MediaProbe.Parse("{}")));
    }

    [Theory]
    [InlineData("", "is empty (0 bytes)")]
    [InlineData("0000000c 66747970 69736f6d 00000100 6d646174", "is cut off: the index (moov) is missing")]
    [InlineData("0000000c 66747970 69736f6d 00000008 6d6f6f76 00000100 6d646174", "is cut off: 248 bytes are missing at its end")]
    [InlineData("0000000c 66747970 69736f6d 00000008 6d6f6f76 00000008 6d646174", null)]
    [InlineData("0000000c 66747970 69736f6d 00000001 6d646174 00000001 00000000", "is cut off: the index (moov) is missing")]
    [InlineData("1a45dfa3 84 00000000 18538067 4020 ec80", "is cut off: 30 bytes are missing at its end")]
    [InlineData("1a45dfa3 84 00000000 18538067 82 ec80", null)]
    [InlineData("1a45dfa3 84 00000000 18538067 01ffffffffffffff ec80", null)]
    [InlineData("52494646 10000000 57415645 00000000", "is cut off: 8 bytes are missing at its end")]
    [InlineData("52494646 ffffffff 57415645 00000000", null)]
    [InlineData("00010203 04050607 08090a0b", null)]
    public void A_file_that_is_not_whole_is_recognised_by_its_first_bytes(string hex, string? fault)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(fault, Wholeness.Fault(bytes.Length, (offset, buffer) =>
        {
            if (offset >= bytes.Length) return 0;
            var part = bytes.AsSpan((int)offset, (int)Math.Min(buffer.Length, bytes.Length - offset));
            part.CopyTo(buffer);
            return part.Length;
        }));
    }

    [Fact]
    public void Random_bytes_never_break_the_look_at_wholeness()
    {
        var random = new Random(5);
        byte[][] heads = [[0, 0, 0, 12, .. "ftyp"u8], [0x1a, 0x45, 0xdf, 0xa3], [.. "RIFF"u8]];
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(1, 64)];
            random.NextBytes(bytes);
            var head = heads[i % 3];
            head.AsSpan(0, Math.Min(head.Length, bytes.Length)).CopyTo(bytes);
            _ = Wholeness.Fault(bytes.Length, (offset, buffer) =>
            {
                if (offset < 0 || offset >= bytes.Length) return 0;
                var part = bytes.AsSpan((int)offset, (int)Math.Min(buffer.Length, bytes.Length - offset));
                part.CopyTo(buffer);
                return part.Length;
            });
        }
    }
}
