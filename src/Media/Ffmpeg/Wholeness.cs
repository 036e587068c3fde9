using System.Buffers.Binary;

namespace Spool.Media.Ffmpeg;

/// <summary>
/// Tells from a few bytes whether a media file is whole: containers say how long they are, so a file cut off by a full disk, a broken
/// download or a crash is recognised before any work. ISO base media boxes (ISO 14496-12, 4.2), Matroska segment (RFC 8794, 9559), RIFF chunks.
/// Formats that say nothing about their length pass; their end is compared with the plan after the work.
/// </summary>
public static class Wholeness
{
    /// <summary>Reads at an offset; returns the number of bytes read.</summary>
    public delegate int ReadAt(long offset, Span<byte> buffer);

    /// <summary>What is wrong, as the end of a sentence that starts with the file's name; null when nothing is.</summary>
    public static string? Fault(long length, ReadAt read)
    {
        if (length == 0) return "is empty (0 bytes)";
        Span<byte> head = stackalloc byte[16];
        var got = read(0, head);
        if (got < 8) return null;
        if (head[4..8].SequenceEqual("ftyp"u8) || head[4..8].SequenceEqual("moov"u8) || head[4..8].SequenceEqual("mdat"u8) || head[4..8].SequenceEqual("wide"u8)) return Boxes(length, read);
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1a, 0x45, 0xdf, 0xa3])) return Segment(length, read);
        if (head.StartsWith("RIFF"u8)) return Riff(length, head);
        return null;
    }

    private static string? Boxes(long length, ReadAt read)
    {
        Span<byte> header = stackalloc byte[16];
        var index = false;
        for (long at = 0; at + 8 <= length;)
        {
            if (read(at, header) < 8) break;
            long size = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (size == 1) size = BinaryPrimitives.ReadInt64BigEndian(header[8..]);
            if (header[4..8].SequenceEqual("moov"u8)) index = true;
            if (size == 0) break; // to the end of the file
            if (size < 8) return index ? null : "is damaged: its parts have impossible lengths";
            if (at + size > length)
                return index ? $"is cut off: {Missing(at + size - length)} are missing at its end" : "is cut off: the index (moov) is missing";
            at += size;
        }
        return index ? null : "is cut off: the index (moov) is missing";
    }

    private static string? Segment(long length, ReadAt read)
    {
        Span<byte> head = stackalloc byte[12];
        if (read(4, head) < 9) return "is cut off: it ends within its header";
        if (!Length(head, out var size, out var taken)) return null;
        var at = 4 + taken + size;
        var got = read(at, head);
        if (got < 5) return "is cut off: it ends within its header";
        if (!head.StartsWith((ReadOnlySpan<byte>)[0x18, 0x53, 0x80, 0x67]) || !Length(head[4..got], out size, out taken)) return null;
        var end = at + 4 + taken + size;
        return end > length ? $"is cut off: {Missing(end - length)} are missing at its end" : null;
    }

    /// <summary>A variable-length integer; false for the value that means "unknown" (files written live).</summary>
    private static bool Length(ReadOnlySpan<byte> bytes, out long value, out int taken)
    {
        value = 0;
        taken = System.Numerics.BitOperations.LeadingZeroCount((uint)bytes[0] << 24) + 1;
        if (taken > 8 || bytes.Length < taken) return false;
        value = bytes[0] & (0xff >> taken);
        for (var i = 1; i < taken; i++) value = (value << 8) | bytes[i];
        return value != (1L << (7 * taken)) - 1;
    }

    private static string? Riff(long length, ReadOnlySpan<byte> head)
    {
        // Programs that write to a pipe leave 0 or the largest number there.
        long size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        if (size is 0 or >= 0xffff_0000 || head[8..12].SequenceEqual("AVI "u8) && size > length * 2) return null;
        return size + 8 > length + 1 ? $"is cut off: {Missing(size + 8 - length)} are missing at its end" : null;
    }

    private static string Missing(long bytes) => bytes < 10_000 ? $"{bytes} bytes" : bytes < 10_000_000 ? $"{bytes / 1000} kB" : $"{bytes / 1_000_000} MB";
}
