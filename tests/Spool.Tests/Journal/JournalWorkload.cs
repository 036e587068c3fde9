using Spool.Engine.Journal;
using Spool.Platform;

namespace Spool.Tests.Journal;

/// <summary>An engine's use of its journal: batches that fill several segments, a clean restart in the middle, more batches.</summary>
internal sealed class JournalWorkload
{
    internal const string Folder = "/w/.spool/state/v1/journal";
    internal const string Quarantine = "/w/.spool/state/v1/quarantine";
    internal static readonly ProcessIdentity Owner = new(7, 8, "boot", "host");

    /// <summary>Sizes of the batches; 0 is a restart.</summary>
    internal int[] Batches { get; init; } = [1, 3, 2, 1, 3, 0, 2, 3, 1, 3, 2];
    internal int SegmentBytes { get; init; } = 500;
    internal JournalHistory History { get; init; } = new();

    /// <summary>Told the journal after a commit threw.</summary>
    internal Action<EventJournal>? AfterError { get; init; }

    /// <summary>Runs until the end or until the disk throws; an event counts as acknowledged when the call that commits it has returned.</summary>
    internal void Run(IDisk disk)
    {
        var journal = Open(disk, History, History.Acked, SegmentBytes, out _);
        try
        {
            foreach (var size in Batches)
            {
                if (size == 0)
                {
                    journal.Dispose();
                    journal = Open(disk, History, History.Acked, SegmentBytes, out _);
                    continue;
                }
                for (var i = 0; i < size; i++)
                {
                    var e = JournalHistory.Sample(History.Issued);
                    History.Issue(e);
                    journal.Append(e);
                }
                try { journal.Commit(); }
                catch (Exception e) when (e is DiskException or JournalException)
                {
                    AfterError?.Invoke(journal);
                    throw;
                }
                History.Acknowledge();
            }
        }
        finally { journal.Dispose(); }
    }

    /// <summary>Opens the journal of a history and checks what it found.</summary>
    internal static EventJournal Open(IDisk disk, JournalHistory history, long recovered, long segmentBytes, out IReadOnlyList<string> warnings)
    {
        var epoch = history.NextEpoch(recovered);
        history.Issue(new EpochStarted(epoch, Owner.Pid, Owner.StartTicks, Owner.BootId, Owner.Host, "m", 0));
        var journal = EventJournal.Open(disk, Folder, null, Owner, "m", 0, history.Acked, out warnings, segmentBytes);
        history.Acknowledge();
        return journal;
    }
}
