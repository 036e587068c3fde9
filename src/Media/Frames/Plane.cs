using System.Runtime.CompilerServices;

namespace Spool.Media.Frames;

/// <summary>
/// Rows of bytes without gaps, one byte a pixel. The memory is pinned, grows when needed and is used again for the next picture, and ends
/// with slack so that kernels may read whole vectors beyond the last pixel.
/// </summary>
public sealed class Plane
{
    /// <summary>Bytes that may be read behind the last pixel; their values mean nothing.</summary>
    public const int Slack = 128;

    private byte[] _bytes = [];

    public int Width { get; private set; }
    public int Height { get; private set; }
    public int Count => Width * Height;

    public Span<byte> Pixels => _bytes.AsSpan(0, Count);

    public Span<byte> Row(int y) => _bytes.AsSpan(y * Width, Width);

    /// <summary>The first pixel, for kernels.</summary>
    public ref byte First => ref Unsafe.AsRef(in _bytes[0]);

    /// <summary>Gives the plane a size; its pixels are those of whatever was there before. At most 2^31 pixels.</summary>
    public void Resize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var needed = checked((width * height) + Slack);
        // A small picture after a huge one gives the memory back.
        if (_bytes.Length < needed || (_bytes.Length > 64 << 20 && needed < _bytes.Length / 4)) _bytes = GC.AllocateUninitializedArray<byte>(needed, pinned: true);
        (Width, Height) = (width, height);
    }

    public void CopyFrom(Plane other)
    {
        Resize(other.Width, other.Height);
        other.Pixels.CopyTo(Pixels);
    }

    /// <summary>A plane of given pixels (tests, single pictures).</summary>
    public static Plane Of(int width, int height, ReadOnlySpan<byte> pixels)
    {
        var plane = new Plane();
        plane.Resize(width, height);
        pixels[..plane.Count].CopyTo(plane.Pixels);
        return plane;
    }
}
