namespace Spool.Media.Timeline;

/// <summary>How much detail a small grey picture shows, to choose a still that says something: not black, not blurred, not a flat colour.</summary>
public static class Detail
{
    /// <summary>The side of the grey square that is looked at.</summary>
    public const int Side = 128;

    /// <summary>Variance of the 3x3 Laplacian [0 1 0; 1 -4 1; 0 1 0] over the inner pixels of a picture of <see cref="Side"/> squared bytes.</summary>
    public static double Of(ReadOnlySpan<byte> grey)
    {
        long sum = 0, squares = 0;
        const int Count = (Side - 2) * (Side - 2);
        for (var y = 1; y < Side - 1; y++)
        {
            for (var x = 1; x < Side - 1; x++)
            {
                var i = (y * Side) + x;
                var value = grey[i - 1] + grey[i + 1] + grey[i - Side] + grey[i + Side] - (4 * grey[i]);
                sum += value;
                squares += value * value;
            }
        }
        var mean = (double)sum / Count;
        return ((double)squares / Count) - (mean * mean);
    }
}
