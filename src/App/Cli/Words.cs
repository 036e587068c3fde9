using System.Globalization;

namespace Spool.App.Cli;

/// <summary>Numbers as people read them.</summary>
public static class Words
{
    /// <summary>0.3 s, 12 s, 3 min 20 s, 1 h 5 min.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 9.95 => seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        < 90 => Math.Round(seconds).ToString(CultureInfo.InvariantCulture) + " s",
        < 3600 => $"{(int)(seconds / 60)} min{((int)seconds % 60 > 0 && seconds < 600 ? $" {(int)seconds % 60} s" : "")}",
        _ => $"{(int)(seconds / 3600)} h {(int)(seconds / 60) % 60} min",
    };

    /// <summary>A time of a film: 0:14.2, 12:05, 1:02:30.</summary>
    public static string Clock(double seconds)
    {
        var tenths = (long)Math.Round(seconds * 10);
        var (whole, rest) = (tenths / 10, tenths % 10);
        return (whole >= 3600 ? $"{whole / 3600}:{whole / 60 % 60:00}" : $"{whole / 60}") + $":{whole % 60:00}" + (rest > 0 ? $".{rest}" : "");
    }

    public static string Bytes(long bytes) => bytes switch
    {
        < 1000 => $"{bytes} B",
        < 1_000_000 => (bytes / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + " kB",
        < 1_000_000_000 => (bytes / 1e6).ToString("0.#", CultureInfo.InvariantCulture) + " MB",
        _ => (bytes / 1e9).ToString("0.##", CultureInfo.InvariantCulture) + " GB",
    };

    /// <summary>A path as it can be pasted into a shell.</summary>
    public static string Quoted(string path) => path.Length > 0 && path.All(c => char.IsLetterOrDigit(c) || c is '/' or '.' or '-' or '_') ? path : "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>The bytes that a text such as <c>500MB</c> or <c>1.5 GB</c> means; null when it means none. Units are powers of 1000, with an i (GiB) of 1024.</summary>
    public static long? BytesIn(string text)
    {
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        var factor = text[digits..].Trim().ToUpperInvariant() switch
        {
            "" or "B" => 1L,
            "KB" or "K" => 1000L,
            "MB" or "M" => 1_000_000L,
            "GB" or "G" => 1_000_000_000L,
            "TB" or "T" => 1_000_000_000_000L,
            "KIB" => 1L << 10,
            "MIB" => 1L << 20,
            "GIB" => 1L << 30,
            "TIB" => 1L << 40,
            _ => 0,
        };
        return factor > 0 && double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * factor < 1e18 ? (long)(number * factor) : null;
    }

    public static string Count(int count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Ago(TimeSpan ago) => ago.TotalSeconds < 60 ? $"{(int)Math.Max(0, ago.TotalSeconds)} s" : ago.TotalMinutes < 60 ? $"{(int)ago.TotalMinutes} min" : ago.TotalHours < 48 ? $"{(int)ago.TotalHours} h" : $"{(int)ago.TotalDays} d";
}
