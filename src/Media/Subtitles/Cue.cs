using System.Globalization;
using System.Text;

namespace Spool.Media.Subtitles;

/// <summary>One caption: when it is shown, in milliseconds, and its plain text; lines are divided by <c>\n</c>.</summary>
public sealed record Cue(long Start, long End, string Text)
{
    /// <summary><c>00:01:02,345</c>, with a comma in SRT and a point in VTT.</summary>
    internal static string Clock(long milliseconds, char point) =>
        string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 3_600_000:00}:{milliseconds / 60_000 % 60:00}:{milliseconds / 1000 % 60:00}{point}{milliseconds % 1000:000}");

    /// <summary>Reads <c>[hh:]mm:ss(,|.)mmm</c>; null when it is something else.</summary>
    internal static long? ReadClock(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        var point = text.LastIndexOfAny(',', '.');
        if (point < 0 || text.Length - point is < 2 or > 4) return null;
        if (!long.TryParse(text[(point + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return null;
        for (var digits = text.Length - point - 1; digits < 3; digits++) value *= 10;
        long factor = 1000;
        var rest = text[..point];
        for (var parts = 0; ; parts++)
        {
            if (parts == 3) return null;
            var colon = rest.LastIndexOf(':');
            if (!long.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 100_000) return null;
            value += number * factor;
            factor *= 60;
            if (colon < 0) return parts == 0 ? null : value;
            rest = rest[..colon];
        }
    }

    /// <summary>The two times of <c>00:00:01,000 --> 00:00:02,000 settings</c>.</summary>
    internal static (long Start, long End)? ReadTimes(string line)
    {
        var arrow = line.IndexOf("-->", StringComparison.Ordinal);
        if (arrow < 0) return null;
        var after = line.AsSpan(arrow + 3).Trim();
        var space = after.IndexOfAny(' ', '\t');
        return ReadClock(line.AsSpan(0, arrow)) is { } start && ReadClock(space < 0 ? after : after[..space]) is { } end && end >= start ? (start, end) : null;
    }

    /// <summary>Lines of any ending, the byte order mark removed.</summary>
    internal static string[] Lines(string text) =>
        text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');

    /// <summary>An empty line would end the caption in both formats, so empty lines are left out; control characters become spaces.</summary>
    internal static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var line in Lines(text))
        {
            var plain = string.Concat(line.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
            if (plain.Length == 0) continue;
            if (clean.Length > 0) clean.Append('\n');
            clean.Append(plain);
        }
        return clean.ToString();
    }
}

/// <summary>A subtitle text is not what its format says; the sentence tells the line.</summary>
public sealed class SubtitleException(string message) : FormatException(message);
