using Spool.Media.Text;

namespace Spool.Media.Slides;

/// <summary>What stands on a slide. Plain text, no marks.</summary>
public sealed record SlideContent(string Title)
{
    /// <summary>How many list items a slide shows; more cannot be read while someone speaks.</summary>
    public const int MostBullets = 7;

    public string? Subtitle { get; init; }
    public IReadOnlyList<string> Bullets { get; init; } = [];
    public IReadOnlyList<string> Body { get; init; } = [];
    public string? Footer { get; init; }
    public string? Number { get; init; }

    /// <summary>
    /// The slide of a section: its first heading is the title, its list items are the bullets, and without bullets its first sentence-long
    /// paragraph is the subtitle. Paragraphs are narration and stay off the slide unless <paramref name="body"/> is asked for.
    /// </summary>
    public static SlideContent Of(string markdown, bool body)
    {
        var blocks = MarkdownBlocks.Read(markdown);
        string[] Plain(BlockKind kind) => [.. blocks.Where(b => b.Kind == kind).Select(b => InlineText.Plain(b.Text)).Where(t => t.Length > 0)];
        var bullets = Plain(BlockKind.ListItem);
        var paragraphs = Plain(BlockKind.Paragraph);
        return new SlideContent(Plain(BlockKind.Heading).FirstOrDefault() ?? "")
        {
            Bullets = bullets,
            Body = body ? paragraphs : [],
            Subtitle = !body && bullets.Length == 0 ? paragraphs.FirstOrDefault() : null,
        };
    }

    public bool IsEmpty => Title.Length == 0 && string.IsNullOrEmpty(Subtitle) && Bullets.Count == 0 && Body.Count == 0;
}
