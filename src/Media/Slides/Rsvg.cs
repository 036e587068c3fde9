using System.Buffers.Binary;
using Spool.Platform;

namespace Spool.Media.Slides;

/// <summary>
/// Drawing SVG with rsvg-convert. The picture always comes by standard input: then it has no address of its own, so nothing relative to it
/// can be loaded, and librsvg refuses other addresses by itself.
/// </summary>
public static class Rsvg
{
    public const string Program = "rsvg-convert";

    /// <summary>The largest picture: what Cairo can draw on each side, and a bound for memory (4 bytes a pixel).</summary>
    public const int MostPixelsAside = 32_767;
    public const long MostPixels = 100_000_000;

    /// <summary>Draws to exactly this many pixels; the drawing keeps its shape and is centred.</summary>
    public static ToolCommand Command(string svgFile, string pngFile, PngSize drawing, PngSize page, string? background = null)
    {
        List<string> arguments = ["--format", "png", "--width", $"{drawing.Width}", "--height", $"{drawing.Height}"];
        if (page != drawing)
            arguments.AddRange(["--page-width", $"{page.Width}", "--page-height", $"{page.Height}",
                "--left", $"{(page.Width - drawing.Width) / 2}", "--top", $"{(page.Height - drawing.Height) / 2}"]);
        if (background is not null) arguments.AddRange(["--background-color", background]);
        arguments.AddRange(["--output", pngFile]);
        return new ToolCommand(Program, arguments) { InputFile = svgFile };
    }
}

/// <summary>The size of a PNG picture in pixels.</summary>
public readonly record struct PngSize(int Width, int Height)
{
    /// <summary>Reads it from the header (PNG 1.2: signature, then IHDR); null when the bytes are no PNG.</summary>
    public static PngSize? Read(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> start = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];
        if (bytes.Length < 33 || !bytes.StartsWith(start) || !bytes[12..16].SequenceEqual("IHDR"u8)) return null;
        return new PngSize(BinaryPrimitives.ReadInt32BigEndian(bytes[16..]), BinaryPrimitives.ReadInt32BigEndian(bytes[20..]));
    }

    public override string ToString() => $"{Width}x{Height}";
}
