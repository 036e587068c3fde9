using System.Text;
using Spool.Engine.Artifacts;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Artifacts;

public sealed class ManifestTests
{
    [Theory]
    [InlineData("plain.txt")]
    [InlineData("a/b/c.txt")]
    [InlineData("two\nlines")]
    [InlineData("\n")]
    [InlineData("back\\slash")]
    [InlineData("\\n is no newline")]
    [InlineData("ends in \\")]
    [InlineData("\\\n\\\\\r\\r")]
    [InlineData("carriage\rreturn")]
    [InlineData(" leading and trailing ")]
    [InlineData("many   spaces")]
    [InlineData("tab\there")]
    [InlineData("ünïcödé 日本語 😀")]
    [InlineData("cafe\u0301")]
    [InlineData("line\u2028separator")]
    [InlineData("-dash")]
    public void Any_name_of_a_file_comes_back(string name)
    {
        var entry = new ManifestEntry(name, Digest.Of(name), 1L << 40);
        var bytes = Manifest.Write([entry]);
        Assert.Equal((byte)'\n', bytes[^1]);
        Assert.Single(bytes, (byte)'\n');
        Assert.Equal([entry], Manifest.Read(bytes));
    }

    [Fact]
    public void The_order_of_the_files_makes_no_difference_and_is_that_of_utf8()
    {
        // By UTF-16 units the last two would stand the other way round.
        string[] names = ["", "A", "a", "a/b", "b", "é", "\uff01", "😀"];
        var entries = names.Where(n => n.Length > 0).Select(n => new ManifestEntry(n, Digest.Of(n), 1)).ToList();
        var random = new Random(1);
        var written = Manifest.Write(entries);
        for (var i = 0; i < 20; i++)
        {
            var shuffled = entries.ToArray();
            random.Shuffle(shuffled);
            Assert.Equal(written, Manifest.Write(shuffled));
        }
        Assert.Equal(entries, Manifest.Read(written));
    }

    [Fact]
    public void Another_name_digest_or_size_is_another_folder()
    {
        var entry = new ManifestEntry("a\\nb", Digest.Of("x"), 10);
        var digests = ((ManifestEntry[])[entry, entry with { Name = "a\nb" }, entry with { Digest = Digest.Of("y") }, entry with { Bytes = 1 }, entry with { Name = "0 a" }]).Select(e => Digest.Of(Manifest.Write([e]))).ToList();
        Assert.Equal(5, digests.Distinct().Count());
        Assert.NotEqual(Digest.Of(Manifest.Write([])), digests[0]);
        Assert.Empty(Manifest.Read(Manifest.Write([])));
    }

    [Fact]
    public void The_store_finds_its_objects_and_passes_over_what_is_none()
    {
        var disk = new VirtualDisk();
        var store = new ObjectStore(disk, "/w/store");
        Assert.Empty(store.All());
        DurableFile.CreateFolders(disk, "/w/store");
        var bytes = Manifest.Write([new ManifestEntry("f", Digest.Of("1"), 1)]);
        var digest = Digest.Of(bytes);
        Assert.False(store.Has(digest));
        Assert.True(store.PrepareShard(digest));
        Assert.False(store.PrepareShard(digest));
        disk.WriteBytes(store.PathOf(digest), bytes);
        disk.Write("/w/store/ab/half-written.new", "x");
        disk.Write("/w/store/readme", "x");
        Assert.Equal([(digest, bytes.LongLength)], store.All());
        Assert.Equal("f", Assert.Single(store.ReadManifest(digest)).Name);
        store.Drop(digest);
        store.Drop(digest);
        Assert.False(store.Has(digest));
        Assert.Equal(64 + digest.ToString()[..2].Length + "/w/store/".Length + 1, Encoding.UTF8.GetByteCount(store.PathOf(digest)));
    }
}
