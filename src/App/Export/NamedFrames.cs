using Spool.Media.Frames;
using Spool.Platform;

namespace Spool.App.Export;

/// <summary>A folder of pictures as its names tell it: numbers, gaps, numbers used twice. No file is opened.</summary>
/// <param name="Missing">Ranges of numbers that no name has, both ends included.</param>
/// <param name="Doubles">Names whose number another name before them has already.</param>
public sealed record NamedFrames(int Frames, long? First, long? Last, IReadOnlyList<(long From, long To)> Missing, IReadOnlyList<(long Index, string Name)> Doubles, IReadOnlyList<string> Unnumbered)
{
    /// <summary>Null where the folder holds no pictures.</summary>
    public static NamedFrames? Of(IDisk disk, string folder)
    {
        var names = disk.List(folder).Where(e => e.Kind != FileKind.Folder && FrameNames.IsPicture(e.Name)).Select(e => (Number: FrameNames.Number(e.Name), e.Name)).ToList();
        if (names.Count == 0) return null;
        var numbered = names.Where(n => n.Number is not null).Select(n => (Index: n.Number!.Value, n.Name)).OrderBy(n => n.Index).ThenBy(n => n.Name, StringComparer.Ordinal).ToList();
        var missing = new List<(long, long)>();
        var doubles = new List<(long, string)>();
        for (var i = 1; i < numbered.Count; i++)
            if (numbered[i].Index == numbered[i - 1].Index) doubles.Add(numbered[i]);
            else if (numbered[i].Index > numbered[i - 1].Index + 1) missing.Add((numbered[i - 1].Index + 1, numbered[i].Index - 1));
        return new NamedFrames(numbered.Count - doubles.Count, numbered.Count > 0 ? numbered[0].Index : null, numbered.Count > 0 ? numbered[^1].Index : null, missing, doubles,
            [.. names.Where(n => n.Number is null).Select(n => n.Name).Order(StringComparer.Ordinal)]);
    }
}
