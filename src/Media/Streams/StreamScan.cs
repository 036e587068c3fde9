using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Spool.Media.Frames;

namespace Spool.Media.Streams;

/// <summary>Something found under the input: its path relative to it; a readable file has a digest (hexadecimal SHA-256), anything else the reason.</summary>
public sealed record FoundEntry(string Path, long Bytes, string? Sha256, string? Why);

/// <summary>A frame by its number.</summary>
public readonly record struct NumberedEntry(long Index, FoundEntry Entry);

/// <summary>A folder of pictures, or a film.</summary>
/// <param name="Id">Safe as a name of files; the same wherever the input lies.</param>
/// <param name="Path">Relative to the input; "." for the input itself.</param>
/// <param name="Numbering">How numbers were made, for people.</param>
/// <param name="Frames">Ascending by number, each number once. One entry without a number for a film.</param>
/// <param name="Doubles">Files whose number another one has.</param>
/// <param name="Others">Pictures whose name does not fit.</param>
public sealed record FrameStream(string Id, string Path, bool IsFilm, string Numbering, IReadOnlyList<NumberedEntry> Frames, IReadOnlyList<NumberedEntry> Doubles, IReadOnlyList<string> Others)
{
    /// <summary>Numbers that no file has between the first and the last, as ranges with both ends.</summary>
    public IEnumerable<(long From, long To)> Missing()
    {
        for (var i = 1; i < Frames.Count; i++)
            if (Frames[i].Index > Frames[i - 1].Index + 1) yield return (Frames[i - 1].Index + 1, Frames[i].Index - 1);
    }
}

/// <summary>
/// Finds the streams in what lies under an input: each folder with pictures is one, each film is one. In a folder where some name fits the
/// pattern, only fitting names are frames. Where none does, the last digits of the names are taken, and where those are missing or repeat,
/// the order of the names: then <see cref="FrameStream.Numbering"/> says so. A folder or a pipe with the name of a frame is a frame that
/// cannot be read, so that it is told and no gap appears.
/// </summary>
public static class StreamScan
{
    /// <summary>The streams, folders first, each kind by path.</summary>
    /// <param name="entries">In any order.</param>
    /// <param name="name">What the stream of the input folder itself is called.</param>
    public static IReadOnlyList<FrameStream> Find(IEnumerable<FoundEntry> entries, FrameNumbering pattern, string patternText, string name)
    {
        var streams = new List<FrameStream>();
        // The name of the input's own pictures stays free for them, whether or not there are any yet.
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var own = Id(name, "", taken);
        var all = entries.OrderBy(e => e.Path, StringComparer.Ordinal).ToList();
        foreach (var folder in all.Where(e => FrameNames.IsPicture(e.Path)).GroupBy(e => Folder(e.Path)).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var pictures = folder.ToList();
            if (pictures.All(p => p.Why is not null && pattern.Of(Base(p.Path)) is null)) continue; // a folder called holiday.jpg is no stream
            streams.Add(Pictures(folder.Key.Length == 0 ? own : Id(folder.Key, folder.Key, taken), folder.Key, pictures, pattern, patternText));
        }
        foreach (var film in all.Where(e => FrameNames.IsFilm(e.Path) && e.Why != "is a folder"))
            streams.Add(new(Id(film.Path, film.Path, taken), film.Path, true, "frames of the film", [new(0, film)], [], []));
        return streams;
    }

    private static FrameStream Pictures(string id, string folder, List<FoundEntry> pictures, FrameNumbering pattern, string patternText)
    {
        var fitting = pictures.Where(p => pattern.Of(Base(p.Path)) is not null).Select(p => new NumberedEntry(pattern.Of(Base(p.Path))!.Value, p)).ToList();
        var numbering = patternText;
        var others = new List<string>();
        if (fitting.Count > 0) others = [.. pictures.Where(p => pattern.Of(Base(p.Path)) is null).Select(p => p.Path)];
        else
        {
            var names = FrameNames.Ordered(pictures.Select(p => Base(p.Path)));
            var byName = pictures.ToDictionary(p => Base(p.Path));
            fitting = [.. names.Select(n => new NumberedEntry(n.Index, byName[n.Name]))];
            numbering = names.All(n => FrameNames.Number(n.Name) == n.Index) ? "the last digits of the names" : "the order of the names";
        }
        var frames = new List<NumberedEntry>();
        var doubles = new List<NumberedEntry>();
        // Of two files with one number the readable one is the frame.
        foreach (var one in fitting.OrderBy(f => f.Index).ThenBy(f => f.Entry.Why is not null).ThenBy(f => f.Entry.Path.Length).ThenBy(f => f.Entry.Path, StringComparer.Ordinal))
        {
            if (frames.Count > 0 && frames[^1].Index == one.Index) doubles.Add(one);
            else frames.Add(one);
        }
        return new(id, folder.Length == 0 ? "." : folder, false, numbering, frames, doubles, others);
    }

    private static string Folder(string path) => path.LastIndexOf('/') is var slash and >= 0 ? path[..slash] : "";

    private static string Base(string path) => path[(path.LastIndexOf('/') + 1)..];

    // Letters, digits, dot, dash and underscore stay; what had to be changed gets a digest behind it, so that two never become one.
    private static string Id(string text, string path, HashSet<string> taken)
    {
        var plain = new StringBuilder();
        var same = true;
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c) || (c is '.' or '-' or '_' && plain.Length > 0)) plain.Append(c);
            else if (c == '/') plain.Append('+'); // no plain name holds it, so day/cam is never taken for another folder
            else
            {
                plain.Append('_');
                same = false;
            }
        }
        var id = plain.Length > 60 ? plain.ToString(0, 60) : plain.ToString();
        if (same && id.Length == text.Length && taken.Add(id)) return id;
        id = string.Create(CultureInfo.InvariantCulture, $"{id}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..8]}");
        taken.Add(id);
        return id;
    }
}
