using System.Text.RegularExpressions;

namespace Spool.Media.Prose;

/// <summary>
/// How words are spelled for a speech engine that would say them wrong: <c>nginx = engine x</c>. Lines are <c>word = respelling</c> or
/// <c>word: respelling</c> (so a flat YAML file is one too); <c>[voice]</c>, or <c>voice:</c> with indented lines below, opens a section that counts only for this
/// voice or engine and goes before the rest. Whole words, whatever their case, longest first, each place once. What is shown is never changed.
/// </summary>
public sealed class Pronunciation
{
    private const int MostEntries = 5000, LongestEntry = 200;

    private readonly List<(string? Voice, string Word, string Said)> _entries = [];

    public int Count => _entries.Count;

    /// <summary>Reads a file; the reason names the line where it is none.</summary>
    public static (Pronunciation? File, string? Why) Read(string text)
    {
        var file = new Pronunciation();
        string? section = null;
        var indented = false;
        var number = 0;
        foreach (var raw in text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            if (indented && !char.IsWhiteSpace(raw[0])) (section, indented) = (null, false);
            if (line[0] == '[' && line[^1] == ']' && line.Length > 2)
            {
                (section, indented) = (line[1..^1].Trim(), false);
                continue;
            }
            var at = Mark(line);
            if (at == line.Length - 1 && line[at] == ':' && !char.IsWhiteSpace(raw[0]))
            {
                (section, indented) = (Unquoted(line[..at]), true);
                continue;
            }
            if (at <= 0) return (null, $"line {number} is no 'word = respelling': {Shown(line)}");
            var (word, said) = (Unquoted(line[..at]), Unquoted(line[(at + 1)..]));
            if (word.Length == 0 || said.Length == 0) return (null, $"line {number} needs a word and its respelling: {Shown(line)}");
            if (word.Length > LongestEntry || said.Length > LongestEntry) return (null, $"line {number} is longer than {LongestEntry} letters");
            if (!char.IsLetterOrDigit(word[0])) return (null, $"line {number}: '{Shown(word)}' does not begin with a letter or a digit");
            file._entries.Add((section, word, said));
            if (file._entries.Count > MostEntries) return (null, $"it has more than {MostEntries} words");
        }
        return (file, null);
    }

    /// <summary>The rules for a voice: its own, then its engine's, then the general ones.</summary>
    public Func<string, string> For(string engine, string voice)
    {
        var words = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var wanted in new[] { voice, engine, null })
            foreach (var (_, word, said) in _entries.Where(e => wanted is null ? e.Voice is null : string.Equals(e.Voice, wanted, StringComparison.OrdinalIgnoreCase)))
                words.TryAdd(Spaced(word), said);
        if (words.Count == 0) return sentence => sentence;
        var all = string.Join('|', words.Keys.OrderByDescending(w => w.Length).ThenBy(w => w, StringComparer.Ordinal).Select(w => Regex.Escape(w).Replace("\\ ", "\\s+", StringComparison.Ordinal)));
        var pattern = new Regex($@"(?<![\p{{L}}\p{{N}}_])(?:{all})(?![\p{{L}}\p{{N}}_])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
        return sentence => pattern.Replace(sentence, m => words[Spaced(m.Value)]);
    }

    private static string Spaced(string text) => string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>The sign between word and respelling: the first = or the first colon before a space or the end.</summary>
    private static int Mark(string line)
    {
        for (var i = 1; i < line.Length; i++)
            if (line[i] == '=' || (line[i] == ':' && (i + 1 == line.Length || line[i + 1] == ' '))) return i;
        return -1;
    }

    private static string Unquoted(string text)
    {
        text = text.Trim();
        return text.Length >= 2 && text[0] == text[^1] && text[0] is '"' or '\'' ? text[1..^1].Trim() : text;
    }

    private static string Shown(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
