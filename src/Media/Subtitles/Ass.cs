using System.Globalization;
using System.Text;
using Spool.Media.Timeline;

namespace Spool.Media.Subtitles;

/// <summary>
/// Advanced SubStation Alpha, only written, for drawing captions into a picture. Every character of the text stands for itself: braces are escaped
/// and a backslash is followed by a word joiner, because the format knows no escape for it and would take <c>\N</c> for a line break.
/// </summary>
public static class Ass
{
    internal const string Events = "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n";

    /// <summary>Everything before the styles. Wrap 0 balances lines, 2 breaks none.</summary>
    internal static string Head(PictureSize size, int wrap) => string.Create(CultureInfo.InvariantCulture,
        $"[Script Info]\nScriptType: v4.00+\nPlayResX: {size.Width}\nPlayResY: {size.Height}\nWrapStyle: {wrap}\nScaledBorderAndShadow: yes\n\n[V4+ Styles]\n")
        + "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n";

    public static string Write(IReadOnlyList<Cue> cues, PictureSize size, CaptionLook look)
    {
        var pixels = (int)Math.Max(8, Math.Round(size.Height * look.Size));
        var margin = Math.Max(4, size.Height / 18);
        var text = new StringBuilder(Head(size, wrap: 0))
            .Append(CultureInfo.InvariantCulture, $"Style: Default,{Name(look.Font)},{pixels},{Colour(look.Colour)},{Colour(look.Colour)},&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,{Math.Max(1, pixels / 16)},0,2,{margin},{margin},{margin},1\n\n")
            .Append(Events);
        foreach (var cue in cues)
            text.Append(CultureInfo.InvariantCulture, $"Dialogue: 0,{Clock(cue.Start)},{Clock(cue.End)},Default,,0,0,0,,{Escape(Cue.Clean(cue.Text))}\n");
        return text.ToString();
    }

    internal static string Clock(long milliseconds)
    {
        var hundredths = (milliseconds + 5) / 10;
        return string.Create(CultureInfo.InvariantCulture, $"{hundredths / 360_000}:{hundredths / 6000 % 60:00}:{hundredths / 100 % 60:00}.{hundredths % 100:00}");
    }

    internal static string Colour(Colour colour) => $"&H00{colour.Hex[4..6]}{colour.Hex[2..4]}{colour.Hex[..2]}".ToUpperInvariant();

    /// <summary>A comma would end the field.</summary>
    internal static string Name(string font) => string.Concat(font.Where(c => !char.IsControl(c) && c != ','));

    internal static string Escape(string text) => text.Replace("\\", "\\\u2060", StringComparison.Ordinal).Replace("{", "\\{", StringComparison.Ordinal)
        .Replace("}", "\\}", StringComparison.Ordinal).Replace("\n", "\\N", StringComparison.Ordinal);
}

/// <summary>How drawn captions look.</summary>
/// <param name="Font">The name of an installed font.</param>
/// <param name="Size">Height of the letters as a part of the picture's height.</param>
public sealed record CaptionLook(string Font, double Size, Colour Colour);
