using System.Globalization;
using Spool.Engine.Artifacts;
using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Engine.Journal;
using Spool.Platform;

namespace Spool.Engine.Planning;

/// <summary>What a planner works with: one workspace, as it is now.</summary>
public sealed record PlannerWorld(IDisk Disk, string Workspace, WorkspaceState State, ObjectStore Store, StatCache Stats, SourceTree Sources, ToolTable Tools)
{
    /// <summary>Programs that a command step may start, beside nothing.</summary>
    public IReadOnlySet<string> Allowed { get; init; } = new HashSet<string>();
    /// <summary>Steps to run whatever the cache says.</summary>
    public IReadOnlySet<string> Forced { get; init; } = new HashSet<string>();
    public Func<string, string?> Environment { get; init; } = _ => null;
    /// <summary>How the workflow is known in the journal: its path relative to the workspace where it lies inside.</summary>
    public required string WorkflowId { get; init; }
}

/// <summary>
/// Gives a task whose producers have ended its inputs, its key and its verdict. Looks, never writes. The one place where it is decided
/// whether something runs again; dry run, <c>why</c>, report and tests all show what comes out of here.
/// </summary>
public sealed class Planner(PlannerWorld world, TaskGraph graph, Func<TaskNode, TaskState> stateOf, CancellationToken cancel)
{
    private readonly Dictionary<StepNode, Step?> _shared = [];

    /// <summary>Told the bytes read while a large source file is hashed.</summary>
    public Action<string, long>? Hashing { get; set; }

    /// <summary>For a plan that is only shown: a task whose kind has no remembered result at all is not hashed for.</summary>
    public bool LookOnly { get; init; }

    public Evaluation Evaluate(TaskState task)
    {
        var node = task.Node;
        if (LookOnly && !node.Step.Kind.Traits.IsReview && !world.State.HasRecordOf(node.Step.Kind.Name) && InputResolution.AreThere(world, node))
            return (task.Options is null ? Bind(task) : null) ?? Lacks(task) ?? new Evaluation.Run([new("never-ran", "never ran")]);
        if (InputResolution.Resolve(world, node, stateOf, Hashing, cancel) is var (inputs, quality, stop) && stop is not null) return stop;
        task.Inputs = inputs;
        task.Quality = quality;
        // Lists over produced folders and ordered ones get their names only now; all else was bound before.
        if (task.Options is null || node.Inputs.Any(i => i.Order is not null || i.Refs.Any(r => r is InputRef.Members)))
            if (Bind(task) is { } unbound) return unbound;
        foreach (var name in task.Options!.ToolsUsed())
        {
            if (!world.Tools.TryKnown(name, out var tool)) return new Evaluation.NeedsTool(name);
            if (tool is null) return new Evaluation.Fail(MissingTool(name));
        }
        if (node.Step.Kind.Traits.IsReview) return Review(task);
        MakeKey(task);
        return Decide(task);
    }

    /// <summary>
    /// A review shows a digest: over role, path and content of all its inputs and its message. The decision belongs to that digest, so other
    /// content asks again and equal content does not.
    /// </summary>
    private Evaluation Review(TaskState task)
    {
        var lines = task.Inputs.Zip(task.Node.Inputs.Where(b => task.Inputs.Any(i => i.Role == b.Role)))
            .SelectMany(p => p.First.Files.Select((f, i) => $"{p.First.Role}\0{(i < p.Second.Refs.Count ? p.Second.Refs[i].Path : f.Name)}\0{f.Digest}"))
            .Order(StringComparer.Ordinal);
        var message = OptionBinder.Canonical(task.Node.Step.Kind, task.Options!).FirstOrDefault(o => o.Name == "message").Value ?? "";
        task.Key = Digest.Of(string.Join('\n', lines) + "\n" + message).ToString();
        if (!world.State.Decisions.TryGetValue(task.Key, out var decision)) return new Evaluation.Wait(new("review", $"waits for your decision{(message is "" or "null" ? "" : ": " + message)}"));
        return decision.Verdict == "approve" ? new Evaluation.Approved(new("approved", $"approved by {decision.Who}"))
            : new Evaluation.Wait(new("rejected", $"rejected by {decision.Who}{(decision.Notes.Count > 0 ? ": " + decision.Notes[^1] : "")}; change what it shows"));
    }

    private Evaluation? Lacks(TaskState task) =>
        task.Options!.ToolsUsed().FirstOrDefault(name => !world.Tools.IsThere(name)) is { } missing ? new Evaluation.Fail(MissingTool(missing)) : null;

    private Failure MissingTool(string name)
    {
        var known = world.Tools.Entry(name);
        return new Failure(FailureKind.Unavailable, $"{name} is not on this machine")
        {
            Next = known is null ? $"install {name}, or put it on PATH" : $"install it: sudo apt-get install {known.Package}",
        };
    }

    /// <summary>Options with their templates filled; also the check of an allow list. Null when bound.</summary>
    public Evaluation? Bind(TaskState task)
    {
        var step = task.Node.Step;
        if (!_shared.TryGetValue(step, out var options))
        {
            options = null;
            if (step.Definition.With is not { } plain || !Template.HoldsAny(plain))
            {
                options = OptionBinder.Bind(step.Kind, step.Definition.With, step.Definition.At, graph.Problems);
                if (options is null) return Broken(graph.Problems.Problems[^1]);
            }
            _shared[step] = options;
        }
        if (options is null)
        {
            var problems = new ProblemList();
            var names = TaskPaths.InAttempt(task.Node, task.Inputs);
            var scope = new Scope(graph.Workflow, problems);
            var with = (YamlMap)Template.Fill(step.Definition.With!, (expression, at) =>
                names.TryGetValue(expression, out var many) ? many : scope.Lookup(expression, at, task.Node.Item, _ => null));
            options = OptionBinder.Bind(step.Kind, with, step.Definition.At, problems);
            if (options is null || problems.Any) return Broken(problems.Problems[0]);
        }
        task.Options = options;
        foreach (var tool in options.ToolsUsed())
            if ((step.Kind.Traits.AnyRoles || world.Tools.Entry(tool) is null) && !world.Allowed.Contains(tool))
            {
                var problem = new Problem("SPL0160", step.Definition.At, $"the program '{tool}' is not allowed", $"allow it: --allow {tool}, or 'allow:' in your settings");
                graph.Problems.Add(problem.Code, problem.At, problem.Message, problem.Hint);
                return Broken(problem);
            }
        return null;

        Evaluation.Fail Broken(Problem problem)
        {
            graph.Problems.Add(problem.Code, problem.At, problem.Message, problem.Hint);
            return new Evaluation.Fail(new Failure(FailureKind.BadOutput, $"{problem.Code}: {problem.Message}") { Next = problem.Hint });
        }
    }

    private void MakeKey(TaskState task)
    {
        var node = task.Node;
        var kind = node.Step.Kind;
        var key = new CacheKey(kind);
        foreach (var (name, value) in OptionBinder.Canonical(kind, task.Options!)) key.Add("option " + name, value);
        foreach (var input in task.Inputs)
        {
            if (input.Shape == RoleShape.Folder)
            {
                key.Add($"input {input.Role}", "folder " + InputResolution.FolderDigest(input));
                continue;
            }
            for (var i = 0; i < input.Files.Count; i++)
            {
                var file = input.Files[i];
                var field = input.Shape == RoleShape.List ? string.Create(CultureInfo.InvariantCulture, $"input {input.Role} {i + 1}") : $"input {input.Role}";
                key.Add(field, $"file{Path.GetExtension(file.Name)} {file.Digest}");
                if (kind.Traits.NamesMatter) key.Add(string.Create(CultureInfo.InvariantCulture, $"name of {input.Role} {i + 1}"), file.Name);
            }
            if (input.Writable) key.Add($"writable {input.Role}", "true");
        }
        foreach (var output in TaskPaths.Outputs(node))
        {
            key.Add($"output {output.Role}", output.Shape == RoleShape.Folder ? "folder" : "file" + Path.GetExtension(output.Name));
            if (kind.Traits.NamesMatter && output.Shape == RoleShape.File) key.Add($"name of output {output.Role}", output.Name);
        }
        foreach (var name in task.Options!.ToolsUsed())
            if (world.Tools.TryKnown(name, out var tool))
                key.Add("tool " + name, ToolTable.Precise(tool!.Identity, graph.Workflow.ToolPrecisions.GetValueOrDefault(name)));
        task.Environment = Environment(node.Step.Definition, key);
        if (kind.Traits.Varies) key.Add("item", node.Address);
        task.BaseKey = key.Current().ToString();
        var salt = world.State.Salt(task.BaseKey);
        if (salt > 0) key.Add("salt", salt.ToString(CultureInfo.InvariantCulture));
        task.Key = salt > 0 ? key.Current().ToString() : task.BaseKey;
        task.Parts = key.Parts;
    }

    private Dictionary<string, string> Environment(StepDefinition definition, CacheKey key)
    {
        var values = new Dictionary<string, string>();
        foreach (var (name, text) in definition.Environment.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            var secret = graph.Workflow.Secrets.FirstOrDefault(s => text.Trim() == $"${{{{ vars.{s.Key} }}}}");
            if (secret.Key is not null)
            {
                values[name] = world.Environment(secret.Value) ?? "";
                key.Add("env " + name, "secret " + secret.Key);
                continue;
            }
            values[name] = graph.Scope.FillVars(text, definition.At);
            key.Add("env " + name, values[name]);
        }
        return values;
    }

    private Evaluation Decide(TaskState task)
    {
        var node = task.Node;
        var last = world.State.LastOf(world.WorkflowId, node.Address);
        if (world.Forced.Contains(node.Step.Id)) return new Evaluation.Run([new("forced", "asked for by --force")]);
        if (world.State.Records.TryGetValue(task.Key!, out var record))
        {
            if (Lost(task, record) is not { } lost)
                return new Evaluation.Reuse(record, record.Record.AcceptedBy is { } who ? [new("accepted", $"accepted by {who}")] : []);
            return new Evaluation.Run([new("lost", $"output {lost} is neither in the store nor in its place")]);
        }
        if (world.State.LastFailure(world.WorkflowId, node.Address) is { } failed && last is null)
            return new Evaluation.Run([new("failed-before", $"its last attempt failed: {failed.Failure.Sentence}")]);
        if (last is null || last.Record.Kind != node.Step.Kind.Name) return new Evaluation.Run([new("never-ran", "never ran")]);
        var difference = KeyDifference.Between(last.Record.Parts, task.Parts);
        return new Evaluation.Run(difference.Count > 0 ? difference : [new("never-ran", "never ran with these inputs")]);
    }

    /// <summary>The role whose bytes are nowhere although its place must be filled; null when all can be had.</summary>
    private string? Lost(TaskState task, Recorded record)
    {
        if (world.State.Gone.Count == 0) return null;
        for (var i = 0; i < task.Node.Outputs.Count; i++)
        {
            var output = task.Node.Outputs[i];
            var recorded = record.Record.Outputs.FirstOrDefault(o => o.Role == output.Role);
            if (recorded is null) return output.Role;
            if (!world.State.Gone.Contains(recorded.Digest) || !output.Keep) continue;
            var full = Path.Join(world.Workspace, output.Path);
            if (recorded.Folder || world.Disk.Stat(full) is not { Kind: FileKind.File } stat || world.Stats.DigestOf(full, stat, null, cancel).ToString() != recorded.Digest) return output.Role;
        }
        return null;
    }
}
