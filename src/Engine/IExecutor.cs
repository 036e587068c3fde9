using Spool.Engine.Attempts;

namespace Spool.Engine;

/// <summary>Runs attempts somewhere. It hands back what the attempt ended with; the engine verifies and publishes.</summary>
public interface IExecutor
{
    /// <summary>The name in <c>executor:</c>.</summary>
    string Name { get; }

    /// <summary>Runs one attempt to its end; cancelling ends its tools and gives a failure of kind Cancelled. Never throws for what the step does.</summary>
    Task<AttemptResult> RunAsync(AttemptSpec attempt, AttemptWatcher watcher, CancellationToken cancel);
}
