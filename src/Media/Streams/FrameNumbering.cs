using System.Globalization;
using Spool.Media.Frames;

namespace Spool.Media.Streams;

/// <summary>
/// How the pictures of a folder are numbered by their names: <c>image_&lt;index&gt;</c> is any name whose stem is <c>image_</c> and digits. A
/// pattern with an extension (<c>f-&lt;index&gt;.png</c>) asks for that one, else any picture's will do.
/// </summary>
public sealed class FrameNumbering
{
    public const string Usual = "image_<index>";
    private const string Place = "<index>";
    private readonly string _before, _after;
    private readonly string? _extension;

    private FrameNumbering(string before, string after, string? extension) => (_before, _after, _extension) = (before, after, extension);

    /// <summary>Null when the text has no single <c>&lt;index&gt;</c>, or holds a slash.</summary>
    public static FrameNumbering? Read(string text)
    {
        var at = text.IndexOf(Place, StringComparison.Ordinal);
        if (at < 0 || text.IndexOf(Place, at + 1, StringComparison.Ordinal) >= 0 || text.Contains('/', StringComparison.Ordinal)) return null;
        var after = text[(at + Place.Length)..];
        var extension = FrameNames.IsPicture("x" + after) ? Path.GetExtension(after) : null;
        return new(text[..at], extension is null ? after : after[..^extension.Length], extension);
    }

    /// <summary>The number of a name; null when it does not fit.</summary>
    public long? Of(string name)
    {
        if (!FrameNames.IsPicture(name)) return null;
        var stem = Path.GetFileNameWithoutExtension(name);
        if (_extension is not null && !Path.GetExtension(name).Equals(_extension, StringComparison.OrdinalIgnoreCase)) return null;
        if (stem.Length <= _before.Length + _after.Length || !stem.StartsWith(_before, StringComparison.Ordinal) || !stem.EndsWith(_after, StringComparison.Ordinal)) return null;
        return long.TryParse(stem.AsSpan(_before.Length, stem.Length - _before.Length - _after.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
