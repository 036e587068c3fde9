using System.Globalization;
using Spool.Engine.Artifacts;
using Spool.Engine.Attempts;
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
    /// <summary>A watchable cut is made now: reviews hold nothing back, only what is free and repeatable runs, all else is stood in for.</summary>
    public bool IsPreview { get; init; }
    /// <summary>Finals may be made from stand-ins, and say so.</summary>
    public bool AllowsStandIns { get; init; }
    /// <summary>The kind that makes stand-ins; null where there is none.</summary>
    public KindSchema? StandInKind { get; init; }
    /// <summary>The kind that writes words into a film.</summary>
    public KindSchema? MarkKind { get; init; }
    /// <summary>What a preview is made beside; its results are used where they are up to date.</summary>
    public ParentWorkspace? Parent { get; init; }
    /// <summary>Where a person's decisions are: in a preview those of its parent.</summary>
    internal WorkspaceState Decided => Parent?.State ?? State;
    /// <summary>Unix milliseconds; what a time limit of a review is measured with.</summary>
    public Func<long> Now { get; init; } = () => 0;
    /// <summary>Services that steps may call.</summary>
    public ProviderTable Providers { get; init; } = ProviderTable.None;
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
    private readonly Dictionary<StepNode, bool> _takesNotes = [];
    private readonly StandIns? _standIns = world.StandInKind is { } kind ? new StandIns(world, graph, kind) : null;
    private readonly IReadOnlyList<PathPattern>? _finals = graph.Workflow.Outputs is { } outputs ? [.. outputs.Select(o => new PathPattern(graph.Scope.FillVars(o.Path, o.At), o.At))] : null;

    /// <summary>Told the bytes read while a large source file is hashed.</summary>
    public Action<string, long>? Hashing { get; set; }

    /// <summary>For a plan that is only shown: a task whose kind has no remembered result at all is not hashed for.</summary>
    public bool LookOnly { get; init; }

    public Evaluation Evaluate(TaskState task)
    {
        var node = task.Node;
        if (world.IsPreview && node.Step.Kind.Traits.IsReview) return new Evaluation.Approved(new("preview", "previews go past reviews"));
        if (LookOnly && !node.Step.Kind.Traits.IsReview && !world.State.HasRecordOf(node.Step.Kind.Name) && InputResolution.AreThere(world, node))
            return (task.Options is null ? Bind(task) : null) ?? Lacks(task) ?? new Evaluation.Run([new("never-ran", "never ran")]);
        Resolved found;
        try { found = InputResolution.Resolve(world, node, stateOf, _standIns, Hashing, cancel); }
        catch (StepFailedException e) { return new Evaluation.Fail(e.Failure); }
        (task.Inputs, task.Quality, task.StandIns) = (found.Inputs, found.Quality, found.StandIns);
        if (found.Stop is not null) return found.Stop;
        if (task.StandIns.Count > 0 && !world.IsPreview && IsFinal(node.Step))
        {
            if (!world.AllowsStandIns) return new Evaluation.Wait(new("stand-in", $"would be made with stand-ins; missing: {string.Join(", ", task.StandIns)}"));
            task.Mark = Mark(task);
        }
        // Lists over produced folders and ordered ones get their names only now; all else was bound before.
        if (task.Options is null || TakesNotes(node.Step) || node.Inputs.Any(i => i.Order is not null || i.Refs.Any(r => r is InputRef.Members)))
            if (Bind(task) is { } unbound) return unbound;
        if (world.IsPreview && PreviewOptions.Without(task)) return Preview(task);
        foreach (var name in ToolsOf(task))
        {
            if (!world.Tools.TryKnown(name, out var tool)) return new Evaluation.NeedsTool(name);
            if (tool is null) return new Evaluation.Fail(MissingTool(name));
        }
        if (world.IsPreview) return Preview(task);
        if (node.Step.Kind.Traits.IsReview) return Reviewing.Evaluate(world, task);
        foreach (var name in task.Options!.ProvidersUsed())
            if (world.Providers.Find(name) is null) return new Evaluation.Fail(MissingProvider(name));
        if (world.Providers.ProgramsOf(task.Options).FirstOrDefault(p => !world.Allowed.Contains(p)) is { } refused)
            return new Evaluation.Fail(new Failure(FailureKind.Unavailable, $"a provider starts the program '{refused}', which is not allowed") { Next = $"allow it: --allow {refused}, or 'allow:' in your settings" });
        MakeKey(task);
        if (Notes(task) is { } broken) return broken;
        var decided = Decide(task);
        return decided is Evaluation.Run && MissingKey(task) is { } missing ? missing : decided;
    }

    /// <summary>A call without its key would only be refused; what is remembered needs none.</summary>
    private Evaluation.Fail? MissingKey(TaskState task)
    {
        foreach (var provider in task.Options!.ProvidersUsed().Select(world.Providers.Find))
            if (provider!.Secrets.FirstOrDefault(s => string.IsNullOrEmpty(world.Environment(s))) is { } name)
                return new Evaluation.Fail(new Failure(FailureKind.Unavailable, $"the key of the provider {provider.Name} is not set: the environment variable {name} is empty") { Next = $"export {name}=…, then run again" });
        return null;
    }

    private IEnumerable<string> ToolsOf(TaskState task) => task.ToolsUsed.Concat(world.Providers.ProgramsOf(task.Options!)).Distinct();

    private Evaluation? Lacks(TaskState task) =>
        ToolsOf(task).FirstOrDefault(name => !world.Tools.IsThere(name)) is { } missing ? new Evaluation.Fail(MissingTool(missing))
        : task.Options!.ProvidersUsed().FirstOrDefault(name => world.Providers.Find(name) is null) is { } absent ? new Evaluation.Fail(MissingProvider(absent)) : null;

    private Failure MissingTool(string name)
    {
        var known = world.Tools.Entry(name);
        return new Failure(FailureKind.Unavailable, $"{name} is not on this machine")
        {
            Next = known is null ? $"install {name}, or put it on PATH" : $"install it: sudo apt-get install {known.Package}",
        };
    }

    /// <summary>
    /// A preview takes the parent's result where that is up to date. Else it makes its own, coarser and faster, of what is repeatable and free;
    /// what varies or costs is stood in for.
    /// </summary>
    private Evaluation Preview(TaskState task)
    {
        MakeKey(task);
        if (Notes(task) is { } broken) return broken;
        if (world.Parent?.Find(task.Key!, task.Node, world.Store, cancel) is { } made) return new Evaluation.Reuse(made, []);
        if (PreviewOptions.Without(task)) return new Evaluation.Skip(new("stand-in", "a preview does not make it"));
        if (PreviewOptions.Coarser(task) is { } coarse)
        {
            task.Options = coarse;
            if (task.Quality == Quality.Final) task.Quality = Quality.Preview;
            MakeKey(task);
        }
        return Decide(task);
    }

    /// <summary>True for steps whose outputs are results: those the workflow names, else what nobody reads.</summary>
    private bool IsFinal(StepNode step) => _finals is null ? step.Outputs.Count > 0 && step.Readers.All(r => r.Kind.Traits.IsReview) : step.Outputs.Any(o => _finals.Any(o.MayMeet));

    // The report says it of what has no place for words.
    private StandIn? Mark(TaskState task)
    {
        if (world.MarkKind is not { } kind || !task.Node.Outputs.Any(o => StandIn.CanBeMarked(o.Path))) return null;
        var words = new YamlMap(default, [new YamlEntry("comment", default, new YamlScalar(default, $"Made with stand-ins by Spool; missing: {string.Join(", ", task.StandIns)}", true))]);
        return OptionBinder.Bind(kind, words, default, new ProblemList()) is { } options ? new StandIn(kind, options, null) : null;
    }

    private static Failure MissingProvider(string name) => new(FailureKind.Unavailable, $"no provider '{name}' is set up")
    {
        Next = "add it under providers: in your settings, then look: spool services",
    };

    /// <summary>Options with their templates filled; also the check of an allow list. Null when bound.</summary>
    public Evaluation? Bind(TaskState task, string notes = "")
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
                names.TryGetValue(expression, out var many) ? many :
                expression == "review.note" ? new YamlScalar(at, notes, true) : scope.Lookup(expression, at, task.Node.Item, _ => null));
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

    private bool TakesNotes(StepNode step)
    {
        if (!_takesNotes.TryGetValue(step, out var takes)) _takesNotes[step] = takes = step.Definition.With is { } with && Template.Names(with, "review.note");
        return takes;
    }

    // Notes are not in the base key, or an answered note would be a changed prompt and drop them all.
    private Evaluation.Fail? Notes(TaskState task)
    {
        var notes = world.Decided.Notes(task.BaseKey!);
        if (notes.Count == 0 || !TakesNotes(task.Node.Step)) return null;
        if (Bind(task, string.Join('\n', notes.Select(n => n.Note))) is Evaluation.Fail broken) return broken;
        var (baseKey, salt) = (task.BaseKey!, world.Decided.Salt(task.BaseKey!));
        MakeKey(task, salt);
        task.BaseKey = baseKey;
        return null;
    }

    private void MakeKey(TaskState task, int? noted = null)
    {
        var node = task.Node;
        var kind = node.Step.Kind;
        var key = new CacheKey(kind);
        foreach (var (name, value) in OptionBinder.Canonical(kind, task.Options!)) key.Add("option " + name, value);
        foreach (var input in task.Inputs)
        {
            if (input.Shape == RoleShape.Folder)
            {
                key.Add($"input {input.Role}", input.View == FolderView.Slice ? "slice" : "folder " + InputResolution.FolderDigest(input));
                if (input.Foreign.Count > 0) key.Add($"unreadable {input.Role}", string.Join('\n', input.Foreign.Select(f => $"{f.Name} {f.Why}")));
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
        if (task.Mark is { } mark) key.Add("mark", string.Join('\n', OptionBinder.Canonical(mark.Kind, mark.Options).Select(o => o.Value)));
        foreach (var name in ToolsOf(task))
            if (world.Tools.TryKnown(name, out var tool))
                key.Add("tool " + name, ToolTable.Precise(tool!.Identity, graph.Workflow.ToolPrecisions.GetValueOrDefault(name)));
        foreach (var name in task.Options!.ProvidersUsed()) key.Add("provider " + name, world.Providers.Find(name)?.Identity ?? "none");
        task.Environment = Environment(node.Step.Definition, key);
        if (kind.Traits.VariesWith(task.Options)) key.Add("item", node.Address);
        task.BaseKey = key.Current().ToString();
        var salt = noted ?? world.Decided.Salt(task.BaseKey);
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
