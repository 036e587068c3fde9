using System.CommandLine;
using Spool.Engine;
using Spool.Engine.Artifacts;
using Spool.Engine.Graph;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Cli;

public sealed class PlanVerb : Verb
{
    private readonly RunOptions _options = new();

    public override string Name => "plan";
    public override string Summary => "Show what would run, and why, without running it";
    public override int Order => 2;
    public override IReadOnlyList<string> Examples => ["spool plan", "spool plan talk.yaml --json | jq '.tasks[] | select(.verdict==\"run\")'"];

    public override void Build(Command command)
    {
        _options.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var composition = new Composition();
            return await ShowAsync(composition, _options, parsed, parsed.GetValue(_options.Json), cancel);
        });
    }

    /// <summary>Plans without the lock and without writing anything.</summary>
    public static async Task<int> ShowAsync(Composition composition, RunOptions options, ParseResult parsed, bool json, CancellationToken cancel)
    {
        var (file, arguments, targets) = options.Read(parsed, composition);
        var problems = new ProblemList();
        var allowed = Settings.Read(composition, problems).Allow.Concat(parsed.GetValue(options.Allow) ?? []).ToHashSet();
        var look = await DryPlan.MakeAsync(composition, file, arguments, problems, targets, parsed.GetValue(options.Only) ?? [], (parsed.GetValue(options.Force) ?? []).ToHashSet(), allowed, cancel);
        if (look is null || problems.Any)
        {
            if (json) JsonOut.Line(w => JsonOut.Problems(w, "problems", problems.Problems));
            else ProblemPrinter.Print(composition, Console.Error, problems.Problems, []);
            return WrongText;
        }
        if (json) Json(look);
        else Text(look, parsed.GetValue(options.Verbose));
        return Done;
    }

    private static string Word(Verdict verdict) => verdict.ToString().ToLowerInvariant();

    private static Verdict VerdictOf(StepState step) => step.Status switch
    {
        TaskStatus.Waiting => Verdict.Wait,
        TaskStatus.Blocked => Verdict.Blocked,
        TaskStatus.Skipped => Verdict.Skip,
        _ => Verdict.Pending,
    };

    private static void Json(DryPlan look) => JsonOut.Line(w =>
    {
        w.WriteStartArray("tasks");
        foreach (var task in look.Tasks)
        {
            w.WriteStartObject();
            w.WriteString("step", task.Node.Step.Id);
            w.WriteString("task", task.Node.Address);
            w.WriteString("verdict", Word(task.Verdict));
            JsonOut.Reasons(w, task.Reasons);
            w.WriteEndObject();
        }
        foreach (var step in look.OpenSteps)
        {
            w.WriteStartObject();
            w.WriteString("step", step.Step.Id);
            w.WriteString("task", step.Step.WholeAddress);
            w.WriteString("verdict", Word(VerdictOf(step)));
            w.WriteNumber("items", look.ItemsLastTime(step.Step.Id));
            JsonOut.Reasons(w, step.Reasons);
            w.WriteEndObject();
        }
        w.WriteEndArray();
        var cost = CostForecast.Of(look.State, look.Tasks);
        w.WriteStartObject("cost");
        w.WriteNumber("usd", cost.Usd);
        w.WriteNumber("tasks", cost.Tasks);
        w.WriteNumber("unknown", cost.Unknown);
        w.WriteNumber("cap_usd", look.Cap);
        w.WriteEndObject();
    });

    private static void Text(DryPlan look, bool verbose)
    {
        var counts = look.Tasks.GroupBy(t => t.Verdict).ToDictionary(g => g.Key, g => g.Count());
        Console.WriteLine(string.Join(", ", counts.OrderBy(c => c.Key).Select(c => $"{Words.Count(c.Value)} {Word(c.Key)}")) + (look.OpenSteps.Count > 0 ? $", {look.OpenSteps.Count} steps known later" : ""));
        foreach (var task in look.Tasks.Where(t => verbose || t.Verdict is not Verdict.Reuse).Take(verbose ? int.MaxValue : 200))
            Console.WriteLine($"  {Word(task.Verdict),-8} {task.Node.Address}{(task.Reasons.Count > 0 ? "   " + string.Join("; ", task.Reasons.Select(r => r.Text)) : "")}");
        var cost = CostForecast.Of(look.State, look.Tasks);
        if (cost.Tasks > 0) Console.WriteLine($"  about {Spool.Engine.Money.Text(cost.Usd)} by what {cost.Tasks} such task{(cost.Tasks == 1 ? "" : "s")} cost before");
        if (cost.Unknown > 0) Console.WriteLine($"  {cost.Unknown} task{(cost.Unknown == 1 ? " calls" : "s call")} a provider for the first time: no forecast; the cap is {Spool.Engine.Money.Text(look.Cap)}");
        foreach (var step in look.OpenSteps) Console.WriteLine($"  {Word(VerdictOf(step)),-8} {step.Step.WholeAddress}   {string.Join("; ", step.Reasons.Select(r => r.Text))}");
    }
}

/// <summary>A plan made without owning the workspace: state is read, nothing is written.</summary>
public sealed class DryPlan
{
    private DryPlan(RunCore core, TaskGraph graph, WorkspaceState state, PlannerWorld world)
    {
        (Core, Graph, State, World) = (core, graph, state, world);
    }

    public RunCore Core { get; }
    public TaskGraph Graph { get; }
    public WorkspaceState State { get; }

    /// <summary>US dollars that a run may spend.</summary>
    public decimal Cap { get; private init; }

    public PlannerWorld World { get; }
    public IReadOnlyList<TaskState> Tasks => [.. Core.Tasks.Where(t => !RunExport.IsLeftOut(t))];
    public IReadOnlyList<StepState> OpenSteps => Core.OpenSteps;

    /// <summary>How many tasks of a step had a result last time.</summary>
    public int ItemsLastTime(string step) => State.Records.Values.Where(r => r.Workflow == World.WorkflowId && r.Step == step).Select(r => r.Task).Distinct().Count();

    public static async Task<DryPlan?> MakeAsync(Composition composition, WorkflowFile file, Engine.Definition.WorkflowArguments arguments, ProblemList problems,
        IReadOnlyList<string> targets, IReadOnlyList<string> only, IReadOnlySet<string> forced, IReadOnlySet<string> allowed, CancellationToken cancel)
    {
        if (file.Graph(composition, arguments, problems) is not { } graph) return null;
        var paths = new WorkspacePaths(file.Workspace);
        var state = composition.Disk.Stat(paths.Journal) is null ? new WorkspaceState() : EventJournal.ReadOnly(composition.Disk, paths.Journal).State;
        var index = WorkspaceIndex.Read(composition.Disk, paths.Index, paths.Workspace);
        var stats = new StatCache(composition.Disk, composition.Time);
        foreach (var (path, stat, digest) in index?.Digests ?? []) stats.Load(path, stat, digest);
        var request = new RunRequest(graph.Workflow, arguments) { Jobs = 1, Cpus = 1 };
        var providers = Providers.ProviderSetup.Read(composition, Settings.Read(composition, new ProblemList()), file.File, problems);
        if (problems.Any) return null;
        request = request with { Providers = providers.Table };
        var world = new PlannerWorld(composition.Disk, file.Workspace, state, new ObjectStore(composition.Disk, paths.Store), stats,
            request.Sources(composition.Disk, file.Workspace, state.Paths.ContainsKey), composition.Tools(index))
        {
            Allowed = allowed,
            Forced = forced,
            Providers = providers.Table,
            Environment = composition.Environment,
            WorkflowId = request.WorkflowId(file.Workspace),
            StandInKind = composition.Catalogue.Find("placeholder"),
            MarkKind = composition.Catalogue.Find("media.tag"),
            Now = () => composition.Time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        var core = new RunCore(graph, world, new Selection(graph, targets, only), request.Capacities(), dry: true, _ => { }, cancel);
        await core.SettleAsync();
        return new DryPlan(core, graph, state, world)
        {
            Cap = Caps.Of(Settings.Read(composition, new ProblemList()).Budget, graph.Workflow.Budget, null, composition.Environment("CI") is "true" or "1").Run,
        };
    }
}
