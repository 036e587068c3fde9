using Spool.Engine.Scheduling;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Disks;

public sealed class WorkspaceLockTests
{
    [Fact]
    public void Of_two_engines_that_start_at_once_in_a_new_folder_only_the_holder_of_the_lock_writes_the_format()
    {
        var disk = new VirtualDisk();
        disk.CreateFolder("/w");
        var paths = new WorkspacePaths("/w");
        Exception? second = null;
        var tapped = new AtRename(disk, paths.Format, () => second = Record.Exception(() => Workspace.Lock(Engine(disk, 2), paths)));
        using (Workspace.Lock(Engine(tapped, 1), paths))
            Assert.IsType<WorkspaceBusyException>(second);
        using var later = Workspace.Lock(Engine(disk, 3), paths);
        Assert.True(later.StillHeld);
    }

    [Fact]
    public void A_workspace_of_another_format_is_refused_and_stays_as_it_was()
    {
        var disk = new VirtualDisk();
        disk.CreateFolder("/w");
        var paths = new WorkspacePaths("/w");
        disk.CreateFolder(paths.Spool);
        DurableFile.Write(disk, paths.Format, "spool 99\n"u8);
        Assert.Throws<Spool.Engine.Journal.JournalException>(() => Workspace.Lock(Engine(disk, 1), paths));
        Assert.Equal(["FORMAT"], disk.List(paths.Spool).Select(e => e.Name));
    }

    private static Machine Engine(IDisk disk, int pid) => new(disk, new FakeTime(), new ProcessIdentity(pid, 1, "boot", "host"), "mark") { Command = "test" };

    private sealed class AtRename(IDisk inner, string target, Action act) : TappedDisk(inner)
    {
        protected override bool Before(in DiskCall call)
        {
            if (call.Kind == DiskCallKind.Rename && call.To == target) act();
            return true;
        }
    }
}
