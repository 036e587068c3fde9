using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Disks;

public sealed class DurableFileTests
{
    private static VirtualDisk Disk()
    {
        var disk = new VirtualDisk();
        disk.Write("/d/f", "old content");
        disk.SyncFileSystem("/");
        return disk;
    }

    [Fact]
    public void A_power_cut_leaves_the_old_or_the_new_file_and_after_the_return_the_new_one()
    {
        long states = 0;
        for (var at = 1; ; at++)
        {
            var disk = Disk();
            var cutting = new CrashAtDisk(disk, at);
            try { DurableFile.Write(cutting, "/d/f", "new text"u8); }
            catch (PowerCut) { }
            foreach (var state in disk.CrashStates(detail: TearDetail.Fine))
            {
                states++;
                Assert.True(state.Read("/d/f") == "new text" || (cutting.HasCut && state.Read("/d/f") == "old content"), state.Origin);
                DurableFile.Write(state, "/d/f", "third"u8);
                Assert.Equal("third", state.Crash(0).Read("/d/f"));
            }
            if (!cutting.HasCut) break;
        }
        Assert.True(states > 30);
        CrashCounts.Add("L1 DurableFile", states);
    }

    [Theory]
    [InlineData(DiskCallKind.Sync)]
    [InlineData(DiskCallKind.SyncFolder)]
    public void Without_either_of_its_syncs_it_would_not_be_durable(DiskCallKind barrier)
    {
        var disk = Disk();
        DurableFile.Write(new MutantDisk(disk, (c, _) => c.Kind == barrier), "/d/f", "new text"u8);
        Assert.Contains(disk.CrashStates(), s => s.Read("/d/f") != "new text");
    }

    [Theory]
    [InlineData(Errors.Io)]
    [InlineData(Errors.NoSpace)]
    public void A_fault_is_thrown_and_leaves_the_old_or_the_new_file(int errno)
    {
        foreach (var mode in Enum.GetValues<FaultMode>())
        {
            for (var at = 1; ; at++)
            {
                var disk = Disk();
                var faulty = new FaultDisk(disk, at, errno, mode);
                var error = Record.Exception(() => DurableFile.Write(faulty, "/d/f", "new text"u8));
                if (!faulty.HasFailed)
                {
                    Assert.Null(error);
                    break;
                }
                Assert.Equal(errno, Assert.IsType<DiskException>(error).Errno);
                Assert.Contains(disk.Read("/d/f"), (string[])["old content", "new text"]);
                Assert.All(disk.CrashStates(), s => Assert.Contains(s.Read("/d/f"), (string[])["old content", "new text"]));
            }
        }
    }

    [Fact]
    public void Text_is_read_without_its_byte_order_mark()
    {
        var disk = new VirtualDisk();
        disk.WriteBytes("/f", [0xef, 0xbb, 0xbf, (byte)'a']);
        Assert.Equal("a", DurableFile.ReadText(disk, "/f"));
        Assert.Equal(4, DurableFile.Read(disk, "/f").Length);
    }

    [Fact]
    public void Folders_are_made_with_their_parents_and_told_outermost_first()
    {
        var disk = new VirtualDisk();
        disk.CreateFolder("/a");
        Assert.Equal(["/a/b", "/a/b/c"], DurableFile.CreateFolders(disk, "/a/b/c"));
        Assert.Empty(DurableFile.CreateFolders(disk, "/a/b/c"));
    }

    [Fact]
    public void A_tree_is_deleted_without_following_its_links()
    {
        var disk = new VirtualDisk();
        disk.Write("/keep/f", "1");
        disk.Write("/t/a/b", "2");
        disk.SymbolicLink("/keep", "/t/a/link");
        disk.SymbolicLink("nowhere", "/t/dangling");
        DurableFile.DeleteTree(disk, "/t");
        DurableFile.DeleteTree(disk, "/t");
        Assert.Equal("/keep/\n/keep/f: 1\n", disk.Dump());
    }
}
