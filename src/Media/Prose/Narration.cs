namespace Spool.Media.Prose;

/// <summary>Sentences that belong together; a longer pause follows the last.</summary>
public sealed record SpokenParagraph(IReadOnlyList<string> Sentences);

/// <summary>
/// What of a script is said aloud: its paragraphs, and if wanted its headings and list items. Code, tables, comments and images are never
/// read, links are read as their text and bare addresses as "link". Neighbouring list items form one paragraph.
/// </summary>
public static class Narration
{
    public static IReadOnlyList<SpokenParagraph> Read(string markdown, bool headings, bool bullets)
    {
        var paragraphs = new List<SpokenParagraph>();
        var items = new List<string>();
        foreach (var block in MarkdownBlocks.Read(markdown))
        {
            if (block.Kind == BlockKind.ListItem)
            {
                if (bullets) items.AddRange(Sentences(block));
                continue;
            }
            Add(items, paragraphs);
            items = [];
            if (block.Kind == BlockKind.Paragraph || (block.Kind == BlockKind.Heading && headings)) Add(Sentences(block), paragraphs);
        }
        Add(items, paragraphs);
        return paragraphs;
    }

    /// <summary>The number of words in a sentence, as people count them.</summary>
    public static int Words(string sentence) => sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries).Count(w => w.Any(char.IsLetterOrDigit));

    private static IReadOnlyList<string> Sentences(MarkdownBlock block) => SentenceSplitter.Split(InlineText.Plain(block.Text, Addresses.Word));

    private static void Add(IReadOnlyList<string> sentences, List<SpokenParagraph> paragraphs)
    {
        if (sentences.Count > 0) paragraphs.Add(new SpokenParagraph(sentences));
    }
}
