using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Cli;

/// <summary>Plain lines for pipes and files: one line per step change and one heartbeat every 30 s. On a terminal the live view stands above it.</summary>
public class TerminalReporter(Composition composition, WorkflowFile file, string? name, bool verbose) : RunReporter
{
    // Kept by counting: looking at all tasks of a step at each end would cost the square of their number.
    private readonly Dictionary<Engine.Graph.StepNode, int> _over = [];
    private RunView? _run;
    private long _lastBeat;

    protected bool Verbose => verbose;

    public static RunReporter Create(Composition composition, WorkflowFile file, string? name, bool verbose) =>
        Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") is null or "dumb"
            ? new TerminalReporter(composition, file, name, verbose) : new LiveReporter(composition, file, name, verbose);

    public override void Tell(RunFact fact)
    {
        switch (fact)
        {
            case RunFact.Planned planned:
                _run = planned.Run;
                _lastBeat = composition.Time.GetTimestamp();
                foreach (var task in planned.Run.Tasks.Where(t => t.IsOver)) Over(task);
                Opening(planned.Run);
                break;
            case RunFact.Known known:
                foreach (var line in RunSummaryText.Opening(known.Run)) Write(line);
                break;
            case RunFact.TaskChanged { Task: var task }:
                if (_run is not null) Changed(task);
                break;
            case RunFact.Line line when verbose:
                Write($"  {line.Task.Node.Address} | {line.Text}");
                break;
            case RunFact.Retrying retry:
                Write($"{retry.Task.Node.Address}: {retry.Failure.Sentence}; again in {Words.Duration(retry.Pause.TotalSeconds)}");
                break;
            case RunFact.Warning warning:
                Write($"note: {warning.Text}");
                break;
            case RunFact.Hashing hashing:
                Beat($"reading {hashing.Path}: {Words.Bytes(hashing.Bytes)}");
                break;
            case RunFact.Progress progress:
                Beat($"{progress.Task.Node.Address} {progress.Fraction:0 %}");
                break;
        }
    }

    protected virtual void Write(string line) => Console.WriteLine(line);

    private void Opening(RunView run)
    {
        if (file.WasSearched) Write($"{Path.GetRelativePath(composition.CurrentFolder, file.File)} ({name})");
        foreach (var line in RunSummaryText.Opening(run)) Write(line);
    }

    private int Over(TaskState task) => _over[task.Node.Step] = _over.GetValueOrDefault(task.Node.Step) + 1;

    private void Changed(TaskState task)
    {
        var over = task.IsOver && task.Status is not (TaskStatus.Waiting or TaskStatus.Blocked) ? Over(task) : 0;
        if (task.Status == TaskStatus.Failed)
        {
            Write($"✗ {task.Node.Address}: {task.Failure?.Sentence}");
            return;
        }
        if (verbose && task.IsOver) Write($"{RunExport.Word(task.Status)} {task.Node.Address}{(task.Reasons.Count > 0 ? "  because " + string.Join("; ", task.Reasons.Select(r => r.Text)) : "")}");
        if (task.Status != TaskStatus.Succeeded) return;
        var step = task.Node.Step;
        if (over >= step.Tasks.Count && !verbose) Write($"{step.Id} {over}/{step.Tasks.Count}");
        Beat(null);
    }

    private void Beat(string? what)
    {
        if (_run is null || composition.Time.GetElapsedTime(_lastBeat) < TimeSpan.FromSeconds(30)) return;
        _lastBeat = composition.Time.GetTimestamp();
        var counts = _run.Count();
        Write($"… {counts.Ran + counts.Reused}/{counts.Total}{(what is null ? "" : ", " + what)}, about {Words.Duration(_run.TimeLeft().Seconds)} left");
    }

    public override int Finish(RunResult result)
    {
        foreach (var line in Closing(result)) Write(line);
        return ExitCode(result);
    }

    private IEnumerable<string> Closing(RunResult result)
    {
        var shown = Path.GetRelativePath(composition.CurrentFolder, file.Workspace);
        string At(string path) => shown == "." ? path : $"{shown}/{path}";
        if (result.Removed.Count > 0) yield return $"removed {result.Removed.Count} file{(result.Removed.Count == 1 ? "" : "s")} of items that are gone: {string.Join(", ", result.Removed.Take(4).Select(At))}{(result.Removed.Count > 4 ? ", …" : "")}";
        if (result.Quiet)
        {
            yield return $"Nothing to do: {Words.Count(result.Tasks.Reused)} reused, in {Words.Duration(result.Elapsed.TotalSeconds)}";
            yield break;
        }
        if (result.Status == "succeeded")
        {
            yield return result.Tasks.Ran == 0 ? $"Nothing to do: {Words.Count(result.Tasks.Reused)} reused, in {Words.Duration(result.Elapsed.TotalSeconds)}"
                : $"Done in {Words.Duration(result.Elapsed.TotalSeconds)}: {Words.Count(result.Tasks.Ran)} ran, {Words.Count(result.Tasks.Reused)} reused";
            foreach (var line in Outputs(result, At)) yield return line;
            yield break;
        }
        foreach (var line in Outputs(result, At)) yield return line;
        var waiting = result.All.Where(t => t.Status == TaskStatus.Waiting).ToList();
        foreach (var task in waiting.Take(10)) yield return $"! {task.Node.Address} waits: {string.Join("; ", task.Reasons.Select(r => r.Text))}";
        foreach (var task in waiting.Where(t => t.Reasons.Any(r => r.Code == "review")).Take(10))
        {
            yield return $"  look   {string.Join(", ", task.Shown.Select(f => At(f.Path)))}";
            yield return $"  then   spool approve {task.Node.Address}   or   spool reject {task.Node.Address} --note '…'";
        }
        foreach (var step in result.OpenSteps.Where(s => s.Status is TaskStatus.Waiting or TaskStatus.Failed)) yield return $"! {step.Step.WholeAddress} waits: {string.Join("; ", step.Reasons.Select(r => r.Text))}";
        if (result.Stopped is { } stopped) yield return $"✗ stopped: {stopped}. What was finished before is kept; run again when it is mended";
        if (result.Status == "waiting")
        {
            yield return $"Waiting: {result.Tasks.Ran} ran, {result.Tasks.Reused} reused, {waiting.Count + result.OpenSteps.Count(s => s.Status == TaskStatus.Waiting)} wait for a file or a decision, {result.Tasks.Blocked} behind them";
            yield break;
        }
        if (result.Status == "cancelled")
        {
            yield return $"Cancelled after {Words.Duration(result.Elapsed.TotalSeconds)}: {result.Tasks.Ran} ran and are kept. Go on: spool run";
            yield break;
        }
        foreach (var task in result.All.Where(t => t.Status == TaskStatus.Failed).Take(5))
            foreach (var line in RunSummaryText.Failure(task, result.All.Count(t => t.BlockedOn == task.Node.Address), file.Workspace, result.Id)) yield return line;
        yield return $"Failed: {result.Tasks.Ran} ran and {result.Tasks.Reused} reused are kept, {result.Tasks.Failed} failed, {result.Tasks.Blocked} blocked. Go on when mended: spool run{(file.WasSearched ? "" : " " + Path.GetRelativePath(composition.CurrentFolder, file.File))}";
    }

    private static IEnumerable<string> Outputs(RunResult result, Func<string, string> at)
    {
        foreach (var output in result.Outputs.Take(8))
        {
            var maker = result.All.FirstOrDefault(t => t.Node.Outputs.Any(o => o.Path == output.TrimEnd('/')));
            var facts = maker?.Result?.Facts ?? new Dictionary<string, string>();
            yield return $"  {at(output)}{(facts.Count > 0 ? "   " + string.Join("  ", facts.Take(4).Select(f => $"{f.Key} {f.Value}")) : "")}";
        }
        if (result.Outputs.Count > 8) yield return $"  and {result.Outputs.Count - 8} more";
    }
}
