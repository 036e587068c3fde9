using System.Globalization;
using Spool.Media.Timeline;

namespace Spool.Media.Cuts;

/// <summary>A table of scenes that cannot be read: which line, and why.</summary>
public sealed class SceneCsvException(string message) : Exception(message);

/// <summary>
/// Reads the table of scenes back after a person edited it: rows moved, added or deleted, other columns dropped, saved by a spreadsheet with
/// semicolons. What counts is where scenes start: <c>Start Frame</c> (from 1), or <c>Start Time (seconds)</c>, or <c>Start Timecode</c>.
/// </summary>
public static class SceneCsv
{
    /// <summary>The starts but the first scene's, in order.</summary>
    /// <exception cref="SceneCsvException">There is no such column, or a value of it cannot be read.</exception>
    public static IReadOnlyList<CutPoint> Read(string text, FrameRate rate)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        var header = Array.FindIndex(lines, l => l.Contains("Start Frame", StringComparison.OrdinalIgnoreCase) || l.Contains("Start Time", StringComparison.OrdinalIgnoreCase));
        if (header < 0) throw new SceneCsvException("it has no column 'Start Frame', 'Start Time (seconds)' or 'Start Timecode'");
        var sign = lines[header].Count(c => c == ';') > lines[header].Count(c => c == ',') ? ';' : lines[header].Contains('\t', StringComparison.Ordinal) ? '\t' : ',';
        var names = lines[header].TrimStart('\ufeff').Split(sign).Select(n => n.Trim().Trim('"')).ToList();
        int Column(string name) => names.FindIndex(n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
        var (frame, seconds, code) = (Column("Start Frame"), Column("Start Time (seconds)"), Column("Start Timecode"));
        var column = frame >= 0 ? frame : seconds >= 0 ? seconds : code;
        if (column < 0) throw new SceneCsvException("it has no column 'Start Frame', 'Start Time (seconds)' or 'Start Timecode'");
        var starts = new List<CutPoint>();
        for (var i = header + 1; i < lines.Length; i++)
        {
            if (lines[i].AsSpan().Trim(" ;,\t\"").IsEmpty) continue;
            var cells = lines[i].Split(sign);
            var cell = column < cells.Length ? cells[column].Trim().Trim('"') : "";
            starts.Add(Point(cell, frame >= 0 ? 0 : seconds >= 0 ? 1 : 2, rate) ?? throw new SceneCsvException($"line {i + 1}: '{cell}' is no {names[column]}"));
        }
        return [.. starts.Where(s => s.Frame > 0).Order().DistinctBy(s => s.Frame)];
    }

    private static CutPoint? Point(string cell, int form, FrameRate rate)
    {
        var invariant = CultureInfo.InvariantCulture;
        if (form == 0) return int.TryParse(cell, NumberStyles.None, invariant, out var number) && number >= 1 ? new CutPoint(number - 1, rate.Seconds(number - 1)) : null;
        double seconds = 0;
        if (form == 1)
        {
            if (!double.TryParse(cell, NumberStyles.AllowDecimalPoint, invariant, out seconds)) return null;
        }
        else
        {
            foreach (var part in cell.Split(':'))
            {
                if (!double.TryParse(part, NumberStyles.AllowDecimalPoint, invariant, out var value)) return null;
                seconds = (seconds * 60) + value;
            }
        }
        return seconds is >= 0 and < 1e7 ? new CutPoint((int)Math.Round(seconds * rate.PerSecond), seconds) : null;
    }
}
