using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Disks;

public sealed class FileLockTests
{
    private const string At = "/w/engine.lock";
    private static readonly LockOwner First = new(1, 2, "boot", "host", "today", "spool run", null);
    private static readonly LockOwner Second = First with { Pid = 9, Socket = "/run/s" };
    private readonly VirtualDisk _disk = new();

    public FileLockTests() => _disk.CreateFolder("/w");

    [Fact]
    public void One_holder_at_a_time_and_the_body_says_who()
    {
        using var held = FileLock.TryTake(_disk, At, First);
        Assert.NotNull(held);
        Assert.True(held.StillHeld);
        Assert.Null(FileLock.TryTake(_disk, At, Second));
        Assert.Equal(First, FileLock.ReadOwner(_disk, At));
    }

    [Fact]
    public void A_released_lock_goes_to_the_next_who_takes_the_body_over()
    {
        FileLock.TryTake(_disk, At, Second)!.Dispose();
        Assert.Equal(Second, FileLock.ReadOwner(_disk, At));
        using var held = FileLock.TryTake(_disk, At, First);
        Assert.NotNull(held);
        Assert.Equal(First, FileLock.ReadOwner(_disk, At));
    }

    [Fact]
    public void The_lock_of_a_killed_process_is_free()
    {
        var held = FileLock.TryTake(_disk, At, First);
        Assert.NotNull(held);
        _disk.Kill();
        using var next = FileLock.TryTake(_disk, At, Second);
        Assert.NotNull(next);
    }

    [Fact]
    public void A_deleted_lock_file_is_no_longer_held()
    {
        using var held = FileLock.TryTake(_disk, At, First)!;
        _disk.DeleteFile(At);
        Assert.False(held.StillHeld);
        using var second = FileLock.TryTake(_disk, At, Second)!;
        Assert.True(second.StillHeld);
        Assert.False(held.StillHeld);
    }

    [Fact]
    public void A_lock_file_replaced_by_a_rename_is_no_longer_held()
    {
        using var held = FileLock.TryTake(_disk, At, First)!;
        _disk.Write("/w/other", "");
        _disk.Rename("/w/other", At, RenameMode.Replace);
        Assert.False(held.StillHeld);
    }

    [Fact]
    public void A_file_replaced_between_open_and_lock_is_not_taken_for_the_lock()
    {
        var racing = new RacingDisk(_disk);
        using var held = FileLock.TryTake(racing, At, First)!;
        Assert.Equal(2, racing.Locks);
        Assert.True(held.StillHeld);
        Assert.Null(FileLock.TryTake(_disk, At, Second));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"pid\":")]
    [InlineData("\0\0\0")]
    public void A_body_that_cannot_be_read_is_nobody(string body)
    {
        _disk.Write(At, body);
        Assert.Null(FileLock.ReadOwner(_disk, At));
        Assert.Null(FileLock.ReadOwner(_disk, "/w/none"));
        using var held = FileLock.TryTake(_disk, At, First);
        Assert.Equal(First, FileLock.ReadOwner(_disk, At));
    }

    [Fact]
    public void An_error_while_taking_it_is_thrown_and_frees_it()
    {
        _disk.Capacity = 0;
        Assert.Throws<DiskException>(() => FileLock.TryTake(_disk, At, First));
        _disk.Capacity = 5;
        Assert.Throws<DiskException>(() => FileLock.TryTake(_disk, At, First));
        _disk.Capacity = 1 << 20;
        using var held = FileLock.TryTake(_disk, At, First);
        Assert.NotNull(held);
    }

    /// <summary>Another process deletes the file just before the first lock.</summary>
    private sealed class RacingDisk(IDisk inner) : TappedDisk(inner)
    {
        internal int Locks { get; private set; }

        protected override bool Before(in DiskCall call)
        {
            if (call.Kind == DiskCallKind.Lock && ++Locks == 1)
            {
                Inner.DeleteFile(call.Path);
                Inner.OpenWrite(call.Path, OpenMode.New).Dispose();
            }
            return true;
        }
    }
}
