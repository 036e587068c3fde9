using Spool.Platform;

namespace Spool.Engine.Attempts;

/// <summary>One file that an attempt reads: its name in the attempt folder and where its bytes lie.</summary>
public sealed record AttemptFile(string Name, string Source, Digest Digest, long Bytes)
{
    /// <summary>The facts of a source file when its digest was taken; null for objects of the store, which do not change.</summary>
    public FileStat? Facts { get; init; }

    /// <summary>Made in the attempt folder right before the step, instead of a file that is not there; then <see cref="Source"/> is empty.</summary>
    public StandIn? StandIn { get; init; }
}

/// <summary>A step that makes a stand-in, with its options, and the picture that it shows, if any.</summary>
public sealed record StandIn(KindSchema Kind, Step Options, AttemptFile? Image)
{
    /// <summary>True for films and sounds: only these have a place for words of their own.</summary>
    internal static bool CanBeMarked(string name) => Path.GetExtension(name).ToLowerInvariant() is
        ".mp4" or ".m4v" or ".mov" or ".mkv" or ".webm" or ".wav" or ".flac" or ".mp3" or ".m4a" or ".ogg" or ".opus";
}

/// <summary>An input role of an attempt; a folder's files carry their names in the folder.</summary>
public sealed record AttemptInput(string Role, RoleShape Shape, IReadOnlyList<AttemptFile> Files, bool Writable = false)
{
    public FolderView View { get; init; }

    /// <summary>Where a folder that is not taken whole lies; or the single file that stands for one.</summary>
    public string? Place { get; init; }

    /// <summary>What lies in a tree and cannot be read as a regular file.</summary>
    public IReadOnlyList<ForeignEntry> Foreign { get; init; } = [];
}

/// <summary>An output role of an attempt and the name that the step writes.</summary>
public sealed record AttemptOutput(string Role, RoleShape Shape, string Name);

/// <summary>Everything one attempt needs. Holds no workspace path but the sources of its inputs and its own folder.</summary>
public sealed record AttemptSpec(KindSchema Kind, Step Options, IReadOnlyList<AttemptInput> Inputs, IReadOnlyList<AttemptOutput> Outputs, string Folder)
{
    public long Seed { get; init; }
    /// <summary>Absolute program paths by bare name.</summary>
    public IReadOnlyDictionary<string, string> Tools { get; init; } = new Dictionary<string, string>();
    /// <summary>Declared environment variables, beside the fixed ones.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
    public TimeSpan? Timeout { get; init; }
    /// <summary>Where the outputs of its last result lie, by role; only for kinds that ask for them.</summary>
    public IReadOnlyDictionary<string, string> Previous { get; init; } = new Dictionary<string, string>();
    /// <summary>A step that the outputs go through at the end, so that a film made from stand-ins says so itself.</summary>
    public StandIn? Mark { get; init; }
    /// <summary>The services it declared, by the name or purpose it declared.</summary>
    public ProviderTable Providers { get; init; } = ProviderTable.None;
    /// <summary>Values of their secrets by environment name; never written anywhere.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();
}

/// <summary>A file that a step wrote: its name (in a folder role the name within it), digest and size, and where it lies.</summary>
public sealed record ProducedFile(string Name, string Path, Digest Digest, long Bytes);

/// <summary>What a role became.</summary>
public sealed record ProducedOutput(string Role, RoleShape Shape, IReadOnlyList<ProducedFile> Files);

/// <summary>The end of an attempt: a failure, or outputs that exist and were hashed.</summary>
public sealed record AttemptResult(Failure? Failure, IReadOnlyList<ProducedOutput> Outputs, IReadOnlyDictionary<string, string> Facts)
{
    public TimeSpan Elapsed { get; init; }
    public TimeSpan Cpu { get; init; }
    public long MaxRssBytes { get; init; }
    /// <summary>The last command that ran, quoted.</summary>
    public string? Command { get; init; }
    /// <summary>The last 8 KiB of the log.</summary>
    public string LogTail { get; init; } = "";
}

/// <summary>Told while an attempt runs. Called from any thread.</summary>
public sealed record AttemptWatcher(Action<double> Progress, Action<string> Line, Action<ProcessIdentity> Started)
{
    /// <summary>Sets money aside; throws <see cref="StepFailedException"/> when there is none. By default nothing may be spent.</summary>
    public Func<Charge, CancellationToken, Task<Reservation>> Reserve { get; init; } = (charge, _) =>
        throw new StepFailedException(new Failure(FailureKind.OutOfBudget, $"{charge.Provider} costs money, and nothing may be spent here"));

    public static AttemptWatcher Silent { get; } = new(_ => { }, _ => { }, _ => { });
}
