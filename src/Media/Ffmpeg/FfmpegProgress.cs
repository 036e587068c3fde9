using System.Globalization;

namespace Spool.Media.Ffmpeg;

/// <summary>Reads the lines of <c>-progress</c>.</summary>
public static class FfmpegProgress
{
    private static readonly string[] Names =
        ["frame=", "fps=", "stream_", "bitrate=", "total_size=", "out_time_us=", "out_time_ms=", "out_time=", "dup_frames=", "drop_frames=", "speed=", "progress="];

    /// <summary>The seconds written so far, or null when the line says something else.</summary>
    public static double? Seconds(string line) =>
        line.StartsWith("out_time_us=", StringComparison.Ordinal) && long.TryParse(line.AsSpan(12), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var micros)
            ? Math.Max(0, micros / 1e6) : null;

    /// <summary>True for every line of the report, so that it is not taken for a message.</summary>
    public static bool IsReport(string line) => Array.Exists(Names, n => line.StartsWith(n, StringComparison.Ordinal));
}
