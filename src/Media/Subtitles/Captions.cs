using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Spool.Media.Subtitles;

/// <summary>How long captions may be.</summary>
public sealed record CaptionRules(int LineLength, int Lines);

/// <summary>
/// Captions for a text that is spoken in a known stretch of time: sentences are kept together where they fit, long ones are divided at commas and
/// then between words, and every caption gets the part of the time that its length has in the text. That is a good estimate for an even voice and
/// no measurement; a transcript with times of its own is better where there is one.
/// </summary>
public static partial class Captions
{
    /// <summary>A pause after a sentence counts like so many letters.</summary>
    private const int SentencePause = 6, CommaPause = 2;

    public static IReadOnlyList<Cue> Spread(string text, double start, double end, CaptionRules rules)
    {
        var parts = Parts(Plain(text), rules.LineLength * rules.Lines).ToList();
        if (parts.Count == 0 || end <= start) return [];
        var weights = parts.ConvertAll(p => (double)Weight(p));
        // The pause after the last sentence is not part of the time.
        weights[^1] -= Pause(parts[^1]);
        var whole = weights.Sum();
        var cues = new List<Cue>();
        var done = 0.0;
        for (var i = 0; i < parts.Count; i++)
        {
            var from = start + ((end - start) * done / whole);
            done += weights[i];
            var to = start + ((end - start) * done / whole);
            cues.Add(new Cue((long)Math.Round(from * 1000), (long)Math.Round(to * 1000), Wrap(parts[i], rules)));
        }
        return cues;
    }

    /// <summary>Captions of words with times of their own: full at the letters of all lines, ended by a sentence or a pause of 0.7 seconds.</summary>
    public static IReadOnlyList<Cue> Of(WordTrack track, CaptionRules rules)
    {
        var cues = new List<Cue>();
        var words = new List<TimedWord>();
        var ends = track.Segments.Select(s => s.End).Order().ToList();
        var sentence = 0;
        foreach (var word in track.Words)
        {
            var ended = false;
            for (; sentence < ends.Count && word.Start >= ends[sentence] - 0.001; sentence++) ended = true;
            if (words.Count > 0 && (ended || word.Start - words[^1].End > 0.7 || words.Sum(w => w.Text.Length + 1) + word.Text.Length > rules.LineLength * rules.Lines)) Close();
            words.Add(word);
        }
        if (words.Count > 0) Close();
        return cues;

        void Close()
        {
            cues.Add(new Cue((long)Math.Round(words[0].Start * 1000), (long)Math.Round(words[^1].End * 1000), Wrap(Cue.Clean(string.Join(' ', words.Select(w => w.Text))), rules)));
            words.Clear();
        }
    }

    /// <summary>What is read aloud of a Markdown text: no headings, marks, code blocks, comments or addresses.</summary>
    public static string Plain(string text)
    {
        text = Comments().Replace(Cue.Clean(Fences().Replace(text.Replace("\r\n", "\n", StringComparison.Ordinal), "\n")), "");
        var spoken = new StringBuilder();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith('#') || line.Length == 0 || Rules().IsMatch(line)) continue;
            spoken.Append(Links().Replace(Bullets().Replace(line, ""), "$1")).Append(' ');
        }
        return Spaces().Replace(Emphasis().Replace(spoken.ToString(), "$2"), " ").Trim();
    }

    private static int Weight(string part) => part.Length + Pause(part);

    private static int Pause(string part) => part[^1] is '.' or '!' or '?' or '…' or '。' ? SentencePause : part[^1] is ',' or ';' or ':' ? CommaPause : 0;

    private static IEnumerable<string> Parts(string text, int most)
    {
        foreach (Match sentence in Sentences().Matches(text))
        {
            var rest = sentence.Value.Trim();
            while (rest.Length > most)
            {
                // In halves or thirds of like length rather than one full caption and one single word.
                var count = (rest.Length + most - 1) / most;
                var cut = Cut(rest, Math.Min(most, (rest.Length + count - 1) / count + 6), rest.Length / count / 2);
                yield return rest[..cut].Trim();
                rest = rest[cut..].Trim();
            }
            if (rest.Length > 0) yield return rest;
        }
    }

    private static int Cut(string text, int most, int least)
    {
        for (var i = most; i > least; i--)
            if (text[i - 1] is ',' or ';' or ':' && char.IsWhiteSpace(text[i])) return i;
        for (var i = most; i > 0; i--)
            if (char.IsWhiteSpace(text[i])) return i;
        // A word longer than a caption, or a script without spaces; a surrogate pair stays together.
        return char.IsHighSurrogate(text[most - 1]) && most > 1 ? most - 1 : most;
    }

    /// <summary>Divides into lines of about the same length.</summary>
    private static string Wrap(string text, CaptionRules rules)
    {
        if (text.Length <= rules.LineLength || rules.Lines < 2) return text;
        var lines = Math.Min(rules.Lines, (text.Length + rules.LineLength - 1) / rules.LineLength);
        var result = new StringBuilder();
        for (; lines > 1; lines--)
        {
            var ideal = text.Length / lines;
            var best = -1;
            for (var i = 1; i < text.Length; i++)
                if (text[i] == ' ' && (best < 0 || Math.Abs(i - ideal) < Math.Abs(best - ideal))) best = i;
            if (best < 0) break;
            result.Append(text, 0, best).Append('\n');
            text = text[(best + 1)..];
        }
        return result.Append(text).ToString();
    }

    /// <summary><c>[{"end":1.5,"start":0,"text":".."}]</c></summary>
    public static byte[] Json(IReadOnlyList<Cue> cues)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (var cue in cues)
            {
                json.WriteStartObject();
                json.WriteNumber("end", cue.End / 1000m);
                json.WriteNumber("start", cue.Start / 1000m);
                json.WriteString("text", cue.Text);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    /// <summary>A sentence ends at its mark (and closing quotes) before a space, or at the end.</summary>
    [GeneratedRegex(@"\S.*?(?:[.!?…]+[""'”’)\]]*(?=\s)|。|$)", RegexOptions.None, 1000)]
    private static partial Regex Sentences();

    [GeneratedRegex(@"^\s*(?:[-*+]|\d+[.)])\s+|^\s*>\s?", RegexOptions.None, 1000)]
    private static partial Regex Bullets();

    [GeneratedRegex(@"!?\[([^\]\n]*)\]\([^)\n]*\)", RegexOptions.None, 1000)]
    private static partial Regex Links();

    [GeneratedRegex(@"(?<![\w])(\*\*|__|\*|_|`)(\S(?:.*?\S)?)\1(?![\w])", RegexOptions.None, 1000)]
    private static partial Regex Emphasis();

    [GeneratedRegex(@"^\s*(?:-{3,}|\*{3,}|_{3,}|={3,})\s*$", RegexOptions.None, 1000)]
    private static partial Regex Rules();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Spaces();

    [GeneratedRegex(@"<!--[\s\S]*?-->", RegexOptions.None, 1000)]
    private static partial Regex Comments();

    [GeneratedRegex(@"(?m)^```[\s\S]*?^```[^\n]*$", RegexOptions.None, 1000)]
    private static partial Regex Fences();
}
