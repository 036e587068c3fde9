using System.CommandLine;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class WatchVerb : Verb
{
    private readonly RunOptions _options = new();
    private readonly Option<int?> _jobs = new("--jobs", "-j") { Description = "How many tasks at once (default: the processors)", HelpName = "N" };
    private readonly Option<bool> _poll = new("--poll") { Description = "Look through the folders once a second instead of being told (network disks)" };
    private readonly Option<bool> _standIns = new("--allow-placeholders") { Description = "Make finals from stand-ins too; they say so in their metadata" };

    public override string Name => "watch";
    public override string Summary => "Run, then run again whenever a file that matters changes";
    public override int Order => 3;
    public override IReadOnlyList<string> Examples => ["spool watch", "spool watch talk.yaml --json | jq -c .ran"];

    public override void Build(Command command)
    {
        command.Add(_options.Files);
        foreach (var option in (Option[])[_options.Workspace, _options.Vars, _options.Sets, _options.Profile, _options.Allow, _jobs, _poll, _standIns, _options.Notify, _options.Json, _options.Verbose]) command.Add(option);
        command.SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var composition = new Composition();
        var (file, arguments, targets) = _options.Read(parsed, composition);
        if (composition.Disk.Stat(file.Workspace) is not { Kind: FileKind.Folder }) DurableFile.CreateFolders(composition.Disk, file.Workspace);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var interrupt = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGINT, c => { c.Cancel = true; stop.Cancel(); });
        using var terminate = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, c => { c.Cancel = true; stop.Cancel(); });
        using var session = new WatchSession(composition, file, arguments, parsed.GetValue(_poll)) { Json = parsed.GetValue(_options.Json), Verbose = parsed.GetValue(_options.Verbose) };
        var run = new RunSession(composition, file, arguments)
        {
            Targets = targets,
            Allow = parsed.GetValue(_options.Allow) ?? [],
            Jobs = parsed.GetValue(_jobs),
            AllowsStandIns = parsed.GetValue(_standIns),
            Notify = parsed.GetValue(_options.Notify),
            Json = session.Json,
            Verbose = session.Verbose,
            Yes = true,
            Between = session.NextAsync,
            Shows = session.Shows,
        };
        try { return await run.RunAsync(stop.Token); }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { return Cancelled; }
    }
}

/// <summary>Waits between the runs of a watch: for changes of files, and for decisions from other terminals.</summary>
public sealed class WatchSession : IDisposable
{
    private readonly Composition _composition;
    private readonly WorkflowFile _file;
    private readonly FolderWatch _watch;
    private readonly SemaphoreSlim _deciding = new(1);
    private IReadOnlyList<string> _changed = [];
    private string? _before;

    public WatchSession(Composition composition, WorkflowFile file, WorkflowArguments arguments, bool poll)
    {
        (_composition, _file) = (composition, file);
        var roots = file.Read(composition, arguments, new ProblemList())?.Roots.Values ?? [];
        var spool = Path.Join(file.Workspace, ".spool");
        var report = Path.Join(file.Workspace, Report.ReportFile.Name);
        // Watched from before the first run, so that what changes while it goes on is not lost.
        _watch = FolderWatch.Open(composition.Disk, composition.Time, [.. roots.Append(file.Workspace).Append(Path.GetDirectoryName(file.File)!).Distinct()], p => p == spool || p == report, poll);
    }

    public bool Json { get; init; }
    public bool Verbose { get; init; }

    public RunReporter Shows(string? name) =>
        new WatchReporter(Json ? null : TerminalReporter.Create(_composition, _file, name, Verbose), _changed, _before, state => _before = state);

    /// <summary>Returns when a change calls for another run.</summary>
    public async Task<bool> NextAsync(Workspace workspace, int code, CancellationToken cancel)
    {
        if (!Json && _changed.Count == 0) Console.WriteLine($"watching {Path.GetRelativePath(_composition.CurrentFolder, _file.Workspace)}{(_watch.IsPolling ? ", once a second" : "")}; end with Ctrl+C");
        using var decided = new SemaphoreSlim(0);
        using var socket = workspace.Machine.Socket is { } path ? OwnerSocket.Listen(path, _composition, request => DecideAsync(workspace, request, decided, cancel)) : null;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var burst = _watch.NextAsync(over.Token);
        try
        {
            var decision = decided.WaitAsync(over.Token);
            while (true)
            {
                if (await Task.WhenAny(burst, decision) == decision)
                {
                    await decision;
                    _changed = ["a decision"];
                    return true;
                }
                var real = (await burst).Where(p => Matters(workspace, p)).Select(p => Path.GetRelativePath(_file.Workspace, p)).ToList();
                if (real.Count > 0)
                {
                    _changed = real;
                    return true;
                }
                burst = _watch.NextAsync(over.Token);
            }
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAny(burst);
            // A decision under way is journalled before a run may touch the journal.
            await _deciding.WaitAsync(CancellationToken.None);
            _deciding.Release();
        }
    }

    /// <summary>False for what Spool itself wrote: the bytes at the path are those it published there.</summary>
    private bool Matters(Workspace workspace, string path)
    {
        if (!path.StartsWith(_file.Workspace + "/", StringComparison.Ordinal)) return true;
        var relative = path[(_file.Workspace.Length + 1)..];
        if (_composition.Disk.Stat(path) is { Kind: FileKind.Folder }) return !workspace.State.Paths.Keys.Any(p => p.StartsWith(relative + "/", StringComparison.Ordinal)) && _composition.Disk.List(path).Count > 0;
        if (!workspace.State.Paths.TryGetValue(relative, out var owned)) return true;
        return _composition.Disk.Stat(path, followLinks: false) is not { Kind: FileKind.File } stat || workspace.Stats.DigestOf(path, stat, null, CancellationToken.None).ToString() != owned.Digest;
    }

    private async Task<byte[]> DecideAsync(Workspace workspace, System.Text.Json.JsonElement request, SemaphoreSlim decided, CancellationToken cancel)
    {
        if (request.GetProperty("verb").GetString() != "decide") return "\n"u8.ToArray();
        var wanted = OwnerSocket.DecisionOf(request);
        await _deciding.WaitAsync(cancel);
        try { return await DecideAsync(workspace, request, wanted, decided, cancel); }
        finally { _deciding.Release(); }
    }

    private async Task<byte[]> DecideAsync(Workspace workspace, System.Text.Json.JsonElement request, ReviewDecision wanted, SemaphoreSlim decided, CancellationToken cancel)
    {
        using var decision = await Decision.OverAsync(_composition, _file, workspace, cancel);
        if (decision is null) return OwnerSocket.Decided((false, "the workflow has problems; mend it first: spool check"));
        var open = decision.Open(request.GetProperty("review").GetString(), wanted.Verdict);
        if (open.Count != 1) return OwnerSocket.Decided((false, open.Count == 0 ? "that review is not open" : $"several are open: {string.Join(", ", open.Select(t => t.Node.Address))}; name one"));
        var answer = decision.Take(open[0], wanted);
        if (answer.Taken) decided.Release();
        return OwnerSocket.Decided(answer);
    }

    public void Dispose()
    {
        _watch.Dispose();
        _deciding.Dispose();
    }
}
