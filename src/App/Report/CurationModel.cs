namespace Spool.App.Report;

/// <summary>
/// What the page tells of a curation, the same shape as <c>web/src/curation/data.ts</c>. Values of frames are columns in the order of the frames,
/// little-endian and in base64; an ordinal is a place in that order, an index the number of a frame.
/// </summary>
/// <param name="Input">What was curated, as the workflow names it.</param>
public sealed record ReportedCuration(string? Input, IReadOnlyList<CurationStream> Streams);

/// <summary>One stream: what was found, what was dropped by which rule, and the values behind it.</summary>
public sealed record CurationStream
{
    public required string Name { get; init; }
    /// <summary><c>pictures</c> or <c>film</c>.</summary>
    public required string Kind { get; init; }
    public required long Frames { get; init; }
    public double? Fps { get; init; }
    public double? Seconds { get; init; }
    public IReadOnlyList<SizeCount> Sizes { get; init; } = [];
    /// <summary>Ranges of numbers that no file has, both ends included.</summary>
    public required Listed<IReadOnlyList<long>> Missing { get; init; }
    public long MissingFrames { get; init; }
    public required Listed<NotedFile> Doubles { get; init; }
    public required Listed<NotedFile> Unreadable { get; init; }
    public required Listed<NotedFile> NotFrames { get; init; }
    /// <summary>The numbers of the frames; absent where they were left out, then there are no columns either.</summary>
    public FrameRuns? Numbers { get; init; }
    /// <summary>Scores by the names of <c>metrics.jsonl</c>.</summary>
    public IReadOnlyDictionary<string, Column> Columns { get; init; } = new Dictionary<string, Column>();
    /// <summary>Seconds by which the frames of a film are away from <c>index / fps</c>; absent where they are not.</summary>
    public Column? TimeShift { get; init; }
    /// <summary>One byte a frame, bits of <see cref="FrameFlags"/>.</summary>
    public byte[]? Flags { get; init; }
    /// <summary>One byte a frame: the place of its rule in <see cref="SelectionCounts.Rules"/> plus one, 0 for none.</summary>
    public byte[]? Rules { get; init; }
    public FramePaths? Paths { get; init; }
    /// <summary>Where the flags of the run lie, by the name of the score.</summary>
    public IReadOnlyDictionary<string, double> Lines { get; init; } = new Dictionary<string, double>();
    public ReportedIdle? Idle { get; init; }
    public ReportedCuts? Cuts { get; init; }
    public ReportedGroups? Groups { get; init; }
    public SelectionCounts? Selection { get; init; }
    public IReadOnlyList<SheetFolder> Sheets { get; init; } = [];
    /// <summary>Sentences on what could not be found out.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
    /// <summary>Sentences on what of the stream is not on the page.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }
}

/// <summary>The first entries of a list that may be long, and how many there are.</summary>
public sealed record Listed<T>(int Total, IReadOnlyList<T> First);

public sealed record SizeCount(int Width, int Height, long Frames);

public sealed record NotedFile(long? Frame, string? Path, string? Why);

/// <summary>Runs of frames whose numbers follow each other: pairs of int32, the numbers left out before a run and the frames in it.</summary>
/// <param name="First">The number that the first pair starts from.</param>
public sealed record FrameRuns(long First, int Count, byte[] Pairs);

/// <summary>
/// A score of all frames. Float32 with NaN where there is none (<see cref="Floats"/>), or uint16 codes with 65535 where there is none: the score is
/// <c>from + code * step</c>, of a logarithmic column e to that minus 1.
/// </summary>
public sealed record Column
{
    public byte[]? Floats { get; init; }
    public byte[]? Codes { get; init; }
    public double From { get; init; }
    public double Step { get; init; }
    public bool Log { get; init; }
}

/// <summary>What is true of a frame.</summary>
[Flags]
public enum FrameFlags : byte { None = 0, Blurry = 1, Dark = 2, Idle = 4, Duplicate = 8, Representative = 16, Unreadable = 32, Kept = 64 }

/// <summary>The path of a frame: before, its number with at least so many digits (-1: no number at all), after. Other paths by ordinal.</summary>
public sealed record FramePaths(string Before, int Digits, string After, IReadOnlyDictionary<int, string>? Others);

/// <summary>Stretches as start frame, end frame, start second, end second, mean motion; seconds are null for pictures.</summary>
public sealed record ReportedIdle(IdleSettings? Rule, Listed<IReadOnlyList<double?>> Stretches, long Frames);

public sealed record IdleSettings(double Enter, double Leave, int Window, int MinFrames, double MinSeconds);

/// <summary>Scenes as start frame, end frame (the first of the next scene), start second, end second.</summary>
public sealed record ReportedCuts(string Detector, double Threshold, double? Fps, Listed<IReadOnlyList<double>> Scenes);

/// <summary>Groups of near-equal frames. The members of all groups stand one after the other.</summary>
public sealed record ReportedGroups
{
    public int Distance { get; init; }
    public string? Linkage { get; init; }
    public long Masked { get; init; }
    public int Total { get; init; }
    /// <summary>Members of all groups but the ones kept.</summary>
    public long Spare { get; init; }
    /// <summary>The first 16 digits.</summary>
    public required IReadOnlyList<string> Ids { get; init; }
    public required IReadOnlyList<string> Reasons { get; init; }
    /// <summary>Members of each group, whether they are listed or not.</summary>
    public required IReadOnlyList<int> Sizes { get; init; }
    /// <summary>Members of each group that are listed.</summary>
    public required IReadOnlyList<int> Shown { get; init; }
    /// <summary>int32 ordinals.</summary>
    public required byte[] Members { get; init; }
    /// <summary>Bits that differ from the one kept, one byte a member.</summary>
    public required byte[] Distances { get; init; }
    /// <summary>int32 ordinals, one a group.</summary>
    public required byte[] Kept { get; init; }
    /// <summary>Ids that are gone and what they became.</summary>
    public required Listed<IReadOnlyList<string>> Merged { get; init; }
}

public sealed record SelectionCounts(long Kept, long Dropped, IReadOnlyList<RuleCount> Rules);

public sealed record RuleCount(string Rule, long Matched, long First);

/// <summary>A folder of sheets with 100 tiles each.</summary>
/// <param name="Address">As a browser takes it, with a slash at the end.</param>
/// <param name="Frames">The numbers of the tiles in order, as triples: first, count, step.</param>
public sealed record SheetFolder(string Address, int Columns, IReadOnlyList<int> Tile, IReadOnlyList<long> Frames);
