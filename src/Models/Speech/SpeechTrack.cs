namespace Spool.Models.Speech;

/// <summary>One spoken sentence and the silence after it, in seconds.</summary>
public sealed record SpokenPiece(string Text, WavFile Sound, double PauseAfter);

/// <summary>Where a sentence is heard, in seconds from the beginning.</summary>
public sealed record SpeechTiming(string Text, double Start, double End);

/// <summary>
/// Spoken sentences joined with exact pauses. Engines pad each sentence with silence of their own length; it is cut off first, so that a pause
/// is what was asked for. A window of 5 ms counts as speech above 0.8 % (-42 dB) of the piece's peak; 25 ms before the first and 50 ms after the
/// last are kept, so that soft consonants and breath stay, and the cut ends are faded over 5 ms against clicks.
/// </summary>
public sealed record SpeechTrack(WavFile Sound, IReadOnlyList<SpeechTiming> Timings)
{
    private const double Window = 0.005, Threshold = 0.008, Before = 0.025, After = 0.05, Fade = 0.005;

    public static SpeechTrack Join(IReadOnlyList<SpokenPiece> pieces, int rate, double lead, double tail)
    {
        var cut = pieces.Select(p => Resampler.Convert(Trim(p.Sound), p.Sound.Rate, rate)).ToList();
        var begins = new List<int>();
        var length = Samples(lead, rate);
        for (var i = 0; i < cut.Count; i++)
        {
            begins.Add(length);
            length = checked(length + cut[i].Length + Samples(i + 1 < cut.Count ? pieces[i].PauseAfter : tail, rate));
        }
        var samples = new short[length];
        for (var i = 0; i < cut.Count; i++) cut[i].CopyTo(samples, begins[i]);
        return new SpeechTrack(new WavFile(rate, samples),
            [.. cut.Select((piece, i) => new SpeechTiming(pieces[i].Text, (double)begins[i] / rate, (double)(begins[i] + piece.Length) / rate))]);
    }

    /// <summary>The greatest magnitude in the sound, as a share of full scale.</summary>
    public static double Peak(ReadOnlySpan<short> samples)
    {
        var peak = 0;
        foreach (var sample in samples) peak = Math.Max(peak, Math.Abs((int)sample));
        return peak / 32768.0;
    }

    /// <summary>The sound without near-silence at its ends; empty when there is nothing to hear.</summary>
    public static short[] Trim(WavFile sound)
    {
        var samples = sound.Samples;
        var threshold = Math.Max(8, Peak(samples) * 32768 * Threshold);
        var window = Math.Max(1, Samples(Window, sound.Rate));
        int first = -1, last = -1;
        for (var at = 0; at < samples.Length; at += window)
        {
            var end = Math.Min(samples.Length, at + window);
            double energy = 0;
            for (var i = at; i < end; i++) energy += (double)samples[i] * samples[i];
            if (Math.Sqrt(energy / (end - at)) < threshold) continue;
            if (first < 0) first = at;
            last = end;
        }
        if (first < 0) return [];
        first = Math.Max(0, first - Samples(Before, sound.Rate));
        last = Math.Min(samples.Length, last + Samples(After, sound.Rate));
        var cut = samples[first..last];
        var fade = Math.Min(Samples(Fade, sound.Rate), cut.Length / 2);
        for (var i = 0; i < fade; i++)
        {
            cut[i] = WavFile.Round(cut[i] * (double)i / fade);
            cut[^(i + 1)] = WavFile.Round(cut[^(i + 1)] * (double)i / fade);
        }
        return cut;
    }

    private static int Samples(double seconds, int rate) => (int)Math.Round(seconds * rate);
}
