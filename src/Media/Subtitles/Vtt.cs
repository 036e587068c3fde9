using System.Text;
using System.Text.RegularExpressions;

namespace Spool.Media.Subtitles;

/// <summary>WebVTT (W3C): a header, cues with optional names and settings, notes and styles. Tags are left out when it is read.</summary>
public static partial class Vtt
{
    public static IReadOnlyList<Cue> Parse(string text)
    {
        var lines = Cue.Lines(text);
        if (lines[0] != "WEBVTT" && !lines[0].StartsWith("WEBVTT ", StringComparison.Ordinal) && !lines[0].StartsWith("WEBVTT\t", StringComparison.Ordinal))
            throw new SubtitleException("line 1: 'WEBVTT' is expected");
        var cues = new List<Cue>();
        var i = 1;
        while (i < lines.Length && lines[i].Length > 0) i++;
        for (; i < lines.Length; i++)
        {
            if (lines[i].Length == 0) continue;
            var at = lines[i].Contains("-->", StringComparison.Ordinal) ? i : i + 1;
            if (at >= lines.Length || !lines[at].Contains("-->", StringComparison.Ordinal))
            {
                // A note, a style sheet or a region.
                while (i < lines.Length && lines[i].Length > 0) i++;
                continue;
            }
            if (Cue.ReadTimes(lines[at]) is not { } times) throw new SubtitleException($"line {at + 1}: times like '00:01.000 --> 00:02.500' are expected");
            var content = new StringBuilder();
            for (i = at + 1; i < lines.Length && lines[i].Length > 0; i++) content.Append(lines[i]).Append('\n');
            var plain = Cue.Clean(Unescape(Tags().Replace(content.ToString(), "")));
            if (plain.Length > 0) cues.Add(new Cue(times.Start, times.End, plain));
        }
        return cues;
    }

    public static string Write(IReadOnlyList<Cue> cues)
    {
        var text = new StringBuilder("WEBVTT\n");
        foreach (var cue in cues)
            text.Append('\n').Append(Cue.Clock(cue.Start, '.')).Append(" --> ").Append(Cue.Clock(cue.End, '.')).Append('\n')
                .Append(Cue.Clean(cue.Text).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)).Append('\n');
        return text.ToString();
    }

    private static string Unescape(string text) => text.Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal).Replace("&nbsp;", "\u00a0", StringComparison.Ordinal)
        .Replace("&lrm;", "\u200e", StringComparison.Ordinal).Replace("&rlm;", "\u200f", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal);

    [GeneratedRegex("<[^>\n]{0,500}>", RegexOptions.None, 1000)]
    private static partial Regex Tags();
}
