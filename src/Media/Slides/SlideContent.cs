using Spool.Media.Prose;

namespace Spool.Media.Slides;

/// <summary>One entry under the title: a bullet, or a paragraph when it is not marked.</summary>
public sealed record SlidePoint(string Text, bool Marked);

/// <summary>What stands on a slide. Plain text, no marks.</summary>
public sealed record SlideContent(string Title)
{
    /// <summary>How many list items a slide shows; more cannot be read while someone speaks.</summary>
    public const int MostBullets = 7;

    public string? Subtitle { get; init; }
    public IReadOnlyList<SlidePoint> Points { get; init; } = [];
    public string? Footer { get; init; }
    public string? Number { get; init; }

    public bool IsEmpty => Title.Length == 0 && string.IsNullOrEmpty(Subtitle) && Points.Count == 0;

    /// <summary>
    /// The slide of a section: its first heading is the title, its list items are the bullets, and with no list its first paragraph is the
    /// subtitle. Paragraphs are narration and stay off the slide unless <paramref name="body"/> asks for them; then the order is that of the text.
    /// </summary>
    public static SlideContent Of(string markdown, bool body)
    {
        var blocks = MarkdownBlocks.Read(markdown).Select(b => (b.Kind, Text: InlineText.Plain(b.Text))).Where(b => b.Text.Length > 0).ToList();
        var hasList = blocks.Exists(b => b.Kind == BlockKind.ListItem);
        return new SlideContent(blocks.Find(b => b.Kind == BlockKind.Heading).Text ?? "")
        {
            Points = [.. blocks.Where(b => b.Kind == BlockKind.ListItem || (body && b.Kind == BlockKind.Paragraph)).Select(b => new SlidePoint(b.Text, b.Kind == BlockKind.ListItem))],
            Subtitle = body || hasList ? null : blocks.Find(b => b.Kind == BlockKind.Paragraph).Text,
        };
    }

    /// <summary>The same slide with other bullets in place of its own; paragraphs stay.</summary>
    public SlideContent WithBullets(IReadOnlyList<string> bullets) => this with
    {
        Points = [.. Points.Where(p => !p.Marked), .. bullets.Select(b => new SlidePoint(b, true))],
        Subtitle = bullets.Count > 0 ? null : Subtitle,
    };
}
