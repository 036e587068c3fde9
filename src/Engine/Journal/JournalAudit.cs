using System.Text.Json;
using Spool.Platform;

namespace Spool.Engine.Journal;

/// <summary>Something wrong in a file of the journal.</summary>
/// <param name="File">Its name.</param>
/// <param name="Offset">The byte from which on it is wrong; 0 for a whole file.</param>
/// <param name="Event">The first event that is touched.</param>
/// <param name="What">What is wrong, a sentence.</param>
/// <param name="Lost">What is lost by it, a sentence.</param>
/// <param name="IsFatal">The engine refuses to go on with it.</param>
public sealed record JournalFault(string File, long Offset, long Event, string What, string Lost, bool IsFatal);

/// <summary>A file of the journal as it was found.</summary>
public sealed record JournalPart(string File, long Bytes, long First, long Last, bool IsSnapshot, bool IsSound);

/// <summary>
/// A look at every record of every segment and at every snapshot, also those that a start does not read. It tells the first bad record of each
/// segment by byte and event, and what is lost: what a good snapshot covers is not, nor is the torn end of a batch that nobody was told of.
/// </summary>
public sealed record JournalAudit(IReadOnlyList<JournalPart> Parts, IReadOnlyList<JournalFault> Faults, IReadOnlyList<string> Notes, long LastEvent)
{
    /// <summary>Reads it; writes nothing.</summary>
    /// <param name="witnessed">The last event that was seen durable elsewhere (the index); 0 when that is not known.</param>
    public static JournalAudit Of(IDisk disk, string folder, long witnessed)
    {
        var (parts, faults, notes) = (new List<JournalPart>(), new List<JournalFault>(), new List<string>());
        var entries = disk.Stat(folder) is null ? [] : disk.List(folder);
        long covered = 0;
        foreach (var (seq, path) in JournalFiles.Numbered(entries, folder, "snap-"))
        {
            var sound = JournalFiles.ReadSnapshot(disk, path, _ => { }) is not null;
            parts.Add(new JournalPart(Path.GetFileName(path), disk.Stat(path)?.Size ?? 0, 1, seq, true, sound));
            if (sound) covered = seq;
            else faults.Add(new JournalFault(Path.GetFileName(path), 0, seq, "the snapshot does not hold: its digest is another", "nothing, as long as the segments or the other snapshot hold", false));
        }
        var segments = JournalFiles.Numbered(entries, folder, "seg-");
        long expected = segments.Count == 0 ? 1 : Math.Min(segments[0].Seq, covered + 1), last = 0;
        for (var i = 0; i < segments.Count; i++)
        {
            var (first, path) = segments[i];
            var name = Path.GetFileName(path);
            if (first > expected)
            {
                var isCovered = covered >= first - 1;
                faults.Add(new JournalFault(name, 0, expected, $"the segment of {Events(expected, first - 1)} before it is missing", isCovered ? $"nothing: the snapshot of event {covered} covers it" : Events(expected, first - 1), !isCovered));
            }
            var bytes = DurableFile.Read(disk, path);
            var (end, offset, unknown) = Walk(bytes, first);
            expected = end;
            last = Math.Max(last, end - 1);
            parts.Add(new JournalPart(name, bytes.Length, first, end - 1, false, offset is null && unknown is null));
            if (unknown is var (at, seq, why)) faults.Add(new JournalFault(name, at, seq, $"the event at byte {at} is of a kind that this version does not know ({why})", "nothing: a newer version wrote it; use that one", true));
            if (offset is not { } bad) continue;
            expected = i < segments.Count - 1 ? segments[i + 1].Seq : end;
            Judge(bytes, (name, bad, end, i == segments.Count - 1 ? null : expected), covered, faults, notes);
        }
        if (segments.Count == 0 && parts.Count > 0) faults.Add(new JournalFault("segments", 0, 1, "there is a snapshot but no segment", "all that came after the snapshot", true));
        if (witnessed > last) faults.Add(new JournalFault("segments", 0, last + 1, $"the journal ends at event {last}, but event {witnessed} was durable", Events(last + 1, witnessed), true));
        return new(parts, faults, notes, last);
    }

    /// <summary>Goes through the records of a segment: the number behind the last good one, where the first bad one begins, the first of unknown kind.</summary>
    private static (long End, int? Bad, (long At, long Seq, string Why)? Unknown) Walk(ReadOnlySpan<byte> bytes, long first)
    {
        uint previous = 0;
        var (expected, offset) = (first, 0);
        (long, long, string)? unknown = null;
        while (offset < bytes.Length)
        {
            if (!Frame.TryRead(bytes[offset..], out var header) || header.Seq != expected || (offset > 0 && header.Previous != previous)) return (expected, offset, unknown);
            try { _ = JsonSerializer.Deserialize(bytes.Slice(offset + Frame.HeaderBytes, header.Length), JournalJson.Default.JournalEvent); }
            catch (Exception e) when (e is JsonException or NotSupportedException) { unknown ??= (offset, expected, e.Message); }
            previous = header.Crc;
            expected++;
            offset += header.Total;
        }
        return (expected, null, unknown);
    }

    private static void Judge(ReadOnlySpan<byte> bytes, (string Name, int Bad, long Event, long? Next) at, long covered, List<JournalFault> faults, List<string> notes)
    {
        // What can still be read behind the damage, and whether it says that the damaged event had been durable.
        var (from, to, good, durable) = (0L, 0L, 0, at.Next is not null);
        for (var offset = (at.Bad + 8) & ~7; offset + Frame.HeaderBytes <= bytes.Length;)
        {
            if (!Frame.TryRead(bytes[offset..], out var later) || later.Seq <= at.Event)
            {
                offset += 8;
                continue;
            }
            if (good++ == 0) from = later.Seq;
            to = Math.Max(to, later.Seq);
            durable |= later.Synced >= at.Event;
            offset += later.Total;
        }
        if (!durable)
        {
            notes.Add($"{bytes.Length - at.Bad} bytes at the end of {at.Name} were never finished and nobody was told of them; the next engine puts them into quarantine");
            return;
        }
        var end = Math.Max(to, at.Next is { } next ? next - 1 : at.Event);
        var unreadable = good > 0 ? Events(at.Event, from - 1) : Events(at.Event, end);
        var isCovered = covered >= end;
        faults.Add(new JournalFault(at.Name, at.Bad, at.Event, $"the record of event {at.Event} at byte {at.Bad} is damaged",
            isCovered ? $"nothing: the snapshot of event {covered} covers it" : $"{unreadable}{(good > 0 ? $"; {good} records behind the damage can be read, up to event {to}, but nothing is built upon them" : "")}", !isCovered));
    }

    private static string Events(long from, long to) => from >= to ? $"event {from}" : $"events {from} to {to} ({to - from + 1})";
}
