using System.Net;
using Spool.App.Queue;
using Spool.App.Server;
using Spool.App.Server.Showing;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Server;

public sealed class MediaShelfTests
{
    private readonly FakeTime _time = new();
    private readonly VirtualDisk _disk;

    public MediaShelfTests()
    {
        _disk = new VirtualDisk(_time);
        DurableFile.CreateFolders(_disk, "/state");
    }

    private MediaShelf Shelf(long most = 100) => new(_disk, "/state/media", _time) { MostBytes = most };

    private string Keep(MediaShelf shelf, string of, int bytes, string name = "a")
    {
        var temporary = shelf.Temporary(name);
        DurableFile.WritePlain(_disk, temporary, new byte[bytes]);
        return shelf.Keep(Digest.Of(of), name, temporary);
    }

    [Fact]
    public void Above_the_limit_what_was_used_the_longest_ago_goes()
    {
        var shelf = Shelf();
        foreach (var of in new[] { "one", "two", "three" })
        {
            Keep(shelf, of, 30);
            _time.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.NotNull(shelf.Find(Digest.Of("one"), "a"));
        _time.Advance(TimeSpan.FromMinutes(1));
        Keep(shelf, "four", 30);
        Assert.Null(shelf.Find(Digest.Of("two"), "a"));
        foreach (var of in new[] { "one", "three", "four" }) Assert.NotNull(shelf.Find(Digest.Of(of), "a"));
    }

    [Fact]
    public void The_next_server_knows_what_was_used_last()
    {
        var shelf = Shelf();
        Keep(shelf, "one", 30);
        _time.Advance(TimeSpan.FromHours(1));
        Keep(shelf, "two", 30);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.NotNull(shelf.Find(Digest.Of("one"), "a"));
        DurableFile.WritePlain(_disk, shelf.Temporary("half"), new byte[10]);
        shelf = Shelf(70);
        Keep(shelf, "three", 30);
        Assert.NotNull(shelf.Find(Digest.Of("one"), "a"));
        Assert.Null(shelf.Find(Digest.Of("two"), "a"));
        Assert.Empty(_disk.List("/state/media/tmp"));
    }

    [Fact]
    public void What_is_larger_than_the_limit_is_kept_alone_until_the_next()
    {
        var shelf = Shelf();
        Keep(shelf, "one", 30);
        Keep(shelf, "huge", 500);
        Assert.NotNull(shelf.Find(Digest.Of("huge"), "a"));
        Assert.Null(shelf.Find(Digest.Of("one"), "a"));
        _time.Advance(TimeSpan.FromMinutes(1));
        Keep(shelf, "three", 30);
        Assert.Null(shelf.Find(Digest.Of("huge"), "a"));
    }

    [Fact]
    public async Task Many_who_ask_for_one_thing_have_it_made_once()
    {
        using var makers = new Makers(Shelf(), _time);
        var (made, go) = (0, new TaskCompletionSource());
        async Task Make(string file, Making making)
        {
            Interlocked.Increment(ref made);
            await go.Task.WaitAsync(making.Stop);
            DurableFile.WritePlain(_disk, file, "picture"u8);
        }
        var asked = Enumerable.Range(0, 20).Select(_ => makers.MakeAsync(Digest.Of("x"), "a", Make, CancellationToken.None)).ToList();
        go.SetResult();
        Assert.Single((await Task.WhenAll(asked)).Distinct());
        await makers.MakeAsync(Digest.Of("x"), "a", Make, CancellationToken.None);
        Assert.Equal(1, made);
    }

    [Fact]
    public async Task What_nobody_waits_for_is_given_up_and_made_anew_when_somebody_asks_again()
    {
        using var makers = new Makers(Shelf(), _time);
        var (begun, stopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        async Task Hang(string file, Making making)
        {
            begun.SetResult();
            try { await Task.Delay(Timeout.InfiniteTimeSpan, _time, making.Stop); }
            catch (OperationCanceledException)
            {
                stopped.SetResult();
                throw;
            }
        }
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var one = makers.MakeAsync(Digest.Of("x"), "a", Hang, first.Token);
        var two = makers.MakeAsync(Digest.Of("x"), "a", Hang, second.Token);
        await begun.Task;
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(stopped.Task.IsCompleted);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        await stopped.Task;
        Assert.EndsWith("/a", await makers.MakeAsync(Digest.Of("x"), "a", (file, _) => { DurableFile.WritePlain(_disk, file, "x"u8); return Task.CompletedTask; }, CancellationToken.None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_most_two_work_at_once_and_one_of_them_on_something_long()
    {
        using var makers = new Makers(Shelf(), _time);
        var (working, most, longs, mostLongs) = (0, 0, 0, 0);
        var gate = new Lock();
        Func<string, Making, Task> Make(bool isLong) => async (file, _) =>
        {
            lock (gate)
            {
                most = Math.Max(most, ++working);
                if (isLong) mostLongs = Math.Max(mostLongs, ++longs);
            }
            for (var i = 0; i < 20; i++) await Task.Yield();
            DurableFile.WritePlain(_disk, file, "x"u8);
            lock (gate)
            {
                working--;
                if (isLong) longs--;
            }
        };
        var shorts = Enumerable.Range(0, 10).Select(i => makers.MakeAsync(Digest.Of($"s{i}"), "a", Make(false), CancellationToken.None)).ToList();
        for (var i = 0; i < 5; i++)
            while ((await makers.AskAsync(Digest.Of($"l{i}"), "p", Make(true))).Path is null) await Task.Yield();
        await Task.WhenAll(shorts);
        Assert.InRange(most, 1, 2);
        Assert.Equal(1, mostLongs);
    }

    [Fact]
    public async Task What_cannot_be_shown_is_not_tried_again_for_a_while()
    {
        using var makers = new Makers(Shelf(), _time);
        var tries = 0;
        Task Fail(string file, Making making)
        {
            tries++;
            throw new NotShownException(HttpStatusCode.UnsupportedMediaType, "the file is broken");
        }
        foreach (var minutes in new[] { 0, 1, 5 })
        {
            _time.Advance(TimeSpan.FromMinutes(minutes));
            Assert.Equal("the file is broken", (await Assert.ThrowsAsync<NotShownException>(() => makers.MakeAsync(Digest.Of("x"), "a", Fail, CancellationToken.None))).Message);
        }
        Assert.Equal(2, tries);
    }

    [Fact]
    public void Ten_thousand_runs_are_read_once_and_new_ones_are_seen()
    {
        var place = new ServerPlace(_disk, "/state");
        var queue = new JobQueue(place, _time);
        place.Make();
        for (var i = 1; i <= 10_000; i++) DurableFile.WritePlain(_disk, $"/state/queue/done/{ServerPlace.Name(i)}.job", System.Text.Encoding.UTF8.GetBytes($$"""{"workflow":"/w{{i % 50}}/spool.yaml"}"""));
        _time.Advance(TimeSpan.FromSeconds(1));
        var places = new ArtifactPlaces(place, _time);
        var digest = Digest.Of("bytes");
        Assert.Null(places.Find(digest));
        Assert.Null(places.Find(digest));
        Assert.Equal(10_000, places.JobsRead);
        var id = queue.Add(new Job("/new/spool.yaml", null));
        _time.Advance(TimeSpan.FromSeconds(1));
        var folder = $"/new/.spool/store/{digest.ToString()[..2]}";
        DurableFile.CreateFolders(_disk, folder);
        DurableFile.WritePlain(_disk, $"{folder}/{digest}", "bytes"u8);
        Assert.Equal($"{folder}/{digest}", places.Find(digest));
        Assert.Equal(10_001, places.JobsRead);
        // A run that moves on is not read again; one that is gone takes its workspace with it.
        queue.Move(queue.Find(id)!, ServerPlace.Done);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(places.Find(digest));
        Assert.Equal(10_001, places.JobsRead);
        _disk.DeleteFile($"/state/queue/done/{ServerPlace.Name(id)}.job");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(places.Find(digest));
    }
}
