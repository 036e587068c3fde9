using System.Text.RegularExpressions;

namespace Spool.Media.Ffmpeg;

/// <summary>
/// Lines of ffmpeg that mean damage although it ends with exit code 0: a Matroska file cut in half is transcoded "successfully",
/// a damaged frame is replaced by grey.
/// </summary>
public static partial class Complaints
{
    private static readonly (string Line, string Sentence)[] Known =
    [
        ("moov atom not found", "is cut off: the index (moov) is missing"),
        ("File ended prematurely", "is cut off: the file ends before its content does"),
        ("partial file", "is cut off: the file ends before its content does"),
        ("Packet corrupt", "is damaged: a packet of it is corrupt"),
        ("Error while decoding stream", "is damaged: a part of it cannot be decoded"),
        ("Invalid data found when processing input", "is no media file that can be read"),
        ("Picture size", "has a picture that is too large (limit: 100 million pixels)"),
    ];

    /// <summary>What the line says about the input, as the end of a sentence that starts with its name; null for harmless lines.</summary>
    public static string? About(string line)
    {
        if (Refused().Match(line) is { Success: true } refused)
            return refused.Groups[1].Success ? $"holds {refused.Groups[1].Value}, a codec that is not accepted" : $"is no media file but {refused.Groups[2].Value}, which is not accepted";
        foreach (var (part, sentence) in Known)
            if (line.Contains(part, StringComparison.Ordinal)) return sentence;
        return null;
    }

    /// <summary>The first line of an output that means damage.</summary>
    public static string? FirstIn(string output)
    {
        foreach (var line in output.Split('\n'))
            if (About(line) is { } sentence) return sentence;
        return null;
    }

    [GeneratedRegex(@"Codec \((\w+)\) not on whitelist|\[([\w,]+) @ \w+\] Format not on whitelist", RegexOptions.None, 1000)]
    private static partial Regex Refused();
}
