using System.Globalization;

namespace Spool.Media.Subtitles;

/// <summary>
/// Reads what <c>pocketsphinx_continuous -time yes</c> prints: for each utterance its words in one line, then a line for each word with start, end
/// and posterior. Silence, noise and sentence marks are left out, and the number of a pronunciation variant: <c>because(3)</c>.
/// </summary>
public static class PocketsphinxOutput
{
    /// <summary>The words of what it printed.</summary>
    /// <param name="from">Seconds that were put before the sound; words before it are dropped, and it is taken off all times.</param>
    public static WordTrack Parse(string output, double from)
    {
        var words = new List<TimedWord>();
        var segments = new List<TimedSegment>();
        var utterance = new List<TimedWord>();
        foreach (var line in output.Split('\n'))
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (parts is [var name, var a, var b, var c] && Number(a) is { } start && Number(b) is { } end && Number(c) is { } posterior)
            {
                if (name == "<s>") Close();
                if (name[0] is '<' or '[' or '+' || start < from - 0.05) continue;
                var variant = name.IndexOf('(', StringComparison.Ordinal);
                utterance.Add(new TimedWord(variant > 0 ? name[..variant] : name, Math.Max(0, start - from), Math.Max(0, end - from)) { Confidence = Math.Clamp(posterior, 0, 1) });
            }
        }
        Close();
        return new WordTrack(string.Join(' ', words.Select(w => w.Text)), words, segments) { Engine = "pocketsphinx", Language = "en" };

        void Close()
        {
            if (utterance.Count > 0) segments.Add(new TimedSegment(string.Join(' ', utterance.Select(w => w.Text)), utterance[0].Start, utterance[^1].End));
            words.AddRange(utterance);
            utterance.Clear();
        }
    }

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
