using Spool.Engine;
using Spool.Engine.Attempts;
using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using Spool.Platform;
using Spool.Tests.Support;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.Tests.Report;

/// <summary>A workflow with the states its tasks ended in, made from text: nothing runs.</summary>
internal sealed class GraphSketch
{
    private static readonly Catalogue Catalogue = Catalogue.Of(typeof(Steps.Tools).Assembly, Steps.Tools.All);
    private readonly Dictionary<string, TaskState> _tasks = [];

    /// <summary>All tasks are reused until they are set to something else.</summary>
    internal GraphSketch(string steps, params string[] sources)
    {
        var disk = new VirtualDisk();
        foreach (var path in sources.Prepend("spool.yaml"))
        {
            DurableFile.CreateFolders(disk, Path.GetDirectoryName("/w/" + path)!);
            DurableFile.WritePlain(disk, "/w/" + path, System.Text.Encoding.UTF8.GetBytes(path == "spool.yaml" ? "version: 1\nname: sketch\nsteps:\n" + steps : path));
        }
        var problems = new ProblemList();
        var workflow = new WorkflowReader(disk, Catalogue, _ => null).Read("/w/spool.yaml", new WorkflowArguments(), problems);
        Graph = GraphBuilder.Build(workflow ?? throw new InvalidOperationException(string.Join('\n', problems.Problems)), problems);
        var expansion = new Expansion(Graph, new SourceTree(disk, "/w", new Dictionary<string, string>(), _ => false));
        foreach (var step in Graph.Steps) expansion.TryExpand(step, KnownArtifacts.Nothing);
        if (problems.Any) throw new InvalidOperationException(string.Join('\n', problems.Problems));
        foreach (var node in Graph.Tasks)
            _tasks[node.Address] = new TaskState(node)
            {
                Status = TaskStatus.Reused,
                Outputs = [.. node.Outputs.Select(o => new KnownOutput(o.Path, o.IsFolder, Digest.Of(o.Path), 1, Digest.Of(o.Path)))],
            };
    }

    internal TaskGraph Graph { get; }
    internal IReadOnlyList<TaskState> Tasks => [.. _tasks.Values];
    internal TaskState this[string address] => _tasks[address];

    internal GraphSketch Set(string address, TaskStatus status)
    {
        _tasks[address].Status = status;
        if (status is not (TaskStatus.Succeeded or TaskStatus.Reused)) _tasks[address].Outputs = [];
        return this;
    }

    /// <summary>The task ran, in seconds since the run began at 1,000 s.</summary>
    internal GraphSketch Ran(string address, double from, double to)
    {
        var task = _tasks[address];
        (task.Status, task.Attempts, task.StartedAt, task.FinishedAt) = (TaskStatus.Succeeded, 1, (long)((1000 + from) * 1000), (long)((1000 + to) * 1000));
        task.Result = new AttemptResult(null, [], new Dictionary<string, string>()) { Elapsed = TimeSpan.FromSeconds(to - from) };
        return this;
    }

    /// <summary>How a run of these tasks ended.</summary>
    internal RunResult Result(string status, double seconds, params string[] outputs)
    {
        int Count(TaskStatus one) => Tasks.Count(t => t.Status == one);
        var counts = new TaskCounts(Tasks.Count, Count(TaskStatus.Succeeded), Count(TaskStatus.Reused), Count(TaskStatus.Failed), Count(TaskStatus.Blocked), Count(TaskStatus.Waiting), Count(TaskStatus.Skipped), Count(TaskStatus.Cancelled));
        return new RunResult("7", status, counts, TimeSpan.FromSeconds(seconds), outputs, Tasks, []) { StartedAt = 1_000_000, FinishedAt = 1_000_000 + (long)(seconds * 1000) };
    }
}
