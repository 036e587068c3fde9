using System.Text;
using Spool.Engine.Journal;
using Spool.Tests.Support;
using Xunit;
using static Spool.Tests.Journal.JournalWorkload;

namespace Spool.Tests.Journal;

/// <summary>Damage that no power cut makes: flipped, missing and foreign bytes. It is refused by name, healed with a warning, or cut off with a warning.</summary>
public sealed class JournalDamageTests(ITestOutputHelper output)
{
    private static (VirtualDisk Disk, JournalHistory History) Written(params int[] batches)
    {
        var disk = new VirtualDisk();
        var workload = new JournalWorkload { Batches = batches };
        workload.Run(disk);
        return (disk, workload.History);
    }

    private static List<string> Files(VirtualDisk disk, string prefix) =>
        [.. disk.List(Folder).Where(e => e.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(e => Path.Join(Folder, e.Name)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_flipped_byte_is_refused_by_name_or_healed_or_cut_off_with_a_warning()
    {
        var (disk, history) = Written(1, 3, 2, 3, 3, 1, 2, 1, 2);
        var segments = Files(disk, "seg-");
        var snapshots = Files(disk, "snap-");
        Assert.True(segments.Count >= 2 && snapshots.Count == 2);
        var lastBatch = JournalFiles.Read(disk, Folder, _ => { }, () => { }).LastBatch!.Value;
        Assert.Equal(segments[^1], lastBatch.Path);
        var (flips, refused, healed, cut, unread) = (0, 0, 0, 0, 0);
        foreach (var path in segments.Concat(snapshots))
        {
            var length = disk.ReadBytes(path).Length;
            for (var i = 0; i < length; i++)
            {
                foreach (var bits in (byte[])[(byte)(1 << (i % 8)), 0xff])
                {
                    var bad = disk.Crash(int.MaxValue);
                    Flip(bad, path, i, bits);
                    flips++;
                    try
                    {
                        var (state, last, warnings) = EventJournal.ReadOnly(bad, Folder);
                        Assert.Equal(history.ExportAt(last), JournalHistory.Text(state));
                        if (last == history.Issued)
                        {
                            if (path == snapshots[^1]) Assert.Contains(warnings, w => w.Contains(Path.GetFileName(path), StringComparison.Ordinal));
                            if (warnings.Count > 0) healed++;
                            else unread++; // an older segment or snapshot that nothing is read from
                            // Going on from there is the same for all flips of a file.
                            if (CrashCounts.IsLong || flips % 16 == 0) Assert.Null(JournalCheck.Violation(bad, history, afterPowerCut: false));
                            continue;
                        }
                        Assert.True(path == lastBatch.Path && i >= lastBatch.Start, $"byte {i} of {path} lost events without an error");
                        Assert.Contains(warnings, w => w.Contains("quarantine", StringComparison.Ordinal));
                        var error = Assert.Throws<JournalException>(() => EventJournal.Open(bad, Folder, null, Owner, "m", 0, history.Acked, out _));
                        Assert.Contains("was durable", error.Message, StringComparison.Ordinal);
                        var tail = JournalCheck.TornTail(bad);
                        Assert.Null(JournalCheck.Violation(bad, new JournalHistory(history, last), afterPowerCut: false));
                        Assert.True(JournalCheck.IsKept(bad, tail));
                        cut++;
                    }
                    catch (JournalException e)
                    {
                        Assert.Contains($"{Path.GetFileName(path)} at byte", e.Message, StringComparison.Ordinal);
                        refused++;
                    }
                }
            }
        }
        CrashCounts.Add("bit flips", flips);
        output.WriteLine($"{flips:n0} flips: {refused:n0} refused, {healed:n0} healed, {cut:n0} cut off, {unread:n0} where nothing is read");
        Assert.True(refused > 0 && healed > 0 && cut > 0);
    }

    [Fact]
    public void Random_damage_gives_an_error_of_the_journal_or_a_true_beginning()
    {
        var (disk, history) = Written(1, 3, 2, 3, 3, 1, 2, 1, 2);
        var random = new Random(5);
        var rounds = CrashCounts.IsLong ? 60_000 : 3_000;
        for (var round = 0; round < rounds; round++)
        {
            var bad = disk.Crash(int.MaxValue);
            for (var n = random.Next(1, 4); n > 0; n--) Mangle(bad, random);
            try
            {
                var (state, last, _) = EventJournal.ReadOnly(bad, Folder);
                Assert.True(last <= history.Issued);
                Assert.Equal(history.ExportAt(last), JournalHistory.Text(state));
                if (last < history.Acked) Assert.Throws<JournalException>(() => EventJournal.Open(bad, Folder, null, Owner, "m", 0, history.Acked, out _));
            }
            catch (JournalException e) { Assert.NotEmpty(e.Message); }
        }
        CrashCounts.Add("mangled journals", rounds);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(8, 0)]
    [InlineData(39, 0)]
    [InlineData(4096, 0)]
    [InlineData(1, 0xa5)]
    [InlineData(64, 0xa5)]
    [InlineData(4096, 0x53)]
    public void A_tail_of_zeros_or_garbage_is_cut_off_and_kept(int length, int value)
    {
        var (disk, history) = Written(1, 3, 2);
        var last = Files(disk, "seg-")[^1];
        var tail = Enumerable.Repeat((byte)value, length).ToArray();
        disk.WriteBytes(last, [.. disk.ReadBytes(last), .. tail]);
        var (_, seq, warnings) = EventJournal.ReadOnly(disk, Folder);
        Assert.Equal(history.Issued, seq);
        Assert.Contains("quarantine", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Null(JournalCheck.Violation(disk, history));
        Assert.True(JournalCheck.IsKept(disk, tail));
    }

    [Fact]
    public void A_missing_segment_in_the_middle_is_a_gap()
    {
        var (disk, _) = Written(1, 3, 3, 3, 3, 3, 3);
        var segments = Files(disk, "seg-");
        var snapshots = Files(disk, "snap-");
        // Without its newest snapshot the journal is read from the older one on, over at least two segments.
        disk.DeleteFile(snapshots[^1]);
        disk.DeleteFile(segments[^2]);
        var error = Assert.Throws<JournalException>(() => EventJournal.ReadOnly(disk, Folder));
        Assert.Contains("gap", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Segments_without_the_snapshot_they_go_on_from_are_a_gap()
    {
        var (disk, _) = Written(1, 3, 3, 3, 3, 3, 3);
        foreach (var snapshot in Files(disk, "snap-")) disk.DeleteFile(snapshot);
        Assert.Contains("gap", Assert.Throws<JournalException>(() => EventJournal.ReadOnly(disk, Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_without_a_segment_is_refused()
    {
        var (disk, _) = Written(1, 3, 3, 3);
        foreach (var segment in Files(disk, "seg-")) disk.DeleteFile(segment);
        Assert.Throws<JournalException>(() => EventJournal.ReadOnly(disk, Folder));
    }

    [Fact]
    public void A_lost_last_segment_is_an_error_for_who_saw_its_events_durable()
    {
        var (disk, history) = Written(1, 3, 0, 2);
        disk.DeleteFile(Files(disk, "seg-")[^1]);
        var before = disk.Dump();
        Assert.Throws<JournalException>(() => EventJournal.Open(disk, Folder, null, Owner, "m", 0, history.Acked, out _));
        Assert.Equal(before, disk.Dump());
    }

    [Fact]
    public void A_damaged_snapshot_is_not_one_of_the_two_that_are_kept()
    {
        var (disk, history) = Written(1, 3, 3, 3, 3, 3, 3);
        Flip(disk, Files(disk, "snap-")[^1], 60, 0xff);
        var newest = Files(disk, "snap-")[^1];
        using (var journal = JournalWorkload.Open(disk, history, history.Issued, 1 << 20, out var warnings))
        {
            Assert.Single(warnings);
            journal.Rotate();
        }
        var next = Files(disk, "snap-")[^1];
        Assert.NotEqual(newest, next);
        Flip(disk, next, 60, 0xff);
        var (state, last, _) = EventJournal.ReadOnly(disk, Folder);
        Assert.Equal(history.Issued, last);
        Assert.Equal(history.ExportAt(last), JournalHistory.Text(state));
    }

    [Theory]
    [InlineData("{\"t\":\"from-the-future\",\"x\":1}")]
    [InlineData("{\"x\":1}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("not json")]
    [InlineData("{\"t\":\"salt\",\"salt\":\"text\"}")]
    public void An_event_that_this_version_does_not_know_is_refused(string payload)
    {
        var (disk, history) = Written(1);
        var segment = Files(disk, "seg-")[^1];
        var records = new List<byte[]>();
        var crc = JournalFiles.Read(disk, Folder, _ => { }, () => { }).LastCrc;
        Frame.Write(records, Encoding.UTF8.GetBytes(payload), history.Issued + 1, history.Issued, 1, crc);
        var offset = disk.ReadBytes(segment).Length;
        disk.WriteBytes(segment, [.. disk.ReadBytes(segment), .. records[0]]);
        var before = disk.Dump();
        var error = Assert.Throws<JournalException>(() => EventJournal.Open(disk, Folder, null, Owner, "m", 0, 0, out _));
        Assert.Contains($"at byte {offset}", error.Message, StringComparison.Ordinal);
        Assert.Contains("newer version", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, disk.Dump());
    }

    [Fact]
    public void The_events_of_an_engine_that_was_replaced_do_not_count()
    {
        var (disk, history) = Written(1);
        var segment = Files(disk, "seg-")[^1];
        var content = JournalFiles.Read(disk, Folder, _ => { }, () => { });
        var records = new List<byte[]>();
        var crc = Frame.Write(records, Bytes(new SaltRaised("late", 1, "me", 0)), history.Issued + 1, history.Issued, 7, content.LastCrc);
        Frame.Write(records, Bytes(new SaltRaised("stale", 1, "me", 0)), history.Issued + 2, history.Issued, 6, crc);
        disk.WriteBytes(segment, [.. disk.ReadBytes(segment), .. records.SelectMany(r => r)]);
        var (state, last, _) = EventJournal.ReadOnly(disk, Folder);
        Assert.Equal(history.Issued + 2, last);
        Assert.Equal(1, state.Salt("late"));
        Assert.Equal(0, state.Salt("stale"));

        static byte[] Bytes(JournalEvent e) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(e, JournalJson.Default.JournalEvent);
    }

    [Fact]
    public void The_checksum_is_crc32c() =>
        Assert.Equal(0xe3069283u, ~Frame.Crc32C(0xffffffff, "123456789"u8));

    private static void Flip(VirtualDisk disk, string path, int at, byte bits)
    {
        var bytes = disk.ReadBytes(path);
        bytes[at] ^= bits;
        disk.WriteBytes(path, bytes);
        disk.SyncFileSystem("/");
    }

    private static void Mangle(VirtualDisk disk, Random random)
    {
        var files = disk.List(Folder).Select(e => e.Name).Order(StringComparer.Ordinal).Select(n => Path.Join(Folder, n)).ToList();
        var path = files[random.Next(files.Count)];
        var bytes = disk.ReadBytes(path).ToList();
        var at = random.Next(bytes.Count + 1);
        var count = Math.Min(random.Next(1, 80), bytes.Count - at);
        switch (random.Next(6))
        {
            case 0: bytes.RemoveRange(at, count); break;
            case 1: bytes.InsertRange(at, Enumerable.Range(0, random.Next(1, 80)).Select(_ => (byte)random.Next(256))); break;
            case 2: for (var i = 0; i < count; i++) bytes[at + i] = (byte)random.Next(256); break;
            case 3: bytes.RemoveRange(at, bytes.Count - at); break;
            case 4: bytes.InsertRange(at, bytes.GetRange(at, count)); break;
            default:
                if (files.Count > 1) disk.DeleteFile(path);
                return;
        }
        disk.WriteBytes(path, bytes.ToArray());
    }
}
