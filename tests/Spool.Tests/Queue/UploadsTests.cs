using System.Text;
using Spool.App.Queue;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Queue;

public sealed class UploadsTests
{
    private readonly FakeTime _time = new();
    private readonly VirtualDisk _disk;
    private readonly ServerPlace _place;
    private Uploads _uploads;

    public UploadsTests()
    {
        _disk = new VirtualDisk(_time);
        DurableFile.CreateFolders(_disk, "/state");
        _place = new ServerPlace(_disk, "/state");
        _uploads = new Uploads(_place, _time);
    }

    private Task<Upload> SendAsync(string id, long offset, string text, long most = 1000) => SendAsync(id, offset, Source(Encoding.ASCII.GetBytes(text)), most);

    private Task<Upload> SendAsync(string id, long offset, Func<Memory<byte>, ValueTask<int>> read, long most = 1000) => _uploads.AppendAsync(id, offset, most, read);

    /// <summary>Gives three bytes at a time; after so many it breaks off.</summary>
    private static Func<Memory<byte>, ValueTask<int>> Source(byte[] bytes, int breaksAt = int.MaxValue)
    {
        var at = 0;
        return buffer =>
        {
            if (at >= breaksAt) throw new IOException("the connection is gone");
            var count = Math.Min(3, Math.Min(bytes.Length - at, buffer.Length));
            bytes.AsMemory(at, count).CopyTo(buffer);
            at += count;
            return ValueTask.FromResult(count);
        };
    }

    private async Task<UploadRefusal> RefusedAsync(Func<Task> work) => (await Assert.ThrowsAsync<UploadRefusedException>(work)).Why;

    private string Kept(Digest digest) => Encoding.ASCII.GetString(DurableFile.Read(_disk, _uploads.Find(digest)!));

    [Fact]
    public async Task Parts_make_a_whole_that_is_named_by_its_content()
    {
        var upload = _uploads.Begin("../../etc/x.mp4", 11, null);
        Assert.Equal(5, (await SendAsync(upload.Id, 0, "hello")).Offset);
        var done = await SendAsync(upload.Id, 5, " world");
        Assert.Equal(Digest.Of("hello world"), done.Done);
        Assert.Equal("hello world", Kept(Digest.Of("hello world")));
        // Whoever did not hear of the end asks again, with no bytes at the end.
        Assert.Equal(done.Done, (await SendAsync(upload.Id, 11, "")).Done);
        Assert.Equal(0, (await SendAsync(_uploads.Begin("empty", 0, null).Id, 0, "")).Offset);
        Assert.Equal("", Kept(Digest.Of("")));
    }

    [Fact]
    public async Task A_sender_at_another_place_is_told_the_right_one()
    {
        var id = _uploads.Begin("a", 10, null).Id;
        await SendAsync(id, 0, "abcd");
        foreach (var offset in new long[] { 0, 3, 5, 10, long.MaxValue })
            Assert.Equal(UploadRefusal.WrongOffset, await RefusedAsync(() => SendAsync(id, offset, "x")));
        Assert.Equal(4, _uploads.Get(id).Offset);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(9)]
    public async Task What_came_before_a_break_is_kept_also_by_the_next_server(int breaksAt)
    {
        var id = _uploads.Begin("a", 12, Digest.Of("abcdefghijkl")).Id;
        await Assert.ThrowsAsync<IOException>(() => SendAsync(id, 0, Source("abcdefghijkl"u8.ToArray(), breaksAt)));
        Assert.Equal(breaksAt, _uploads.Get(id).Offset);
        _uploads = new Uploads(_place, _time);
        Assert.Equal(Digest.Of("abcdefghijkl"), (await SendAsync(id, breaksAt, "abcdefghijkl"[breaksAt..])).Done);
    }

    [Fact]
    public async Task Bytes_behind_the_noted_offset_are_cut_off()
    {
        var id = _uploads.Begin("a", 6, null).Id;
        await SendAsync(id, 0, "abc");
        using (var file = _disk.OpenWrite($"/state/uploads/{id}/bytes", OpenMode.Keep)) file.Write(3, "torn off by a power cut"u8);
        Assert.Equal(Digest.Of("abcdef"), (await SendAsync(id, 3, "def")).Done);
        Assert.Equal("abcdef", Kept(Digest.Of("abcdef")));
    }

    [Fact]
    public async Task Other_content_than_announced_is_dropped_whole()
    {
        var id = _uploads.Begin("a", 3, Digest.Of("abc")).Id;
        Assert.Equal(UploadRefusal.OtherContent, await RefusedAsync(() => SendAsync(id, 0, "abd")));
        Assert.Equal(UploadRefusal.Unknown, await RefusedAsync(() => SendAsync(id, 0, "abc")));
        Assert.Empty(_disk.List("/state/uploads/done"));
        Assert.Null(_disk.Stat($"/state/uploads/{id}"));
    }

    [Fact]
    public async Task A_part_that_is_too_large_is_not_taken_at_all()
    {
        var id = _uploads.Begin("a", 10, null).Id;
        await SendAsync(id, 0, "abcd");
        Assert.Equal(UploadRefusal.TooLarge, await RefusedAsync(() => SendAsync(id, 4, "efghijk")));
        Assert.Equal(UploadRefusal.TooLarge, await RefusedAsync(() => SendAsync(id, 4, "efghij", most: 5)));
        Assert.Equal(4, _uploads.Get(id).Offset);
        Assert.Equal(Digest.Of("abcdefghij"), (await SendAsync(id, 4, "efghij")).Done);
        Assert.Equal(UploadRefusal.TooLarge, (Assert.Throws<UploadRefusedException>(() => _uploads.Begin("a", Uploads.MostBytes + 1, null))).Why);
    }

    [Fact]
    public async Task Of_two_who_send_at_once_one_is_refused()
    {
        var id = _uploads.Begin("a", 6, null).Id;
        var gate = new TaskCompletionSource<int>();
        var first = SendAsync(id, 0, _ => new ValueTask<int>(gate.Task));
        Assert.Equal(UploadRefusal.Busy, await RefusedAsync(() => SendAsync(id, 0, "abc")));
        Assert.Equal(UploadRefusal.Busy, Assert.Throws<UploadRefusedException>(() => _uploads.Delete(id)).Why);
        gate.SetResult(0);
        Assert.Equal(0, (await first).Offset);
        Assert.Equal(6, (await SendAsync(id, 0, "abcdef")).Offset);
    }

    [Fact]
    public async Task Unfinished_ones_are_few_and_go_after_a_day()
    {
        var ids = Enumerable.Range(0, Uploads.MostUnfinished).Select(i => _uploads.Begin($"f{i}", 10, null).Id).ToList();
        Assert.Equal(UploadRefusal.TooMany, Assert.Throws<UploadRefusedException>(() => _uploads.Begin("one more", 1, null)).Why);
        await SendAsync(ids[0], 0, "0123456789");
        _uploads.Begin("one more", 1, null);
        _time.Advance(TimeSpan.FromHours(23));
        await SendAsync(ids[1], 0, "abc");
        _time.Advance(TimeSpan.FromHours(2));
        _uploads.Sweep();
        Assert.Equal(3, _uploads.Get(ids[1]).Offset);
        foreach (var id in ids.Skip(2)) Assert.Null(_disk.Stat($"/state/uploads/{id}"));
        Assert.Equal("0123456789", Kept(Digest.Of("0123456789")));
    }

    [Fact]
    public async Task An_upload_is_deleted_with_its_bytes_but_a_finished_file_stays()
    {
        var open = _uploads.Begin("a", 4, null).Id;
        await SendAsync(open, 0, "ab");
        _uploads.Delete(open);
        Assert.Null(_disk.Stat($"/state/uploads/{open}"));
        var done = _uploads.Begin("a", 2, null).Id;
        await SendAsync(done, 0, "ab");
        _uploads.Delete(done);
        Assert.Equal("ab", Kept(Digest.Of("ab")));
        foreach (var id in new[] { "", "done", "..", "../queue", new string('0', 32), new string('A', 32) })
            Assert.Equal(UploadRefusal.Unknown, Assert.Throws<UploadRefusedException>(() => _uploads.Delete(id)).Why);
    }

    [Fact]
    public async Task What_was_told_stands_after_any_power_cut()
    {
        async Task Look(string id, int told)
        {
            foreach (var after in _disk.CrashStates(200))
            {
                var uploads = new Uploads(new ServerPlace(after, "/state"), _time);
                Assert.Equal(told, uploads.Get(id).Offset);
                var rest = "abcdefghi"[told..];
                Assert.Equal(Digest.Of("abcdefghi"), (await uploads.AppendAsync(id, told, 1000, Source(Encoding.ASCII.GetBytes(rest)))).Done);
                Assert.Equal("abcdefghi", Encoding.ASCII.GetString(DurableFile.Read(after, uploads.Find(Digest.Of("abcdefghi"))!)));
            }
        }
        _disk.SyncFileSystem("/state");
        var id = _uploads.Begin("a", 9, null).Id;
        await Look(id, 0);
        await SendAsync(id, 0, "abcd");
        await Look(id, 4);
        await SendAsync(id, 4, "ef");
        await Look(id, 6);
        await SendAsync(id, 6, "ghi");
        await Look(id, 9);
    }

    [Fact]
    public async Task A_crash_before_the_end_was_noted_is_mended_when_the_content_is_known()
    {
        var id = _uploads.Begin("a", 3, Digest.Of("abc")).Id;
        var record = DurableFile.ReadText(_disk, $"/state/uploads/{id}/upload.json").Replace("\"offset\":0", "\"offset\":3", StringComparison.Ordinal);
        await SendAsync(id, 0, "abc");
        DurableFile.Write(_disk, $"/state/uploads/{id}/upload.json", Encoding.UTF8.GetBytes(record));
        Assert.Equal(Digest.Of("abc"), (await SendAsync(id, 3, "")).Done);
    }
}
