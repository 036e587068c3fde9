using Spool.Engine.Journal;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Journal;

/// <summary>
/// The N-th call of the disk fails, for every N until the work gets through: the batch it hit is not acknowledged, the journal takes nothing
/// more, and the next engine finds all that was acknowledged, also when the power goes before it comes.
/// </summary>
public sealed class JournalFaultTests(ITestOutputHelper output)
{
    private long _faults, _states;

    [Theory]
    [InlineData(Errors.Io, FaultMode.Once)]
    [InlineData(Errors.Io, FaultMode.FromThenOn)]
    [InlineData(Errors.Io, FaultMode.AfterEffect)]
    [InlineData(Errors.NoSpace, FaultMode.Once)]
    [InlineData(Errors.NoSpace, FaultMode.AfterEffect)]
    [InlineData(Errors.Quota, FaultMode.FromThenOn)]
    [InlineData(Errors.ReadOnly, FaultMode.FromThenOn)]
    [InlineData(Errors.TooManyFiles, FaultMode.Once)]
    [InlineData(Errors.TooManyFiles, FaultMode.FromThenOn)]
    public void No_fault_of_the_disk_loses_an_acknowledged_event(int errno, FaultMode mode)
    {
        for (var at = 1; ; at++)
        {
            var disk = new VirtualDisk();
            var faulty = new FaultDisk(disk, at, errno, mode);
            var history = new JournalHistory();
            var violation = Run(faulty, history);
            if (!faulty.HasFailed) break;
            _faults++;
            disk.Kill();
            Check(violation, faulty, disk, history);
        }
        Report("L2 faults");
    }

    [Fact]
    public void A_fault_during_recovery_loses_nothing()
    {
        var number = 0;
        foreach (var (state, history) in CrashExplorer.States((d, h) => new JournalWorkload { History = h }.Run(d), 1 << 12, TearDetail.Coarse))
        {
            if (number++ % (CrashCounts.IsLong ? 1 : 43) != 0) continue;
            var (_, last, _) = EventJournal.ReadOnly(state, JournalWorkload.Folder);
            foreach (var mode in Enum.GetValues<FaultMode>())
            {
                for (var at = 1; ; at++)
                {
                    var disk = state.Crash(0);
                    var faulty = new FaultDisk(disk, at, Errors.Io, mode);
                    var next = new JournalHistory(history, last);
                    try { JournalWorkload.Open(faulty, next, last, 500, out _).Dispose(); }
                    catch (Exception e) when (e is DiskException or JournalException) { }
                    if (!faulty.HasFailed) break;
                    _faults++;
                    disk.Kill();
                    Check(null, faulty, disk, next);
                }
            }
        }
        Report("L2 faults in recovery");
    }

    [Fact]
    public void A_disk_that_fills_up_at_any_byte_loses_nothing_and_works_again_when_there_is_room()
    {
        for (long capacity = 1; ; capacity += CrashCounts.IsLong ? 1 : 41)
        {
            var disk = new VirtualDisk { Capacity = capacity };
            var history = new JournalHistory();
            var full = false;
            try { new JournalWorkload { History = history }.Run(disk); }
            catch (DiskException e)
            {
                Assert.True(e.IsDiskFull, e.Message);
                full = true;
            }
            if (!full) break;
            _faults++;
            disk.Kill();
            disk.Capacity = 1 << 30;
            Assert.Null(JournalCheck.Violation(disk, history));
            _states++;
        }
        Report("L2 full disk");
    }

    [Fact]
    public void Bytes_that_a_failed_sync_lost_are_not_built_upon()
    {
        // The kernel tells a lost write once and then shows the new bytes as if they were on the disk.
        var disk = new VirtualDisk();
        var faulty = new FaultDisk(disk, 3, Errors.Io, FaultMode.Once, c => c.Kind == DiskCallKind.Sync && c.Size > 0 && c.Path.Contains("seg-", StringComparison.Ordinal));
        Assert.Throws<DiskException>(() => new JournalWorkload { Batches = [1, 1, 1], SegmentBytes = 1 << 20 }.Run(faulty));
        disk.Kill();
        var seen = EventJournal.ReadOnly(disk, JournalWorkload.Folder).LastSeq;
        Assert.Equal(seen - 1, EventJournal.ReadOnly(disk.Crash(0), JournalWorkload.Folder).LastSeq);
        using (var next = EventJournal.Open(disk, JournalWorkload.Folder, null, JournalWorkload.Owner, "m", 0, 0, out _)) Assert.Equal(seen + 1, next.Seq);
        Assert.Equal(seen + 1, EventJournal.ReadOnly(disk.Crash(0), JournalWorkload.Folder).LastSeq);
    }

    private static string? Run(FaultDisk faulty, JournalHistory history)
    {
        string? violation = null;
        try
        {
            new JournalWorkload
            {
                History = history,
                AfterError = journal =>
                {
                    journal.Append(JournalHistory.Sample(0));
                    try
                    {
                        journal.Commit();
                        violation = "a failed journal took another batch";
                    }
                    catch (JournalException) { }
                },
            }.Run(faulty);
        }
        catch (Exception e) when (e is DiskException or JournalException) { }
        return violation;
    }

    private void Check(string? violation, FaultDisk faulty, VirtualDisk disk, JournalHistory history)
    {
        foreach (var state in disk.CrashStates(CrashCounts.IsLong ? 256 : 6))
        {
            _states++;
            violation ??= JournalCheck.Violation(state, history) is { } lost ? $"{lost}; {state.Origin}" : null;
        }
        violation ??= JournalCheck.Violation(disk, history);
        Assert.True(violation is null, $"{violation}; {faulty.At}");
    }

    private void Report(string suite)
    {
        CrashCounts.Add(suite, _faults);
        CrashCounts.Add(suite + ", states", _states);
        output.WriteLine($"{suite}: faults: {_faults:n0}, crash states explored: {_states:n0}, violations: 0");
        Assert.True(_faults > 0);
    }
}
