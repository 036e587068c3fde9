using Spool.Platform;

namespace Spool.Engine.Definition;

/// <summary>What a workflow file says, checked as far as it can be without looking at the disk. Immutable.</summary>
public sealed record Workflow
{
    /// <summary>Absolute path of the file; a workflow is known by it.</summary>
    public required string File { get; init; }
    public required string Name { get; init; }
    /// <summary>Digest over the text of the file and all it includes.</summary>
    public required Digest Text { get; init; }
    public required IReadOnlyList<StepDefinition> Steps { get; init; }
    public required IReadOnlyDictionary<string, YamlNode> Vars { get; init; }
    /// <summary>The variables as declared, in the order of the file.</summary>
    public IReadOnlyList<Variable> Variables { get; init; } = [];
    /// <summary>The values of variables that are no secrets, as text, for records.</summary>
    public required IReadOnlyDictionary<string, string> ShownVars { get; init; }
    /// <summary>Names of environment variables that hold secrets, by variable.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();
    /// <summary>Absolute folders outside the workspace that may be read, by name.</summary>
    public IReadOnlyDictionary<string, string> Roots { get; init; } = new Dictionary<string, string>();
    /// <summary>Capacities of pools private to a run.</summary>
    public IReadOnlyDictionary<string, double> Pools { get; init; } = new Dictionary<string, double>();
    /// <summary>What may be spent.</summary>
    public Budget Budget { get; init; } = Budget.None;
    /// <summary>Steps after whose end a preview is made anew in the background.</summary>
    public IReadOnlyList<string> PreviewAfter { get; init; } = [];
    /// <summary>Paths the user calls the results; null: what no task reads.</summary>
    public IReadOnlyList<(string Path, Mark At)>? Outputs { get; init; }
    /// <summary>How exactly a tool's version counts, by tool; the default is minor.</summary>
    public IReadOnlyDictionary<string, ToolPrecision> ToolPrecisions { get; init; } = new Dictionary<string, ToolPrecision>();
    /// <summary>All files whose text makes the workflow, the file itself first.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
}

/// <summary>How exactly the version of a tool counts for reuse.</summary>
public enum ToolPrecision { Minor, Exact, Any }

/// <summary>A step as written.</summary>
public sealed record StepDefinition
{
    public required string Id { get; init; }
    public required Mark At { get; init; }
    public required KindSchema Kind { get; init; }
    public required IReadOnlyList<InputDefinition> Inputs { get; init; }
    public required IReadOnlyList<OutputDefinition> Outputs { get; init; }
    public YamlMap? With { get; init; }
    public Foreach? Foreach { get; init; }
    public IReadOnlyList<(string Step, Mark At)> Needs { get; init; } = [];
    public Condition? When { get; init; }
    public int Retry { get; init; }
    public TimeSpan? Timeout { get; init; }
    public string? Group { get; init; }
    public string Executor { get; init; } = "local";
    public IReadOnlyDictionary<string, double> Resources { get; init; } = new Dictionary<string, double>();
    public string? Label { get; init; }
    public string? Segment { get; init; }
    /// <summary>False: this step reads reviewed inputs without waiting for the decision.</summary>
    public bool Gated { get; init; } = true;
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>An input role of a step: one path, or a list of paths and globs.</summary>
public sealed record InputDefinition(string Role, Mark At, IReadOnlyList<(string Path, Mark At)> Paths, bool IsList)
{
    public bool Writable { get; init; }
    /// <summary>A JSON list of stems (or of objects with a <c>stem</c>) that puts a list in order, where names do not.</summary>
    public (string Path, Mark At)? Order { get; init; }
    /// <summary>The stand-in of an optional input; null for a required one.</summary>
    public Placeholder? Placeholder { get; init; }
    public bool Optional { get; init; }
    /// <summary>Stand-ins of single paths of a list, by their place in <see cref="Paths"/>.</summary>
    public IReadOnlyDictionary<int, Placeholder> PathPlaceholders { get; init; } = new Dictionary<int, Placeholder>();
}

/// <summary>An output role of a step; a path that ends in a slash is a folder.</summary>
public sealed record OutputDefinition(string Role, Mark At, string Path)
{
    public bool IsFolder => Path.EndsWith('/');
    /// <summary>False: dropped once every reader has succeeded.</summary>
    public bool Keep { get; init; } = true;
}

/// <summary>What a step fans out over.</summary>
public sealed record Foreach(ForeachKind Kind, Mark At, YamlNode Value)
{
    /// <summary>JSON pointer to the list in a JSON file.</summary>
    public string Pointer { get; init; } = "";
    /// <summary>The field of an object item that names it.</summary>
    public string? Key { get; init; }
}

public enum ForeachKind { List, Range, Glob, Matrix, Csv, Json }

/// <summary><c>VAR</c>, <c>VAR == literal</c>, <c>VAR != literal</c>, <c>exists PATH</c>.</summary>
public sealed record Condition(ConditionKind Kind, string Name, string Literal, Mark At);

/// <summary>How a condition is decided; <c>Never</c> is one of an included workflow that was found not to hold when the file was read.</summary>
public enum ConditionKind { True, Equal, NotEqual, Exists, Never }
