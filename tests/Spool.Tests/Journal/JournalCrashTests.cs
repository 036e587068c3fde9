using Spool.Engine.Journal;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Journal;

/// <summary>
/// The journal's promise at every crash point: the power goes before each call that has an effect, every state the disk may be in is
/// recovered by the real code, and the rule of <see cref="JournalCheck"/> must hold.
/// </summary>
public sealed class JournalCrashTests(ITestOutputHelper output)
{
    private static int Most => CrashCounts.IsLong ? 1 << 16 : 1 << 12;

    [Fact]
    public void No_acknowledged_event_is_lost_whenever_the_power_goes()
    {
        var found = CrashExplorer.Explore((disk, history) => new JournalWorkload { History = history }.Run(disk), Most, CrashCounts.IsLong ? TearDetail.Fine : TearDetail.Coarse);
        Report("L1 journal", found);
    }

    [Fact]
    public void A_second_power_cut_during_recovery_loses_nothing()
    {
        var found = new Found();
        var step = CrashCounts.IsLong ? 1 : 17;
        var number = 0;
        foreach (var (state, history) in CrashExplorer.States((disk, h) => new JournalWorkload { History = h }.Run(disk), Most, TearDetail.Coarse))
        {
            if (number++ % step != 0) continue;
            var tail = JournalCheck.TornTail(state);
            var (_, last, _) = EventJournal.ReadOnly(state, JournalWorkload.Folder);
            var states = CrashExplorer.States((disk, h) => JournalWorkload.Open(disk, h, last, 500, out _).Dispose(), 64, TearDetail.Coarse,
                () => (state.Crash(0), new JournalHistory(history, last)));
            foreach (var (second, _) in states)
            {
                found.States++;
                // Of the events that the first power cut left over, only the acknowledged ones were promised to anybody before recovery ended.
                var kept = tail.Length == 0 || JournalCheck.IsKept(second, tail) || JournalCheck.TornTail(second).AsSpan().SequenceEqual(tail);
                if ((kept ? JournalCheck.Violation(second, Both(history, last)) : "the cut tail is neither in place nor in quarantine") is { } violation)
                    found.Violations.Add($"{violation}; first: {state.Origin}; second: {second.Origin}");
            }
        }
        Report("L1 second power cut in recovery", found);

        static JournalHistory Both(JournalHistory history, long last)
        {
            var both = new JournalHistory(history, last);
            both.Issue(new EpochStarted(both.NextEpoch(last), JournalWorkload.Owner.Pid, JournalWorkload.Owner.StartTicks, "boot", "host", "m", 0));
            return both;
        }
    }

    [Fact]
    public void A_killed_engine_whose_bytes_are_only_in_memory_is_recovered_durably()
    {
        // The kernel keeps what a killed process wrote, so recovery reads bytes that no sync has made durable; a power cut may still take them.
        var found = new Found();
        var effects = CrashExplorer.Effects((disk, h) => new JournalWorkload { History = h }.Run(disk));
        for (var at = 1; at <= effects; at++)
        {
            var (disk, history, _) = CrashExplorer.Run((d, h) => new JournalWorkload { History = h }.Run(d), at);
            disk.Kill();
            var (_, last, _) = EventJournal.ReadOnly(disk, JournalWorkload.Folder);
            var stop = at;
            var recovery = CrashExplorer.Effects((d, h) => JournalWorkload.Open(d, h, last, 500, out _).Dispose(), Killed);
            for (var second = 1; second <= recovery + 1; second++)
            {
                var (again, next, _) = CrashExplorer.Run((d, h) => JournalWorkload.Open(d, h, last, 500, out _).Dispose(), second, Killed);
                var promised = second > recovery ? next : Unpromised(history, next);
                foreach (var state in again.CrashStates(256))
                {
                    found.States++;
                    if (JournalCheck.Violation(state, promised) is { } violation) found.Violations.Add($"{violation}; killed at {at}, cut at {second} of recovery; {state.Origin}");
                }
            }

            (VirtualDisk, JournalHistory) Killed()
            {
                var (d, _, _) = CrashExplorer.Run((x, h) => new JournalWorkload { History = h }.Run(x), stop);
                d.Kill();
                return (d, new JournalHistory(history, last));
            }
        }
        Report("L1 kill, then power cut in recovery", found);

        // Before recovery has ended, only what the killed engine had acknowledged is promised.
        static JournalHistory Unpromised(JournalHistory before, JournalHistory during) => during.WithAcked(before.Acked);
    }

    [Fact]
    public void Rotating_twice_or_with_events_pending_loses_nothing()
    {
        var found = CrashExplorer.Explore((disk, history) =>
        {
            using var journal = JournalWorkload.Open(disk, history, history.Acked, 1 << 20, out _);
            for (var i = 0; i < 3; i++)
            {
                var e = JournalHistory.Sample(history.Issued);
                history.Issue(e);
                journal.Append(e);
                journal.Rotate();
                journal.Rotate();
                journal.Commit();
                history.Acknowledge();
            }
        }, Most, TearDetail.Coarse);
        Report("L1 rotation asked for", found);
    }

    private void Report(string suite, Found found)
    {
        CrashCounts.Add(suite, found.States);
        output.WriteLine($"{suite}: crash states explored: {found.States:n0}, violations: {found.Violations.Count:n0}");
        Assert.True(found.States > 0);
        Assert.True(found.Violations.Count == 0, string.Join('\n', found.Violations.Take(5)));
    }
}
