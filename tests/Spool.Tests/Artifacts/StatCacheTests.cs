using Spool.Engine.Artifacts;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Artifacts;

public sealed class StatCacheTests
{
    private readonly VirtualDisk _disk = new();
    private readonly StatCache _cache;

    public StatCacheTests() => _cache = new StatCache(_disk, _disk.Time);

    private Digest DigestOf(string path) => _cache.DigestOf(path, _disk.Stat(path)!.Value, null, CancellationToken.None);

    private bool IsRacy(string path) => _cache.Entries.Single(e => e.Key == path).Value.Racy;

    [Fact]
    public void An_unchanged_file_is_read_once()
    {
        _disk.Write("/f", "one");
        _disk.Tick();
        Assert.Equal(Digest.Of("one"), DigestOf("/f"));
        Assert.Equal(Digest.Of("one"), DigestOf("/f"));
        Assert.Equal(3, _cache.BytesHashed);
        Assert.Equal(Digest.Of("one"), _cache.Known("/f", _disk.Stat("/f")!.Value));
        Assert.False(IsRacy("/f"));
    }

    [Fact]
    public void A_changed_file_is_read_again()
    {
        _disk.Write("/f", "one");
        DigestOf("/f");
        _disk.Tick();
        _disk.Write("/f", "two");
        Assert.Null(_cache.Known("/f", _disk.Stat("/f")!.Value));
        Assert.Equal(Digest.Of("two"), DigestOf("/f"));
        Assert.Equal(6, _cache.BytesHashed);
    }

    [Fact]
    public void A_file_of_the_same_size_and_time_put_in_its_place_is_read_again()
    {
        _disk.Write("/f", "one");
        _disk.Write("/g", "two");
        _disk.Tick();
        DigestOf("/f");
        _disk.Rename("/g", "/f", RenameMode.Replace);
        Assert.Equal(Digest.Of("two"), DigestOf("/f"));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(19, true)]
    [InlineData(21, false)]
    public void A_file_changed_just_now_is_racy(int milliseconds, bool racy)
    {
        _disk.Write("/f", "one");
        _disk.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        DigestOf("/f");
        Assert.Equal(racy, IsRacy("/f"));
    }

    [Theory]
    [InlineData(1999, true)]
    [InlineData(2001, false)]
    public void Times_in_whole_seconds_are_racy_for_two(int milliseconds, bool racy)
    {
        var time = new FakeTime(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var disk = new VirtualDisk(time);
        var cache = new StatCache(disk, time);
        disk.Write("/f", "one");
        time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        cache.DigestOf("/f", disk.Stat("/f")!.Value, null, CancellationToken.None);
        Assert.Equal(racy, cache.Entries.Single().Value.Racy);
    }

    [Fact]
    public void A_file_from_the_future_is_racy()
    {
        _disk.Write("/f", "one");
        var early = new StatCache(_disk, new FakeTime(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        early.DigestOf("/f", _disk.Stat("/f")!.Value, null, CancellationToken.None);
        Assert.True(early.Entries.Single().Value.Racy);
    }

    [Fact]
    public void A_file_that_changes_while_it_is_read_is_remembered_for_neither()
    {
        _disk.Write("/f", "one");
        _disk.Tick();
        var before = _disk.Stat("/f")!.Value;
        var cache = new StatCache(new Meddler(_disk), _disk.Time);
        cache.DigestOf("/f", before, null, CancellationToken.None);
        Assert.Null(cache.Known("/f", before));
        Assert.Null(cache.Known("/f", _disk.Stat("/f")!.Value));
        Assert.True(cache.Entries.Single().Value.Racy);
    }

    [Fact]
    public void What_was_loaded_is_known_until_it_is_forgotten()
    {
        _disk.Write("/f", "one");
        var stat = _disk.Stat("/f")!.Value;
        _cache.Load("/f", stat, Digest.Of("loaded"));
        Assert.Equal(Digest.Of("loaded"), DigestOf("/f"));
        Assert.Equal(1, _cache.Count);
        _cache.Forget("/f");
        Assert.Null(_cache.Known("/f", stat));
    }

    /// <summary>Somebody writes to the file as soon as it has been read.</summary>
    private sealed class Meddler(VirtualDisk inner) : TappedDisk(inner)
    {
        private bool _done;

        protected override bool Before(in DiskCall call) => true;

        protected override void After(in DiskCall call)
        {
            if (call.Kind != DiskCallKind.Read || _done) return;
            _done = true;
            inner.Tick();
            inner.Write(call.Path, "two");
        }
    }
}
