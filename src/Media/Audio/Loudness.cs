using System.Globalization;
using System.Text.RegularExpressions;
using Spool.Media.Ffmpeg;

namespace Spool.Media.Audio;

/// <summary>
/// Loudness by EBU R128 / ITU-R BS.1770-4: integrated loudness (LUFS), true peak (dBTP, 4x oversampled), loudness range (LU, EBU Tech 3342) and the
/// threshold of its relative gate. Silence is negative infinity.
/// </summary>
public sealed partial record Loudness(double Integrated, double TruePeak, double Range, double Threshold)
{
    /// <summary>Nothing above the absolute gate of -70 LUFS: silence, or shorter than one measuring block (0.4 s).</summary>
    public bool IsSilent => !(Integrated > -70);

    /// <summary>The filter that measures; it prints a summary at its end.</summary>
    public const string Filter = "ebur128=peak=true:framelog=verbose";

    /// <summary>The summary of the ebur128 filter, somewhere in the messages (the last one counts); null when it is not there.</summary>
    public static Loudness? Parse(string messages)
    {
        var from = messages.LastIndexOf("Summary:", StringComparison.Ordinal);
        if (from < 0) return null;
        var found = Lines().Matches(messages[from..]);
        double? Find(string name, int skip = 0) => found.Where(m => m.Groups[1].Value == name).Skip(skip).FirstOrDefault() is { } match ? Number(match.Groups[2].Value) : null;
        return Find("I") is { } integrated && Find("Peak") is { } peak && Find("LRA") is { } range && Find("Threshold") is { } threshold
            ? new Loudness(integrated <= -70 ? double.NegativeInfinity : integrated, peak, range, threshold) : null;
    }

    private static double Number(string text) => text switch
    {
        "-inf" => double.NegativeInfinity,
        "inf" or "nan" => double.PositiveInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^\s*(I|Threshold|LRA|Peak):\s+(-?[\d.]+|-?inf|nan)\s", RegexOptions.Multiline, 1000)]
    private static partial Regex Lines();

    public override string ToString() => IsSilent ? "silence" : $"{Text.Decibel(Integrated)} LUFS, {Text.Decibel(TruePeak)} dBTP, {Text.Decibel(Range)} LU";
}

/// <summary>What loudness is wanted.</summary>
public sealed record LoudnessTarget(double Integrated, double TruePeak, double Range);

/// <summary>How a loudness is reached.</summary>
public enum LoudnessMode
{
    /// <summary>One gain for the whole; nothing else changes.</summary>
    Linear,
    /// <summary>One gain for the whole, and a limiter holds the peaks down that it would lift over the limit.</summary>
    Limited,
    /// <summary>The gain moves, because the range is wider than wanted.</summary>
    Dynamic,
}

/// <summary>How the target is reached and, where one gain is not enough, why: with the numbers and the remedy.</summary>
public sealed record LoudnessPlan(LoudnessMode Mode, double GainDb, string? Why)
{
    /// <summary>The limits at which the loudnorm filter leaves its linear mode without a word, made visible.</summary>
    public static LoudnessPlan Of(Loudness measured, LoudnessTarget target)
    {
        var gain = target.Integrated - measured.Integrated;
        if (measured.Range > target.Range)
            return new(LoudnessMode.Dynamic, gain, $"its range is {Text.Decibel(measured.Range)} LU and {Text.Decibel(target.Range)} LU is wanted; with range: {Math.Ceiling(measured.Range):0} only the level would change");
        var peak = measured.TruePeak + gain;
        if (peak <= target.TruePeak) return new(LoudnessMode.Linear, gain, null);
        var reachable = Math.Floor((target.TruePeak - measured.TruePeak + measured.Integrated) * 10) / 10;
        return new(LoudnessMode.Limited, gain, $"{Text.Decibel(gain)} dB of gain would lift its peaks to {Text.Decibel(peak)} dBTP and {Text.Decibel(target.TruePeak)} is the limit; "
            + $"with integrated: {Text.Decibel(reachable)} only the level would change");
    }

    /// <summary>
    /// The filter. <paramref name="correction"/> (dB) and <paramref name="ceiling"/> (dBTP) come from measuring what an encoder made of an earlier try:
    /// lossy codecs overshoot. The limiter works at four times the rate, so that it sees the peaks between samples.
    /// </summary>
    public string Filter(Loudness measured, LoudnessTarget target, (int Rate, string Layout) sound, double correction, double? ceiling)
    {
        var filter = Mode != LoudnessMode.Dynamic
            ? $"volume={Number(GainDb + correction)}dB:precision=float"
            : $"loudnorm=I={Number(Math.Clamp(target.Integrated, -70, -5))}:TP={Number(Math.Clamp(target.TruePeak, -9, 0))}:LRA={Number(Math.Clamp(target.Range, 1, 50))}"
                + $":measured_I={Number(Math.Clamp(measured.Integrated, -99, 0))}:measured_TP={Number(Math.Clamp(measured.TruePeak, -99, 99))}"
                + $":measured_LRA={Number(Math.Clamp(measured.Range, 0, 99))}:measured_thresh={Number(Math.Clamp(measured.Threshold, -99, 0))}:linear=false:print_format=none"
                + (correction == 0 ? "" : $",volume={Number(correction)}dB:precision=float");
        if (Mode == LoudnessMode.Limited) ceiling ??= target.TruePeak - 0.1;
        if (ceiling is { } limit)
        {
            var amplitude = Math.Pow(10, limit / 20).ToString("0.#####", CultureInfo.InvariantCulture);
            filter += $",aresample={sound.Rate * 4},aformat=channel_layouts={sound.Layout},alimiter=limit={amplitude}:attack=5:release=50:level=false:latency=true";
        }
        // The filters above work at other rates and would hand those on.
        return filter + $",aresample={sound.Rate}";
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>
    /// The next correction after tries (correction in dB, what it came to in LUFS): the limiter eats a part of every further decibel, so from the second
    /// try on the step follows the slope that was seen (secant method), bounded because a limiter that eats nearly all has nothing more to give.
    /// </summary>
    public static double NextCorrection(IReadOnlyList<(double Correction, double Integrated)> tries, double target)
    {
        var last = tries[^1];
        var slope = 1.0;
        if (tries.Count > 1 && Math.Abs(last.Correction - tries[^2].Correction) > 0.1)
            slope = Math.Clamp((last.Integrated - tries[^2].Integrated) / (last.Correction - tries[^2].Correction), 0.25, 1.25);
        return last.Correction + ((target - last.Integrated) / slope);
    }
}
