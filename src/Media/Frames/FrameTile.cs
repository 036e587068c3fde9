using Spool.Media.Metrics;

namespace Spool.Media.Frames;

/// <summary>
/// A frame as a tile of a contact sheet: <see cref="Width"/> x <see cref="Height"/> pixels, the frame fitted in, dark grey around it. Made from the
/// planes at working size that the comparison of frames needs anyway, by averaging the pixels that fall on each; so it costs no second decode.
/// </summary>
public sealed class FrameTile
{
    public const int Width = 128, Height = 72;
    private const byte Around = 24;

    /// <summary>Red, green, blue; rows without gaps.</summary>
    public byte[] Pixels { get; } = new byte[Width * Height * 3];

    /// <summary>Draws a frame; without colour in grey.</summary>
    public void Draw(Plane luma, SmallColour? colour)
    {
        var (red, green, blue) = colour is null ? (luma, luma, luma) : (colour.Red, colour.Green, colour.Blue);
        Array.Fill(Pixels, Around);
        var scale = Math.Min((double)Width / red.Width, (double)Height / red.Height);
        int width = Math.Clamp((int)Math.Round(red.Width * scale), 1, Width), height = Math.Clamp((int)Math.Round(red.Height * scale), 1, Height);
        int left = (Width - width) / 2, top = (Height - height) / 2;
        for (var y = 0; y < height; y++)
        {
            int from = y * red.Height / height, to = Math.Max(from + 1, (y + 1) * red.Height / height);
            for (var x = 0; x < width; x++)
            {
                int first = x * red.Width / width, last = Math.Max(first + 1, (x + 1) * red.Width / width);
                int r = 0, g = 0, b = 0, n = (to - from) * (last - first);
                for (var row = from; row < to; row++)
                    for (var at = (row * red.Width) + first; at < (row * red.Width) + last; at++)
                    {
                        r += red.Pixels[at];
                        g += green.Pixels[at];
                        b += blue.Pixels[at];
                    }
                var place = (((top + y) * Width) + left + x) * 3;
                (Pixels[place], Pixels[place + 1], Pixels[place + 2]) = ((byte)(r / n), (byte)(g / n), (byte)(b / n));
            }
        }
    }
}
