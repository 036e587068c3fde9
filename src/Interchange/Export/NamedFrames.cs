using Spool.Media.Frames;
using Spool.Media.Streams;
using Spool.Platform;

namespace Spool.Interchange.Export;

/// <summary>A folder of pictures as its names tell it: numbers, gaps, numbers used twice. No file is opened.</summary>
/// <param name="Missing">Ranges of numbers that no name has, both ends included.</param>
/// <param name="Doubles">Names whose number another name before them has already.</param>
public sealed record NamedFrames(int Frames, long? First, long? Last, IReadOnlyList<(long From, long To)> Missing, IReadOnlyList<(long Index, string Name)> Doubles, IReadOnlyList<string> Unnumbered)
{
    /// <summary>Null where the folder holds no pictures.</summary>
    public static NamedFrames? Of(IDisk disk, string folder)
    {
        var entries = disk.List(folder).Where(e => e.Name[0] != '.' && FrameNames.IsPicture(e.Name)).Select(e => new FoundEntry(e.Name, 0, "", e.Kind == FileKind.Folder ? "is a folder" : null));
        // The same look at names as a curation takes, so that both tell the same.
        if (StreamScan.Find(entries, FrameNumbering.Read(FrameNumbering.Usual)!, FrameNumbering.Usual, "frames").FirstOrDefault(s => !s.IsFilm) is not { } stream) return null;
        return new NamedFrames(stream.Frames.Count, stream.Frames[0].Index, stream.Frames[^1].Index, [.. stream.Missing()], [.. stream.Doubles.Select(d => (d.Index, d.Entry.Path))], stream.Others);
    }
}
