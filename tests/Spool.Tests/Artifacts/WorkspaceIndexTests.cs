using Spool.Engine.Artifacts;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Artifacts;

public sealed class WorkspaceIndexTests
{
    private const string At = "/w/.spool/index";
    private readonly VirtualDisk _disk = new();

    private static FileStat Stat(int n) => new(n % 2 == 0 ? FileKind.File : FileKind.Folder, n * 1000L, n + 1, -n, ulong.MaxValue - (ulong)n, 0, 0, 0);

    private static WorkspaceIndex Full() => new(long.MaxValue - 1, 7, 1L << 40)
    {
        Tools = [new ProbedTool("ffmpeg", "/usr/bin/ffmpeg", [("/usr/bin/ffmpeg", Stat(2)), ("/w/tool", Stat(4))], "5.1.9 ünï"), new ProbedTool("none", "", [], "")],
        Quiet = new QuietPlan(Digest.Of("signature"), [("/w", Stat(1)), ("/w/a\nb", Stat(2)), ("/elsewhere/x", Stat(3)), ("/wother", Stat(5))], 100_000, ["out.mp4", ""], "run-1"),
        Digests = [("/w/footage/😀.mov", Stat(6), Digest.Of("1")), ("/root/b", Stat(8), Digest.Of("2"))],
    };

    private void Write(WorkspaceIndex index, string workspace = "/w")
    {
        DurableFile.CreateFolders(_disk, "/w/.spool");
        index.Write(_disk, At, workspace);
    }

    private static void Same(WorkspaceIndex expected, WorkspaceIndex? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal((expected.JournalSeq, expected.Epoch, expected.JournalSize), (actual.JournalSeq, actual.Epoch, actual.JournalSize));
        Assert.Equal(expected.Tools.Select(t => (t.Name, t.Path, t.Identity)), actual.Tools.Select(t => (t.Name, t.Path, t.Identity)));
        Assert.Equal(expected.Tools.SelectMany(t => t.Facts), actual.Tools.SelectMany(t => t.Facts));
        Assert.Equal(expected.Digests, actual.Digests);
        Assert.Equal(expected.Quiet is null, actual.Quiet is null);
        if (expected.Quiet is null) return;
        Assert.Equal((expected.Quiet.Signature, expected.Quiet.Total, expected.Quiet.Run), (actual.Quiet!.Signature, actual.Quiet.Total, actual.Quiet.Run));
        Assert.Equal(expected.Quiet.Facts, actual.Quiet.Facts);
        Assert.Equal(expected.Quiet.Outputs, actual.Quiet.Outputs);
    }

    [Fact]
    public void It_comes_back_as_it_was_written()
    {
        Write(Full());
        Same(Full(), WorkspaceIndex.Read(_disk, At, "/w"));
        var empty = new WorkspaceIndex(0, 0, 0);
        Write(empty);
        Same(empty, WorkspaceIndex.Read(_disk, At, "/w"));
    }

    [Fact]
    public void A_moved_workspace_keeps_its_index()
    {
        Write(Full());
        var moved = WorkspaceIndex.Read(_disk, At, "/new/place")!;
        Assert.Equal(["/new/place", "/new/place/a\nb", "/elsewhere/x", "/wother"], moved.Quiet!.Facts.Select(f => f.Path));
        Assert.Equal(["/new/place/footage/😀.mov", "/root/b"], moved.Digests.Select(d => d.Path));
    }

    [Fact]
    public void Any_flipped_byte_means_no_index()
    {
        Write(Full());
        var bytes = _disk.ReadBytes(At);
        for (var i = 0; i < bytes.Length; i++)
        {
            foreach (var bits in (byte[])[1, 0x80, 0xff])
            {
                bytes[i] ^= bits;
                _disk.WriteBytes(At, bytes);
                Assert.Null(WorkspaceIndex.Read(_disk, At, "/w"));
                bytes[i] ^= bits;
            }
        }
    }

    [Fact]
    public void Any_cut_and_any_longer_file_means_no_index()
    {
        Assert.Null(WorkspaceIndex.Read(_disk, At, "/w"));
        Write(Full());
        var bytes = _disk.ReadBytes(At);
        for (var i = 0; i < bytes.Length; i++)
        {
            _disk.WriteBytes(At, bytes.AsSpan(0, i));
            Assert.Null(WorkspaceIndex.Read(_disk, At, "/w"));
        }
        _disk.WriteBytes(At, [.. bytes, 0]);
        Assert.Null(WorkspaceIndex.Read(_disk, At, "/w"));
    }

    [Fact]
    public void A_power_cut_leaves_the_old_one_the_new_one_or_none()
    {
        var old = new WorkspaceIndex(1, 1, 1);
        var states = 0;
        for (var at = 1; ; at++)
        {
            var disk = new VirtualDisk();
            DurableFile.CreateFolders(disk, "/w/.spool");
            old.Write(disk, At, "/w");
            disk.SyncFileSystem("/");
            var cutting = new CrashAtDisk(disk, at);
            try { Full().Write(cutting, At, "/w"); }
            catch (PowerCut) { }
            foreach (var state in disk.CrashStates())
            {
                states++;
                if (WorkspaceIndex.Read(state, At, "/w") is { } read) Same(read.Epoch == 1 ? old : Full(), read);
            }
            if (!cutting.HasCut) break;
        }
        CrashCounts.Add("L1 index", states);
    }

    [Fact]
    public void A_disk_that_cannot_read_it_means_no_index()
    {
        Write(Full());
        for (var at = 1; ; at++)
        {
            var faulty = new FaultDisk(_disk, at, Errors.Io, FaultMode.Once);
            var read = WorkspaceIndex.Read(faulty, At, "/w");
            if (!faulty.HasFailed) break;
            Assert.Null(read);
        }
    }
}
