using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Xunit;

namespace Spool.Tests.Media;

public sealed class TimelineTests
{
    private static MediaProbe Film(double seconds, double? sound = null) => new("mov", seconds, 1,
        [new(0, StreamKind.Video, "h264") { Width = 64, Height = 36, Seconds = seconds, Rate = new(25, 1) }, new(1, StreamKind.Audio, "aac") { Seconds = sound ?? seconds, Channels = 2, SampleRate = 48000 }], []);

    private static ConcatPlan Plan(Transition transition, double length, params double[] seconds) =>
        ConcatPlan.Of([.. seconds.Select(s => Film(s))], new PictureSize(64, 36), new FrameRate(25, 1), transition, length);

    [Theory]
    [InlineData("30", "30")]
    [InlineData("29.97", "30000/1001")]
    [InlineData("23.976", "24000/1001")]
    [InlineData("12.5", "25/2")]
    [InlineData("30000/1001", "30000/1001")]
    [InlineData("60/2", "30")]
    public void Rates_are_exact_fractions(string text, string rate) => Assert.Equal(rate, FrameRate.Parse(text, null).ToString());

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("abc")]
    [InlineData("1/0")]
    [InlineData("30 -i /etc/passwd")]
    [InlineData("99999")]
    public void What_is_no_rate_is_refused(string text) => Assert.False(FrameRate.TryParse(text, null, out _));

    [Theory]
    [InlineData("1920x1080", true)]
    [InlineData("720p", true)]
    [InlineData("1920", false)]
    [InlineData("0x10", false)]
    [InlineData("99999x10", false)]
    [InlineData("10x10,movie=/etc/passwd", false)]
    public void Sizes_are_two_numbers(string text, bool good) => Assert.Equal(good, PictureSize.TryParse(text, null, out _));

    [Theory]
    [InlineData("#20FF40", "0x20ff40")]
    [InlineData("black", "0x000000")]
    [InlineData("#12345g", null)]
    [InlineData("red:s=1", null)]
    public void Colours_are_six_digits(string text, string? ffmpeg) => Assert.Equal(ffmpeg, Colour.TryParse(text, null, out var colour) ? colour.Ffmpeg : null);

    [Fact]
    public void Samples_of_frames_never_drift()
    {
        var rate = new FrameRate(30000, 1001);
        long sum = 0;
        for (var frame = 0; frame < 108_000; frame++) sum += rate.Samples(frame + 1, 48000) - rate.Samples(frame, 48000);
        Assert.Equal((long)Math.Round(108_000.0 * 1001 * 48000 / 30000), sum);
        Assert.Equal(1602, rate.Samples(1, 48000));
    }

    [Fact]
    public void Whole_frames_cover_the_sound()
    {
        Assert.Equal(50, new FrameRate(25, 1).FramesToCover(1.98));
        Assert.Equal(50, new FrameRate(25, 1).FramesToCover(2.0000001));
        Assert.Equal(51, new FrameRate(25, 1).FramesToCover(2.001));
    }

    [Fact]
    public void A_plan_is_the_sum_minus_the_transitions()
    {
        Assert.Equal(50 + 25 + 75, Plan(Transition.Cut, 0.4, 2, 1, 3).Frames);
        var plan = Plan(Transition.Fade, 0.4, 2, 1, 3);
        Assert.Equal(50 + 25 + 75 - 20, plan.Frames);
        Assert.Equal([0L, 40, 55], plan.Clips.Select(c => c.Start));
        Assert.Equal(0, plan.Shortened);
        Assert.Equal(2, Plan(Transition.Fade, 2, 2, 1, 3).Shortened);
    }

    [Fact]
    public void Sound_longer_than_the_picture_counts_but_the_padding_of_a_codec_does_not()
    {
        var rate = new FrameRate(25, 1);
        var size = new PictureSize(64, 36);
        Assert.Equal(50, ConcatPlan.Of([Film(2, 2.04)], size, rate, Transition.Cut, 0).Frames);
        Assert.Equal(63, ConcatPlan.Of([Film(2, 2.5)], size, rate, Transition.Cut, 0).Frames);
        Assert.Equal(50, ConcatPlan.Of([Film(2, 1)], size, rate, Transition.Cut, 0).Frames);
    }

    [Theory]
    [InlineData(Transition.Cut)]
    [InlineData(Transition.Fade)]
    public void Pieces_cover_the_timeline_once_and_hold_few_clips(Transition transition)
    {
        foreach (var count in new[] { 1, 2, 12, 13, 24, 25, 100, 333 })
        {
            var plan = Plan(transition, 0.2, [.. Enumerable.Range(0, count).Select(i => 0.4 + (i % 7 * 0.2))]);
            var pieces = plan.Pieces();
            Assert.Equal(0, pieces[0].From);
            Assert.Equal(plan.Frames, pieces[^1].To);
            Assert.All(pieces.Zip(pieces.Skip(1)), p => Assert.Equal(p.First.To, p.Second.From));
            Assert.All(pieces, p => Assert.InRange(p.Last - p.First + 1, 1, ConcatPlan.MostAtOnce));
            Assert.All(pieces, p => Assert.True(p.To > p.From));
            // A seam never lies in a transition.
            foreach (var piece in pieces.Skip(1))
                Assert.DoesNotContain(plan.Clips.Zip(plan.Clips.Skip(1)), p => p.Second.Start < piece.From && piece.From < p.First.End);
        }
    }

    [Fact]
    public void The_graph_of_a_crossfade_is_exact_in_frames_and_samples()
    {
        var plan = Plan(Transition.Fade, 0.4, 2, 2);
        var graph = plan.Graph(plan.Pieces()[0]);
        Assert.Contains("[v0][v1]xfade=transition=fade:duration=0.4:offset=1.6,setpts=N,fps=25[v]", graph, StringComparison.Ordinal);
        Assert.Contains("[a0][a1]acrossfade=ns=19200:c1=tri:c2=tri[a]", graph, StringComparison.Ordinal);
        Assert.Contains("atrim=start_sample=0:end_sample=96000", graph, StringComparison.Ordinal);
        Assert.Contains("concat=n=2:v=1:a=1[v][a]", Plan(Transition.Cut, 1, 2, 2).Graph(new ConcatPiece(0, 1, 0, 100)), StringComparison.Ordinal);
    }

    [Fact]
    public void Chapter_titles_are_escaped_and_lie_on_one_line()
    {
        var text = Chapters.Metadata([new Chapter("a=b;c#d\\e\nf", 0, 1.5)]);
        Assert.Equal(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000000\nSTART=0\nEND=1500000\ntitle=a\\=b\\;c\\#d\\\\e f\n", text);
    }

    [Fact]
    public void Segments_come_back_from_their_json()
    {
        Chapter[] segments = [new("Äpfel \"1\"", 0, 1.5), new("b", 1.5, 3.033333)];
        Assert.Equal(segments, Chapters.Read(System.Text.Encoding.UTF8.GetString(Chapters.Json(segments))));
        Assert.Null(Chapters.Read("[]"));
        Assert.Null(Chapters.Read("no json"));
        Assert.Null(Chapters.Read("{\"segments\":[{\"start\":\"x\"}]}"));
    }

    [Theory]
    [InlineData("# Why the sky is blue\ntext", "Why the sky is blue")]
    [InlineData("\n\nfirst line\nsecond", "first line")]
    [InlineData("#tag line\n## Heading", "Heading")]
    [InlineData("  \n", null)]
    public void The_title_of_a_text_is_its_heading_or_first_line(string text, string? title) => Assert.Equal(title, Chapters.Title(text));

    [Fact]
    public void Detail_is_nothing_in_a_flat_picture_and_grows_with_edges()
    {
        var flat = new byte[Detail.Side * Detail.Side];
        var edges = new byte[flat.Length];
        for (var i = 0; i < edges.Length; i++) edges[i] = (byte)(i / 8 % 2 * 200);
        Assert.Equal(0, Detail.Of(flat));
        Assert.True(Detail.Of(edges) > 1000);
    }
}
