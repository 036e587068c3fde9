using Spool.Engine;
using Spool.Engine.Artifacts;
using Spool.Engine.Attempts;
using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.Tests.Support;

/// <summary>
/// A whole engine on a virtual disk with a clock that stands still: workflow text in, tasks and reasons out. Each run opens the workspace anew,
/// as a new process would.
/// </summary>
public sealed class EngineRig
{
    public const string Home = "/w";

    public EngineRig(IDisk? disk = null)
    {
        Time = new FakeTime();
        Files = new VirtualDisk(Time);
        Disk = disk ?? Files;
        DurableFile.CreateFolders(Files, Home);
    }

    public EngineRig(VirtualDisk files, FakeTime time)
    {
        (Time, Files, Disk) = (time, files, files);
    }

    public FakeTime Time { get; }
    public VirtualDisk Files { get; }
    public IDisk Disk { get; set; }
    public Catalogue Catalogue { get; init; } = new([.. typeof(Spool.Steps.Tools).Assembly.GetTypes(), .. TestKinds.All], Spool.Steps.Tools.All);
    public List<string> Executions { get; } = [];
    public ProblemList Problems { get; private set; } = new();

    /// <summary>How steps reach services; null: not at all.</summary>
    public Network? Network { get; set; }

    public Func<string, string?> Environment { get; set; } = _ => null;

    /// <summary>What an attempt does before it runs; tests fail, block or spy here.</summary>
    public Func<AttemptSpec, AttemptResult?>? Before { get; set; }

    /// <summary>Cancels the run when this many attempts have begun.</summary>
    public (int Attempts, CancellationTokenSource Source)? CancelAfter { get; set; }

    /// <summary>Is given the driver of a run before it starts.</summary>
    public Action<RunDriver>? Started { get; set; }

    public ProviderTable Providers { get; set; } = ProviderTable.None;
    public Caps Caps { get; set; } = Caps.Default;
    public DayLedger? Day { get; set; }

    public bool AllowsStandIns { get; set; }

    /// <summary>Makes a preview beside the workspace, as the command line does.</summary>
    public async Task<RunResult?> PreviewAsync()
    {
        var problems = new ProblemList();
        var graph = GraphBuilder.Build(new WorkflowReader(Disk, Catalogue, _ => null).Read($"{Home}/spool.yaml", WorkflowArguments.None, problems)!, problems);
        var parent = new WorkspacePaths(Home);
        var state = Files.Stat(parent.Journal) is null ? new Spool.Engine.Journal.WorkspaceState() : Spool.Engine.Journal.EventJournal.ReadOnly(Disk, parent.Journal).State;
        DurableFile.CreateFolders(Disk, PreviewHome);
        var paths = new WorkspacePaths(PreviewHome);
        var machine = new Machine(Disk, Time, new ProcessIdentity(1, 1, "boot", "host"), "mark") { Command = "test" };
        using var workspace = Workspace.Open(machine, paths, Workspace.Lock(machine, paths), null);
        var request = new RunRequest(graph.Workflow, WorkflowArguments.None)
        {
            Jobs = 2,
            Cpus = 2,
            Providers = Providers,
            StandInKind = Catalogue.Find("test.stand-in"),
            PreviewOf = new ParentWorkspace(Disk, Home, state, new ObjectStore(Disk, parent.Store), "spool.yaml", new StatCache(Disk, Time)),
        };
        var tools = new ToolTable(Disk, Catalogue, "/bin", (_, _) => Task.FromResult("version 1.0"));
        return await new RunDriver(workspace, request, graph, tools, new SpyExecutor(this), new Silent()).RunAsync(CancellationToken.None);
    }

    public const string PreviewHome = Home + "/.spool/preview";

    public DayLedger NewDay() => new(Disk, "/state/ledger", Time, new ProcessIdentity(1, 1, "boot", "host"));

    /// <summary>Decides on a review with no engine running, as the command line does; gives the refusal or null.</summary>
    public async Task<string?> DecideAsync(string review, string verdict, string? note = null, string? input = null, bool discardEdit = false, long? since = null)
    {
        var problems = new ProblemList();
        var graph = GraphBuilder.Build(new WorkflowReader(Disk, Catalogue, _ => null).Read($"{Home}/spool.yaml", WorkflowArguments.None, problems)!, problems);
        var paths = new WorkspacePaths(Home);
        var machine = new Machine(Disk, Time, new ProcessIdentity(1, 1, "boot", "host"), "mark") { Command = "test" };
        using var workspace = Workspace.Open(machine, paths, Workspace.Lock(machine, paths), WorkspaceIndex.Read(Disk, paths.Index, Home));
        var request = new RunRequest(graph.Workflow, WorkflowArguments.None) { Jobs = 1, Cpus = 1 };
        var tools = new ToolTable(Disk, Catalogue, "/bin", (_, _) => Task.FromResult("version 1.0"));
        var world = new PlannerWorld(Disk, Home, workspace.State, workspace.Store, workspace.Stats, request.Sources(Disk, Home, workspace.State.Paths.ContainsKey), tools) { WorkflowId = request.WorkflowId(Home), Now = () => machine.Now };
        var core = new RunCore(graph, world, new Selection(graph, [], []), request.Capacities(), dry: true, _ => { }, CancellationToken.None);
        await core.SettleAsync();
        var task = core.Tasks.Single(t => t.Node.Address == review);
        if (!Deciding.IsOpen(task, verdict)) return "not open";
        var decided = Deciding.Decide(workspace.State, world.WorkflowId, task, node => core.Tasks[node.Index],
            new ReviewDecision(verdict, note is null ? [] : [note], "me") { Input = input, DiscardEdit = discardEdit, Since = since }, machine.Now);
        foreach (var made in decided.Events) workspace.Journal.Append(made);
        workspace.Journal.Commit();
        Time.Advance(TimeSpan.FromSeconds(5));
        return decided.Refusal;
    }

    public string Read(string path) => DurableFile.ReadText(Files, $"{Home}/{path}");

    public bool Exists(string path) => Files.Stat($"{Home}/{path}") is not null;

    /// <summary>Writes a file a moment later than all before, so that no change is too young to show.</summary>
    public void Write(string path, string text)
    {
        Time.Advance(TimeSpan.FromSeconds(5));
        var full = $"{Home}/{path}";
        DurableFile.CreateFolders(Files, Path.GetDirectoryName(full)!);
        DurableFile.WritePlain(Files, full, System.Text.Encoding.UTF8.GetBytes(text));
        Time.Advance(TimeSpan.FromSeconds(5));
    }

    public void Delete(string path) => DurableFile.DeleteTree(Files, $"{Home}/{path}");

    /// <summary>Runs the workflow <c>spool.yaml</c>; null when it has Problems (see <see cref="Problems"/>).</summary>
    public async Task<RunResult?> RunAsync(string? yaml = null, WorkflowArguments? arguments = null, int jobs = 2, string[]? targets = null, string[]? force = null, string[]? allow = null,
        IRunReporter? reporter = null, CancellationToken cancel = default)
    {
        if (yaml is not null) Write("spool.yaml", yaml);
        Problems = new ProblemList();
        var workflow = new WorkflowReader(Disk, Catalogue, _ => null).Read($"{Home}/spool.yaml", arguments ?? WorkflowArguments.None, Problems);
        if (workflow is null || Problems.Any) return null;
        var graph = GraphBuilder.Build(workflow, Problems);
        if (Problems.Any) return null;
        var paths = new WorkspacePaths(Home);
        var machine = new Machine(Disk, Time, new ProcessIdentity(1, 1, "boot", "host"), "mark") { Command = "test" };
        var index = WorkspaceIndex.Read(Disk, paths.Index, Home);
        using var workspace = Workspace.Open(machine, paths, Workspace.Lock(machine, paths), index);
        var request = new RunRequest(workflow, arguments ?? WorkflowArguments.None) { Jobs = jobs, Cpus = jobs, Targets = targets ?? [], Forced = (force ?? []).ToHashSet(), Allowed = (allow ?? []).ToHashSet() };
        var tools = new ToolTable(Disk, Catalogue, "/bin", (_, _) => Task.FromResult("version 1.0"));
        var driver = new RunDriver(workspace, request with { Environment = Environment, Providers = Providers, Caps = Caps, Day = Day, AllowsStandIns = AllowsStandIns, StandInKind = Catalogue.Find("test.stand-in") }, graph, tools, new SpyExecutor(this), reporter ?? new Silent());
        Started?.Invoke(driver);
        var result = await driver.RunAsync(cancel);
        if (result is not null) workspace.SaveIndex(null, []);
        return result;
    }

    /// <summary>The addresses of the tasks that ran, sorted.</summary>
    public static IReadOnlyList<string> Ran(RunResult? result) => [.. result!.All.Where(t => t.Status == Spool.Engine.Planning.TaskStatus.Succeeded).Select(t => t.Node.Address).Order(StringComparer.Ordinal)];

    public static TaskState Of(RunResult? result, string address) => result!.All.Single(t => t.Node.Address == address);

    public static string Why(RunResult? result, string address) => string.Join("; ", Of(result, address).Reasons.Select(r => r.Text));

    private sealed class Silent : IRunReporter
    {
        public void Tell(RunFact fact) { }
    }

    private sealed class SpyExecutor(EngineRig rig) : IExecutor
    {
        private readonly AttemptRunner _runner = new(rig.Disk, new ProcessRunner(null), rig.Time, rig.Network);

        public string Name => "local";

        public Task<AttemptResult> RunAsync(AttemptSpec attempt, AttemptWatcher watcher, CancellationToken cancel)
        {
            lock (rig.Executions) rig.Executions.Add(attempt.Kind.Name);
            if (rig.CancelAfter is var (after, source) && rig.Executions.Count > after) source.Cancel();
            return rig.Before?.Invoke(attempt) is { } result ? System.Threading.Tasks.Task.FromResult(result) : _runner.RunAsync(attempt, watcher, cancel);
        }
    }
}

/// <summary>Step kinds that only tests have.</summary>
public static class TestKinds
{
    public static IReadOnlyList<Type> All { get; } = [typeof(Join), typeof(Upper), typeof(Explode), typeof(Fail), typeof(Roll), typeof(StandInText), typeof(Pay)];

    /// <summary>Joins texts.</summary>
    [StepKind("test.join", version: 1, InProcess = true)]
    public sealed record Join : Step
    {
        [In("texts")] public InputList Texts { get; init; } = null!;
        [Out("text")] public OutputFile Text { get; init; } = null!;

        public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
        {
            context.WriteText(Text, string.Concat(Texts.Files.Select(context.ReadText)));
            return Task.FromResult(StepResult.Done);
        }
    }

    /// <summary>Makes capitals, so that small changes of case end here.</summary>
    [StepKind("test.upper", version: 1, InProcess = true)]
    public sealed record Upper : Step
    {
        [In("text")] public InputFile Text { get; init; } = null!;
        [Out("text")] public OutputFile Result { get; init; } = null!;

        public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
        {
            context.WriteText(Result, context.ReadText(Text).ToUpperInvariant());
            return Task.FromResult(StepResult.Done);
        }
    }

    /// <summary>One file per line, named by the first word.</summary>
    [StepKind("test.explode", version: 1, InProcess = true)]
    public sealed record Explode : Step
    {
        [In("text")] public InputFile Text { get; init; } = null!;
        [Out("files")] public OutputFolder Files { get; init; } = null!;

        public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
        {
            foreach (var line in context.ReadText(Text).Split('\n', StringSplitOptions.RemoveEmptyEntries)) context.WriteText(Files, line.Split(' ')[0] + ".txt", line + "\n");
            return Task.FromResult(StepResult.Done);
        }
    }

    /// <summary>Fails.</summary>
    [StepKind("test.fail", version: 1, InProcess = true)]
    public sealed record Fail : Step
    {
        [In("text")] public InputFile? Text { get; init; }
        [Out("text")] public OutputFile Result { get; init; } = null!;

        public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel) => Task.FromResult(StepResult.Failed(FailureKind.ToolFailed, "it does not work"));
    }

    /// <summary>Stands in for anything: its options as text.</summary>
    [StepKind("test.stand-in", version: 1, InProcess = true)]
    public sealed record StandInText : Step
    {
        [In("image")] public InputFile? Image { get; init; }
        [Out("file")] public OutputFile File { get; init; } = null!;
        public string? Color { get; init; }
        public string? To { get; init; }
        public string? Text { get; init; }
        public string? Tone { get; init; }
        public string? Size { get; init; }
        public string? Seconds { get; init; }

        public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
        {
            context.WriteText(File, $"<{string.Join(' ', new[] { Color, To, Text, Tone, Size, Seconds, Image is null ? null : context.ReadText(Image) }.OfType<string>())}>");
            return Task.FromResult(StepResult.Done);
        }
    }

    /// <summary>Calls a provider: reserves, and settles or gives back or breaks.</summary>
    [StepKind("test.pay", version: 1, InProcess = true)]
    public sealed record Pay : Step
    {
        [Out("text")] public OutputFile Text { get; init; } = null!;
        public string? Most { get; init; }
        public string Actual { get; init; } = "0";
        public string End { get; init; } = "settle";
        public string Name { get; init; } = "";

        public override IReadOnlyList<string> ProvidersUsed() => ["chat"];

        public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
        {
            var culture = System.Globalization.CultureInfo.InvariantCulture;
            var charge = new Charge("chat", "model-1", Most is null ? null : decimal.Parse(Most, culture), new Dictionary<string, decimal> { ["characters"] = 7 });
            var reservation = await context.ReserveAsync(charge, cancel);
            if (End == "die") throw new Spool.Engine.Journal.JournalException("power cut");
            if (End == "settle") await reservation.SettleAsync(decimal.Parse(Actual, culture), charge.Units);
            await reservation.DisposeAsync();
            context.WriteText(Text, Name);
            return StepResult.Done;
        }
    }

    /// <summary>Something else each time.</summary>
    [StepKind("test.roll", version: 1, InProcess = true, Varies = true)]
    public sealed record Roll : Step
    {
        [Out("text")] public OutputFile Result { get; init; } = null!;

        public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
        {
            context.WriteText(Result, context.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
            return Task.FromResult(StepResult.Done);
        }
    }
}
