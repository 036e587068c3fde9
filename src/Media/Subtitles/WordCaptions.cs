using System.Globalization;
using System.Text;
using Spool.Media.Slides;
using Spool.Media.Timeline;

namespace Spool.Media.Subtitles;

/// <summary>karaoke: the line with the spoken word marked; word: one word at a time; line: the line alone.</summary>
public enum CaptionStyle { Karaoke, Word, Line }

/// <summary>Where on the picture captions stand.</summary>
public enum CaptionPlace { Top, Middle, Bottom }

/// <summary>How captions timed by words look.</summary>
public sealed record WordLook(CaptionStyle Style, CaptionPlace Place, string Font, double Size, Colour Colour, Colour Mark)
{
    /// <summary>Lines of a caption at most.</summary>
    public int Lines { get; init; } = 2;
}

/// <summary>
/// Captions drawn word by word (Advanced SubStation Alpha). Words are gathered into captions of at most so many lines; a caption ends with its
/// sentence and at a pause. Lines are broken here, by the widths of DejaVu Sans Bold, so that a line does not jump when its marked word changes;
/// a word wider than a line makes its caption smaller. Captions keep out of the edges: 5 % of each side in landscape; in portrait 11 % at the
/// sides, 12 % above and 22 % below, which players of vertical films cover with buttons and descriptions.
/// </summary>
public static class WordCaptions
{
    private const double Pause = 0.7, Linger = 0.4;

    /// <summary>One caption: its words by line, its time in seconds and its letter size in pixels.</summary>
    public sealed record Caption(IReadOnlyList<IReadOnlyList<TimedWord>> Lines, double Start, double End, double Size)
    {
        public IEnumerable<TimedWord> Words => Lines.SelectMany(l => l);
    }

    /// <summary>The part of the picture that is kept free: left and right, above, below; in pixels.</summary>
    public static (int Side, int Top, int Bottom) Safe(PictureSize size) => size.Height > size.Width
        ? ((int)(size.Width * 0.11), (int)(size.Height * 0.12), (int)(size.Height * 0.22))
        : ((int)(size.Width * 0.05), (int)(size.Height * 0.05), (int)(size.Height * 0.05));

    public static IReadOnlyList<Caption> Gather(WordTrack track, PictureSize size, WordLook look)
    {
        var letters = Math.Max(8, size.Height * look.Size);
        double room = size.Width - (2 * Safe(size).Side);
        // Ends of sentences, each with the words that end by it.
        var ends = track.Segments.Select(s => s.End).Order().ToList();
        var captions = new List<Caption>();
        var lines = new List<List<TimedWord>>();
        TimedWord? before = null;
        var sentence = 0;
        foreach (var word in track.Words.Where(w => Cue.Clean(w.Text).Length > 0).Select(w => w with { Text = Cue.Clean(w.Text).Replace('\n', ' ') }))
        {
            var apart = before is not null && (word.Start - before.End > Pause || look.Style == CaptionStyle.Word);
            while (sentence < ends.Count && word.Start >= ends[sentence] - 0.001)
            {
                apart = true;
                sentence++;
            }
            if (apart) Close();
            if (lines.Count > 0 && Width([.. lines[^1], word]) > room)
            {
                if (lines.Count == look.Lines) Close();
                else lines.Add([]);
            }
            if (lines.Count == 0) lines.Add([]);
            lines[^1].Add(word);
            before = word;
        }
        Close();
        // A caption stays a moment after its last word, but never into the next.
        return [.. captions.Select((c, i) => c with { End = Math.Max(c.End, Math.Min(c.End + Linger, i + 1 < captions.Count ? captions[i + 1].Start : double.MaxValue)) })];

        double Width(IEnumerable<TimedWord> words) => FontMetrics.Width(string.Join(' ', words.Select(w => w.Text)), Weight.Bold, letters);

        void Close()
        {
            if (lines.Count == 0) return;
            var widest = lines.Max(Width);
            captions.Add(new Caption([.. lines], lines[0][0].Start, lines[^1][^1].End, widest > room ? letters * room / widest : letters));
            lines = [];
        }
    }

    public static string Write(WordTrack track, PictureSize size, WordLook look)
    {
        var captions = Gather(track, size, look);
        var (side, top, bottom) = Safe(size);
        var letters = Math.Max(8, size.Height * look.Size);
        var align = look.Place switch { CaptionPlace.Top => 8, CaptionPlace.Middle => 5, _ => 2 };
        var edge = look.Place == CaptionPlace.Top ? top : bottom;
        var pixels = (int)Math.Round(letters);
        var text = new StringBuilder(Ass.Head(size, wrap: 2))
            .Append(CultureInfo.InvariantCulture, $"Style: Default,{Ass.Name(look.Font)},{pixels},{Ass.Colour(look.Colour)},{Ass.Colour(look.Mark)},&H00000000,&H80000000,-1,0,0,0,100,100,0,0,1,{Math.Max(1, pixels / 12)},{Math.Max(1, pixels / 28)},{align},{side},{side},{edge},1\n\n")
            .Append(Ass.Events);
        foreach (var caption in captions)
            if (look.Style != CaptionStyle.Karaoke) Line(caption, caption.Start, caption.End, null);
            else
            {
                // The line stands from its first word to its end; the mark moves from word to word and rests in pauses.
                var words = caption.Words.ToList();
                for (var i = 0; i < words.Count; i++)
                    Line(caption, i == 0 ? caption.Start : words[i].Start, i + 1 < words.Count ? words[i + 1].Start : caption.End, words[i]);
            }
        return text.ToString();

        void Line(Caption caption, double start, double end, TimedWord? marked)
        {
            var (from, to) = ((long)Math.Round(start * 1000), (long)Math.Round(end * 1000));
            if (to <= from) return;
            text.Append(CultureInfo.InvariantCulture, $"Dialogue: 0,{Ass.Clock(from)},{Ass.Clock(to)},Default,,0,0,0,,");
            if (caption.Size < letters) text.Append(CultureInfo.InvariantCulture, $"{{\\fs{(int)caption.Size}}}");
            text.AppendJoin("\\N", caption.Lines.Select(l => string.Join(' ', l.Select(w =>
                ReferenceEquals(w, marked) ? $"{{\\1c{Ass.Colour(look.Mark)}&}}{Ass.Escape(w.Text)}{{\\1c{Ass.Colour(look.Colour)}&}}" : Ass.Escape(w.Text))))).Append('\n');
        }
    }
}
