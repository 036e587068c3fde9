using System.Buffers.Binary;
using System.Numerics;

namespace Spool.Engine.Journal;

/// <summary>
/// The framing of journal records, little endian, each padded to 8 bytes:
/// <code>magic u32 | length u32 | seq u64 | synced u64 | epoch u32 | previous crc u32 | crc32c u32 | spare u32 | payload</code>
/// The CRC covers all but itself. The previous record's CRC chains the records, so old bytes of a reused block never pass. <c>synced</c> is the
/// last sequence known durable when the record was written: when a bad record is followed by a good one that says it was durable, bytes that
/// were acknowledged have been damaged and the engine refuses to guess; otherwise it is the torn end of a batch nobody was told of.
/// JSON lines alone cannot tell a torn line from a short one; a text length and CRC per line would do the same for twice the size.
/// </summary>
internal static class Frame
{
    internal const uint Magic = 0x4c4f5053; // "SPOL"
    internal const int HeaderBytes = 40, MostPayload = 16 << 20;

    internal readonly record struct Header(int Length, long Seq, long Synced, int Epoch, uint Previous, uint Crc)
    {
        internal int Total => Padded(HeaderBytes + Length);
    }

    internal static int Padded(int length) => (length + 7) & ~7;

    internal static uint Write(List<byte[]> into, ReadOnlySpan<byte> payload, long seq, long synced, int epoch, uint previous)
    {
        var record = new byte[Padded(HeaderBytes + payload.Length)];
        BinaryPrimitives.WriteUInt32LittleEndian(record, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(8), seq);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(16), synced);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(24), epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(28), previous);
        payload.CopyTo(record.AsSpan(HeaderBytes));
        var crc = Checksum(record);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(32), crc);
        into.Add(record);
        return crc;
    }

    /// <summary>The record at the start of the bytes; false when there is none that holds.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, out Header header)
    {
        header = default;
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (length is <= 0 or > MostPayload || Padded(HeaderBytes + length) > bytes.Length) return false;
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]);
        if (Checksum(bytes[..Padded(HeaderBytes + length)]) != crc) return false;
        header = new Header(length, BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]), crc);
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> record)
    {
        var crc = Crc32C(0xffffffff, record[..32]);
        return ~Crc32C(crc, record[36..]);
    }

    /// <summary>CRC-32C (Castagnoli); of "123456789" it is e3069283 after the final complement.</summary>
    internal static uint Crc32C(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return crc;
    }
}
