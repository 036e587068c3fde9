using Spool.Media.Frames;

namespace Spool.Media.Metrics;

/// <summary>Luma of films (16 black, 235 white) to 0..255, rounded; what lies outside is cut.</summary>
internal sealed class FullRange
{
    private readonly byte[] _full = [.. Enumerable.Range(0, 256).Select(y => (byte)Math.Clamp(Math.Round((y - 16) * 255 / 219.0), 0, 255))];

    internal void Widen(Plane luma)
    {
        var full = _full;
        foreach (ref var pixel in luma.Pixels) pixel = full[pixel];
    }
}
