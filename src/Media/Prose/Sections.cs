using System.Text;

namespace Spool.Media.Prose;

/// <summary>What happens to the text before the first section.</summary>
public enum IntroText
{
    /// <summary>Kept when there is more than a title.</summary>
    Auto,
    /// <summary>Always kept.</summary>
    Keep,
    /// <summary>Left out.</summary>
    Drop,
}

/// <summary>One section of a script: the stem of its file, its title for people, its text from its heading on.</summary>
public sealed record Section(string Stem, string Title, string Text);

/// <summary>
/// Cuts a script at the headings of one level. A section is named by its heading alone, never by its place, so inserting a scene renames no
/// other; only headings that give an equal name are counted (-2, -3 in the order of the script).
/// A heading of a higher rank closes the section before it, and text directly under it becomes a section of its own.
/// </summary>
public static class Sections
{
    private const int LongestStem = 60;

    public static IReadOnlyList<Section> Split(string text, int level, IntroText intro)
    {
        var lines = MarkdownBlocks.Lines(text);
        var blocks = MarkdownBlocks.Read(text);
        var starts = blocks.Where(b => b.Kind == BlockKind.Heading && b.Level <= level).ToList();
        var first = starts.FindIndex(h => h.Level == level);
        var used = new HashSet<string>(StringComparer.Ordinal);
        var sections = new List<Section>();
        var begin = first < 0 ? lines.Length : starts[first].Line;
        if (Intro(blocks, lines, begin, intro) is { } opening)
        {
            used.Add(opening.Stem);
            sections.Add(opening);
        }
        for (var i = Math.Max(first, 0); first >= 0 && i < starts.Count; i++)
        {
            var heading = starts[i];
            var end = i + 1 < starts.Count ? starts[i + 1].Line : lines.Length;
            if (heading.Level < level && !blocks.Any(b => b.Line > heading.Line && b.Line < end)) continue;
            var title = InlineText.Plain(heading.Text);
            sections.Add(new Section(Unused(Stem(title), used), title, Cut(lines, heading.Line, end)));
        }
        return sections;
    }

    /// <summary>The levels of the headings in a text, for saying what could be split instead.</summary>
    public static IReadOnlyList<int> Levels(string text) =>
        [.. MarkdownBlocks.Read(text).Where(b => b.Kind == BlockKind.Heading).Select(b => b.Level).Distinct().Order()];

    private static Section? Intro(IReadOnlyList<MarkdownBlock> blocks, string[] lines, int end, IntroText intro)
    {
        var before = blocks.TakeWhile(b => b.Line < end).ToList();
        if (intro == IntroText.Drop || before.Count == 0) return null;
        if (intro == IntroText.Auto && before.TrueForAll(b => b.Kind == BlockKind.Heading)) return null;
        var title = before.Find(b => b.Kind == BlockKind.Heading) is { } heading ? InlineText.Plain(heading.Text) : "";
        return new Section("intro", title.Length > 0 ? title : "Intro", Cut(lines, before[0].Line, end));
    }

    private static string Cut(string[] lines, int from, int to)
    {
        while (to > from && string.IsNullOrWhiteSpace(lines[to - 1])) to--;
        return string.Join('\n', lines[from..to]) + "\n";
    }

    /// <summary>A heading as a file name: lower case, Latin letters without marks, dashes for all that is no letter or digit. May be empty.</summary>
    public static string Stem(string title)
    {
        var stem = new StringBuilder();
        var dash = false;
        foreach (var rune in LatinText.Fold(title).EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            var kept = Rune.IsLetterOrDigit(rune)
                || category is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;
            // An apostrophe inside a word leaves no gap: don't is dont.
            if (!kept && rune.Value is '\'' or 0x2019) continue;
            if (!kept) { dash = stem.Length > 0; continue; }
            if (stem.Length + rune.Utf8SequenceLength > LongestStem) break;
            if (dash) stem.Append('-');
            dash = false;
            stem.Append(Rune.ToLowerInvariant(rune).ToString());
        }
        return stem.ToString();
    }

    private static string Unused(string stem, HashSet<string> used)
    {
        if (stem.Length > 0 && used.Add(stem)) return stem;
        for (var n = stem.Length > 0 ? 2 : 1; ; n++)
        {
            var name = $"{(stem.Length > 0 ? stem : "section")}-{n}";
            if (used.Add(name)) return name;
        }
    }
}
