using Spool.Engine.Definition;

namespace Spool.Engine.Graph;

/// <summary>One value that a step fans out over, named by what it is and never by its position.</summary>
/// <param name="Id">The part of the task's address behind the colon, safe unquoted in shells.</param>
/// <param name="Value">What <c>${{ item }}</c> stands for; null for items with fields only.</param>
/// <param name="Fields">What <c>${{ item.name }}</c> stands for.</param>
public sealed record Item(string Id, YamlNode? Value, IReadOnlyDictionary<string, YamlNode> Fields);

/// <summary>Where an input comes from.</summary>
public abstract record InputRef(string Path)
{
    /// <summary>Files of one glob share a number and are put in natural order together; -1 for a path written out.</summary>
    public int Group { get; init; } = -1;

    /// <summary>Place of its pattern in the input's paths; only set where a path of the list has a stand-in of its own.</summary>
    public int Pattern { get; init; }

    /// <summary>A file or folder that no task of this graph makes.</summary>
    public sealed record Source(string Path) : InputRef(Path);

    /// <summary>An output of a task.</summary>
    public sealed record Output(string Path, TaskNode Task, int Index) : InputRef(Path);

    /// <summary>A named file in an output folder of a task.</summary>
    public sealed record Member(string Path, TaskNode Task, int Index, string Name) : InputRef(Path);

    /// <summary>All files of an output folder that match; known when the folder is.</summary>
    public sealed record Members(string Path, TaskNode Task, int Index, System.Text.RegularExpressions.Regex Matcher) : InputRef(Path);

    /// <summary>A glob over source files that matched nothing.</summary>
    public sealed record NoMatch(string Path) : InputRef(Path);

    public TaskNode? Producer => this switch { Output o => o.Task, Member m => m.Task, Members m => m.Task, _ => null };
}

/// <summary>An input role of a task with where its files come from, in order.</summary>
public sealed record InputBinding(InputDefinition Definition, RoleShape Shape, IReadOnlyList<InputRef> Refs)
{
    public string Role => Definition.Role;

    /// <summary>True for a list that takes what there is: some of it may be skipped or not there yet.</summary>
    public bool IsList => Shape == RoleShape.List;

    /// <summary>The file that says in which order the list stands.</summary>
    public InputRef? Order { get; init; }

    /// <summary>True when the files are the parts of one folder.</summary>
    public bool IsFolderOfRefs { get; init; }
}

/// <summary>An output role of a task and its path, relative to the workspace; folders without their slash.</summary>
public sealed record OutputBinding(string Role, string Path, bool IsFolder, bool Keep);

/// <summary>One step on one item: the unit that is planned, run and remembered. Address <c>step</c> or <c>step:item</c>.</summary>
public sealed class TaskNode(StepNode step, Item? item, int index)
{
    public StepNode Step { get; } = step;
    public Item? Item { get; } = item;

    /// <summary>Position in the graph, in order of expansion.</summary>
    public int Index { get; } = index;

    public string Address { get; } = item is null ? step.Id : $"{step.Id}:{item.Id}";
    public IReadOnlyList<InputBinding> Inputs { get; internal set; } = [];
    public IReadOnlyList<OutputBinding> Outputs { get; internal set; } = [];

    /// <summary>Tasks whose end this one waits for; each once.</summary>
    public IReadOnlyList<TaskNode> Producers { get; internal set; } = [];

    /// <summary>Tasks that wait for this one.</summary>
    public List<TaskNode> Readers { get; } = [];

    public override string ToString() => Address;
}

/// <summary>A step of the workflow in the graph, before and after its expansion into tasks.</summary>
public sealed class StepNode(StepDefinition definition, int index)
{
    public StepDefinition Definition { get; } = definition;
    public int Index { get; } = index;
    public string Id => Definition.Id;
    public KindSchema Kind => Definition.Kind;
    public IReadOnlyList<StepInput> Inputs { get; internal set; } = [];
    public IReadOnlyList<PathPattern> Outputs { get; internal set; } = [];

    /// <summary>Steps whose outputs this one may read.</summary>
    public List<StepNode> Producers { get; } = [];
    public List<StepNode> Readers { get; } = [];

    /// <summary>Reviews of paths that this one reads: its tasks wait for the decisions on the same paths.</summary>
    public List<StepNode> Gates { get; } = [];

    /// <summary>Steps named by <c>needs:</c>.</summary>
    public List<StepNode> Needs { get; } = [];

    /// <summary>The pattern that a <c>foreach</c> reads its items from; null for items written in the workflow.</summary>
    public PathPattern? ItemSource { get; internal set; }

    public bool FansOut => Definition.Foreach is not null || Inputs.Any(i => i.Patterns.Any(p => p.HasStem));

    /// <summary>How the step as a whole is called where its tasks are not known: <c>step:*</c>.</summary>
    public string WholeAddress => FansOut ? Id + ":*" : Id;

    public bool IsExpanded { get; internal set; }
    public List<TaskNode> Tasks { get; } = [];

    /// <summary>Position in topological order.</summary>
    public int Order { get; internal set; }

    public override string ToString() => Id;
}

/// <summary>An input of a step with its paths as patterns.</summary>
public sealed record StepInput(InputDefinition Definition, RoleShape Shape, IReadOnlyList<PathPattern> Patterns)
{
    public PathPattern? Order { get; init; }
}
