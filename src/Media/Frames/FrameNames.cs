using System.Globalization;

namespace Spool.Media.Frames;

/// <summary>
/// The frames of a folder by their names: the last digits before the extension are the number (<c>image_12.jpg</c> is 12), and numbers decide
/// the order, so 2 comes before 10. Where a number is missing or used twice, frames are numbered by their place instead.
/// </summary>
public static class FrameNames
{
    private static readonly HashSet<string> Pictures = new(StringComparer.OrdinalIgnoreCase) { ".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif" };

    private static readonly HashSet<string> Films = new(StringComparer.OrdinalIgnoreCase) { ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi" };

    /// <summary>True for names that pictures have.</summary>
    public static bool IsPicture(string name) => Pictures.Contains(Path.GetExtension(name));

    /// <summary>True for names that films have.</summary>
    public static bool IsFilm(string name) => Films.Contains(Path.GetExtension(name));

    /// <summary>The number in a name; null where there is none that fits.</summary>
    public static long? Number(string name)
    {
        var stem = Path.GetFileNameWithoutExtension(name);
        var digits = stem.Length;
        while (digits > 0 && char.IsAsciiDigit(stem[digits - 1])) digits--;
        return long.TryParse(stem.AsSpan(digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The pictures among the names, numbered and in order.</summary>
    public static IReadOnlyList<(long Index, string Name)> Ordered(IEnumerable<string> names)
    {
        var frames = names.Where(IsPicture).Select(n => (Number: Number(n), Name: n)).OrderBy(f => f.Number ?? long.MaxValue).ThenBy(f => f.Name, StringComparer.Ordinal).ToList();
        var own = frames.All(f => f.Number is not null) && frames.DistinctBy(f => f.Number).Count() == frames.Count;
        return [.. frames.Select((f, i) => (own ? f.Number!.Value : i, f.Name))];
    }
}
