using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Xunit;

namespace Spool.Tests.Media;

public sealed class FitPlanTests
{
    private static readonly FrameRate Rate = new(25, 1);

    private static FitPlan Pad(double picture, double sound) => new(picture, sound, Rate) { Tail = 1 };

    private static FitPlan Stretch(double picture, double sound) => Pad(picture, sound) with { Mode = FitMode.Stretch, Tail = 0 };

    [Fact]
    public void A_short_film_is_held_until_the_sound_and_its_tail_are_over()
    {
        var plan = Pad(4, 7) with { Lead = 0.5 };
        Assert.Equal((213, 1.0, 0.0), (plan.Frames, plan.Speed, plan.Lost)); // 8.5 s = 212.5 frames
        Assert.Equal(4.52, plan.Filled, 6);
    }

    [Fact]
    public void A_long_film_plays_on_unless_cutting_is_allowed()
    {
        var plan = Pad(12, 7);
        Assert.Equal((300, 0.0, 4.0), (plan.Frames, plan.Lost, plan.Silent));
        var cut = plan with { Cut = true };
        Assert.Equal((200, 4.0, 0.0), (cut.Frames, cut.Lost, cut.Silent));
    }

    [Theory]
    [InlineData(6, 4, 1.5, 100, 0)]
    [InlineData(4, 6, 2.0 / 3, 150, 0)]
    [InlineData(4, 4.001, 1, 101, 0)]
    [InlineData(12, 4, 2, 150, 2)] // twice as fast is the limit; the rest plays on
    [InlineData(4, 10, 0.5, 250, 0)] // half as fast is the limit; the rest is held
    public void Stretching_keeps_to_its_limits(double picture, double sound, double speed, long frames, double silent)
    {
        var plan = Stretch(picture, sound);
        Assert.Equal(speed, plan.Speed, 9);
        Assert.Equal(frames, plan.Frames);
        Assert.Equal(silent, plan.Silent, 9);
    }

    [Fact]
    public void The_graph_changes_only_the_times_of_the_picture_and_delays_the_sound_by_the_lead()
    {
        var video = new MediaStream(0, StreamKind.Video, "h264") { Width = 320, Height = 180 };
        var audio = new MediaStream(1, StreamKind.Audio, "aac") { Channels = 2, SampleRate = 48000 };
        Assert.Equal("[0:0]format=yuv420p,setpts=(PTS-STARTPTS)/1.5,fps=25:start_time=0:round=near,tpad=stop=-1:stop_mode=clone,trim=end_frame=100,setpts=N[v];"
            + "[1:1]aresample=48000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo,apad,atrim=end_sample=192000,asetpts=N[a]", Stretch(6, 4).Graph(video, audio));
        var padded = (Pad(4, 4) with { Lead = 0.5, Filler = Colour.Parse("#102030", null) }).Graph(video, audio);
        Assert.Contains("stop_mode=add:color=0x102030", padded, StringComparison.Ordinal);
        Assert.Contains(",adelay=24000S:all=1,", padded, StringComparison.Ordinal);
        Assert.DoesNotContain("STARTPTS", padded, StringComparison.Ordinal);
    }
}
