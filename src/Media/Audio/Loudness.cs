using System.Globalization;
using System.Text.Json;
using Spool.Media.Ffmpeg;

namespace Spool.Media.Audio;

/// <summary>
/// Loudness by EBU R128 / ITU-R BS.1770-4: integrated loudness (LUFS), true peak (dBTP, 4x oversampled), loudness range (LU, EBU Tech 3342) and the
/// threshold of its relative gate. Silence is negative infinity.
/// </summary>
public sealed record Loudness(double Integrated, double TruePeak, double Range, double Threshold)
{
    /// <summary>Nothing above the absolute gate of -70 LUFS: silence, or shorter than one measuring block (0.4 s).</summary>
    public bool IsSilent => !(Integrated > -70);

    /// <summary>The JSON that the loudnorm filter prints at its end, somewhere in the messages; null when it is not there.</summary>
    public static Loudness? Parse(string messages)
    {
        var from = messages.LastIndexOf("{\n\t\"input_i\"", StringComparison.Ordinal);
        if (from < 0) from = messages.LastIndexOf('{');
        var to = from < 0 ? -1 : messages.IndexOf('}', from);
        if (to < 0) return null;
        try
        {
            using var json = JsonDocument.Parse(messages[from..(to + 1)]);
            var root = json.RootElement;
            return new Loudness(Number(root, "input_i"), Number(root, "input_tp"), Number(root, "input_lra"), Number(root, "input_thresh"));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static double Number(JsonElement root, string name) => root.GetProperty(name).GetString() switch
    {
        "-inf" => double.NegativeInfinity,
        "inf" => double.PositiveInfinity,
        var text => double.Parse(text!, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    public override string ToString() => IsSilent ? "silence" : $"{Text.Decibel(Integrated)} LUFS, {Text.Decibel(TruePeak)} dBTP, {Text.Decibel(Range)} LU";
}

/// <summary>What loudness is wanted.</summary>
public sealed record LoudnessTarget(double Integrated, double TruePeak, double Range);

/// <summary>
/// How the target is reached. Linear: one gain for the whole, nothing else changes. Dynamic: the gain moves, because the range is wider than wanted or
/// because the peaks leave no room for the gain. <see cref="Why"/> says which, with the numbers and the remedy.
/// </summary>
public sealed record LoudnessPlan(bool Linear, double GainDb, string? Why)
{
    /// <summary>The rule of the loudnorm filter, made visible: it switches to dynamic without a word.</summary>
    public static LoudnessPlan Of(Loudness measured, LoudnessTarget target)
    {
        var gain = target.Integrated - measured.Integrated;
        if (measured.Range > target.Range)
            return new(false, gain, $"its range is {Text.Decibel(measured.Range)} LU and {Text.Decibel(target.Range)} LU is wanted; with range: {Math.Ceiling(measured.Range):0} only the level would change");
        var peak = measured.TruePeak + gain;
        if (peak > target.TruePeak)
        {
            var reachable = Math.Floor((target.TruePeak - measured.TruePeak + measured.Integrated) * 10) / 10;
            return new(false, gain, $"{Text.Decibel(gain)} dB of gain would lift its peaks to {Text.Decibel(peak)} dBTP and {Text.Decibel(target.TruePeak)} is the limit; "
                + $"with integrated: {Text.Decibel(reachable)} only the level would change");
        }
        return new(true, gain, null);
    }

    /// <summary>
    /// The filter. <paramref name="correction"/> (dB) and <paramref name="ceiling"/> (dBTP) come from measuring what an encoder made of an earlier try:
    /// lossy codecs overshoot. The limiter works at four times the rate, so that it sees the peaks between samples.
    /// </summary>
    public string Filter(Loudness measured, LoudnessTarget target, int sampleRate, double correction, double? ceiling)
    {
        var filter = Linear
            ? $"volume={Number(GainDb + correction)}dB:precision=float"
            : $"loudnorm=I={Number(Math.Clamp(target.Integrated + correction, -70, -5))}:TP={Number(Math.Clamp(target.TruePeak, -9, 0))}:LRA={Number(Math.Clamp(target.Range, 1, 50))}"
                + $":measured_I={Number(Math.Clamp(measured.Integrated, -99, 0))}:measured_TP={Number(Math.Clamp(measured.TruePeak, -99, 99))}"
                + $":measured_LRA={Number(Math.Clamp(measured.Range, 0, 99))}:measured_thresh={Number(Math.Clamp(measured.Threshold, -99, 0))}:linear=false:print_format=none";
        if (ceiling is { } limit)
        {
            var amplitude = Math.Pow(10, limit / 20).ToString("0.#####", CultureInfo.InvariantCulture);
            filter += $",aresample={sampleRate * 4},alimiter=limit={amplitude}:attack=5:release=100:level=false:latency=true";
        }
        // The dynamic filter works at 192 kHz and would hand that on.
        return filter + $",aresample={sampleRate}";
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
