using System.Text.Json.Serialization;

namespace Spool.Engine.Journal;

/// <summary>
/// One thing that happened in a workspace. Payloads are UTF-8 JSON with short names; digests are 64 hexadecimal digits, times are Unix
/// milliseconds. A reader that meets an unknown type refuses to write (the file is from a newer program).
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "t")]
[JsonDerivedType(typeof(EpochStarted), "epoch")]
[JsonDerivedType(typeof(RunStarted), "run")]
[JsonDerivedType(typeof(RunFinished), "run-end")]
[JsonDerivedType(typeof(AttemptStarted), "start")]
[JsonDerivedType(typeof(Publishing), "publish")]
[JsonDerivedType(typeof(Recorded), "done")]
[JsonDerivedType(typeof(AttemptFailed), "fail")]
[JsonDerivedType(typeof(EditSeen), "edit")]
[JsonDerivedType(typeof(EditDiscarded), "edit-off")]
[JsonDerivedType(typeof(EditAccepted), "edit-ok")]
[JsonDerivedType(typeof(SaltRaised), "salt")]
[JsonDerivedType(typeof(PathsReleased), "release")]
[JsonDerivedType(typeof(ObjectsGone), "gone")]
[JsonDerivedType(typeof(DecisionMade), "decide")]
[JsonDerivedType(typeof(PublishDone), "published")]
[JsonDerivedType(typeof(TaskKeyKnown), "key")]
[JsonDerivedType(typeof(KindTimeKnown), "kind-time")]
[JsonDerivedType(typeof(ReviewAsked), "ask")]
[JsonDerivedType(typeof(NoteLeft), "note")]
[JsonDerivedType(typeof(MoneyReserved), "money")]
[JsonDerivedType(typeof(MoneySettled), "paid")]
[JsonDerivedType(typeof(MoneyReleased), "unpaid")]
public abstract record JournalEvent;

/// <summary>An engine took the workspace over. Events of older epochs that follow are ignored.</summary>
public sealed record EpochStarted(int Epoch, int Pid, long Ticks, string Boot, string Host, string Mark, long At) : JournalEvent;

public sealed record RunStarted(string Run, string Workflow, string Name, long At, IReadOnlyDictionary<string, string> Vars, bool Full) : JournalEvent
{
    /// <summary>The run this one was made from.</summary>
    public string? Parent { get; init; }
}

/// <summary>How the tasks of a run ended.</summary>
public sealed record TaskCounts(int Total, int Ran, int Reused, int Failed, int Blocked, int Waiting, int Skipped, int Cancelled);

public sealed record RunFinished(string Run, string Status, long At, TaskCounts Tasks) : JournalEvent
{
    /// <summary>The object that holds the plan: every task with its end and reasons.</summary>
    public string? Plan { get; init; }
    public IReadOnlyList<string> Outputs { get; init; } = [];
}

public sealed record AttemptStarted(string Run, string Task, string Step, string Key, int Attempt, long At) : JournalEvent;

/// <summary>A path about to get new bytes. <paramref name="Was"/>: the digest that the rename replaces, so a file with either is ours.</summary>
public sealed record PublishedFile(string Path, string Digest, long Bytes, string? Was);

public sealed record Publishing(string Run, string Workflow, string Step, string Task, string Key, IReadOnlyList<PublishedFile> Files) : JournalEvent;

/// <summary>The renames are done: from here on only the new bytes are ours, so that a person may put the old ones back.</summary>
public sealed record PublishDone(IReadOnlyList<string> Paths) : JournalEvent;

/// <summary>An output of a remembered result. A folder's digest names its manifest in the store.</summary>
public sealed record RecordedOutput(string Role, bool Folder, string Digest, long Bytes);

/// <summary>A remembered result: what it was made from (the parts of its key) and what it is.</summary>
public sealed record CacheRecord(string Key, string Kind, IReadOnlyList<string[]> Parts, IReadOnlyList<RecordedOutput> Outputs)
{
    public int Ms { get; init; }
    public int CpuMs { get; init; }
    public long Rss { get; init; }
    public IReadOnlyDictionary<string, string>? Facts { get; init; }
    public string? Command { get; init; }
    /// <summary>placeholder, preview or null for final: only what the task itself is, not what it was made from.</summary>
    public string? Quality { get; init; }
    /// <summary>Who declared an older result valid for this key, instead of running it.</summary>
    public string? AcceptedBy { get; init; }
}

public sealed record Recorded(string Run, string Workflow, string Task, string Step, long At, CacheRecord Record) : JournalEvent;

public sealed record AttemptFailed(string Run, string Workflow, string Task, string Step, int Attempt, long At, Failure Failure) : JournalEvent;

/// <summary>A person changed an output: the bytes recorded before and the edited ones, which are in the store.</summary>
public sealed record EditSeen(string Path, string Was, string Edit, long Bytes, long At) : JournalEvent;

/// <summary>The person gave the edited bytes up: they may be overwritten (they stay in the store).</summary>
public sealed record EditDiscarded(string Path, string Edit, string Who, long At) : JournalEvent;

/// <summary>The person made the edited bytes the result for a key.</summary>
public sealed record EditAccepted(string Path, string Edit, string Who, long At) : JournalEvent;

/// <summary>A task is to be made anew although nothing changed.</summary>
public sealed record SaltRaised(string BaseKey, int Salt, string Who, long At) : JournalEvent;

/// <summary>Paths that are no longer owned: removed by a clean-up, or given back.</summary>
public sealed record PathsReleased(IReadOnlyList<string> Paths) : JournalEvent;

/// <summary>Objects that are no longer in the store: evicted, or lost to an edit in place.</summary>
public sealed record ObjectsGone(IReadOnlyList<string> Digests, string Why) : JournalEvent;

/// <summary>A person's decision at a review. It belongs to the digest of what was shown.</summary>
public sealed record DecisionMade(string Workflow, string Review, string Shown, string Verdict, string Who, long At, IReadOnlyList<string> Notes) : JournalEvent;

/// <summary>One file that a review shows.</summary>
public sealed record ShownFile(string Role, string Path, string Digest);

/// <summary>A review asks a person: what it shows, from when on. Its time limit counts from here.</summary>
public sealed record ReviewAsked(string Workflow, string Review, string Shown, long At, string Message, IReadOnlyList<ShownFile> Files) : JournalEvent;

/// <summary>What a person said of a result that is made anew. It belongs to the base key of its maker, so a changed prompt starts without notes.</summary>
public sealed record NoteLeft(string BaseKey, string Note, string Who, long At) : JournalEvent;

/// <summary>US dollars set aside before a call. Its id is unique in the journal.</summary>
public sealed record MoneyReserved(string Id, string Run, string Task, string Step, string Kind, string Provider, string Model, decimal Usd, long At) : JournalEvent;

/// <summary>What a call cost in the end; <paramref name="Estimated"/> when the service did not say.</summary>
public sealed record MoneySettled(string Id, decimal Usd, IReadOnlyDictionary<string, decimal> Units, bool Estimated) : JournalEvent;

/// <summary>The call was not made, or the engine died before its answer: the money is free again.</summary>
public sealed record MoneyReleased(string Id, string Why) : JournalEvent;

/// <summary>In snapshots only: the key a task had last.</summary>
public sealed record TaskKeyKnown(string Address, string Key) : JournalEvent;

/// <summary>In snapshots only: how long tasks of a kind took so far.</summary>
public sealed record KindTimeKnown(string Kind, long Sum, int Count) : JournalEvent;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(JournalEvent))]
internal sealed partial class JournalJson : JsonSerializerContext;
