using System.Buffers.Binary;

namespace Spool.Media.Slides;

/// <summary>
/// A picture that an SVG carries inside as a <c>data:</c> address. A few hundred bytes of PNG can unpack to gigabytes, so its size is read from its
/// header before anything decodes it: PNG (IHDR), JPEG (ITU T.81, the first SOF marker), GIF (logical screen). Other types are refused.
/// </summary>
public static class EmbeddedPicture
{
    /// <summary>How much of the picture is looked at; the frame header of a JPEG may follow after large profiles.</summary>
    private const int Header = 1 << 20;

    /// <summary>The number of pixels, or the reason why the picture cannot be drawn.</summary>
    public static (long Pixels, string? Why) Measure(string address)
    {
        var comma = address.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !address[..comma].EndsWith(";base64", StringComparison.OrdinalIgnoreCase)) return (0, "a picture inside it is not written in base64");
        var bytes = Decode(address.AsSpan(comma + 1));
        if (PngSize.Read(bytes) is { } png) return ((long)png.Width * png.Height, null);
        if (bytes is [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] && bytes.Length >= 10)
            return ((long)BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(6)) * BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)), null);
        if (bytes is [0xFF, 0xD8, ..]) return Jpeg(bytes) is { } pixels ? (pixels, null) : (0, "a JPEG picture inside it has no size");
        return (0, "a picture inside it is no PNG, JPEG or GIF");
    }

    private static byte[] Decode(ReadOnlySpan<char> text)
    {
        var letters = new List<char>();
        foreach (var c in text)
        {
            if (letters.Count >= Header) break;
            if (char.IsAsciiLetterOrDigit(c) || c is '+' or '/') letters.Add(c);
        }
        var whole = letters.Count / 4 * 4;
        return Convert.FromBase64String(new string([.. letters[..whole], .. letters.Count > whole + 1 ? new string([.. letters[whole..]]).PadRight(4, '=') : ""]));
    }

    private static long? Jpeg(ReadOnlySpan<byte> bytes)
    {
        for (var at = 2; at + 9 <= bytes.Length && bytes[at] == 0xFF;)
        {
            var marker = bytes[at + 1];
            if (marker == 0xFF) { at++; continue; }
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return (long)BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]) * BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]);
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        }
        return null;
    }
}
