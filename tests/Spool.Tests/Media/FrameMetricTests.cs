using Spool.Media.Frames;
using Spool.Media.Hashing;
using Spool.Media.Metrics;
using Xunit;

namespace Spool.Tests.Media;

/// <summary>Known answers are those of OpenCV 4.6 (Laplacian CV_64F, BGR2GRAY, resize, BGR2HSV), numpy 1.24 and imagehash 4.3.2 with Pillow 9.4 and scipy 1.10 over the same drawn pictures.</summary>
public sealed class FrameMetricTests
{
    [Theory]
    [InlineData("waves", 4.453107632785374)]
    [InlineData("wide", 46.88035439653631)]
    [InlineData("noise", 48975.84306611183)]
    [InlineData("bars", 25.617142857142856)]
    [InlineData("half", 203.203125)]
    [InlineData("flat", 0)]
    [InlineData("tiny", 2.847544224765868)]
    public void Sharpness_is_the_variance_of_the_Laplacian_that_OpenCV_gives(string name, double variance)
    {
        var picture = DrawnPictures.Named(name);
        Assert.Equal(variance, Laplacian.Variance(picture.Grey), Math.Max(1e-12, variance * 1e-9));
        Assert.Equal(Laplacian.VarianceScalar(picture.Grey), Laplacian.Variance(picture.Grey));
    }

    [Theory]
    [InlineData("waves", 126.16033854166666, 47.17441838417713, 66)]
    [InlineData("wide", 127.42397786458334, 49.45181967665945, 62)]
    [InlineData("noise", 127.33266997356462, 49.47131670985766, 61)]
    [InlineData("bars", 145.71428571428572, 75.26660098934849, 29)]
    [InlineData("half", 127.5, 127.5, 0)]
    [InlineData("flat", 77, 0, 77)]
    [InlineData("tiny", 38.57419354838709, 19.40151254066973, 12)]
    public void Mean_deviation_and_percentile_of_luma_are_those_of_numpy(string name, double mean, double deviation, int percentile)
    {
        var luma = Luma.Of(DrawnPictures.Named(name).Grey, 0.1);
        Assert.Equal(mean, luma.Mean, 1e-9);
        Assert.Equal(deviation, luma.Deviation!.Value, 1e-6);
        Assert.Equal(percentile, luma.Percentile);
    }

    [Theory]
    [InlineData("waves", 0xc252474f1fb7e04a, 0xc1c38f38716766ce)]
    [InlineData("wide", 0xd55515df07bf0501, 0x56aa542188422194)]
    [InlineData("noise", 0xfc152e03ed097e38, 0x36a436d20a29d337)]
    [InlineData("bars", 0xd400000000000000, 0x0000000000000000)]
    [InlineData("half", 0x9100000000000000, 0x5a5a5a5a5a5a5a5a)]
    [InlineData("flat", 0x8000000000000000, 0x0000000000000000)]
    [InlineData("tiny", 0xa055e603ec3fde05, 0xffffffffffffffff)]
    public void Hashes_have_the_bits_of_imagehash(string name, ulong phash, ulong dhash)
    {
        var picture = DrawnPictures.Named(name);
        var hash = new PerceptualHash();
        Assert.Equal(PerceptualHash.Text(phash), PerceptualHash.Text(hash.Of(picture.Hashed)));
        Assert.Equal(PerceptualHash.Text(dhash), PerceptualHash.Text(hash.DifferenceOf(picture.Hashed)));
        Assert.Equal(phash, hash.OfScalar(picture.Hashed));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 9)]
    [InlineData(2, 2)]
    [InlineData(33, 7)]
    [InlineData(64, 5)]
    [InlineData(67, 70)]
    [InlineData(300, 290)]
    public void Kernels_with_vectors_give_what_the_plain_ones_give(int width, int height)
    {
        var grey = DrawnPictures.Draw(width, height, DrawnPictures.Noise()).Grey;
        var other = DrawnPictures.Draw(width, height, DrawnPictures.Waves).Grey;
        Assert.Equal(Laplacian.VarianceScalar(grey), Laplacian.Variance(grey));
        foreach (var percentile in new[] { 0, 0.1, 0.5, 1 })
            foreach (var plane in new[] { grey, other }) Assert.Equal(Luma.OfScalar(plane, percentile), Luma.Of(plane, percentile));
        Assert.Equal(Vectors.DifferenceScalar(grey, other), Vectors.Difference(grey, other));
        var hash = new PerceptualHash();
        Assert.Equal(hash.OfScalar(grey), hash.Of(grey));
    }

    [Fact]
    public void A_percentile_is_exact_also_where_the_sampled_pixels_mislead()
    {
        var plane = new Plane();
        plane.Resize(61 * 32, 100);
        for (var i = 0; i < plane.Count; i++) plane.Pixels[i] = (byte)(i % 61 == 0 ? 255 : i % 200);
        foreach (var percentile in new[] { 0, 0.1, 0.5, 0.9, 1 }) Assert.Equal(Luma.OfScalar(plane, percentile), Luma.Of(plane, percentile));
    }

    [Fact]
    public void Shrinking_and_hue_saturation_value_are_those_of_OpenCV()
    {
        var picture = DrawnPictures.Draw(640, 360, DrawnPictures.Waves);
        var small = new SmallColour();
        var shrinker = new Shrinker();
        shrinker.Shrink(picture.Red, small.Red, (256, 144));
        shrinker.Shrink(picture.Green, small.Green, (256, 144));
        shrinker.Shrink(picture.Blue, small.Blue, (256, 144));
        Assert.Equal([4546987, 4746850, 4744525], new[] { Sum(small.Blue), Sum(small.Green), Sum(small.Red) });
        var hsv = new SmallHsv();
        new HsvConverter().Convert(small, hsv);
        Assert.Equal([3187463, 6328594, 7022097], new[] { Sum(hsv.Hue), Sum(hsv.Saturation), Sum(hsv.Value) });
    }

    [Fact]
    public void Hue_saturation_and_value_of_any_colour_are_those_of_OpenCV_with_and_without_vectors()
    {
        var colour = Small(DrawnPictures.Draw(256, 144, DrawnPictures.Noise()));
        SmallHsv vector = new(), plain = new();
        var converter = new HsvConverter();
        converter.Convert(colour, vector);
        converter.ConvertScalar(colour, plain);
        Assert.Equal([412672705L, 786507939L, 880694455L], new[] { Weighed(vector.Hue), Weighed(vector.Saturation), Weighed(vector.Value) });
        Assert.Equal(plain.Hue.Pixels.ToArray(), vector.Hue.Pixels.ToArray());
        Assert.Equal(plain.Saturation.Pixels.ToArray(), vector.Saturation.Pixels.ToArray());
    }

    [Theory]
    [InlineData(1920, 1080)]
    [InlineData(854, 480)]
    [InlineData(301, 203)]
    [InlineData(64, 48)]
    public void Film_colour_with_vectors_is_the_plain_one(int width, int height)
    {
        Plane luma = DrawnPictures.Draw(width, height, DrawnPictures.Waves).Grey, cb = new(), cr = new();
        cb.Resize((width + 1) / 2, (height + 1) / 2);
        cr.Resize((width + 1) / 2, (height + 1) / 2);
        for (var i = 0; i < cb.Count; i++) (cb.Pixels[i], cr.Pixels[i]) = ((byte)(i * 7), (byte)(i * 13 / 5));
        SmallColour vector = new(), plain = new();
        new FilmColour().Sample(luma, cb, cr, vector, WorkingSize.Of(width, height));
        new FilmColour().SampleScalar(luma, cb, cr, plain, WorkingSize.Of(width, height));
        Assert.Equal(plain.Red.Pixels.ToArray(), vector.Red.Pixels.ToArray());
        Assert.Equal(plain.Green.Pixels.ToArray(), vector.Green.Pixels.ToArray());
        Assert.Equal(plain.Blue.Pixels.ToArray(), vector.Blue.Pixels.ToArray());
    }

    [Fact]
    public void The_area_hash_and_the_histogram_correlation_are_those_of_PySceneDetect()
    {
        var noise = Small(DrawnPictures.Draw(256, 144, DrawnPictures.Noise()));
        var waves = new SmallColour();
        var picture = DrawnPictures.Draw(640, 360, DrawnPictures.Waves);
        var shrinker = new Shrinker();
        shrinker.Shrink(picture.Red, waves.Red, (256, 144));
        shrinker.Shrink(picture.Green, waves.Green, (256, 144));
        shrinker.Shrink(picture.Blue, waves.Blue, (256, 144));
        var hash = new AreaHash(8);
        Assert.Equal("1011100110101001111110111010101000010000000100100101001101010111", Bits(hash, waves));
        Assert.Equal("1000101101110101000011110010110010011000101111000011011001100011", Bits(hash, noise));
        int[] a = new int[128], b = new int[128];
        LumaHistogram.Count(waves, a);
        LumaHistogram.Count(noise, b);
        Assert.Equal(0.9788000916440723, LumaHistogram.Correlation(a, b), 1e-6);
        Assert.Equal(1, LumaHistogram.Correlation(a, a), 1e-12);
    }

    [Fact]
    public void Blurring_lowers_sharpness_step_by_step()
    {
        var plane = DrawnPictures.Named("noise").Grey;
        var last = double.MaxValue;
        for (var round = 0; round < 4; round++)
        {
            var now = Laplacian.Variance(plane);
            Assert.True(now < last);
            last = now;
            var soft = new Plane();
            soft.CopyFrom(plane);
            for (var y = 1; y < plane.Height - 1; y++)
                for (var x = 1; x < plane.Width - 1; x++)
                    soft.Row(y)[x] = (byte)((plane.Row(y)[x] + plane.Row(y)[x - 1] + plane.Row(y)[x + 1] + plane.Row(y - 1)[x] + plane.Row(y + 1)[x]) / 5);
            plane = soft;
        }
    }

    [Fact]
    public void Change_is_measured_between_frames_of_one_size_only()
    {
        var meter = new FrameMeter(Metric.All, 0.1);
        SmallFrame first = new(), second = new(), other = new();
        meter.Measure(DrawnPictures.Named("flat"), first);
        meter.Measure(DrawnPictures.Draw(80, 60, (_, _) => (128, 128, 128)), second);
        meter.Measure(DrawnPictures.Named("tiny"), other);
        Assert.Equal(51 / 255.0, FrameChange.Motion(first, second)!.Value, 1e-12);
        Assert.Equal(51 / 3.0, FrameChange.Content(first, second)!.Value, 1e-12);
        Assert.Null(FrameChange.Motion(null, first));
        Assert.Null(FrameChange.Motion(first, other));
        Assert.Null(FrameChange.Content(first, other));
    }

    [Fact]
    public void A_picture_stream_that_ends_early_or_lies_about_its_size_is_a_fault()
    {
        static void Read(string text) => PamReader.Read(new MemoryStream(System.Text.Encoding.Latin1.GetBytes(text)), new Picture(), colour: false);
        Assert.Contains("cut off", Assert.Throws<PictureFault>(() => Read("P7\nWIDTH 4\nHEIGHT 4\nDEPTH 1\nMAXVAL 255\nENDHDR\nabc")).Message, StringComparison.Ordinal);
        Assert.Contains("100 million", Assert.Throws<PictureFault>(() => Read("P7\nWIDTH 16000\nHEIGHT 16000\nDEPTH 1\nMAXVAL 255\nENDHDR\n")).Message, StringComparison.Ordinal);
        Assert.Throws<PictureFault>(() => Read(""));
        Assert.Throws<PictureFault>(() => Read(new string('x', 1000)));
    }

    [Fact]
    public void Frames_of_a_folder_are_ordered_by_number_or_by_place_where_numbers_repeat()
    {
        Assert.Equal([(2, "image_2.jpg"), (10, "image_10.jpg"), (100, "image_100.png")], FrameNames.Ordered(["image_10.jpg", "image_100.png", "notes.txt", "image_2.jpg"]));
        Assert.Equal([(0, "a_1.jpg"), (1, "b_1.jpg"), (2, "b_2.jpg")], FrameNames.Ordered(["b_2.jpg", "b_1.jpg", "a_1.jpg"]));
        Assert.Null(FrameNames.Number("cover.jpg"));
        Assert.Null(FrameNames.Number("x99999999999999999999.jpg"));
    }

    private static SmallColour Small(Picture picture)
    {
        var small = new SmallColour();
        small.Red.CopyFrom(picture.Red);
        small.Green.CopyFrom(picture.Green);
        small.Blue.CopyFrom(picture.Blue);
        return small;
    }

    private static string Bits(AreaHash hash, SmallColour colour)
    {
        var bits = new byte[64];
        hash.Of(colour, bits);
        return string.Concat(bits);
    }

    private static int Sum(Plane plane)
    {
        var sum = 0;
        foreach (var pixel in plane.Pixels) sum += pixel;
        return sum;
    }

    private static long Weighed(Plane plane)
    {
        long sum = 0;
        for (var i = 0; i < plane.Count; i++) sum += plane.Pixels[i] * (i % 251);
        return sum;
    }
}
