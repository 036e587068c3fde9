using System.Text;

namespace Spool.App.Help;

/// <summary>Words into lines.</summary>
public static class TextLayout
{
    public static IEnumerable<string> Wrap(string text, int width)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }
            if (line.Length > 0) line.Append(' ');
            line.Append(word);
        }
        if (line.Length > 0) yield return line.ToString();
    }

    /// <summary>The first sentence: up to the first full stop that a space or the end follows.</summary>
    public static string FirstSentence(string text)
    {
        for (var at = text.IndexOf('.', StringComparison.Ordinal); at >= 0; at = text.IndexOf('.', at + 1))
            if (at + 1 == text.Length || (text[at + 1] == ' ' && !text[..at].EndsWith("e.g", StringComparison.Ordinal))) return text[..(at + 1)];
        return text;
    }
}
