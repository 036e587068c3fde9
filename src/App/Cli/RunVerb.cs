using System.CommandLine;
using Spool.Engine;
using Spool.Engine.Artifacts;
using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class RunVerb : Verb
{
    private readonly RunOptions _options = new();
    private readonly Option<int?> _jobs = new("--jobs", "-j") { Description = "How many tasks at once (default: the processors)", HelpName = "N" };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Give up when another engine owns the workspace" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Ask nothing" };
    private readonly Option<bool> _standIns = new("--allow-placeholders") { Description = "Make finals from stand-ins too; they say so in their metadata" };
    private readonly Option<decimal?> _budget = new("--budget") { Description = "US dollars that this run may spend (default: the workflow's, else 5.00)", HelpName = "USD" };
    private readonly Option<string?> _served = new("--served") { Description = "Keep in DIR what a server shows of the run", HelpName = "DIR" };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Only show what would run, and why" };

    public override string Name => "run";
    public override string Summary => "Make what changed";
    public override int Order => 1;
    public override IReadOnlyList<string> Examples =>
    [
        "spool run                              the spool.yaml here or above",
        "spool run talk out/talk.mp4            only what this file needs",
        "spool run talk.yaml --var title=Hello --set encode.crf=18",
        "spool run --json | jq -c 'select(.type==\"run\")'",
    ];

    public override void Build(Command command)
    {
        _options.AddTo(command);
        foreach (var option in (Option[])[_jobs, _noWait, _yes, _standIns, _budget, _served, _options.Notify, _dryRun]) command.Add(option);
        command.SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var composition = new Composition();
        var (file, arguments, targets) = _options.Read(parsed, composition);
        var json = parsed.GetValue(_options.Json);
        if (parsed.GetValue(_dryRun)) return await PlanVerb.ShowAsync(composition, _options, parsed, json, cancel);
        if (targets.Count == 0 && ServedWorkspace.Job(composition, file, parsed, _options, (parsed.GetValue(_jobs), parsed.GetValue(_standIns), parsed.GetValue(_served), parsed.GetValue(_budget))) is { } job)
            return await ServedWorkspace.SubmitAsync(composition, job, (parsed.GetValue(_noWait), json), cancel);
        var session = new RunSession(composition, file, arguments)
        {
            Targets = targets,
            Only = parsed.GetValue(_options.Only) ?? [],
            Force = parsed.GetValue(_options.Force) ?? [],
            Allow = parsed.GetValue(_options.Allow) ?? [],
            Jobs = parsed.GetValue(_jobs),
            NoWait = parsed.GetValue(_noWait),
            Json = json,
            Verbose = parsed.GetValue(_options.Verbose),
            Yes = parsed.GetValue(_yes),
            AllowsStandIns = parsed.GetValue(_standIns),
            Budget = parsed.GetValue(_budget),
            Served = parsed.GetValue(_served),
            Notify = parsed.GetValue(_options.Notify),
        };
        return await session.RunAsync(cancel);
    }
}

/// <summary>One run from the command line: problems, the lock, the quiet way, the driver, the reporter, the report.</summary>
public sealed class RunSession(Composition composition, WorkflowFile file, WorkflowArguments arguments)
{
    public IReadOnlyList<string> Targets { get; init; } = [];
    public IReadOnlyList<string> Only { get; init; } = [];
    public IReadOnlyList<string> Force { get; init; } = [];
    public IReadOnlyList<string> Allow { get; init; } = [];
    public int? Jobs { get; init; }
    public bool NoWait { get; init; }
    public bool Json { get; init; }
    public bool Verbose { get; init; }
    public bool Yes { get; init; }
    public bool AllowsStandIns { get; init; }
    public decimal? Budget { get; init; }
    public bool Notify { get; init; }

    /// <summary>The folder in which a server wants to find the run's page; null when none asked.</summary>
    public string? Served { get; init; }

    /// <summary>Asked after each run whether to run again, with the workspace still owned; null: once is enough.</summary>
    public Func<Workspace, int, CancellationToken, Task<bool>>? Between { get; init; }

    /// <summary>Shows each run; null: as a single run is shown.</summary>
    public Func<string?, RunReporter>? Shows { get; init; }

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        var problems = new ProblemList();
        var settings = Settings.Read(composition, problems);
        var paths = new WorkspacePaths(file.Workspace);
        var allowed = settings.Allow.Concat(Allow).ToHashSet();
        var workflowId = file.File.StartsWith(file.Workspace + "/", StringComparison.Ordinal) ? file.File[(file.Workspace.Length + 1)..] : file.File;
        if (composition.Disk.Stat(file.File) is not { Kind: FileKind.File }) return await ReportProblemsAsync(null, problems);
        if (composition.Disk.Stat(file.Workspace) is not { Kind: FileKind.Folder }) DurableFile.CreateFolders(composition.Disk, file.Workspace);
        // The text is checked before the lock is waited for, unless the remembered plan makes reading it needless.
        var plain = Targets.Count == 0 && Only.Count == 0 && Force.Count == 0 && !AllowsStandIns && Served is null;
        var bytes = DurableFile.Read(composition.Disk, file.File);
        var providers = Providers.ProviderSetup.Read(composition, settings, file.File, problems);
        var signature = RunRequest.Signature(Composition.Program + providers.Signature, workflowId, Digest.Of(bytes), arguments.Canonical, allowed);
        TaskGraph? graph = null;
        if (WorkspaceIndex.ReadSignature(composition.Disk, paths.Index, paths.Workspace) != signature || !plain || problems.Any)
        {
            graph = file.Graph(composition, arguments, problems);
            if (graph is null || problems.Any) return await ReportProblemsAsync(null, problems);
        }
        var socket = OwnerSocket.PathFor(composition, file.Workspace);
        var machine = composition.Machine("spool run", socket);
        // The workspace ends it too; this is for what ends before there is one.
        using var fileLock = await TakeLockAsync(machine, paths, cancel);
        var index = WorkspaceIndex.Read(composition.Disk, paths.Index, paths.Workspace);
        if (plain && Between is null && QuietRun.TryRun(machine, paths, index, signature, workflowId) is { } quiet) return Reporter(graph?.Workflow.Name).Finish(quiet);
        graph ??= file.Graph(composition, arguments, problems);
        if (graph is null) return await ReportProblemsAsync(null, problems);
        using var workspace = Workspace.Open(machine, paths, fileLock, index);
        while (true)
        {
            var (code, again) = await RunOpenAsync(workspace, graph, allowed, settings, providers.Table, signature, problems, cancel);
            // A rejection had something made anew, or a file changed: the same engine goes on with it.
            do
            {
                if (!again && (Between is null || !await Between(workspace, code, cancel))) return code;
                again = false;
                problems = new ProblemList();
                graph = file.Graph(composition, arguments, problems);
                if (graph is null || problems.Any) code = await ReportProblemsAsync(null, problems);
                if (Between is null && (graph is null || problems.Any)) return code;
            }
            while (graph is null || problems.Any);
        }
    }

    private async Task<(int Code, bool Again)> RunOpenAsync(Workspace workspace, TaskGraph graph, HashSet<string> allowed, Settings settings, ProviderTable providers, Digest signature, ProblemList problems, CancellationToken cancel)
    {
        var cpus = (int)settings.Resources.GetValueOrDefault("cpu", Environment.ProcessorCount);
        var workflow = graph.Workflow;
        var request = new RunRequest(workflow, arguments)
        {
            Targets = Targets,
            Only = Only,
            Forced = Force.ToHashSet(),
            Allowed = allowed,
            Jobs = Jobs ?? cpus,
            Cpus = Math.Max(cpus, Jobs ?? 0),
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            Environment = composition.Environment,
            HostPools = new HostPools(composition.Disk, Path.Join(composition.StateRoot, "pools"), HostCapacities(settings, cpus), ProcessIdentity.Current),
            OutputsOf = OutputsOf,
            Caps = Caps.Of(settings.Budget, workflow.Budget, Budget, composition.Environment("CI") is "true" or "1"),
            Day = composition.DayLedger,
            AllowsStandIns = AllowsStandIns,
            StandInKind = composition.Catalogue.Find("placeholder"),
            MarkKind = composition.Catalogue.Find("media.tag"),
            Providers = providers,
        };
        foreach (var step in Only.Concat(Force))
            if (graph.Steps.All(s => s.Id != step)) problems.Add("SPL0130", new Mark("--only/--force", 0, 0), $"there is no step '{step}'", NearestName.Hint(step, graph.Steps.Select(s => s.Id)));
        CheckNeeds(graph, request.Capacities(), settings, problems);
        if (problems.Any) return (await ReportProblemsAsync(workflow, problems), false);
        var shown = Reporter(workflow.Name);
        using var reporter = Served is null ? shown : new ServedReporter(composition, workspace, graph, Served, shown) { Budget = request.Caps.Run };
        foreach (var warning in problems.Warnings) reporter.Tell(new RunFact.Warning($"{warning.At}: {warning.Message}"));
        foreach (var warning in workspace.Warnings) reporter.Tell(new RunFact.Warning(warning));
        var tools = composition.Tools(workspace.Index);
        using var refresher = new PreviewRefresher(composition, file, arguments, Allow, reporter) { After = workflow.PreviewAfter };
        var driver = new RunDriver(workspace, request, graph, tools, composition.Executor, refresher);
        if (driver.Selection.IsEmpty) throw new UsageException($"nothing in {Path.GetFileName(file.File)} makes {string.Join(", ", Targets.Concat(Only))}");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var interrupt = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGINT, c => Stop(c, stop));
        using var terminate = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, c => Stop(c, stop));
        using var prompt = Prompt(reporter, driver);
        using var stopAsking = stop.Token.Register(() => prompt?.Cancel());
        using var socket = OwnerSocket.Listen(workspace.Machine.Socket!, composition, driver, stop);
        var served = reporter as ServedReporter;
        served?.Follow(driver);
        var result = await driver.RunAsync(stop.Token);
        if (result is not null && served is not null) await served.EndAsync(result, driver.World);
        if (result is null) return (await ReportProblemsAsync(workflow, problems), false);
        await refresher.EndAsync();
        var again = driver.WantsAnotherRun && result.Status is ("waiting" or "succeeded");
        var code = again ? Verb.Done : reporter.Finish(result);
        // A server tells of its runs itself.
        if (!again && Served is null && DesktopNotice.Of(composition, Notify || (settings.Notify && !Json), Console.Error.WriteLine) is { } notice) await notice.TellAsync(result, workflow.Name);
        await Report.ReportFile.WriteAsync(composition, workspace, graph, driver.World, result, stop.Token);
        var plan = workspace.State.Run(result.Id)?.Plan ?? "";
        if (request.IsPlain && result.Status == "succeeded")
        {
            // Files written in the last tick of the file system's clock are looked at once more, so that the next run can trust their facts.
            await Task.Delay(TimeSpan.FromMilliseconds(25), composition.Time, CancellationToken.None);
            workspace.Stats.Ripen();
        }
        workspace.SaveIndex(request.IsPlain ? QuietRun.Remember(workspace, graph, driver.World, result, signature, plan) : null, tools.Probed);
        return (code, again);
    }

    private ReviewPrompt? Prompt(RunReporter reporter, RunDriver driver)
    {
        if (Yes || reporter is not LiveReporter live || Console.IsInputRedirected) return null;
        return live.Prompt = new ReviewPrompt(composition, file, driver) { Say = live.Say, Outside = live.Outside };
    }

    private Dictionary<string, double> HostCapacities(Settings settings, int cpus)
    {
        // Asking for more jobs than processors is asking to leave the host's processors out of it.
        var capacities = settings.Resources.ToDictionary();
        if (Jobs is null || Jobs <= cpus) capacities["cpu"] = cpus;
        else capacities.Remove("cpu");
        return capacities;
    }

    private static void CheckNeeds(TaskGraph graph, IReadOnlyDictionary<string, double> capacities, Settings settings, ProblemList problems)
    {
        foreach (var step in graph.Steps)
            foreach (var (pool, amount) in step.Definition.Resources)
            {
                if (!capacities.TryGetValue(pool, out var capacity) && !settings.Resources.TryGetValue(pool, out capacity))
                    problems.Add("SPL0164", step.Definition.At, $"{step.Id} needs the resource '{pool}', which is nowhere given a capacity", NearestName.Hint(pool, capacities.Keys) ?? $"add to the workflow: resources: {{ {pool}: 1 }}");
                else if (amount > capacity) problems.Add("SPL0164", step.Definition.At, $"{step.Id} needs {amount} of {pool}, but there is only {capacity}");
            }
    }

    private IReadOnlyList<PathPattern>? OutputsOf(string workflowId)
    {
        var other = Path.IsPathRooted(workflowId) ? workflowId : Path.Join(file.Workspace, workflowId);
        if (composition.Disk.Stat(other) is not { Kind: FileKind.File }) return null;
        var problems = new ProblemList();
        var workflow = new WorkflowReader(composition.Disk, composition.Catalogue, composition.Environment).Read(other, WorkflowArguments.None, problems);
        return workflow is null ? null : [.. GraphBuilder.Build(workflow, problems).Steps.SelectMany(s => s.Outputs)];
    }

    private static void Stop(System.Runtime.InteropServices.PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
    }

    private async Task<FileLock> TakeLockAsync(Machine machine, WorkspacePaths paths, CancellationToken cancel)
    {
        var told = false;
        while (true)
        {
            try { return Workspace.Lock(machine, paths); }
            catch (WorkspaceBusyException e) when (!NoWait)
            {
                if (!told && !Json) await Console.Error.WriteLineAsync($"{e.Message}; waiting for it to end (give up: Ctrl+C, do not wait at all: --no-wait)");
                told = true;
                await Task.Delay(TimeSpan.FromMilliseconds(200), composition.Time, cancel);
            }
        }
    }

    private RunReporter Reporter(string? name) => Shows is not null ? Shows(name) : Json ? new JsonReporter(Verbose) { IsServed = Served is not null } : TerminalReporter.Create(composition, file, name, Verbose);

    private Task<int> ReportProblemsAsync(Workflow? workflow, ProblemList problems)
    {
        if (workflow is null && !problems.Any) file.Read(composition, arguments, problems);
        if (Json) JsonOut.Line(w => { w.WriteString("type", "problems"); JsonOut.Problems(w, "problems", problems.Problems); });
        else ProblemPrinter.Print(composition, Console.Error, problems.Problems, []);
        return Task.FromResult(Verb.WrongText);
    }
}
