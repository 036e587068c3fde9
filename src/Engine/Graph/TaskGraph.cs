using Spool.Engine.Definition;

namespace Spool.Engine.Graph;

/// <summary>What the graph asks about artifacts that tasks make while it grows. Null means: not known yet.</summary>
/// <param name="FolderNames">The names of the files in an output folder of a task.</param>
/// <param name="Text">The text of an input that items are read from.</param>
public sealed record KnownArtifacts(Func<TaskNode, int, IReadOnlyList<string>?> FolderNames, Func<InputRef, string?> Text)
{
    public static KnownArtifacts Nothing { get; } = new((_, _) => null, _ => null);
}

/// <summary>
/// Steps and tasks of one workflow with the edges between them. Steps and their edges are fixed when it is built; tasks are added as steps
/// are expanded, which for steps over produced files happens while the run goes on. Every walk is a loop: a chain of 100,000 tasks is fine.
/// </summary>
public sealed class TaskGraph
{
    private readonly Dictionary<string, (TaskNode Task, int Index)> _files = [];
    private readonly Dictionary<string, (TaskNode Task, int Index)> _folders = [];
    private readonly HashSet<string> _parents = [];
    private readonly List<TaskNode> _tasks = [];

    internal TaskGraph(Workflow workflow, IReadOnlyList<StepNode> steps, Scope scope, ProblemList problems)
    {
        Workflow = workflow;
        Steps = steps;
        Scope = scope;
        Problems = problems;
    }

    public Workflow Workflow { get; }

    /// <summary>In topological order.</summary>
    public IReadOnlyList<StepNode> Steps { get; }

    public IReadOnlyList<TaskNode> Tasks => _tasks;
    internal Scope Scope { get; }
    internal ProblemList Problems { get; }

    /// <summary>The task that writes a file, or the folder it lies in.</summary>
    public (TaskNode Task, int Index)? WriterOf(string path)
    {
        if (_files.TryGetValue(path, out var file)) return file;
        if (_folders.TryGetValue(path.TrimEnd('/'), out var folder)) return folder;
        return FolderAbove(path);
    }

    internal bool TryFile(string path, out (TaskNode Task, int Index) writer) => _files.TryGetValue(path, out writer);

    internal bool TryFolder(string path, out (TaskNode Task, int Index) writer) => _folders.TryGetValue(path.TrimEnd('/'), out writer);

    internal (TaskNode Task, int Index)? FolderAbove(string path)
    {
        if (_folders.Count == 0) return null;
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            if (_folders.TryGetValue(path[..slash], out var found)) return found;
        return null;
    }

    /// <summary>Adds a task; two writers of one path and outputs within outputs become Problems.</summary>
    internal void Add(TaskNode task)
    {
        _tasks.Add(task);
        task.Step.Tasks.Add(task);
        foreach (var producer in task.Producers) producer.Readers.Add(task);
        for (var i = 0; i < task.Outputs.Count; i++)
        {
            var output = task.Outputs[i];
            var at = task.Step.Outputs[i].At;
            var taken = WriterOf(output.Path);
            if (taken is { } other)
            {
                var mine = other.Task == task || other.Task.Step == task.Step;
                var there = other.Task.Outputs[other.Index].Path;
                Problems.Add(there == output.Path ? "SPL0141" : "SPL0142", at, there == output.Path
                    ? mine ? $"several tasks of {task.Step.Id} write {output.Path}" : $"{task.Address} and {other.Task.Address} both write {output.Path}"
                    : $"{output.Path} of {task.Address} lies inside {there}/ of {other.Task.Address}",
                    there == output.Path ? mine ? "name the item in the path: ${{ item }} or {stem}" : "give each its own path" : "an output folder belongs to one step");
                continue;
            }
            (output.IsFolder ? _folders : _files)[output.Path] = (task, i);
            for (var slash = output.Path.LastIndexOf('/'); slash > 0 && _parents.Add(output.Path[..slash]); slash = output.Path.LastIndexOf('/', slash - 1)) { }
            if (output.IsFolder && _parents.Contains(output.Path))
                Problems.Add("SPL0142", at, $"other outputs lie inside {output.Path}/ of {task.Address}", "an output folder belongs to one step");
        }
    }

    /// <summary>Outputs of the steps that this one may read.</summary>
    internal static IEnumerable<(TaskNode Task, int Index, OutputBinding Output)> OutputsBefore(StepNode step) =>
        step.Producers.SelectMany(p => p.Tasks).SelectMany(t => t.Outputs.Select((o, i) => (t, i, o)));
}
