using System.Globalization;
using System.Text;
using Spool.Media.Ffmpeg;

namespace Spool.Media.Frames;

/// <summary>
/// Reads one picture in the PAM format (netpbm), which says its own size: ffmpeg writes it, so that no second program is needed to ask for
/// the size first. Rows are turned into luma as they come. Of 16 bits a sample the upper 8 are taken; alpha is dropped.
/// </summary>
public static class PamReader
{
    /// <summary>Reads the picture; luma always, the colours if asked for.</summary>
    /// <exception cref="PictureFault">The stream holds no picture, or one that is too large.</exception>
    public static void Read(Stream stream, Picture into, bool colour)
    {
        int width = 0, height = 0, depth = 0, most = 0;
        for (var line = Line(stream); line != "ENDHDR"; line = Line(stream))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0 || !int.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) continue;
            switch (line[..space])
            {
                case "WIDTH": width = number; break;
                case "HEIGHT": height = number; break;
                case "DEPTH": depth = number; break;
                case "MAXVAL": most = number; break;
            }
        }
        if (width <= 0 || height <= 0 || depth is < 1 or > 4 || most is not (1 or 255 or 65535)) throw new PictureFault("cannot be decoded");
        if ((long)width * height > Accepted.MaxPixels) throw new PictureFault($"is {width}x{height}, larger than the limit of 100 million pixels");
        into.Grey.Resize(width, height);
        into.Colour = colour && depth >= 3 ? ColourForm.Rgb : ColourForm.None;
        into.SeparateHashed = depth >= 3;
        if (depth >= 3) into.OwnHashed.Resize(width, height);
        if (into.Colour == ColourForm.Rgb)
            foreach (var plane in (Plane[])[into.Red, into.Green, into.Blue]) plane.Resize(width, height);
        var wide = most == 65535 ? 2 : 1;
        var row = new byte[width * depth * wide];
        for (var y = 0; y < height; y++)
        {
            if (stream.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) < row.Length) throw new PictureFault("is cut off: only a part of the picture can be decoded");
            if (depth < 3) Grey(row, into.Grey.Row(y), depth * wide, most);
            else Colours(row, into, y, (depth * wide, wide));
        }
    }

    private static void Grey(byte[] from, Span<byte> to, int step, int most)
    {
        for (int x = 0, at = 0; x < to.Length; x++, at += step) to[x] = most == 1 ? (byte)(from[at] == 0 ? 0 : 255) : from[at];
    }

    private static void Colours(byte[] from, Picture into, int y, (int Pixel, int Sample) step)
    {
        Span<byte> grey = into.Grey.Row(y), hashed = into.OwnHashed.Row(y);
        for (int x = 0, at = 0; x < grey.Length; x++, at += step.Pixel)
        {
            int red = from[at], green = from[at + step.Sample], blue = from[at + (2 * step.Sample)];
            grey[x] = Luminance.OpenCv(red, green, blue);
            hashed[x] = Luminance.Pillow(red, green, blue);
        }
        if (into.Colour != ColourForm.Rgb) return;
        Span<byte> r = into.Red.Row(y), g = into.Green.Row(y), b = into.Blue.Row(y);
        for (int x = 0, at = 0; x < grey.Length; x++, at += step.Pixel) (r[x], g[x], b[x]) = (from[at], from[at + step.Sample], from[at + (2 * step.Sample)]);
    }

    private static string Line(Stream stream)
    {
        var line = new StringBuilder();
        for (var value = stream.ReadByte(); value != '\n'; value = stream.ReadByte())
        {
            if (value < 0 || line.Length > 100) throw new PictureFault("cannot be decoded");
            line.Append((char)value);
        }
        return line.ToString();
    }
}

/// <summary>Luma of a colour (BT.601 weights) by the rounding of two libraries.</summary>
public static class Luminance
{
    /// <summary>BGR2GRAY of OpenCV 4 for bytes: weights of 15 bits.</summary>
    public static byte OpenCv(int red, int green, int blue) => (byte)(((red * 9798) + (green * 19235) + (blue * 3735) + (1 << 14)) >> 15);

    /// <summary>convert("L") of Pillow 7 and later: weights of 16 bits, rounded.</summary>
    public static byte Pillow(int red, int green, int blue) => (byte)(((red * 19595) + (green * 38470) + (blue * 7471) + 0x8000) >> 16);

    /// <summary>The Y of BGR2YUV of OpenCV 4: weights of 14 bits.</summary>
    public static byte OpenCvY(int red, int green, int blue) => (byte)(((red * 4899) + (green * 9617) + (blue * 1868) + (1 << 13)) >> 14);
}
