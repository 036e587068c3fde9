using Spool.Media.Frames;
using Spool.Media.Hashing;
using Spool.Media.Metrics;
using Xunit;

namespace Spool.Tests.Media;

/// <summary>Every kernel with vectors against its plain twin, bit for bit, over sizes that end in the middle of a vector.</summary>
public sealed class KernelTests
{
    /// <summary>All widths to 70 at some heights, all heights to 70 at some widths.</summary>
    public static TheoryData<int> Sides => [.. Enumerable.Range(1, 70)];

    [Theory]
    [MemberData(nameof(Sides))]
    public void Figures_of_a_picture_of_any_size_are_the_plain_ones(int side)
    {
        foreach (var (width, height) in Sizes(side))
            foreach (var plane in Planes(width, height))
            {
                Assert.Equal(Laplacian.VarianceScalar(plane), Laplacian.Variance(plane));
                foreach (var percentile in new[] { 0, 0.1, 0.5, 1 })
                {
                    Assert.Equal(Luma.OfScalar(plane, percentile), Luma.Of(plane, percentile));
                    Assert.Equal(Luma.OfScalar(plane, percentile, spread: false), Luma.Of(plane, percentile, spread: false));
                }
            }
    }

    [Theory]
    [MemberData(nameof(Sides))]
    public void A_picture_of_any_size_is_shrunk_to_the_plain_bytes_for_hashes(int side)
    {
        LanczosResize square = new(32, 32), nine = new(9, 8);
        foreach (var (width, height) in Sizes(side)) Shrinks(Planes(width, height), square, nine);
    }

    [Theory]
    [InlineData(1280, 720)]
    [InlineData(1366, 768)]
    [InlineData(333, 1001)]
    [InlineData(4001, 37)]
    [InlineData(31, 5000)]
    public void A_large_picture_is_shrunk_to_the_plain_bytes_for_hashes(int width, int height) => Shrinks(Planes(width, height), new(32, 32), new(9, 8));

    [Theory]
    [MemberData(nameof(Sides))]
    public void Planes_of_any_size_are_brought_to_the_plain_bytes_at_working_size(int side)
    {
        foreach (var (width, height) in Sizes(side)) Samples(width, height, (Math.Max(1, width * 3 / 4), Math.Max(1, height * 2 / 3)));
    }

    [Theory]
    [InlineData(1920, 1080)]
    [InlineData(1080, 1920)]
    [InlineData(3840, 2160)]
    [InlineData(2047, 333)]
    [InlineData(7680, 96)]
    public void Large_planes_are_brought_to_the_plain_bytes_at_working_size(int width, int height) => Samples(width, height, WorkingSize.Of(width, height));

    [Fact]
    public void Hue_saturation_and_value_of_every_range_and_every_value_are_the_plain_ones()
    {
        var colour = new SmallColour();
        colour.Resize(256, 256 * 3);
        for (var turn = 0; turn < 3; turn++)
            for (var most = 0; most < 256; most++)
                for (var least = 0; least < 256; least++)
                {
                    var at = (((turn * 256) + most) * 256) + least;
                    byte high = (byte)Math.Max(most, least), low = (byte)Math.Min(most, least), between = (byte)(low + ((high - low) * (at % 7) / 6));
                    (colour.Red.Pixels[at], colour.Green.Pixels[at], colour.Blue.Pixels[at]) = turn == 0 ? (high, between, low) : turn == 1 ? (low, high, between) : (between, low, high);
                }
        SmallHsv vector = new(), plain = new();
        new HsvConverter().Convert(colour, vector);
        new HsvConverter().ConvertScalar(colour, plain);
        Same(plain.Hue, vector.Hue);
        Same(plain.Saturation, vector.Saturation);
        Same(plain.Value, vector.Value);
    }

    [Fact]
    public void Every_byte_of_limited_range_widens_to_the_plain_one()
    {
        Plane vector = Plane.Of(259, 1, [.. Enumerable.Range(0, 259).Select(i => (byte)i)]), plain = new();
        plain.CopyFrom(vector);
        new FullRange().Widen(vector);
        new FullRange().WidenScalar(plain);
        Same(plain, vector);
    }

    [Theory]
    [InlineData(0, 200)]
    [InlineData(200, 0)]
    [InlineData(100, 101)]
    [InlineData(255, 3)]
    public void A_percentile_is_exact_also_where_the_sampled_rows_mislead(int sampled, int others)
    {
        var plane = new Plane();
        plane.Resize(500, 200);
        for (var y = 0; y < 200; y++)
            for (var x = 0; x < 500; x++) plane.Row(y)[x] = (byte)Math.Min(255, (y % 16 == 8 ? sampled : others) + (x % 9 * (y % 3)));
        foreach (var percentile in new[] { 0, 0.01, 0.1, 0.5, 0.9, 0.99, 1 }) Assert.Equal(Luma.OfScalar(plane, percentile), Luma.Of(plane, percentile));
    }

    [Theory]
    [InlineData(1280, 720)]
    [InlineData(333, 250)]
    [InlineData(40, 17)]
    [InlineData(32, 100)]
    [InlineData(5, 3)]
    public void One_pass_in_stripes_gives_what_each_figure_gives_alone(int width, int height)
    {
        var picture = new Picture();
        picture.Grey.CopyFrom(Planes(width, height)[0]);
        var all = new FrameMeter(Metric.All, 0.1).Measure(picture, new SmallFrame());
        var some = new FrameMeter(Metric.Blur | Metric.Luma | Metric.Phash, 0.1).Measure(picture, new SmallFrame());
        Assert.Equal(Laplacian.VarianceScalar(picture.Grey), all.LaplacianVariance);
        Assert.Equal(Luma.OfScalar(picture.Grey, 0.1), all.Luma);
        Assert.Equal(new PerceptualHash().OfScalar(picture.Grey), all.Phash);
        Assert.Equal((all.LaplacianVariance, all.Phash), (some.LaplacianVariance, some.Phash));
        Assert.Equal(Luma.OfScalar(picture.Grey, 0.1, spread: false), some.Luma);
    }

    private static IEnumerable<(int Width, int Height)> Sizes(int side) =>
        new[] { 1, 2, 3, 17, 33, 70 }.SelectMany(other => new[] { (side, other), (other, side) });

    /// <summary>Noise, hard black and white (which leaves the range of a byte on the way), and a slow ramp.</summary>
    private static Plane[] Planes(int width, int height)
    {
        Plane[] planes = [new(), new(), new()];
        var state = (uint)((width * 7919) + height);
        foreach (var plane in planes) plane.Resize(width, height);
        for (var i = 0; i < width * height; i++)
        {
            state = (state * 1664525) + 1013904223;
            planes[0].Pixels[i] = (byte)(state >> 24);
            planes[1].Pixels[i] = (byte)((state >> 28) % 5 == 0 ? (i % width / 3 % 2 * 255) : (i / width / 2 % 2 * 255));
            planes[2].Pixels[i] = (byte)((i % width * 255 / width) + (state >> 31));
        }
        return planes;
    }

    private static void Shrinks(Plane[] planes, LanczosResize square, LanczosResize nine)
    {
        Plane vector = new(), plain = new();
        foreach (var plane in planes)
            foreach (var resize in new[] { square, nine })
            {
                resize.Resize(plane, vector);
                resize.ResizeScalar(plane, plain);
                Same(plain, vector);
            }
    }

    private static void Samples(int width, int height, (int Width, int Height) size)
    {
        var planes = Planes(width, height);
        Plane vector = new(), plain = new();
        foreach (var plane in planes)
            foreach (var other in new[] { size, size with { Height = height } })
            {
                new Shrinker().Shrink(plane, vector, other);
                new Shrinker().ShrinkScalar(plane, plain, other);
                Same(plain, vector);
            }
        var (halfWidth, halfHeight) = ((width + 1) / 2, (height + 1) / 2);
        Plane[] half = Planes(halfWidth, halfHeight), tall = Planes(halfWidth, height);
        SmallColour vectors = new(), plains = new();
        foreach (var at in new[] { size, (width, height) })
        {
            new FilmColour().Sample(planes[0], half[0], half[1], vectors, at);
            new FilmColour().SampleScalar(planes[0], half[0], half[1], plains, at);
            Same(plains, vectors);
            foreach (var chroma in new[] { half, tall, planes })
            {
                new ColourSampler().Sample(planes[2], chroma[0], chroma[1], vectors, at);
                new ColourSampler().SampleScalar(planes[2], chroma[0], chroma[1], plains, at);
                Same(plains, vectors);
            }
        }
    }

    private static void Same(SmallColour plain, SmallColour vector)
    {
        Same(plain.Red, vector.Red);
        Same(plain.Green, vector.Green);
        Same(plain.Blue, vector.Blue);
    }

    private static void Same(Plane plain, Plane vector)
    {
        Assert.Equal((plain.Width, plain.Height), (vector.Width, vector.Height));
        Assert.True(plain.Pixels.SequenceEqual(vector.Pixels), $"pixel {plain.Pixels.CommonPrefixLength(vector.Pixels)} of {plain.Width}x{plain.Height} differs");
    }
}
