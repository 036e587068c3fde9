namespace Spool.App.Help;

/// <summary>A part of an entry: a paragraph, or a fenced block with the words behind its fence.</summary>
public sealed record GuidePart(string Text, string? Fence);

/// <summary>What the guide says of one code.</summary>
/// <param name="Cause">The parts before <c>Repair:</c> without the example.</param>
/// <param name="Example">The first fenced block and those that belong to it.</param>
public sealed record ProblemEntry(string Code, string Title, IReadOnlyList<GuidePart> Cause, IReadOnlyList<GuidePart> Example, IReadOnlyList<GuidePart> Repair);

/// <summary>
/// The guide to all Problems, docs/guide/problems.md, read by its headings: <c>## SPL0101 Title</c>, then what it means, an example in a fence,
/// and a paragraph that begins with <c>Repair:</c>, after which more may follow.
/// </summary>
public static class ProblemGuide
{
    public const string RepairMark = "Repair:";

    private static readonly Lazy<IReadOnlyList<ProblemEntry>> All = new(() => Read(EmbeddedText.Text("guide/problems.md") ?? ""));

    /// <summary>In the order of the guide.</summary>
    public static IReadOnlyList<ProblemEntry> Entries => All.Value;

    /// <summary>The code as people type it: <c>spl0101</c>, <c>0101</c>, <c>101</c>.</summary>
    public static string Normal(string typed)
    {
        var text = typed.Trim().ToUpperInvariant();
        if (text.Length is > 0 and <= 4 && text.All(char.IsAsciiDigit)) return "SPL" + text.PadLeft(4, '0');
        return text;
    }

    public static ProblemEntry? Find(string code) => Entries.FirstOrDefault(e => e.Code == Normal(code));

    public static IReadOnlyList<ProblemEntry> Read(string text)
    {
        var entries = new List<ProblemEntry>();
        foreach (var section in ("\n" + text.ReplaceLineEndings("\n")).Split("\n## ").Skip(1))
        {
            var end = section.IndexOf('\n', StringComparison.Ordinal);
            var heading = end < 0 ? section : section[..end];
            if (!heading.StartsWith("SPL", StringComparison.Ordinal) || heading.Length < 9) continue;
            var parts = Parts(end < 0 ? "" : section[end..]);
            var repair = parts.FindIndex(p => p.Fence is null && p.Text.StartsWith(RepairMark, StringComparison.Ordinal));
            if (repair < 0) repair = parts.Count;
            entries.Add(new ProblemEntry(heading[..7], heading[8..].Trim(), [.. parts.Take(repair).Where(p => p.Fence is null)], [.. parts.Take(repair).Where(p => p.Fence is not null)],
                [.. parts.Skip(repair).Select(p => p.Fence is null && p.Text.StartsWith(RepairMark, StringComparison.Ordinal) ? p with { Text = p.Text[RepairMark.Length..].Trim() } : p)]));
        }
        return entries;
    }

    private static List<GuidePart> Parts(string text)
    {
        var parts = new List<GuidePart>();
        var lines = new List<string>();
        string? fence = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                Close();
                fence = fence is null ? line[3..].Trim() : null;
            }
            else if (fence is null && line.Trim().Length == 0) Close();
            else lines.Add(line);
        }
        Close();
        return parts;

        void Close()
        {
            if (lines.Count > 0) parts.Add(new GuidePart(fence is null ? string.Join(' ', lines.Select(l => l.Trim())) : string.Join('\n', lines), fence));
            lines.Clear();
        }
    }

    /// <summary>An entry for a terminal: wrapped paragraphs, examples indented.</summary>
    public static IEnumerable<string> Lines(ProblemEntry entry, int width)
    {
        yield return $"{entry.Code}  {entry.Title}";
        foreach (var line in Block(null, entry.Cause, width)) yield return line;
        foreach (var line in Block("Example", entry.Example, width)) yield return line;
        foreach (var line in Block("Repair", entry.Repair, width)) yield return line;
    }

    private static IEnumerable<string> Block(string? title, IReadOnlyList<GuidePart> parts, int width)
    {
        if (parts.Count == 0) yield break;
        yield return "";
        if (title is not null) yield return title + ":";
        var first = true;
        foreach (var part in parts)
        {
            if (!first) yield return "";
            first = false;
            if (part.Fence is null)
            {
                foreach (var line in TextLayout.Wrap(part.Text, width - 2)) yield return "  " + line;
                continue;
            }
            // A fence may name the file it stands for.
            if (part.Fence.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space) yield return $"    {part.Fence[(space + 1)..]}:";
            foreach (var line in part.Text.Split('\n')) yield return "    " + line;
        }
    }
}
