using System.Globalization;
using Spool.Engine;
using Spool.Engine.Artifacts;
using Spool.Engine.Scheduling;
using Spool.Executors;
using Spool.Platform;

namespace Spool.App;

/// <summary>The composition root: the real machine, the catalogue, the executors. All that reads the environment does it here.</summary>
public sealed class Composition : IDisposable
{
    private readonly Lazy<Catalogue> _catalogue = new(() => Catalogue.Of(typeof(Steps.Tools).Assembly, Steps.Tools.All));
    private readonly Lazy<Network> _network = new(() => Network.Real(TimeProvider.System));
    private DeathWatch? _watch;
    private ProcessRunner? _processes;

    public IDisk Disk { get; } = new PosixDisk();
    public TimeProvider Time { get; } = TimeProvider.System;
    /// <summary>How services are reached.</summary>
    public Network Network => _network.Value;
    public Catalogue Catalogue => _catalogue.Value;
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;
    /// <summary>When this process began, a little late because the kernel counts in hundredths of a second: who started a command knew what was so before.</summary>
    public DateTimeOffset Began { get; } = TimeProvider.System.GetUtcNow() - (ProcessIdentity.Age() ?? TimeSpan.Zero) + TimeSpan.FromMilliseconds(20);
    public string CurrentFolder { get; } = Directory.GetCurrentDirectory();

    /// <summary>What the program itself is: another build looks again at everything remembered as quiet.</summary>
    public static string Program { get; } = typeof(Composition).Module.ModuleVersionId.ToString("N") + typeof(Steps.Tools).Module.ModuleVersionId.ToString("N") + typeof(Step).Module.ModuleVersionId.ToString("N");

    public static string Version { get; } = typeof(Composition).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>The mark that all tools of this engine carry.</summary>
    public string Mark { get; } = string.Create(CultureInfo.InvariantCulture, $"{ProcessIdentity.Current.Pid}-{ProcessIdentity.Current.StartTicks}-{ProcessIdentity.Current.BootId}");

    public string StateRoot => MachinePaths.StateRoot(MachinePaths.Current, Environment);

    /// <summary>What all runs of this user spend in a day.</summary>
    public DayLedger DayLedger => new(Disk, Path.Join(StateRoot, "ledger"), Time, ProcessIdentity.Current);

    /// <summary>The runner of tools; the first use starts the watch that ends them should this process die.</summary>
    public ProcessRunner Processes => _processes ??= new ProcessRunner(_watch = DeathWatch.Start(Mark));

    public IExecutor Executor => new LazyLocal(this);

    public Machine Machine(string command, string? socket) => new(Disk, Time, ProcessIdentity.Current, Mark) { Command = command, Socket = socket, Sweep = DeathWatch.Sweep };

    public ToolTable Tools(WorkspaceIndex? index)
    {
        var tools = new ToolTable(Disk, Catalogue, Environment("PATH"), ProbeAsync);
        foreach (var tool in index?.Tools ?? []) tools.Load(tool);
        return tools;
    }

    private async Task<string> ProbeAsync(string program, IReadOnlyList<string> arguments)
    {
        var command = new ToolCommand(program, arguments) { WorkingFolder = "/", CaptureOutput = true };
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/local/bin:/usr/bin:/bin", ["HOME"] = "/nonexistent", ["LANG"] = "C.UTF-8" };
        try
        {
            var result = await Processes.RunAsync(command, environment, TimeSpan.FromSeconds(20), null, null, CancellationToken.None);
            return result.Output + "\n" + result.Tail;
        }
        catch (ProcessFailedException e) { return e.Message; }
    }

    public void Dispose() => _watch?.Dispose();

    /// <summary>Makes the runner only when the first attempt needs it.</summary>
    private sealed class LazyLocal(Composition owner) : IExecutor
    {
        private LocalExecutor? _local;

        public string Name => "local";

        public Task<Engine.Attempts.AttemptResult> RunAsync(Engine.Attempts.AttemptSpec attempt, Engine.Attempts.AttemptWatcher watcher, CancellationToken cancel)
        {
            lock (owner) _local ??= new LocalExecutor(owner.Disk, owner.Processes, owner.Time, owner.Network);
            return _local.RunAsync(attempt, watcher, cancel);
        }
    }
}
