using System.Buffers.Binary;

namespace Spool.App.Server.Showing;

/// <summary>
/// How a camera was held (Exif 2.3, tag 0x0112 of the first directory, in the APP1 segment of a JPEG). ffmpeg and browsers turn the picture by it;
/// the prober's words do not tell. Anything that is not as it should be means: not turned.
/// </summary>
internal static class Exif
{
    /// <summary>Degrees, clockwise, by which the picture is turned when it is shown; mirroring does not change the size and is left to the decoder.</summary>
    internal static int Turn(ReadOnlySpan<byte> jpeg) => Orientation(jpeg) switch { 3 or 4 => 180, 5 or 6 => 90, 7 or 8 => 270, _ => 0 };

    private static int Orientation(ReadOnlySpan<byte> jpeg)
    {
        for (var at = 2; at + 10 <= jpeg.Length && jpeg[at] == 0xff && jpeg[at + 1] is >= 0xe0 and <= 0xef or 0xfe or 0xdb;)
        {
            var end = at + 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
            if (jpeg[at + 1] == 0xe1 && jpeg[(at + 4)..].StartsWith("Exif\0\0"u8)) return First(jpeg[(at + 10)..Math.Max(at + 10, Math.Min(end, jpeg.Length))]);
            at = end;
        }
        return 1;
    }

    private static int First(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8) return 1;
        var little = tiff[0] == (byte)'I';
        var directory = Long(tiff[4..], little);
        if (directory > tiff.Length - 2) return 1;
        var entries = tiff[(int)directory..];
        for (int i = 0, count = Short(entries, little); i < count && 2 + (12 * (i + 1)) <= entries.Length; i++)
        {
            var entry = entries.Slice(2 + (12 * i), 12);
            if (Short(entry, little) == 0x112) return Short(entry[8..], little);
        }
        return 1;
    }

    private static int Short(ReadOnlySpan<byte> bytes, bool little) => little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static long Long(ReadOnlySpan<byte> bytes, bool little) => little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
