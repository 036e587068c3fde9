using Spool.Engine.Attempts;
using Spool.Engine.Graph;
using Spool.Platform;

namespace Spool.Engine.Planning;

/// <summary>What the planner says of a task.</summary>
public enum Verdict { Pending, Reuse, Run, Wait, Blocked, Skip }

/// <summary>Why: a stable code and a sentence for people (<c>option</c>, <c>option crf: 18 -> 20</c>).</summary>
public sealed record Reason(string Code, string Text);

/// <summary>Where a task stands in a run.</summary>
public enum TaskStatus { Pending, Ready, Running, Publishing, Succeeded, Reused, Failed, Skipped, Cancelled, Waiting, Blocked }

/// <summary>How good a result is: as good as its worst input.</summary>
public enum Quality { Placeholder, Preview, Final }

/// <summary>An output that is known: the digest that readers get, and the one that the record has (they differ after an edit by hand).</summary>
public sealed record KnownOutput(string Path, bool IsFolder, Digest Digest, long Bytes, Digest Recorded);

/// <summary>A file to be put at a workspace path: new bytes from the store over what is known to stand there.</summary>
/// <param name="Was">The digest that is replaced; null when nothing stands there.</param>
public sealed record Publication(string Path, Digest Digest, long Bytes, Digest? Was)
{
    /// <summary>The bytes stand there already; only the ownership is recorded.</summary>
    public bool IsAdoption { get; init; }
    /// <summary>The file goes away: it is no longer part of an output folder.</summary>
    public bool IsRemoval { get; init; }
}

/// <summary>A file or a result that is not there, and what is shown instead: <c>assets/bg.png (color #203040)</c>.</summary>
public sealed record Missing(string What, string Instead)
{
    public override string ToString() => $"{What} ({Instead})";
}

/// <summary>A task with all that is known of it while a plan or run goes on. Changed only by the planner and the run that owns it.</summary>
public sealed class TaskState(TaskNode node)
{
    public TaskNode Node { get; } = node;
    public Verdict Verdict { get; set; } = Verdict.Pending;
    public TaskStatus Status { get; set; } = TaskStatus.Pending;
    public IReadOnlyList<Reason> Reasons { get; set; } = [];

    /// <summary>Producers and needed steps that have not ended.</summary>
    public int Open { get; set; }

    public string? Key { get; set; }
    public string? BaseKey { get; set; }
    public IReadOnlyList<string[]> Parts { get; set; } = [];
    public Step? Options { get; set; }
    public IReadOnlyList<AttemptInput> Inputs { get; set; } = [];
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();
    public IReadOnlyList<KnownOutput> Outputs { get; set; } = [];
    public Quality Quality { get; set; } = Quality.Final;

    /// <summary>What is missing in it or in what it was made from, and what stands in.</summary>
    public IReadOnlyList<Missing> StandIns { get; set; } = [];

    /// <summary>In a preview: it was not made, and its readers get a stand-in for it.</summary>
    public bool IsStoodIn { get; set; }

    /// <summary>The tools of its step and of the stand-ins it needs.</summary>
    public IEnumerable<string> ToolsUsed => StandIns.Count == 0 ? Options?.ToolsUsed() ?? [] : (Options?.ToolsUsed() ?? []).Concat(Inputs.SelectMany(i => i.Files).Select(f => f.StandIn).Append(Mark).OfType<StandIn>().SelectMany(s => s.Options.ToolsUsed())).Distinct();

    /// <summary>What its outputs go through, when they are made from stand-ins although they are finals.</summary>
    public StandIn? Mark { get; set; }
    public Failure? Failure { get; set; }

    /// <summary>What a review shows, and its message.</summary>
    public IReadOnlyList<Journal.ShownFile> Shown { get; set; } = [];
    public string Message { get; set; } = "";

    /// <summary>The tasks that this one cannot go on without.</summary>
    public string? BlockedOn { get; set; }
    public int Attempts { get; set; }

    /// <summary>The folder of the attempt under way; its log grows there.</summary>
    public string? Folder { get; set; }
    public long StartedAt { get; set; }
    public long FinishedAt { get; set; }
    public AttemptResult? Result { get; set; }

    /// <summary>Seconds from the start of this task to the end of the longest chain behind it, as expected.</summary>
    public double Urgency { get; set; }

    public bool IsOver => Status is TaskStatus.Succeeded or TaskStatus.Reused or TaskStatus.Failed or TaskStatus.Skipped or TaskStatus.Cancelled or TaskStatus.Waiting or TaskStatus.Blocked;

    /// <summary>Its outputs can be read.</summary>
    public bool HasOutputs => Status is TaskStatus.Succeeded or TaskStatus.Reused;
}
