using System.Buffers.Binary;
using Spool.Engine.Journal;
using Spool.Tests.Support;
using Xunit;
using static Spool.Tests.Journal.JournalWorkload;

namespace Spool.Tests.Journal;

public sealed class JournalAuditTests
{
    private readonly VirtualDisk _disk = new();
    private readonly JournalHistory _history;

    public JournalAuditTests()
    {
        var workload = new JournalWorkload { Batches = [1, 3, 2, 3, 3, 1, 2, 1, 2, 2, 2, 3, 2, 2], SegmentBytes = 1200 };
        workload.Run(_disk);
        _history = workload.History;
    }

    private List<string> Files(string prefix) => [.. _disk.List(Folder).Where(e => e.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(e => e.Name).Order(StringComparer.Ordinal)];

    private JournalAudit Audit(long witnessed = 0) => JournalAudit.Of(_disk, Folder, witnessed);

    /// <summary>Where the records of a segment begin and which events they are, read as docs/formats/journal.md says.</summary>
    private List<(int Offset, long Event)> Records(string file)
    {
        var bytes = _disk.ReadBytes($"{Folder}/{file}");
        var found = new List<(int, long)>();
        for (var at = 0; at < bytes.Length; at += (40 + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4)) + 7) / 8 * 8)
            found.Add((at, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at + 8))));
        return found;
    }

    private string LastFull => Files("seg-")[^1];

    private void Flip(string file, int at)
    {
        var bytes = _disk.ReadBytes($"{Folder}/{file}");
        bytes[at] ^= 0x40;
        Platform.DurableFile.WritePlain(_disk, $"{Folder}/{file}", bytes);
    }

    [Fact]
    public void A_journal_that_is_whole_has_no_fault_and_every_event_is_counted()
    {
        var audit = Audit(_history.Acked);
        Assert.Empty(audit.Faults);
        Assert.Empty(audit.Notes);
        Assert.Equal(_history.Issued, audit.LastEvent);
        Assert.Equal(Files("").Count, audit.Parts.Count);
    }

    [Fact]
    public void The_first_bad_record_is_named_by_segment_byte_and_event_with_what_is_lost()
    {
        var records = Records(LastFull);
        Assert.True(records.Count >= 4, "the last segment is too short to be damaged in its middle");
        var (offset, number) = records[1];
        Flip(LastFull, offset + 50);
        var fault = Assert.Single(Audit().Faults);
        Assert.Equal((LastFull, offset, number, true), (fault.File, fault.Offset, fault.Event, fault.IsFatal));
        Assert.Equal($"event {number}; {records.Count - 2} records behind the damage can be read, up to event {records[^1].Event}, but nothing is built upon them", fault.Lost);
        Assert.Contains($"{LastFull} at byte {offset} (event {number})", Assert.Throws<JournalException>(() => EventJournal.ReadOnly(_disk, Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_torn_end_of_a_batch_nobody_was_told_of_is_no_fault()
    {
        var last = Files("seg-")[^1];
        var bytes = _disk.ReadBytes($"{Folder}/{last}");
        Platform.DurableFile.WritePlain(_disk, $"{Folder}/{last}", [.. bytes, .. bytes.AsSpan(0, Math.Min(20, bytes.Length))]);
        var audit = Audit(_history.Acked);
        Assert.Empty(audit.Faults);
        Assert.Contains("were never finished", Assert.Single(audit.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_that_a_snapshot_covers_loses_nothing_and_a_start_goes_on()
    {
        // The newest snapshot covers all segments but the last; the second last is kept for the older one.
        var covered = Files("seg-").First(f => Records(f).Count > 0 && Records(f)[^1].Event <= long.Parse(Files("snap-")[^1][5..15], System.Globalization.CultureInfo.InvariantCulture));
        Flip(covered, Records(covered)[0].Offset + 44);
        var fault = Assert.Single(Audit().Faults);
        Assert.False(fault.IsFatal);
        Assert.StartsWith("nothing: the snapshot of event", fault.Lost, StringComparison.Ordinal);
        Assert.Equal(_history.Issued, EventJournal.ReadOnly(_disk, Folder).LastSeq);
    }

    [Fact]
    public void A_missing_segment_and_a_journal_that_ends_too_early_name_the_events()
    {
        var last = Files("seg-")[^1];
        var first = Records(last) is [var record, ..] ? record.Event : _history.Issued + 1;
        _disk.DeleteFile($"{Folder}/{last}");
        var fault = Audit(_history.Issued + 5).Faults[^1];
        Assert.Contains($"ends at event {first - 1}", fault.What, StringComparison.Ordinal);
        Assert.Contains($"events {first} to {_history.Issued + 5}", fault.Lost, StringComparison.Ordinal);
        Assert.True(fault.IsFatal);
    }

    [Fact]
    public void A_damaged_snapshot_is_named()
    {
        var newest = Files("snap-")[^1];
        Flip(newest, 30);
        Assert.Equal(newest, Assert.Single(Audit().Faults).File);
        Assert.Equal(_history.Issued, EventJournal.ReadOnly(_disk, Folder).LastSeq);
    }

    [Fact]
    public void Compacting_leaves_the_state_as_it_is_in_two_snapshots_and_two_segments()
    {
        var before = EventJournal.ReadOnly(_disk, Folder).State;
        long size;
        using (var journal = EventJournal.Open(_disk, Folder, null, Owner, "m", 0, _history.Acked, out _))
        {
            journal.Compact();
            size = journal.Seq;
        }
        Assert.Equal((2, 2), (Files("snap-").Count, Files("seg-").Count));
        var (after, last, warnings) = EventJournal.ReadOnly(_disk, Folder);
        Assert.Equal(size, last);
        Assert.Empty(warnings);
        Assert.Empty(Audit(last).Faults);
        Assert.Equal(Without(before), Without(after));
        // One of the two snapshots may be damaged.
        Flip(Files("snap-")[^1], 30);
        Assert.Equal(Without(before), Without(EventJournal.ReadOnly(_disk, Folder).State));

        // But for who wrote last.
        static IEnumerable<string> Without(WorkspaceState state) => state.Export().Where(e => e is not EpochStarted).Select(e => System.Text.Json.JsonSerializer.Serialize(e, JournalJson.Default.JournalEvent));
    }
}
