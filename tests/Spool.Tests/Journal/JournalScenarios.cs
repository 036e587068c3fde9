using Spool.Engine.Journal;
using Spool.Platform;
using Spool.Tests.Support;

namespace Spool.Tests.Journal;

/// <summary>The ways in which a journal meets its end, each with a disk that may forget barriers.</summary>
internal sealed class JournalScenarios
{
    internal Func<IDisk, IDisk>? Mutant { get; init; }
    internal JournalWorkload Plan { get; init; } = new();
    internal int Most { get; init; } = 1 << 12;
    internal TearDetail Detail { get; init; } = TearDetail.Coarse;
    internal bool StopAtFirst { get; init; }

    /// <summary>Of the states that follow one another, only every n-th goes through a recovery of its own.</summary>
    internal int Every { get; init; } = 1;

    /// <summary>The power goes at every point of the work.</summary>
    internal Found PowerCuts() => CrashExplorer.Explore(Work, Most, Detail, Mutant, StopAtFirst);

    /// <summary>It goes again at every point of the recovery.</summary>
    internal Found SecondCuts()
    {
        var found = new Found();
        var number = 0;
        foreach (var (state, history) in CrashExplorer.States(Work, Most, TearDetail.Coarse))
        {
            if (number++ % Every != 0) continue;
            var tail = JournalCheck.TornTail(state);
            var (_, last, _) = EventJournal.ReadOnly(state, JournalWorkload.Folder);
            foreach (var (second, during) in CrashExplorer.States(Recover(last), 64, TearDetail.Coarse, () => (state.Crash(0), new JournalHistory(history, last)), Mutant))
            {
                found.States++;
                var kept = tail.Length == 0 || JournalCheck.IsKept(second, tail) || JournalCheck.TornTail(second).AsSpan().SequenceEqual(tail);
                var violation = kept ? JournalCheck.Violation(second, during) : "the cut tail is neither in place nor in quarantine";
                if (violation is null) continue;
                found.Violations.Add($"{violation}; first: {state.Origin}; second: {second.Origin}");
                if (StopAtFirst) return found;
            }
        }
        return found;
    }

    /// <summary>
    /// The engine is killed at every point, and the power goes at every point of the next one's recovery. The kernel keeps what a killed process
    /// wrote, so recovery reads bytes that no sync has made durable.
    /// </summary>
    internal Found Kills()
    {
        var found = new Found();
        for (var at = 1; ; at += Every)
        {
            var stop = at;
            var (killed, history, cut) = CrashExplorer.Run(Work, stop);
            killed.Kill();
            var (_, last, _) = EventJournal.ReadOnly(killed, JournalWorkload.Folder);
            for (var second = 1; ; second++)
            {
                var (again, during, before) = CrashExplorer.Run(Recover(last), second, Again, Mutant);
                // Until recovery has ended, only what the killed engine had acknowledged is promised.
                var promised = before ? during.WithAcked(history.Acked) : during;
                foreach (var state in again.CrashStates(256))
                {
                    found.States++;
                    if (JournalCheck.Violation(state, promised) is not { } violation) continue;
                    found.Violations.Add($"{violation}; killed at {stop}, cut at {second} of recovery; {state.Origin}");
                    if (StopAtFirst) return found;
                }
                if (!before) break;
            }
            if (!cut) return found;

            (VirtualDisk, JournalHistory) Again()
            {
                var (disk, _, _) = CrashExplorer.Run(Work, stop);
                disk.Kill();
                return (disk, new JournalHistory(history, last));
            }
        }
    }

    private void Work(IDisk disk, JournalHistory history) =>
        new JournalWorkload { History = history, Batches = Plan.Batches, SegmentBytes = Plan.SegmentBytes }.Run(disk);

    private static CrashExplorer.Workload Recover(long last) => (disk, history) => JournalWorkload.Open(disk, history, last, 500, out _).Dispose();
}
