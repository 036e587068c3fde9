using Spool.Engine;
using Spool.Engine.Attempts;
using Spool.Platform;

namespace Spool.Executors;

/// <summary>Runs attempts on this machine: the step in this process, the tools it starts as its children.</summary>
public sealed class LocalExecutor(IDisk disk, ProcessRunner processes, TimeProvider time, Network? network = null) : IExecutor
{
    private readonly AttemptRunner _runner = new(disk, processes, time, network);

    public string Name => "local";

    public Task<AttemptResult> RunAsync(AttemptSpec attempt, AttemptWatcher watcher, CancellationToken cancel) => _runner.RunAsync(attempt, watcher, cancel);
}
