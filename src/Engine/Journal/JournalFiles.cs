using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Spool.Platform;

namespace Spool.Engine.Journal;

/// <summary>The state on disk cannot be trusted or belongs to another program; nothing was changed.</summary>
public sealed class JournalException(string message) : Exception(message);

/// <summary>What reading the journal found.</summary>
internal sealed record JournalContent(long LastSeq, int Epoch, uint LastCrc, IReadOnlyList<string> Warnings)
{
    /// <summary>The torn end of the last segment: which file, from where.</summary>
    internal (string Path, long Offset)? Torn { get; init; }
    /// <summary>The last records that no later record calls durable: which file, from where to where.</summary>
    internal (string Path, long Start, long End)? LastBatch { get; init; }
    internal IReadOnlyList<NumberedFile> Segments { get; init; } = [];
    internal IReadOnlyList<NumberedFile> Snapshots { get; init; } = [];
}

/// <summary>A segment with the event it begins with, or a snapshot with the last event it covers.</summary>
internal sealed record NumberedFile(long Seq, string Path);

/// <summary>
/// Names, reading and checking of segments and snapshots. Segments: <c>seg-0000000001.log</c>, named by their first sequence.
/// Snapshots: <c>snap-0000000480.log</c>, the events that make the state after event 480 anew, framed likewise, with a SHA-256 at the end.
/// </summary>
internal static class JournalFiles
{
    internal static string Segment(string folder, long first) => Path.Join(folder, string.Create(CultureInfo.InvariantCulture, $"seg-{first:0000000000}.log"));

    internal static string Snapshot(string folder, long seq) => Path.Join(folder, string.Create(CultureInfo.InvariantCulture, $"snap-{seq:0000000000}.log"));

    /// <summary>Reads newest good snapshot and all that follows it, in order. Damage that is no torn end throws <see cref="JournalException"/>.</summary>
    internal static JournalContent Read(IDisk disk, string folder, Action<JournalEvent> apply, Action reset)
    {
        var entries = disk.Stat(folder) is null ? [] : disk.List(folder);
        var segments = Numbered(entries, folder, "seg-");
        var snapshots = Numbered(entries, folder, "snap-");
        var warnings = new List<string>();
        var damaged = new List<string>();
        long seq = 0;
        var epoch = 0;
        var used = false;
        foreach (var (at, path) in Enumerable.Reverse(snapshots))
        {
            reset();
            if (ReadSnapshot(disk, path, apply) is { } snapshotEpoch)
            {
                (seq, epoch, used) = (at, snapshotEpoch, true);
                break;
            }
            warnings.Add($"the snapshot {Path.GetFileName(path)} is damaged; an older one is used");
            damaged.Add(path);
        }
        if (!used) reset();
        // It covers nothing: no segment may go because of it, and it is not one of the two that are kept.
        snapshots.RemoveAll(s => damaged.Contains(s.Path));
        if (segments.Count == 0)
        {
            if (snapshots.Count + damaged.Count > 0) throw new JournalException($"the journal is gone: {folder} holds a snapshot but no segment");
            return new JournalContent(0, 0, 0, warnings);
        }
        var start = segments.FindLastIndex(s => s.Seq <= seq + 1);
        if (start < 0) throw new JournalException($"journal gap: events {seq + 1} to {segments[0].Seq - 1} are missing in {folder}");
        uint previous = 0;
        (string, long)? torn = null;
        (string, long, long)? batch = null;
        var expected = segments[start].Seq;
        for (var i = start; i < segments.Count; i++)
        {
            var (first, path) = segments[i];
            if (first != expected) throw new JournalException($"journal gap: events {expected} to {first - 1} are missing before {Path.GetFileName(path)}");
            var bytes = DurableFile.Read(disk, path);
            if (i == start) previous = 0;
            var offset = 0;
            var (batchStart, batchSynced) = (0, -1L);
            while (offset < bytes.Length)
            {
                var rest = bytes.AsSpan(offset);
                var good = Frame.TryRead(rest, out var header) && header.Seq == expected && (offset == 0 || header.Previous == previous);
                if (!good)
                {
                    if (i < segments.Count - 1 || DurableAfter(rest, expected))
                        throw new JournalException($"the journal is damaged: {Path.GetFileName(path)} at byte {offset} (event {expected}); nothing was changed. Restore the file from a backup, or move .spool away to start anew");
                    torn = (path, offset);
                    warnings.Add($"{bytes.Length - offset} bytes at the end of {Path.GetFileName(path)} were never finished; they are kept in quarantine");
                    break;
                }
                if (header.Epoch >= epoch || header.Seq <= seq)
                {
                    if (header.Seq > seq)
                    {
                        apply(Parse(rest.Slice(Frame.HeaderBytes, header.Length), path, offset));
                        epoch = header.Epoch;
                    }
                }
                if (header.Synced != batchSynced) (batchStart, batchSynced) = (offset, header.Synced);
                previous = header.Crc;
                expected++;
                offset += header.Total;
                batch = (path, batchStart, offset);
            }
        }
        if (expected - 1 < seq) throw new JournalException($"journal gap: the snapshot covers {seq} events, the journal ends at {expected - 1}");
        return new JournalContent(expected - 1, epoch, previous, warnings) { Torn = torn, LastBatch = batch, Segments = segments, Snapshots = snapshots };
    }

    private static JournalEvent Parse(ReadOnlySpan<byte> payload, string path, long offset)
    {
        try { return JsonSerializer.Deserialize(payload, JournalJson.Default.JournalEvent) ?? throw new JsonException("null"); }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new JournalException($"{Path.GetFileName(path)} at byte {offset} holds an event that this version does not know ({e.Message}); it was written by a newer version");
        }
    }

    // Some later good record says that the event at this place had been durable.
    private static bool DurableAfter(ReadOnlySpan<byte> rest, long seq)
    {
        for (var offset = 8; offset + Frame.HeaderBytes <= rest.Length; offset += 8)
            if (Frame.TryRead(rest[offset..], out var later) && later.Seq > seq && later.Synced >= seq) return true;
        return false;
    }

    internal static List<NumberedFile> Numbered(IReadOnlyList<DiskEntry> entries, string folder, string prefix)
    {
        var files = new List<NumberedFile>();
        foreach (var entry in entries)
            if (entry.Name.StartsWith(prefix, StringComparison.Ordinal) && entry.Name.EndsWith(".log", StringComparison.Ordinal)
                && long.TryParse(entry.Name.AsSpan()[prefix.Length..^4], NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
                files.Add(new NumberedFile(seq, Path.Join(folder, entry.Name)));
        files.Sort((a, b) => a.Seq.CompareTo(b.Seq));
        return files;
    }

    internal static byte[] EncodeSnapshot(IEnumerable<JournalEvent> events, int epoch)
    {
        var records = new List<byte[]>();
        uint previous = 0;
        long seq = 0;
        foreach (var e in events) previous = Frame.Write(records, JsonSerializer.SerializeToUtf8Bytes(e, JournalJson.Default.JournalEvent), ++seq, 0, epoch, previous);
        var body = records.SelectMany(r => r).ToArray();
        var whole = new byte[4 + body.Length + 32];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(whole, epoch);
        body.CopyTo(whole, 4);
        SHA256.HashData(whole.AsSpan(0, whole.Length - 32), whole.AsSpan(whole.Length - 32));
        return whole;
    }

    /// <summary>The epoch of the snapshot after applying its events, or null when it does not hold (nothing was applied).</summary>
    internal static int? ReadSnapshot(IDisk disk, string path, Action<JournalEvent> apply)
    {
        byte[] bytes;
        try { bytes = DurableFile.Read(disk, path); }
        catch (DiskException) { return null; }
        if (bytes.Length < 36 || !SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32)).AsSpan().SequenceEqual(bytes.AsSpan(bytes.Length - 32))) return null;
        for (var offset = 4; offset < bytes.Length - 32;)
        {
            if (!Frame.TryRead(bytes.AsSpan(offset, bytes.Length - 32 - offset), out var header)) return null;
            apply(Parse(bytes.AsSpan(offset + Frame.HeaderBytes, header.Length), path, offset));
            offset += header.Total;
        }
        return System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }
}
