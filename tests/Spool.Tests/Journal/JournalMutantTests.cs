using Spool.Platform;
using Spool.Tests.Support;
using Xunit;
using static Spool.Tests.Support.DiskCallKind;

namespace Spool.Tests.Journal;

/// <summary>
/// The crash suite must be able to see what it looks for: every barrier of the journal is left out in turn, and each time at least one disk
/// state must break the rule. Barriers that another one makes superfluous are asserted harmless, so that a change of that is noticed.
/// </summary>
public sealed class JournalMutantTests(ITestOutputHelper output)
{
    private static readonly JournalWorkload Rotating = new() { Batches = [1, 3, 3, 3, 3, 3, 3] };
    private static readonly JournalWorkload Restarting = new() { Batches = [2, 0, 2], SegmentBytes = 1 << 20 };

    [Fact]
    public void A_forgotten_sync_of_a_record_is_seen() =>
        Dies(new JournalScenarios { Mutant = Leaving(c => c.Kind == Sync && IsSegment(c.Path) && c.Size > 0), Plan = Rotating });

    [Fact]
    public void A_forgotten_sync_of_the_folder_after_the_very_first_segment_is_seen() =>
        Dies(new JournalScenarios { Mutant = LeavingNth(IsNameOfSegment, 1, 1), Plan = Rotating });

    [Fact]
    public void A_forgotten_sync_of_the_folder_after_the_segment_of_a_restart_is_seen() =>
        Dies(new JournalScenarios { Mutant = LeavingNth(IsNameOfSegment, 2, 2), Plan = Restarting });

    [Theory]
    [InlineData("/")]
    [InlineData("/w")]
    [InlineData("/w/.spool")]
    [InlineData("/w/.spool/state")]
    [InlineData("/w/.spool/state/v1")]
    public void A_forgotten_sync_of_a_folder_above_is_seen(string folder) =>
        Dies(new JournalScenarios { Mutant = Leaving(c => c.Kind == SyncFolder && c.Path == folder), Plan = Rotating });

    [Fact]
    public void A_forgotten_sync_of_a_snapshot_is_seen() =>
        Dies(new JournalScenarios { Mutant = Leaving(c => c.Kind == Sync && IsSnapshot(c.Path)), Plan = Rotating });

    [Fact]
    public void A_forgotten_sync_of_what_a_killed_engine_wrote_last_is_seen() =>
        Dies(new JournalScenarios { Mutant = Leaving(IsProof), Plan = Restarting }, s => s.Kills());

    [Fact]
    public void A_forgotten_sync_of_a_quarantined_tail_is_seen() =>
        Dies(new JournalScenarios { Mutant = Leaving(c => c.Kind == Sync && c.Path.StartsWith(JournalWorkload.Quarantine, StringComparison.Ordinal)), Plan = Restarting }, s => s.SecondCuts());

    [Fact]
    public void A_forgotten_sync_of_the_name_of_a_quarantined_tail_is_seen() =>
        Dies(new JournalScenarios { Mutant = Leaving(c => c.Kind == SyncFolder && c.Path == JournalWorkload.Quarantine), Plan = Restarting }, s => s.SecondCuts());

    [Fact]
    public void A_forgotten_sync_of_the_name_of_the_quarantine_is_seen() =>
        Dies(new JournalScenarios
        {
            // The folder above is synced for a first event as well; here only the sync that follows the making of the quarantine goes.
            Mutant = Leaving((c, last) => c.Kind == SyncFolder && last.Kind == CreateFolder && last.Path == JournalWorkload.Quarantine),
            Plan = Restarting,
        }, s => s.SecondCuts());

    [Fact]
    public void Forgetting_that_the_cut_of_a_torn_tail_is_durable_is_seen() =>
        Dies(new JournalScenarios { Mutant = Leaving((c, last) => IsProof(c, last) || (c.Kind == Sync && IsSegment(c.Path) && last.Kind == Truncate)), Plan = Restarting }, s => s.SecondCuts());

    [Fact]
    public void The_sync_of_a_segment_without_a_record_is_covered_by_the_sync_of_its_first_record() =>
        Survives(new JournalScenarios { Mutant = Leaving(c => c.Kind == Sync && IsSegment(c.Path) && c.Size == 0), Plan = Rotating });

    // Segments go only when the snapshot before the newest covers them, and that one's name was made durable by the sync of the next segment's.
    [Fact]
    public void The_sync_of_the_folder_after_a_snapshot_is_covered_by_keeping_two_of_them() =>
        Survives(new JournalScenarios { Mutant = Leaving(IsNameOfSnapshot), Plan = Rotating });

    // A rotation ends before the next event is acknowledged, and the snapshot's sync of the folder comes after the segment's. With events
    // written to the new segment at once, as in the table of the specification, this one would be needed.
    [Fact]
    public void The_sync_of_the_folder_after_the_segment_of_a_rotation_is_covered_by_that_of_its_snapshot() =>
        Survives(new JournalScenarios { Mutant = LeavingNth(IsNameOfSegment, 2, int.MaxValue), Plan = Rotating });

    [Fact]
    public void Forgotten_syncs_of_the_folder_after_segment_and_snapshot_of_a_rotation_are_seen()
    {
        var first = LeavingNth(IsNameOfSegment, 2, int.MaxValue);
        var second = Leaving(IsNameOfSnapshot);
        Dies(new JournalScenarios { Mutant = disk => second(first(disk)), Plan = Rotating });
    }

    // Not here: "old segment deleted before the snapshot" is an order, not a barrier; the crash suite itself would break if the order changed.
    // "A sync of the folder after deleting" does not exist: a file that comes back is read over or deleted again.

    private static bool IsSegment(string path) => path.Contains("/seg-", StringComparison.Ordinal);
    private static bool IsSnapshot(string path) => path.Contains("/snap-", StringComparison.Ordinal);
    private static bool IsNameOfSegment(DiskCall call, DiskCall last) => call is { Kind: SyncFolder, Path: JournalWorkload.Folder } && last.Kind is Sync or OpenWrite && IsSegment(last.Path);
    private static bool IsNameOfSnapshot(DiskCall call, DiskCall last) => call is { Kind: SyncFolder, Path: JournalWorkload.Folder } && last.Kind == Rename && IsSnapshot(last.Path);

    // Recovery writes the last batch over itself; a commit makes the file longer.
    private static bool IsProof(DiskCall call, DiskCall last) => call.Kind == Sync && IsSegment(call.Path) && last.Kind == Write && last.Path == call.Path && last.Size == call.Size;

    private static Func<IDisk, IDisk> Leaving(Func<DiskCall, bool> rule) => Leaving((call, _) => rule(call));

    private static Func<IDisk, IDisk> Leaving(Func<DiskCall, DiskCall, bool> rule) => disk => new MutantDisk(disk, rule);

    private static Func<IDisk, IDisk> LeavingNth(Func<DiskCall, DiskCall, bool> rule, int from, int to) => disk =>
    {
        var count = 0;
        return new MutantDisk(disk, (call, last) => rule(call, last) && ++count >= from && count <= to);
    };

    private void Dies(JournalScenarios scenario, Func<JournalScenarios, Found>? explore = null)
    {
        var found = (explore ?? (s => s.PowerCuts()))(new JournalScenarios { Mutant = scenario.Mutant, Plan = scenario.Plan, StopAtFirst = true });
        Assert.True(found.Violations.Count > 0, $"nothing broke in {found.States} states: the suite does not see a missing barrier");
        CrashCounts.Add("L1b mutants killed", 1);
        output.WriteLine($"killed after {found.States:n0} states: {found.Violations[0]}");
    }

    private void Survives(JournalScenarios scenario)
    {
        var found = scenario.PowerCuts();
        Assert.Empty(found.Violations);
        CrashCounts.Add("L1b barriers covered by another", 1);
        output.WriteLine($"harmless in {found.States:n0} states");
    }
}
