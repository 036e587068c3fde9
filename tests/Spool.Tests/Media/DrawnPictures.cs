using Spool.Media.Frames;

namespace Spool.Tests.Media;

/// <summary>Pictures by formula, so that other programs can draw the same ones.</summary>
internal static class DrawnPictures
{
    internal static int Tri(int n) => n % 512 < 256 ? n % 512 : 511 - (n % 512);

    internal static (int R, int G, int B) Waves(int x, int y) => (Tri((3 * x) + (2 * y)), Tri((2 * x) + (y * y / 40)), Tri(x * y / 64));

    /// <summary>Upper bytes of a linear congruential generator (1664525, 1013904223, start 12345), red, green, blue, row by row.</summary>
    internal static Func<int, int, (int, int, int)> Noise()
    {
        var state = 12345u;
        return (_, _) => (Next(), Next(), Next());

        int Next() => (int)((state = (state * 1664525) + 1013904223) >> 24);
    }

    internal static (int, int, int) Bars(int x, int y)
    {
        (int, int, int)[] colours = [(255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255), (255, 0, 0), (0, 0, 255)];
        return colours[x / 100];
    }

    /// <summary>A picture with its two greys and its colours, row by row.</summary>
    internal static Picture Draw(int width, int height, Func<int, int, (int, int, int)> colour)
    {
        var text = System.Text.Encoding.ASCII.GetBytes($"P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n");
        using var stream = new MemoryStream();
        stream.Write(text);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var (r, g, b) = colour(x, y);
                stream.Write([(byte)r, (byte)g, (byte)b]);
            }
        stream.Position = 0;
        var picture = new Picture();
        PamReader.Read(stream, picture, colour: true);
        return picture;
    }

    internal static Picture Named(string name) => name switch
    {
        "waves" => Draw(320, 240, Waves),
        "wide" => Draw(1280, 720, Waves),
        "noise" => Draw(257, 131, Noise()),
        "bars" => Draw(700, 480, Bars),
        "half" => Draw(640, 360, (x, _) => x < 320 ? (0, 0, 0) : (255, 255, 255)),
        "flat" => Draw(80, 60, (_, _) => (77, 77, 77)),
        "tiny" => Draw(31, 20, Waves),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}
