using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Engine.Planning;
using Spool.Platform;

namespace Spool.Engine.Scheduling;

/// <summary>What a run is to do.</summary>
public sealed record RunRequest(Workflow Workflow, WorkflowArguments Arguments)
{
    public IReadOnlyList<string> Targets { get; init; } = [];
    public IReadOnlyList<string> Only { get; init; } = [];
    public IReadOnlySet<string> Forced { get; init; } = new HashSet<string>();
    public IReadOnlySet<string> Allowed { get; init; } = new HashSet<string>();
    public required int Jobs { get; init; }
    public required int Cpus { get; init; }
    public long MemoryBytes { get; init; } = 4L << 30;
    public Func<string, string?> Environment { get; init; } = _ => null;
    /// <summary>The digest of what the program itself is, so that a new version looks again.</summary>
    public string Program { get; init; } = "";

    /// <summary>How the workflow is known in the journal: its path within the workspace, else its absolute path.</summary>
    public string WorkflowId(string workspace) => Workflow.File.StartsWith(workspace + "/", StringComparison.Ordinal) ? Workflow.File[(workspace.Length + 1)..] : Workflow.File;

    /// <summary>What a remembered quiet plan depends on beside files: known from the main file's bytes, without reading them as YAML.</summary>
    public static Digest Signature(string program, string workflowId, Digest mainFile, string arguments, IEnumerable<string> allowed) =>
        Digest.Of(string.Join('\0', program, workflowId, mainFile, arguments, string.Join(',', allowed.Order(StringComparer.Ordinal))));

    /// <summary>Finals may be made from stand-ins.</summary>
    public bool AllowsStandIns { get; init; }
    public KindSchema? StandInKind { get; init; }
    public KindSchema? MarkKind { get; init; }

    /// <summary>What this run is a preview of; null for other runs.</summary>
    public ParentWorkspace? PreviewOf { get; init; }

    /// <summary>The services that steps may call.</summary>
    public ProviderTable Providers { get; init; } = ProviderTable.None;

    /// <summary>What may be spent, beside what the workflow says.</summary>
    public Caps Caps { get; init; } = Caps.Default;

    /// <summary>What all runs of the user spent today; null: no cap of a day is known.</summary>
    public DayLedger? Day { get; init; }

    /// <summary>Pools that all engines on this machine share; null when there are none.</summary>
    public HostPools? HostPools { get; init; }

    /// <summary>The output patterns of another workflow file of the workspace; null when it is gone or no workflow.</summary>
    public Func<string, IReadOnlyList<PathPattern>?> OutputsOf { get; init; } = _ => null;

    public bool IsPlain => Targets.Count == 0 && Only.Count == 0 && Forced.Count == 0 && !AllowsStandIns;

    /// <summary>Capacities of all pools of this run.</summary>
    public IReadOnlyDictionary<string, double> Capacities()
    {
        var capacities = new Dictionary<string, double> { ["cpu"] = Math.Max(1, Cpus), ["memory"] = MemoryBytes, ["jobs"] = Math.Max(1, Jobs) };
        foreach (var provider in Providers.Entries.Values) if (provider.Capacity is { } places) capacities[provider.Pool] = places;
        foreach (var (name, capacity) in Workflow.Pools) capacities[name] = capacity;
        return capacities;
    }

    public SourceTree Sources(IDisk disk, string workspace, Func<string, bool> isOwned) => new(disk, workspace, Workflow.Roots, isOwned);
}
