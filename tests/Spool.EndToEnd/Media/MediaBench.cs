using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Spool.Engine;
using Spool.Engine.Attempts;
using Spool.EndToEnd.Support;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Xunit;

namespace Spool.EndToEnd.Media;

/// <summary>Makes small media with ffmpeg itself and looks at results with ffprobe and ebur128, apart from the code under test.</summary>
internal sealed partial class MediaBench : IDisposable
{
    internal StepHarness Steps { get; } = new();

    internal string At(string name) => Steps.At(name);

    /// <summary>Runs ffmpeg directly; the last argument is the file to make.</summary>
    internal string Make(string name, string arguments)
    {
        var path = At(name);
        Run("ffmpeg", [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => a.Replace("@", Steps.Folder + "/", StringComparison.Ordinal)), path]);
        return path;
    }

    /// <summary>A small film with a tone; the size, rate and length vary.</summary>
    internal string Film(string name, double seconds, string size = "160x90", string rate = "25", string sound = "sine=f=440:r=48000", string codecs = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac") =>
        Make(name, Text($"-f lavfi -i testsrc2=s={size}:r={rate}:d={seconds} {(sound.Length == 0 ? "" : Text($"-f lavfi -i {sound}:d={seconds}"))} {codecs}"));

    internal string Picture(string name, string size = "320x180") => Make(name, $"-f lavfi -i testsrc2=s={size}:d=0.04:r=25 -frames:v 1");

    internal string Tone(string name, double seconds, string filter = "anull", int channels = 2) =>
        Make(name, Text($"-f lavfi -i sine=f=1000:r=48000:d={seconds} -af {filter} -ac {channels}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    internal async Task<AttemptResult> Do(Step step, (string, string)[] inputs, params (string, string)[] outputs) => await Steps.RunAsync(step, inputs, outputs);

    /// <summary>Runs and demands success; the path of the first output.</summary>
    internal async Task<string> Make(Step step, (string, string)[] inputs, params (string, string)[] outputs)
    {
        var result = await Do(step, inputs, outputs);
        Assert.True(result.Failure is null, $"{result.Failure?.Sentence} | {result.Failure?.DecisiveLine}\n{result.LogTail}");
        return result.Outputs[0].Files[0].Path;
    }

    /// <summary>Runs and demands a failure; its sentence.</summary>
    internal async Task<string> Refused(Step step, (string, string)[] inputs, params (string, string)[] outputs)
    {
        var result = await Do(step, inputs, outputs);
        Assert.NotNull(result.Failure);
        Assert.NotEqual(FailureKind.Bug, result.Failure.Kind);
        return result.Failure.Sentence;
    }

    internal static MediaProbe Probe(string path) =>
        MediaProbe.Parse(Run("ffprobe", ["-v", "error", "-count_packets", "-of", "json", "-show_format", "-show_streams", "-show_chapters", path]).Output);

    internal static long Frames(string path) => Probe(path).Video!.Packets ?? 0;

    /// <summary>Frames and samples after decoding: the truth under the container's own words.</summary>
    internal static (long Frames, long Samples) Decoded(string path)
    {
        var frames = Run("ffprobe", ["-v", "error", "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", path]).Output.Trim();
        var samples = SampleCount().Matches(Run("ffmpeg", ["-v", "info", "-i", path, "-map", "0:a:0", "-af", "astats=measure_perchannel=none", "-f", "null", "-"]).Errors).LastOrDefault()?.Groups[1].Value;
        return (long.TryParse(frames, CultureInfo.InvariantCulture, out var f) ? f : 0, long.TryParse(samples, CultureInfo.InvariantCulture, out var s) ? s : 0);
    }

    /// <summary>Integrated loudness and true peak as ebur128 reads them.</summary>
    internal static (double Integrated, double Peak) Ebur128(string path, string before = "")
    {
        var errors = Run("ffmpeg", ["-v", "info", "-i", path, "-map", "0:a:0", "-af", before + "ebur128=peak=true:framelog=verbose", "-f", "null", "-"]).Errors;
        double Last(Regex pattern) => double.Parse(pattern.Matches(errors).Last().Groups[1].Value, CultureInfo.InvariantCulture);
        return (Last(Lufs()), Last(Peak()));
    }

    /// <summary>The mean level of a stretch in dB.</summary>
    internal static double Level(string path, double from, double length, string filter = "anull")
    {
        var errors = Run("ffmpeg", ["-v", "info", "-ss", Text($"{from}"), "-t", Text($"{length}"), "-i", path, "-map", "0:a:0", "-af", filter + ",volumedetect", "-f", "null", "-"]).Errors;
        return double.Parse(MeanVolume().Match(errors).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>One pixel of a frame as RGB.</summary>
    internal byte[] Pixel(string path, double at, int x, int y)
    {
        var raw = At("pixel.rgb");
        Run("ffmpeg", ["-v", "error", "-y", "-ss", Text($"{at}"), "-i", path, "-frames:v", "1", "-vf", $"format=rgb24,crop=1:1:{x}:{y}", "-f", "rawvideo", raw]);
        return File.ReadAllBytes(raw);
    }

    internal static (string Output, string Errors) Run(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        if (program == "ffmpeg")
            foreach (var quiet in new[] { "-nostdin", "-hide_banner", "-y" }) start.ArgumentList.Add(quiet);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {errors.Result}");
        return (output, errors.Result);
    }

    internal static FrameRate Rate(string text) => FrameRate.Parse(text, null);

    internal static PictureSize Size(string text) => PictureSize.Parse(text, null);

    public void Dispose() => Steps.Dispose();

    [GeneratedRegex(@"Number of samples: (\d+)")]
    private static partial Regex SampleCount();

    [GeneratedRegex(@"I:\s+(-?[\d.]+|-inf) LUFS")]
    private static partial Regex Lufs();

    [GeneratedRegex(@"Peak:\s+(-?[\d.]+|-inf) dBFS")]
    private static partial Regex Peak();

    [GeneratedRegex(@"mean_volume: (-?[\d.]+) dB")]
    private static partial Regex MeanVolume();
}
