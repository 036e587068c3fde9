using Spool.Media.Frames;

namespace Spool.Media.Metrics;

/// <summary>
/// The hash of PySceneDetect's hash detector, which is another one than imagehash's: grey, averaged over areas to 2 size x 2 size, divided by
/// its brightest pixel, orthonormal cosine transform, the lowest size x size coefficients, bit = above their median. Keeps its tables.
/// </summary>
public sealed class AreaHash
{
    private readonly int _size, _side;
    private readonly double[] _cosines, _small, _half, _low, _sorted;
    private readonly float[] _normal;

    /// <summary>Makes the tables.</summary>
    /// <param name="size">Bits of one side, 2..64.</param>
    public AreaHash(int size)
    {
        (_size, _side) = (size, 2 * size);
        (_small, _half, _low, _sorted, _normal) = (new double[_side * _side], new double[_side * _size], new double[size * size], new double[size * size], new float[_side * _side]);
        _cosines = new double[size * _side];
        for (var k = 0; k < size; k++)
            for (var n = 0; n < _side; n++)
                _cosines[(k * _side) + n] = Math.Sqrt((k == 0 ? 1.0 : 2.0) / _side) * Math.Cos(Math.PI * k * ((2 * n) + 1) / (2.0 * _side));
    }

    public int Bits => _size * _size;

    /// <summary>Writes one byte, 0 or 1, a bit.</summary>
    public void Of(SmallColour from, Span<byte> bits)
    {
        Shrink(from);
        var most = _small.Max();
        for (var i = 0; i < _small.Length; i++) _normal[i] = (float)_small[i] / (float)(most == 0 ? 1 : most);
        for (var y = 0; y < _side; y++)
            for (var k = 0; k < _size; k++)
            {
                var sum = 0.0;
                for (var x = 0; x < _side; x++) sum += _normal[(y * _side) + x] * _cosines[(k * _side) + x];
                _half[(y * _size) + k] = sum;
            }
        for (var k = 0; k < _size; k++)
            for (var x = 0; x < _size; x++)
            {
                var sum = 0.0;
                for (var y = 0; y < _side; y++) sum += _half[(y * _size) + x] * _cosines[(k * _side) + y];
                _low[(k * _size) + x] = (float)sum;
            }
        _low.CopyTo(_sorted, 0);
        Array.Sort(_sorted);
        var middle = _sorted.Length / 2;
        var median = _sorted.Length % 2 == 1 ? _sorted[middle] : (float)((_sorted[middle - 1] + _sorted[middle]) / 2);
        for (var i = 0; i < _low.Length; i++) bits[i] = _low[i] > median ? (byte)1 : (byte)0;
    }

    /// <summary>Each pixel of the small picture is the mean of the area it covers, parts of pixels counted by their part, rounded to a byte.</summary>
    private void Shrink(SmallColour from)
    {
        int width = from.Red.Width, height = from.Red.Height;
        ReadOnlySpan<byte> red = from.Red.Pixels, green = from.Green.Pixels, blue = from.Blue.Pixels;
        double across = (double)width / _side, down = (double)height / _side;
        for (var y = 0; y < _side; y++)
            for (var x = 0; x < _side; x++)
            {
                double sum = 0, area = 0, left = x * across, right = left + across, top = y * down, bottom = top + down;
                for (var sy = (int)top; sy < Math.Min(height, Math.Ceiling(bottom - 1e-9)); sy++)
                {
                    var tall = Math.Min(sy + 1, bottom) - Math.Max(sy, top);
                    for (var sx = (int)left; sx < Math.Min(width, Math.Ceiling(right - 1e-9)); sx++)
                    {
                        var part = tall * (Math.Min(sx + 1, right) - Math.Max(sx, left));
                        var at = (sy * width) + sx;
                        sum += part * Luminance.OpenCv(red[at], green[at], blue[at]);
                        area += part;
                    }
                }
                _small[(y * _side) + x] = Math.Round(sum / area);
            }
    }
}
