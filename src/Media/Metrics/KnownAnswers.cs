using System.Globalization;
using System.Numerics;
using System.Text;
using Spool.Media.Cuts;
using Spool.Media.Frames;
using Spool.Media.Hashing;
using Spool.Media.Timeline;

namespace Spool.Media.Metrics;

/// <summary>One algorithm on this machine: what it gives, what it must give, and who says so.</summary>
public sealed record KnownAnswer(string What, string Value, string Expected, string Source)
{
    public bool IsRight => Value == Expected;
}

/// <summary>
/// Known answers over pictures drawn by formula: other processors take other paths through the kernels, and must give the same. The expected
/// values were made by the programs named, never by this one.
/// </summary>
public static class KnownAnswers
{
    private const string OpenCv = "OpenCV 4.6", ImageHash = "imagehash 4.3.2, Pillow 9.4, scipy 1.10", Detect = "PySceneDetect 0.7.1", Numpy = "numpy 1.24";

    /// <summary>A JPEG of 40x24 for the decoder.</summary>
    private const string Jpeg =
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7Pj4+JS5ESUM8SDc9Pjv/2wBDAQoLCw4NDhwQEBw7KCIoOzs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozv/wAARCAAYACgDASIAAhEBAxEB/8QAGAABAQEBAQAAAAAAAAAAAAAAAAUGBwH/xAAnEAABAwQBAQkBAAAAAAAAAAAAAQIEAwYRIYEFEhYiIzEyUYKhkv/EABkBAAIDAQAAAAAAAAAAAAAAAAUGAAIDBP/EACARAAEEAgMAAwAAAAAAAAAAAAEAAgMEBRESISIUMkH/2gAMAwEAAhEDEQA/AOXRIT9aLUSC/WjRw7afrwfhdh2y/Xl/gHNtj1KmTjH6szEgP1orU4D0p+hrIlsqmMtRCl3ea1iIqtTkqGMkKZ4stG2Mna56+C/4Bu6nRaDfc9icgKMx7C3sJfsZpvNc3j3o5cYVy8KU4931XYw2ov1UA0pY+v15XRSxlUa8qpHuiS7GKdT+VPZN0TML2aNReABlFWCGPk1o2mT4kDYumqLLuXqTs4oVAABZrDg/QAS/NFEHfQL/2Q==";

    /// <summary>A PNG of 40x24 for ffmpeg.</summary>
    private const string Png =
        "iVBORw0KGgoAAAANSUhEUgAAACgAAAAYCAIAAAAH5iiXAAABcElEQVR42q2U3YoTQRQGp2vOZH6CiCwiIvr+LyQiIr6CLjuTH8aKF5I1JplMb5KmqNviu+iTiqJouT9SrC4SpIJUkNJ9PabClJx2UBaQ7ksiOUdQFfDc5i4WnHNQH1bv88wgaI8WA+WNHikFLzpYnlZvxQyCV2cXlxDXeUcp4ZyD11PVKzGP4M2FxQHVSy1hhoOHy9UXM1KZQfB2dnEFi0wnFlKZ4eBdTjUXswneZy5eQD1rqc1z8CG/Os9I7TOp1lMKx43+Cj6+aHHNrsEaTzw2WGvjpLfa60bXugk+FZgw7c9oiSUGBmOFFS5wgfW+McnOxjPUutafuj4k+FHgdNupdntqbTz2Zp9cHTn4fl31DP6H+qirKYJvVy9usTv0aKudNjro6rKDr7dU/5HstNOkjzrMEny5cXGHS+x0qb/1SQftzzv1MkgvQ/A5u7qroYEGWmihgw6Wf5Gt9EYvWQTDwT+OnBtytr0deZLebP8BEfva79Wkp2oAAAAASUVORK5CYII=";

    public static byte[] JpegFile() => Convert.FromBase64String(Jpeg);

    public static byte[] PngFile() => Convert.FromBase64String(Png);

    /// <summary>All that needs no other program.</summary>
    public static IEnumerable<KnownAnswer> Own()
    {
        var wide = Draw(1280, 720);
        var noise = Draw(257, 131, noise: true);
        yield return new("sharpness, 1280x720", Digits(Laplacian.Variance(wide.Grey)), "46.88035440", OpenCv);
        yield return new("sharpness, 257x131 noise", Digits(Laplacian.Variance(noise.Grey)), "48975.84306611", OpenCv);
        var luma = Luma.Of(wide.Grey, 0.1);
        yield return new("luma mean", Digits(luma.Mean), "127.42397786", Numpy);
        yield return new("luma percentile 0.1", Digits(luma.Percentile), "62.00000000", Numpy);
        yield return new("luma deviation", Digits(luma.Deviation ?? -1), "49.45181968", Numpy);
        var hash = new PerceptualHash();
        yield return new("pHash, 1280x720", PerceptualHash.Text(hash.Of(wide.Hashed)), "d55515df07bf0501", ImageHash);
        yield return new("pHash, 257x131 noise", PerceptualHash.Text(hash.Of(noise.Hashed)), "fc152e03ed097e38", ImageHash);
        yield return new("dHash, 1280x720", PerceptualHash.Text(hash.DifferenceOf(wide.Hashed)), "56aa542188422194", ImageHash);
        foreach (var answer in Colours()) yield return answer;
        foreach (var answer in Cuts()) yield return answer;
        yield return Pairs();
    }

    /// <summary>The JPEG decoder.</summary>
    /// <exception cref="PictureFault">The library is not installed.</exception>
    public static KnownAnswer JpegDecoding()
    {
        using var decoder = new JpegDecoder();
        var picture = new Picture();
        decoder.Decode(JpegFile(), picture, colour: false);
        return new("JPEG decoding", Weighed(picture.Grey), "14508141", "OpenCV 4.6 with libjpeg-turbo 2.1");
    }

    /// <summary>The hash of <see cref="PngFile"/> after it was decoded.</summary>
    public static KnownAnswer PngDecoding(Picture decoded) =>
        new("PNG decoding by ffmpeg", PerceptualHash.Text(new PerceptualHash().Of(decoded.Hashed)), "90265dd52a77855e", ImageHash);

    private static IEnumerable<KnownAnswer> Colours()
    {
        var noise = Small(Draw(256, 144, noise: true));
        var hsv = new SmallHsv();
        new HsvConverter().Convert(noise, hsv);
        yield return new("hue, saturation, value", $"{Weighed(hsv.Hue)} {Weighed(hsv.Saturation)} {Weighed(hsv.Value)}", "412672705 786507939 880694455", OpenCv);
        var bits = new byte[64];
        new AreaHash(8).Of(noise, bits);
        yield return new("cut hash", string.Concat(bits), "1000101101110101000011110010110010011000101111000011011001100011", Detect);
    }

    private static IEnumerable<KnownAnswer> Cuts()
    {
        var rate = new FrameRate(25, 1);
        var times = FilmTimes.Even(600, rate);
        var scores = new List<double>();
        var state = 2u;
        for (var i = 0; i < 600; i++)
        {
            var value = (int)((state = Next(state)) >> 16);
            scores.Add(i == 0 ? 0 : value % 23 == 0 ? 60 : value % 120 / 10.0);
        }
        yield return new("content cuts", Listed(CutDetector.Content(times, scores, 27, MinLength.Usual)), "42 58 75 126 157 180 209 259 289 328 396 423 443 483 518 564", Detect);
        yield return new("adaptive cuts", Listed(CutDetector.Adaptive(times, scores, 3, MinLength.Usual)), "16 42 58 75 126 157 180 209 272 289 328 395 423 440 483 518 564", Detect);
    }

    /// <summary>Near pairs among 20,000 hashes: by the index, and by comparing all with all.</summary>
    private static KnownAnswer Pairs()
    {
        var hashes = new ulong[20_000];
        var state = 1u;
        for (var i = 0; i < hashes.Length; i++)
        {
            ulong high = state = Next(state), low = state = Next(state);
            // Every fourth hash is a few bits from the one before it.
            hashes[i] = i % 4 == 3 ? hashes[i - 1] ^ (1UL << (int)(high % 64)) ^ (1UL << (int)(low % 61)) : (high << 32) | low;
        }
        long indexed = 0, direct = 0;
        new HammingIndex(hashes, 8).AllPairs((_, _, _) => indexed++);
        for (var i = 0; i < hashes.Length; i++)
            for (var j = i + 1; j < hashes.Length; j++)
                if (BitOperations.PopCount(hashes[i] ^ hashes[j]) <= 8) direct++;
        return new("pairs within 8 bits of 20,000 hashes", indexed.ToString(CultureInfo.InvariantCulture), direct.ToString(CultureInfo.InvariantCulture), "comparing all with all");
    }

    private static uint Next(uint state) => (state * 1664525) + 1013904223;

    private static int Tri(int n) => n % 512 < 256 ? n % 512 : 511 - (n % 512);

    private static Picture Draw(int width, int height, bool noise = false)
    {
        using var stream = new MemoryStream();
        stream.Write(Encoding.ASCII.GetBytes($"P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH 3\nMAXVAL 255\nENDHDR\n"));
        var state = 12345u;
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                stream.WriteByte((byte)(noise ? (state = Next(state)) >> 24 : (uint)Tri((3 * x) + (2 * y))));
                stream.WriteByte((byte)(noise ? (state = Next(state)) >> 24 : (uint)Tri((2 * x) + (y * y / 40))));
                stream.WriteByte((byte)(noise ? (state = Next(state)) >> 24 : (uint)Tri(x * y / 64)));
            }
        stream.Position = 0;
        var picture = new Picture();
        PamReader.Read(stream, picture, colour: true);
        return picture;
    }

    private static SmallColour Small(Picture picture)
    {
        var small = new SmallColour();
        small.Red.CopyFrom(picture.Red);
        small.Green.CopyFrom(picture.Green);
        small.Blue.CopyFrom(picture.Blue);
        return small;
    }

    private static string Weighed(Frames.Plane plane)
    {
        long sum = 0;
        for (var i = 0; i < plane.Count; i++) sum += plane.Pixels[i] * (i % 251);
        return sum.ToString(CultureInfo.InvariantCulture);
    }

    private static string Digits(double value) => value.ToString("0.00000000", CultureInfo.InvariantCulture);

    private static string Listed(IEnumerable<CutPoint> cuts) => string.Join(' ', cuts.Select(c => c.Frame));
}
