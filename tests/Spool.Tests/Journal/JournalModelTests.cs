using FsCheck;
using FsCheck.Fluent;
using Spool.Engine.Journal;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Journal;

/// <summary>Random lives of a workspace against a plain list of events; a failing one is shrunk to the shortest that still fails.</summary>
public sealed class JournalModelTests
{
    private static readonly Config Settings = Config.QuickThrowOnFailure.WithMaxTest(CrashCounts.IsLong ? 10_000 : 300).WithEndSize(120).WithReplay(20260102, 7).WithQuietOnSuccess(true);

    [Fact]
    public void A_snapshot_makes_the_state_that_a_replay_makes() =>
        Check.One(Settings, Prop.ForAll(ArbMap.Default.ArbFor<DoNotSize<uint>[]>(), numbers =>
        {
            var replayed = new WorkspaceState();
            var restored = new WorkspaceState();
            foreach (var number in numbers)
            {
                var e = RandomEvents.Of(number.Item);
                replayed.Apply(e);
                // Going on from a snapshot must lead to the same as never having taken one, whenever it was taken.
                restored.Apply(e);
                var copy = new WorkspaceState();
                foreach (var exported in restored.Export()) copy.Apply(exported);
                restored = copy;
                if (JournalHistory.Text(replayed) != JournalHistory.Text(restored))
                    throw new InvalidOperationException($"after {e}:\n{JournalHistory.Text(replayed)}instead\n{JournalHistory.Text(restored)}");
            }
        }));

    [Fact]
    public void A_journal_that_rotates_restarts_dies_and_loses_power_tells_what_was_committed() =>
        Check.One(Settings, Prop.ForAll(ArbMap.Default.ArbFor<(byte, DoNotSize<uint>)[]>(), commands => new Life().Run(commands)));

    private sealed class Life
    {
        private VirtualDisk _disk = new();
        private JournalHistory _history = new();
        private EventJournal _journal;

        internal Life() => _journal = JournalWorkload.Open(_disk, _history, 0, 700, out _);

        internal void Run((byte Command, DoNotSize<uint> Number)[] commands)
        {
            foreach (var (command, number) in commands)
            {
                switch (command % 16)
                {
                    case < 8:
                        Append(RandomEvents.Of(number.Item));
                        break;
                    case < 12:
                        Commit();
                        break;
                    case 12:
                        _journal.Rotate();
                        _history.Acknowledge();
                        break;
                    case 13:
                        _journal.Dispose();
                        Reopen();
                        break;
                    case 14:
                        _disk.Kill();
                        Reopen();
                        break;
                    default:
                        _disk = _disk.Crash((int)(number.Item % 1000));
                        Reopen();
                        break;
                }
                Same(_history.ExportAt(_history.Acked), JournalHistory.Text(_journal.State));
            }
            CrashCounts.Add("L4 lives", 1);
        }

        private void Append(JournalEvent e)
        {
            // Epochs are the journal's own affair: a foreign one would say that the lock failed.
            if (e is EpochStarted) return;
            _history.Issue(e);
            _journal.Append(e);
        }

        private void Commit()
        {
            _journal.Commit();
            _history.Acknowledge();
        }

        private void Reopen()
        {
            var (state, last, warnings) = EventJournal.ReadOnly(_disk, JournalWorkload.Folder);
            if (last < _history.Acked || last > _history.Issued) throw new InvalidOperationException($"{_history.Acked} acknowledged, {_history.Issued} issued, {last} recovered");
            Same(_history.ExportAt(last), JournalHistory.Text(state));
            if (warnings.Any(w => w.Contains("snapshot", StringComparison.Ordinal))) throw new InvalidOperationException(warnings[0]);
            _history = new JournalHistory(_history, last);
            _journal = JournalWorkload.Open(_disk, _history, last, 700, out _);
        }

        private static void Same(string expected, string actual)
        {
            if (expected != actual) throw new InvalidOperationException($"expected\n{expected}but there is\n{actual}");
        }
    }
}
