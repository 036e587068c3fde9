using Spool.Media.Audio;
using Xunit;

namespace Spool.Tests.Media;

public sealed class LoudnessTests
{
    private const string Recorded = """
        size=N/A time=00:00:05.00 bitrate=N/A speed= 200x
        progress=end
        [Parsed_ebur128_0 @ 0x55a9173128c0] Summary:

          Integrated loudness:
            I:         -22.4 LUFS
            Threshold: -32.4 LUFS

          Loudness range:
            LRA:         1.5 LU
            Threshold: -41.7 LUFS
            LRA low:   -22.5 LUFS
            LRA high:  -21.1 LUFS

          True peak:
            Peak:       -3.6 dBFS
        """;

    private static readonly LoudnessTarget Streaming = new(-16, -1, 7);

    [Fact]
    public void The_summary_of_ebur128_is_read() => Assert.Equal(new Loudness(-22.4, -3.6, 1.5, -32.4), Loudness.Parse(Recorded));

    [Fact]
    public void Silence_is_minus_infinity()
    {
        var silent = Loudness.Parse(Recorded.Replace("-22.4", "-70.0", StringComparison.Ordinal).Replace("-3.6", "-inf", StringComparison.Ordinal))!;
        Assert.True(silent.IsSilent);
        Assert.Equal("silence", silent.ToString());
        Assert.Null(Loudness.Parse("nothing measured"));
    }

    [Fact]
    public void One_gain_is_enough_when_range_and_peaks_allow_it()
    {
        var plan = LoudnessPlan.Of(new(-20, -6, 5, -30), Streaming);
        Assert.Equal((LoudnessMode.Linear, 4.0), (plan.Mode, plan.GainDb));
        Assert.Null(plan.Why);
        Assert.Equal("volume=4dB:precision=float,aresample=48000", plan.Filter(new(-20, -6, 5, -30), Streaming, (48000, "stereo"), 0, null));
    }

    [Fact]
    public void Peaks_without_room_are_limited_and_the_remedy_is_the_level_that_can_be_reached()
    {
        var measured = new Loudness(-20, -3, 5, -30);
        var plan = LoudnessPlan.Of(measured, Streaming);
        Assert.Equal(LoudnessMode.Limited, plan.Mode);
        Assert.Equal("4.0 dB of gain would lift its peaks to 1.0 dBTP and -1.0 is the limit; with integrated: -18.0 only the level would change", plan.Why);
        Assert.Equal(LoudnessMode.Linear, LoudnessPlan.Of(measured, Streaming with { Integrated = -18 }).Mode);
        Assert.Contains("aresample=192000,aformat=channel_layouts=mono,alimiter=limit=0.88105:", plan.Filter(measured, Streaming, (48000, "mono"), 0, null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_that_is_too_wide_is_dynamic()
    {
        var measured = new Loudness(-20, -12, 11.3, -30);
        var plan = LoudnessPlan.Of(measured, Streaming);
        Assert.Equal(LoudnessMode.Dynamic, plan.Mode);
        Assert.Contains("with range: 12 only the level would change", plan.Why, StringComparison.Ordinal);
        Assert.StartsWith("loudnorm=I=-16:TP=-1:LRA=7:measured_I=-20:measured_TP=-12:measured_LRA=11.3:measured_thresh=-30:linear=false", plan.Filter(measured, Streaming, (48000, "stereo"), 0, null), StringComparison.Ordinal);
    }

    [Fact]
    public void Corrections_follow_the_slope_that_was_seen()
    {
        Assert.Equal(2, LoudnessPlan.NextCorrection([(0, -18)], -16));
        Assert.Equal(4, LoudnessPlan.NextCorrection([(0, -18), (2, -17)], -16));
        Assert.Equal(3, LoudnessPlan.NextCorrection([(0, -16.5), (2, -16.25)], -16)); // a slope of a quarter at least
    }
}
