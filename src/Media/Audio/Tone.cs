namespace Spool.Media.Audio;

/// <summary>
/// Tones that are the same bytes on every machine: additions, multiplications and divisions of doubles are exact by IEEE 754 everywhere, while
/// the sine and power functions of the system's library differ in their last bits between machines. So there is a table of a soft tone, made with a
/// polynomial of our own, and the twelve steps of an octave as constants.
/// </summary>
internal static class Tone
{
    private const int Size = 4096;

    /// <summary>2^(n/12).</summary>
    private static readonly double[] Steps =
    [
        1.0, 1.0594630943592953, 1.122462048309373, 1.189207115002721, 1.2599210498948732, 1.3348398541700344,
        1.4142135623730951, 1.4983070768766815, 1.5874010519681994, 1.6817928305074292, 1.7817974362806788, 1.8877486253633870,
    ];

    /// <summary>A sine with a little of its second, third and fourth overtone.</summary>
    internal static readonly float[] Soft = Table([1, 0.28, 0.12, 0.05]);

    /// <summary>A plain sine.</summary>
    internal static readonly float[] Sine = Table([1]);

    /// <summary>Cycles a second of a note; 69 is the A at 440.</summary>
    internal static double Frequency(int note)
    {
        var octave = Math.DivRem(note - 69, 12, out var step);
        if (step < 0)
        {
            step += 12;
            octave--;
        }
        var frequency = 440 * Steps[step];
        for (; octave > 0; octave--) frequency *= 2;
        for (; octave < 0; octave++) frequency /= 2;
        return frequency;
    }

    /// <summary>The value at a phase in cycles (0 to 1), interpolated.</summary>
    internal static double At(float[] table, double phase)
    {
        var place = phase * Size;
        var index = (int)place;
        var rest = place - index;
        return table[index] + ((table[index + 1] - table[index]) * rest);
    }

    private static float[] Table(double[] overtones)
    {
        var table = new float[Size + 1];
        for (var i = 0; i <= Size; i++)
        {
            double sum = 0, whole = 0;
            for (var k = 0; k < overtones.Length; k++)
            {
                sum += overtones[k] * SineOf((double)i * (k + 1) / Size % 1);
                whole += overtones[k];
            }
            table[i] = (float)(sum / whole);
        }
        return table;
    }

    /// <summary>Sine of a part of a turn: folded to a quarter turn, then its Taylor series to the 13th power (error below 1e-9).</summary>
    internal static double SineOf(double turn)
    {
        var sign = turn >= 0.5 ? -1.0 : 1.0;
        turn = turn >= 0.5 ? turn - 0.5 : turn;
        if (turn > 0.25) turn = 0.5 - turn;
        var x = turn * 6.283185307179586;
        var s = x * x;
        return sign * x * (1 - (s / 6 * (1 - (s / 20 * (1 - (s / 42 * (1 - (s / 72 * (1 - (s / 110 * (1 - (s / 156))))))))))));
    }
}
