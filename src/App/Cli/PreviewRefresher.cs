using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Engine.Scheduling;

namespace Spool.App.Cli;

/// <summary>
/// <c>preview: { after: [STEP] }</c>: makes the preview anew in the background each time one of these steps is over, while the run goes on.
/// Ends that come while one is being made lead to one more afterwards. A preview that fails is told as a note and fails nothing.
/// </summary>
public sealed class PreviewRefresher(Composition composition, WorkflowFile file, WorkflowArguments arguments, IReadOnlyList<string> allow, RunReporter inner) : RunReporter
{
    private readonly HashSet<StepNode> _made = [];
    private RunView? _run;
    private Task _making = Task.CompletedTask;
    private bool _again;

    /// <summary>What to watch; empty: nothing.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    public override void Tell(RunFact fact)
    {
        inner.Tell(fact);
        if (fact is RunFact.Planned planned) _run = planned.Run;
        if (fact is not RunFact.TaskChanged { Task: { IsOver: true } task } || !After.Contains(task.Node.Step.Id) || _run is not { } run) return;
        if (task.Status == Engine.Planning.TaskStatus.Succeeded) _made.Add(task.Node.Step);
        if (!_made.Contains(task.Node.Step) || task.Node.Step.Tasks.Any(n => !run.Tasks[n.Index].IsOver)) return;
        _made.Remove(task.Node.Step);
        if (_making.IsCompleted) _making = MakeAsync();
        else _again = true;
    }

    private async Task MakeAsync()
    {
        do
        {
            _again = false;
            var problems = new ProblemList();
            try
            {
                var made = await Task.Run(() => new PreviewSession(composition, file, arguments) { Allow = allow, Jobs = 1 }.RunAsync(new Nobody(), problems, CancellationToken.None));
                if (made is var (_, map) && map.File is { } path) inner.Tell(new RunFact.Warning($"preview: {map.Real + map.StandIns} of {map.Segments.Count} segments in {Path.Join(".spool/preview", path)}"));
            }
            catch (Exception e) when (e is Platform.DiskException or Engine.Journal.JournalException or WorkspaceBusyException)
            {
                inner.Tell(new RunFact.Warning($"no preview was made: {e.Message}"));
            }
        }
        while (_again);
    }

    /// <summary>Waits for the preview under way.</summary>
    public Task EndAsync() => _making;

    public override int Finish(RunResult result) => inner.Finish(result);

    public override void Dispose()
    {
        inner.Dispose();
        base.Dispose();
    }

    private sealed class Nobody : RunReporter
    {
        public override void Tell(RunFact fact) { }

        public override int Finish(RunResult result) => ExitCode(result);
    }
}
