namespace Spool.Models.Speech;

/// <summary>
/// Changes the sampling rate by a rational factor L/M with a polyphase windowed-sinc filter (Kaiser window; J. O. Smith, "Digital Audio
/// Resampling Home Page"). The cut-off lies 5 % below the lower Nyquist frequency and the window's beta of 8 puts images about 80 dB down,
/// below the noise of 16 bits. Each phase is scaled to unit gain at DC. Zero phase: output sample n is the input at time n·M/L, so nothing is delayed;
/// beyond its ends the sound counts as silence.
/// </summary>
public static class Resampler
{
    private const int Crossings = 24;
    private const double Beta = 8, Cutoff = 0.95;

    public static short[] Convert(ReadOnlySpan<short> input, int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(from);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(to);
        if (from == to) return input.ToArray();
        var divisor = Gcd(from, to);
        int up = to / divisor, down = from / divisor;
        var scale = Cutoff * Math.Min(1, (double)to / from);
        var half = (int)Math.Ceiling(Crossings / scale);
        var phases = Phases(up, half, scale);
        var output = new short[(int)(((long)input.Length * up + down - 1) / down)];
        for (var n = 0; n < output.Length; n++)
        {
            var at = (long)n * down;
            var centre = (int)(at / up);
            var taps = phases.AsSpan((int)(at % up) * 2 * half, 2 * half);
            var first = centre - half + 1;
            double sum = 0;
            var begin = Math.Max(0, -first);
            var end = Math.Min(taps.Length, input.Length - first);
            for (var k = begin; k < end; k++) sum += taps[k] * input[first + k];
            output[n] = WavFile.Round(sum);
        }
        return output;
    }

    private static double[] Phases(int up, int half, double scale)
    {
        var width = 2 * half;
        var phases = new double[up * width];
        for (var phase = 0; phase < up; phase++)
        {
            var taps = phases.AsSpan(phase * width, width);
            double sum = 0;
            for (var k = 0; k < width; k++)
            {
                var t = k - half + 1 - ((double)phase / up);
                taps[k] = Sinc(t * scale) * Kaiser(t / half);
                sum += taps[k];
            }
            for (var k = 0; k < width; k++) taps[k] /= sum;
        }
        return phases;
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    private static double Kaiser(double x) => Math.Abs(x) >= 1 ? 0 : Bessel(Beta * Math.Sqrt(1 - (x * x))) / Bessel(Beta);

    /// <summary>The modified Bessel function of order 0, by its power series.</summary>
    private static double Bessel(double x)
    {
        double sum = 1, term = 1;
        for (var k = 1; term > sum * 1e-17; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }
        return sum;
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}
