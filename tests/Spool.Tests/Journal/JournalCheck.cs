using Spool.Engine.Journal;
using Spool.Platform;
using Spool.Tests.Support;
using static Spool.Tests.Journal.JournalWorkload;

namespace Spool.Tests.Journal;

/// <summary>The one rule of recovery: acknowledged events are a part of the recovered ones, these of the issued ones, in order and without an error.</summary>
internal static class JournalCheck
{
    /// <summary>
    /// Recovers a disk on which nobody works any more, goes on with it, and recovers again; null, or what is wrong.
    /// The disk is used up.
    /// </summary>
    /// <param name="afterPowerCut">A power cut damages nothing that was synced; a fault or a flipped bit may, and then a warning is right.</param>
    internal static string? Violation(VirtualDisk disk, JournalHistory history, bool afterPowerCut = true)
    {
        try
        {
            var (state, last, warnings) = EventJournal.ReadOnly(disk, Folder);
            if (last < history.Acked) return $"acknowledged events are lost: {last} of {history.Acked} recovered";
            if (last > history.Issued) return $"{last} events recovered, but only {history.Issued} issued";
            if (JournalHistory.Text(state) != history.ExportAt(last)) return $"the {last} recovered events make another state than the {last} issued ones";
            if (afterPowerCut && warnings.FirstOrDefault(w => w.Contains("snapshot", StringComparison.Ordinal)) is { } warning) return warning;
            var tail = TornTail(disk);
            var next = new JournalHistory(history, last);
            using (var journal = JournalWorkload.Open(disk, next, last, 500, out _))
            {
                if (journal.Seq != last + 1 || JournalHistory.Text(journal.State) != next.ExportAt(last + 1)) return "opening made another state than reading";
                var e = JournalHistory.Sample(next.Issued);
                next.Issue(e);
                journal.Append(e);
                journal.Commit();
                next.Acknowledge();
            }
            // Recovery must not build on bytes that only the memory of the machine holds.
            var later = disk.Crash(0);
            var again = EventJournal.ReadOnly(later, Folder);
            if (again.LastSeq != next.Issued) return $"after recovery and a second power cut {again.LastSeq} of {next.Issued} events";
            if (JournalHistory.Text(again.State) != next.ExportAt(next.Issued)) return "after recovery and a second power cut another state";
            if (afterPowerCut && again.Warnings.Count > 0) return again.Warnings[0];
            return tail.Length > 0 && !IsKept(later, tail) ? "the cut tail is not in quarantine" : null;
        }
        catch (JournalException e) { return e.Message; }
        catch (DiskException e) { return e.Message; }
    }

    /// <summary>The bytes that recovery would cut off.</summary>
    internal static byte[] TornTail(VirtualDisk disk) =>
        JournalFiles.Read(disk, Folder, _ => { }, () => { }).Torn is var (path, offset) ? disk.ReadBytes(path)[(int)offset..] : [];

    internal static bool IsKept(VirtualDisk disk, byte[] tail) =>
        disk.Stat(Quarantine) is not null && disk.List(Quarantine).Any(e => disk.ReadBytes(Path.Join(Quarantine, e.Name)).AsSpan().SequenceEqual(tail));
}
