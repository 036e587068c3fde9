namespace Spool.Media.Slides;

/// <summary>One paragraph or bullet, broken into lines.</summary>
public sealed record SlideItem(IReadOnlyList<string> Lines, bool Marked);

/// <summary>
/// Where everything on a slide goes. Text is set as large as fits: sizes shrink step by step, and only what does not fit at the smallest
/// readable size is left out, which is said in <see cref="Left"/>. Lengths are in u, 1/1080 of the shorter side.
/// </summary>
public sealed record SlideLayout
{
    /// <summary>Title tracking: large bold type wants to be a little tighter.</summary>
    public const double Tracking = -0.02;

    private static readonly double[] Steps = [1, 0.92, 0.84, 0.76, 0.68, 0.61, 0.54, 0.48];

    public required SlideSize Size { get; init; }
    public required double Unit { get; init; }
    public required double Margin { get; init; }
    public required IReadOnlyList<string> Title { get; init; }
    public required double TitleSize { get; init; }
    public required IReadOnlyList<string> Subtitle { get; init; }
    public required double SubtitleSize { get; init; }
    public required IReadOnlyList<SlideItem> Items { get; init; }
    public required double ItemSize { get; init; }
    /// <summary>The space between two items.</summary>
    public required double ItemGap { get; init; }
    /// <summary>The top of the accent bar, where the block of text begins.</summary>
    public required double Top { get; init; }
    /// <summary>Bullets, paragraphs or lines that did not fit.</summary>
    public required int Left { get; init; }

    public bool IsCover => Items.Count == 0;
    public double Indent => ItemSize * 1.05;
    public double BarHeight => 9 * Unit;
    public double BarGap => 46 * Unit;
    public double TitleLine => TitleSize * 1.14;
    public double SubtitleLine => SubtitleSize * 1.42;
    public double SubtitleGap => 34 * Unit;
    public double ItemLine => ItemSize * 1.36;
    public double ItemsGap => Math.Max(52 * Unit, TitleSize * 0.72);

    public double Height
    {
        get
        {
            var height = 0.0;
            if (Title.Count > 0) height += BarHeight + BarGap + (Title.Count * TitleLine);
            if (Subtitle.Count > 0) height += SubtitleGap + (Subtitle.Count * SubtitleLine);
            if (Items.Count > 0) height += ItemsGap + Items.Sum(i => i.Lines.Count * ItemLine) + ((Items.Count - 1) * ItemGap);
            return height;
        }
    }

    public static SlideLayout Of(SlideContent content, SlideSize size)
    {
        var unit = Math.Min(size.Width, size.Height) / 1080.0;
        var margin = size.Width * (size.IsPortrait ? 0.085 : 0.09);
        // In portrait, players cover the lower part with their own controls.
        double upper = size.Height * (size.IsPortrait ? 0.13 : 0.1), lower = size.Height * (size.IsPortrait ? 0.2 : 0.13);
        var room = size.Height - upper - lower;
        SlideLayout? layout = null;
        foreach (var step in Steps)
        {
            layout = Try(content, size, (unit, margin, step));
            if (layout.Height <= room) break;
        }
        layout = Cut(layout!, room);
        // A block looks centred when it sits a little above the middle.
        var free = Math.Max(0, room - layout.Height);
        return layout with { Top = upper + (free * (layout.IsCover ? 0.44 : size.IsPortrait ? 0.30 : 0.40)) };
    }

    private static SlideLayout Try(SlideContent content, SlideSize size, (double Unit, double Margin, double Step) grid)
    {
        var (unit, margin, step) = grid;
        var width = size.Width - (2 * margin);
        var subtitleSize = unit * Math.Max(step, 0.61) * (size.IsPortrait ? 48 : 44);
        var bullets = content.Points.Count(p => p.Marked);
        var shown = content.Points.Where((p, i) => !p.Marked || content.Points.Take(i).Count(q => q.Marked) < SlideContent.MostBullets).ToList();
        var prose = shown.Exists(p => !p.Marked);
        // Few short points may be larger than many.
        var itemSize = unit * step * (shown.Count <= 3 && !prose ? 1.12 : 1) * (prose ? size.IsPortrait ? 48 : 42 : size.IsPortrait ? 54 : 48);
        var textWidth = Math.Min(width, itemSize * 34);
        var (title, titleSize) = Headline(content.Title, size, (unit * step * (shown.Count == 0 ? 112 : size.IsPortrait ? 98 : 88), width * (size.IsPortrait ? 1 : 0.94)));
        return new SlideLayout
        {
            Size = size,
            Unit = unit,
            Margin = margin,
            Title = title,
            TitleSize = titleSize,
            Subtitle = string.IsNullOrEmpty(content.Subtitle) ? [] : TextWrap.Wrap(content.Subtitle, Weight.Regular, subtitleSize, Math.Min(width, subtitleSize * 32)),
            SubtitleSize = subtitleSize,
            Items = [.. shown.Select(p => new SlideItem(Lines(p.Text, itemSize, textWidth - (p.Marked ? itemSize * 1.05 : 0)), p.Marked))],
            ItemSize = itemSize,
            ItemGap = itemSize * (prose ? 0.6 : shown.Count <= 4 ? 0.8 : 0.55),
            Top = 0,
            Left = bullets - shown.Count(p => p.Marked),
        };
    }

    /// <summary>Two lines are evened out, so that no single word hangs below; longer text reads better when its lines are full.</summary>
    private static IReadOnlyList<string> Lines(string text, double size, double width)
    {
        var lines = TextWrap.Wrap(text, Weight.Regular, size, width);
        return lines.Count == 2 ? TextWrap.Balance(text, Weight.Regular, size, width) : lines;
    }

    /// <summary>A title of more than two lines (three in portrait) is set smaller before anything else is.</summary>
    private static (IReadOnlyList<string> Lines, double Size) Headline(string title, SlideSize size, (double Size, double Width) wanted)
    {
        IReadOnlyList<string> lines = [];
        var shrunk = wanted.Size;
        foreach (var step in (ReadOnlySpan<double>)[1, 0.88, 0.78, 0.7])
        {
            shrunk = wanted.Size * step;
            lines = TextWrap.Balance(title, Weight.Bold, shrunk, wanted.Width, Tracking);
            if (lines.Count <= (size.IsPortrait ? 3 : 2)) break;
        }
        return (lines, shrunk);
    }

    /// <summary>Leaves out what is over, from the end: items first, then lines of the subtitle, then of the title.</summary>
    private static SlideLayout Cut(SlideLayout layout, double room)
    {
        while (layout.Height > room && layout.Items.Count > 1) layout = layout with { Items = [.. layout.Items.SkipLast(1)], Left = layout.Left + 1 };
        while (layout.Height > room && layout.Items is [{ Lines.Count: > 1 } item, ..])
            layout = layout with { Items = [item with { Lines = Shorten(item.Lines) }], Left = Math.Max(1, layout.Left) };
        while (layout.Height > room && layout.Subtitle.Count > 1) layout = layout with { Subtitle = Shorten(layout.Subtitle), Left = Math.Max(1, layout.Left) };
        while (layout.Height > room && layout.Title.Count > 1) layout = layout with { Title = Shorten(layout.Title), Left = Math.Max(1, layout.Left) };
        return layout;
    }

    private static IReadOnlyList<string> Shorten(IReadOnlyList<string> lines) => [.. lines.SkipLast(2), lines[^2].TrimEnd('.', ',', ' ', '…') + "…"];
}
