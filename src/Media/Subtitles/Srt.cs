using System.Text;
using System.Text.RegularExpressions;

namespace Spool.Media.Subtitles;

/// <summary>SubRip: number, times, lines, empty line. It has no escapes: formatting marks are left out when it is read, and text is written as it is.</summary>
public static partial class Srt
{
    public static IReadOnlyList<Cue> Parse(string text)
    {
        var cues = new List<Cue>();
        var lines = Cue.Lines(text);
        for (var i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i])) continue;
            // The number is optional in the wild; the times decide.
            var at = lines[i].Contains("-->", StringComparison.Ordinal) ? i : i + 1;
            if (at >= lines.Length || Cue.ReadTimes(lines[at]) is not { } times)
                throw new SubtitleException($"line {Math.Min(at, lines.Length - 1) + 1}: times like '00:00:01,000 --> 00:00:02,500' are expected");
            var content = new StringBuilder();
            for (i = at + 1; i < lines.Length && !string.IsNullOrWhiteSpace(lines[i]); i++) content.Append(lines[i]).Append('\n');
            var plain = Cue.Clean(Marks().Replace(content.ToString(), ""));
            if (plain.Length > 0) cues.Add(new Cue(times.Start, times.End, plain));
        }
        return cues;
    }

    public static string Write(IReadOnlyList<Cue> cues)
    {
        var text = new StringBuilder();
        for (var i = 0; i < cues.Count; i++)
            text.Append(i + 1).Append('\n').Append(Cue.Clock(cues[i].Start, ',')).Append(" --> ").Append(Cue.Clock(cues[i].End, ',')).Append('\n').Append(Cue.Clean(cues[i].Text)).Append("\n\n");
        return text.ToString();
    }

    /// <summary>
    /// For ffmpeg, which takes marks out of SubRip: an invisible word joiner after what would begin a mark makes every character stand for itself.
    /// </summary>
    public static string WriteLiteral(IReadOnlyList<Cue> cues) =>
        Write([.. cues.Select(c => c with { Text = Beginnings().Replace(c.Text, "$0\u2060") })]);

    [GeneratedRegex(@"\\|\{(?=\\|\w:)|<(?=[/\w])", RegexOptions.None, 1000)]
    private static partial Regex Beginnings();

    [GeneratedRegex(@"</?(?:b|i|u|s|font)(?:\s[^>]{0,200})?>|\{\\[^}]{0,200}\}", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Marks();
}
