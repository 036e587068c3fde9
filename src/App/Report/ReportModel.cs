using System.Text.Json.Serialization;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Spool.Media.Ffmpeg;

namespace Spool.App.Report;

/// <summary>What the page of a run is fed with. The same shape as <c>web/src/data.ts</c>: all times in seconds, all paths relative to the workspace with <c>/</c>.</summary>
public sealed record RunReport
{
    public int Format => 1;
    public required ReportedRun Run { get; init; }
    /// <summary>One sentence of state.</summary>
    public required string Headline { get; init; }
    /// <summary>The command it asks for.</summary>
    public string? Next { get; init; }
    public required IReadOnlyList<string> Finals { get; init; }
    public required IReadOnlyList<StripCell> Strip { get; init; }
    public required IReadOnlyList<ReportedStep> Steps { get; init; }
    public required IReadOnlyList<ReportedTask> Tasks { get; init; }
    public required IReadOnlyList<ReportedArtifact> Artifacts { get; init; }
    public required IReadOnlyList<Lane> Lanes { get; init; }
    public IReadOnlyList<Chapter>? Chapters { get; init; }
    /// <summary>Where the run curated something.</summary>
    public ReportedCuration? Curation { get; init; }
    /// <summary>The run curated something, which a server gives when it is asked for.</summary>
    public bool? HasCuration { get; init; }
    /// <summary>Sentences on what is not on the page.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }
}

public sealed record ReportedRun(string Id, string Workflow, string Status, string StartedAt, string? FinishedAt, double Seconds, string Spool, TaskCounts Tasks)
{
    /// <summary>Seconds that are probably left, while it runs.</summary>
    public double? EtaSeconds { get; init; }
    /// <summary>US dollars spent so far; absent where nothing costs anything.</summary>
    public decimal? CostUsd { get; init; }
    /// <summary>US dollars that it may spend.</summary>
    public decimal? BudgetUsd { get; init; }
}

/// <summary>A step with its tasks counted.</summary>
/// <param name="Counts">Tasks by the word of their status.</param>
/// <param name="Seconds">Time of all tasks that ran, added up.</param>
public sealed record ReportedStep(string Id, string Kind, string? Label, string? Segment, IReadOnlyList<string> Needs, IReadOnlyDictionary<string, int> Counts, int Total, double Seconds, string? Picture);

public sealed record ReportedTask(string Task, string Step, string? Item, string Status)
{
    public string? Quality { get; init; }
    public IReadOnlyList<Reason> Reasons { get; init; } = [];
    public IReadOnlyList<KeyChange>? KeyDiff { get; init; }
    /// <summary>Seconds since the run began; absent for what did not run.</summary>
    public double? Start { get; init; }
    /// <summary>Seconds the attempt took; of a reused result: took when it was made.</summary>
    public double? Seconds { get; init; }
    public int Attempts { get; init; }
    public double? CpuSeconds { get; init; }
    public long? MaxRssBytes { get; init; }
    public IReadOnlyList<RolePath> Inputs { get; init; } = [];
    public IReadOnlyList<RolePath> Outputs { get; init; } = [];
    public string? Command { get; init; }
    public string? LogTail { get; init; }
    public string? Key { get; init; }
    public IReadOnlyDictionary<string, string>? Facts { get; init; }
    public ReportedFailure? Failure { get; init; }
    /// <summary>What is missing in it and what stands in for that; null where nothing is.</summary>
    public IReadOnlyList<ReportedStandIn>? StandIns { get; init; }
}

/// <summary>Something missing, and what takes its place.</summary>
/// <param name="What">The path of a missing file, or the task whose result is.</param>
/// <param name="Instead"><c>left out</c>, <c>stand-in</c>, or what was written, as <c>color #203040</c>.</param>
public sealed record ReportedStandIn(string What, string Instead);

public sealed record RolePath(string Role, string Path);

/// <summary>A part of the key that is not what it was.</summary>
public sealed record KeyChange(string Field, string? Old, string? New);

/// <summary>Why a task did not succeed.</summary>
/// <param name="Blocks">Tasks that cannot go on because of it.</param>
public sealed record ReportedFailure(string Kind, string Sentence, string? DecisiveLine, int? ExitCode, string? Kept, int Blocks, string? Next);

public sealed record ReportedArtifact(string Path, string Type, long Bytes, string Digest)
{
    public string? Producer { get; init; }
    public int? Width { get; init; }
    public int? Height { get; init; }
    public double? Seconds { get; init; }
    public double? Fps { get; init; }
    public IReadOnlyList<string>? Codecs { get; init; }
    public string? Thumbnail { get; init; }
    public string? Url { get; init; }
    public string? Text { get; init; }
    /// <summary>Waveform, 0..1.</summary>
    public IReadOnlyList<float>? Peaks { get; init; }
    public IReadOnlyList<string>? Children { get; init; }
}

public sealed record StripCell(string Label, double Seconds, double Start, string Status)
{
    public string? Task { get; init; }
    public string? Path { get; init; }
    public string? Thumbnail { get; init; }
    public string? Quality { get; init; }
    public bool? Changed { get; init; }
    /// <summary>So many parts are shown as this one, the worst of them; absent for one.</summary>
    public int? Count { get; init; }
}

public sealed record Lane(string Resource, int Capacity, IReadOnlyList<LaneSpan> Spans);

public sealed record LaneSpan(string Task, double Start, double End, string Status, bool? Critical);

/// <summary>What was found out about the bytes of a media file, kept under their digest.</summary>
public sealed record Preview
{
    /// <summary>Previews of other versions are made anew.</summary>
    public const int Current = 1;

    public int Version { get; init; }
    /// <summary>video, audio or image; null for bytes that could not be read as what their name says.</summary>
    public string? Type { get; init; }
    public int? Width { get; init; }
    public int? Height { get; init; }
    public double? Seconds { get; init; }
    public double? Fps { get; init; }
    public IReadOnlyList<string>? Codecs { get; init; }
    public IReadOnlyList<Chapter>? Chapters { get; init; }
    /// <summary>A data URI.</summary>
    public string? Thumbnail { get; init; }
    /// <summary>The picture is that of a film that stands on the stage.</summary>
    public bool Large { get; init; }
    public IReadOnlyList<float>? Peaks { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(ReportedCuration))]
[JsonSerializable(typeof(ReportedTask))]
[JsonSerializable(typeof(Preview))]
internal sealed partial class ReportJson : JsonSerializerContext;
