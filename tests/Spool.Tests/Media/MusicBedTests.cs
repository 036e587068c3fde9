using System.Buffers.Binary;
using System.Security.Cryptography;
using Spool.Media.Audio;
using Xunit;

namespace Spool.Tests.Media;

public sealed class MusicBedTests
{
    private static byte[] Bed(MusicStyle style, int frames, int block)
    {
        var bed = new MusicBed(style, frames);
        var all = new MemoryStream();
        var buffer = new byte[block];
        for (int count; (count = bed.Read(buffer)) > 0;) all.Write(buffer, 0, count);
        return all.ToArray();
    }

    /// <summary>The digest holds on every machine; a change of it is a change of the kind's version.</summary>
    [Theory]
    [InlineData(Mood.Calm, 1, "61714f40eb1fb0a5")]
    [InlineData(Mood.Dark, 7, "56a073fa1ebe909e")]
    public void The_samples_are_the_same_on_every_machine(Mood mood, long seed, string digest) =>
        Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(Bed(new(mood, 48, 72, seed), 96_000, 4096)))[..16]);

    [Fact]
    public void The_size_of_the_blocks_does_not_matter() =>
        Assert.Equal(Bed(new(Mood.Warm, 50, 90, 3), 50_000, 4096), Bed(new(Mood.Warm, 50, 90, 3), 50_000, 1004));

    [Fact]
    public void It_never_clips_and_has_no_clicks()
    {
        foreach (var mood in Enum.GetValues<Mood>())
        {
            var bytes = Bed(new(mood, 59, 160, 2), 48_000 * 20, 65536);
            int most = 0, jump = 0, last = 0;
            for (var i = 0; i < bytes.Length; i += 4)
            {
                var left = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(i));
                most = Math.Max(most, Math.Abs((int)left));
                jump = Math.Max(jump, Math.Abs(left - last));
                last = left;
            }
            Assert.InRange(most, 2000, 28_000);
            Assert.True(jump < 1500, $"{mood}: a step of {jump} between two samples");
        }
    }

    [Fact]
    public void The_sine_of_our_own_is_a_sine()
    {
        for (var i = 0; i < 1000; i++) Assert.Equal(Math.Sin(i / 1000.0 * Math.Tau), Tone.SineOf(i / 1000.0), 1e-9);
        Assert.Equal(440, Tone.Frequency(69), 9);
        Assert.Equal(261.6255653, Tone.Frequency(60), 6);
        Assert.Equal(32.7031957, Tone.Frequency(24), 6);
    }

    [Fact]
    public void The_header_says_what_follows()
    {
        var header = Wave.Header(1000);
        Assert.Equal(44, header.Length);
        Assert.Equal(4036u, BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)));
        Assert.Equal(4000u, BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(40)));
    }
}
