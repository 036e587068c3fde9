using System.Buffers.Binary;

namespace Spool.Media.Audio;

/// <summary>The header of a WAV file of 16-bit stereo samples at 48 kHz.</summary>
public static class Wave
{
    public const int SampleRate = 48000, HeaderBytes = 44, BytesPerFrame = 4;

    public static byte[] Header(long frames)
    {
        var header = new byte[HeaderBytes];
        var bytes = checked((uint)(frames * BytesPerFrame));
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), checked(bytes + 36));
        "WAVEfmt "u8.CopyTo(header.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(22), 2);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), SampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(28), SampleRate * BytesPerFrame);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(32), BytesPerFrame);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(34), 16);
        "data"u8.CopyTo(header.AsSpan(36));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(40), bytes);
        return header;
    }
}
