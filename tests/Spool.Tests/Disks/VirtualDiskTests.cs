using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Disks;

/// <summary>The virtual disk itself: what the crash suites build on.</summary>
public sealed class VirtualDiskTests
{
    private readonly VirtualDisk _disk = new();

    private static IEnumerable<string> States(VirtualDisk disk) => disk.CrashStates(1 << 16).Select(s => s.Dump()).Distinct().Order(StringComparer.Ordinal);

    [Fact]
    public void Unsynced_names_survive_in_any_subset()
    {
        _disk.CreateFolder("/d");
        _disk.SyncFolder("/");
        foreach (var name in (string[])["a", "b", "c"]) _disk.CreateFolder("/d/" + name);
        Assert.Equal(8, States(_disk).Count());
        _disk.SyncFolder("/d");
        Assert.Single(States(_disk));
        Assert.True(_disk.IsDurable);
    }

    [Fact]
    public void A_file_whose_bytes_are_synced_may_still_have_no_name()
    {
        using var file = _disk.OpenWrite("/f", OpenMode.New);
        file.Write(0, "text"u8);
        file.Sync();
        Assert.Equal(["", "/f: text\n"], States(_disk));
        _disk.SyncFolder("/");
        Assert.Equal(["/f: text\n"], States(_disk));
    }

    [Fact]
    public void A_name_that_is_durable_may_still_have_no_bytes()
    {
        _disk.Write("/f", "text");
        _disk.SyncFolder("/");
        var states = States(_disk).ToList();
        Assert.Contains("/f: \n", states);
        Assert.Contains("/f: text\n", states);
        Assert.Contains("/f: t\n", states);
        Assert.Contains("/f: \0\0\0\0\n", states);
        Assert.Contains(states, s => s.Length == 9 && s[4] == 't' && s[5] != 'e');
    }

    [Fact]
    public void An_overwritten_byte_is_the_old_or_the_new_one()
    {
        _disk.Write("/f", "old!");
        _disk.SyncFileSystem("/");
        using (var file = _disk.OpenWrite("/f", OpenMode.Keep)) file.Write(0, "new?"u8);
        Assert.All(States(_disk), s => Assert.All(s[4..8].Zip("old!", "new?"), c => Assert.True(c.First == c.Second || c.First == c.Third)));
    }

    [Fact]
    public void Writes_that_no_sync_parts_may_arrive_in_any_order()
    {
        _disk.Write("/f", "....");
        _disk.SyncFileSystem("/");
        using var file = _disk.OpenWrite("/f", OpenMode.Keep);
        file.Write(0, "a"u8);
        file.Write(2, "b"u8);
        Assert.Equal(["/f: ....\n", "/f: ..b.\n", "/f: a...\n", "/f: a.b.\n"], States(_disk));
        file.Sync();
        Assert.Equal(["/f: a.b.\n"], States(_disk));
    }

    [Fact]
    public void A_rename_within_a_folder_happens_wholly_or_not_at_all()
    {
        _disk.Write("/new", "2");
        _disk.Write("/old", "1");
        _disk.SyncFileSystem("/");
        _disk.Rename("/new", "/old", RenameMode.Replace);
        Assert.Equal(["/new: 2\n/old: 1\n", "/old: 2\n"], States(_disk));
    }

    [Fact]
    public void A_rename_between_folders_is_two_operations()
    {
        _disk.Write("/a/f", "1");
        _disk.CreateFolder("/b");
        _disk.SyncFileSystem("/");
        _disk.Rename("/a/f", "/b/f", RenameMode.NoReplace);
        Assert.Equal(4, States(_disk).Count());
        _disk.SyncFolder("/b");
        Assert.All(States(_disk), s => Assert.Contains("/b/f: 1", s, StringComparison.Ordinal));
    }

    [Fact]
    public void What_lies_in_a_folder_without_a_durable_name_is_lost()
    {
        _disk.Write("/a/b/f", "1");
        using (var file = _disk.OpenWrite("/a/b/f", OpenMode.Keep)) file.Sync();
        _disk.SyncFolder("/a/b");
        Assert.Equal(["", "/a/\n", "/a/\n/a/b/\n/a/b/f: 1\n"], States(_disk));
    }

    [Fact]
    public void A_failed_sync_loses_bytes_that_still_read_back()
    {
        _disk.Write("/f", "1");
        _disk.SyncFileSystem("/");
        using var file = _disk.OpenWrite("/f", OpenMode.Keep);
        file.Write(1, "2"u8);
        _disk.LosePages("/f");
        file.Sync();
        Assert.Equal("12", _disk.Read("/f"));
        Assert.Equal("1", _disk.Crash(0).Read("/f"));
        file.Write(1, "2"u8);
        file.Sync();
        Assert.Equal("12", _disk.Crash(0).Read("/f"));
    }

    [Fact]
    public void A_crash_leaves_the_disk_before_it_alone()
    {
        _disk.Write("/f", "1");
        _disk.SyncFileSystem("/");
        var later = _disk.Crash(0);
        later.Write("/f", "other");
        _disk.Write("/g", "2");
        Assert.Equal("1", _disk.Read("/f"));
        Assert.False(later.Exists("/g"));
        Assert.Equal("other", later.Read("/f"));
    }

    [Fact]
    public void More_states_than_asked_for_are_sampled_the_same_way_for_the_same_seed()
    {
        for (var i = 0; i < 20; i++) _disk.Write($"/{i}", "text");
        var first = _disk.CrashStates(50, seed: 3).Select(s => s.Dump()).ToList();
        Assert.Equal(50, first.Count);
        Assert.Equal(first, _disk.CrashStates(50, seed: 3).Select(s => s.Dump()));
        Assert.Equal("", first[0]);
        Assert.Equal(_disk.Dump(), first[1]);
        Assert.True(first.Distinct(StringComparer.Ordinal).Count() > 40);
    }

    [Fact]
    public void A_full_disk_takes_what_fits_and_says_so()
    {
        _disk.Capacity = 10;
        var error = Assert.Throws<DiskException>(() => _disk.Write("/f", "0123456789abc"));
        Assert.True(error.IsDiskFull);
        Assert.Equal("0123456789", _disk.Read("/f"));
        Assert.Equal(0, _disk.FreeBytes("/"));
        _disk.DeleteFile("/f");
        Assert.Equal(10, _disk.FreeBytes("/"));
    }

    [Fact]
    public void A_killed_process_leaves_its_bytes_and_no_locks()
    {
        var file = _disk.OpenWrite("/f", OpenMode.New);
        file.Write(0, "1"u8);
        Assert.True(file.TryLock());
        using (var other = _disk.OpenRead("/f")) Assert.False(other.TryLock());
        _disk.Kill();
        Assert.Throws<DiskException>(() => file.Write(1, "2"u8));
        using var next = _disk.OpenRead("/f");
        Assert.True(next.TryLock());
        Assert.Equal("1", _disk.Read("/f"));
    }

    [Fact]
    public void Fifty_thousand_files_are_nothing_special()
    {
        for (var i = 0; i < 50_000; i++)
        {
            if (i % 500 == 0) _disk.CreateFolder($"/{i / 500}");
            using var file = _disk.OpenWrite($"/{i / 500}/{i}", OpenMode.New);
            file.Write(0, "text"u8);
        }
        Assert.Equal(500, _disk.List("/7").Count);
        Assert.Equal(4, _disk.Stat("/99/49999")!.Value.Size);
        _disk.SyncFileSystem("/");
        Assert.Equal("text", _disk.Crash(0).Read("/50/25000"));
    }
}

/// <summary>The clock of the tests.</summary>
public sealed class FakeTimeTests
{
    [Fact]
    public void Timers_fire_in_the_order_they_are_due_and_see_their_moment()
    {
        var time = new FakeTime();
        var start = time.GetUtcNow();
        var fired = new List<string>();
        using var late = time.CreateTimer(_ => fired.Add($"late {(time.GetUtcNow() - start).TotalSeconds}"), null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        using var often = time.CreateTimer(_ => fired.Add($"often {(time.GetUtcNow() - start).TotalSeconds}"), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(["often 2", "often 4", "late 5", "often 6"], fired);
        Assert.Equal(7, (time.GetUtcNow() - start).TotalSeconds);
        Assert.Equal(1, time.Waiting);
        Assert.True(time.AdvanceToNextTimer());
        Assert.Equal("often 8", fired[^1]);
    }

    [Fact]
    public async Task A_delay_ends_when_the_clock_gets_there()
    {
        var time = new FakeTime();
        var delay = Task.Delay(TimeSpan.FromMinutes(1), time);
        Assert.False(delay.IsCompleted);
        Assert.True(time.AdvanceToNextTimer());
        await delay;
        Assert.False(time.AdvanceToNextTimer());
    }

    [Fact]
    public void A_file_changed_after_a_tick_has_another_time()
    {
        var disk = new VirtualDisk();
        disk.Write("/f", "1");
        var before = disk.Stat("/f")!.Value;
        disk.Tick();
        disk.Write("/f", "2");
        Assert.False(before.SameAs(disk.Stat("/f")!.Value));
        Assert.NotEqual(0, before.ModifiedNs % 1_000_000_000);
    }
}
