using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Cli;

/// <summary>The sentences at the start and the end of a run.</summary>
public static class RunSummaryText
{
    /// <summary>"4 to run, 19 reused, about 9 s" and the causes, grouped, most frequent first.</summary>
    public static IEnumerable<string> Opening(RunView run)
    {
        var tasks = run.Tasks.Where(t => !RunExport.IsLeftOut(t)).ToList();
        var open = run.OpenSteps();
        var reused = tasks.Count(t => t.Status == TaskStatus.Reused);
        var skipped = tasks.Count(t => t.Status == TaskStatus.Skipped);
        var waiting = tasks.Count(t => t.Status is TaskStatus.Waiting or TaskStatus.Blocked) + open.Count(s => s.Status is TaskStatus.Waiting or TaskStatus.Blocked);
        var behind = tasks.Count(t => t.Verdict == Verdict.Pending && !t.IsOver);
        var done = tasks.Count(t => t.Status == TaskStatus.Succeeded);
        var toRun = tasks.Count - reused - skipped - done - behind - tasks.Count(t => t.Status is TaskStatus.Waiting or TaskStatus.Blocked);
        var left = toRun > 0 && run.TimeLeft().Seconds is > 1 and var seconds ? $", about {Words.Duration(seconds)}" : "";
        var more = open.Count(s => s.Status == TaskStatus.Pending);
        yield return $"{Words.Count(toRun)} to run{(behind > 0 ? $" and up to {Words.Count(behind)} behind them" : "")}, {Words.Count(reused)} reused{(more > 0 ? $", {more} step{(more == 1 ? "" : "s")} known later" : "")}{(waiting > 0 ? $", {waiting} waiting" : "")}{left}";
        foreach (var line in Causes(tasks.Where(t => t.Verdict == Verdict.Run && !t.IsOver))) yield return "  " + line;
    }

    public static IEnumerable<string> Causes(IEnumerable<TaskState> tasks)
    {
        var groups = tasks.SelectMany(t => t.Reasons.Select(r => (t, r))).GroupBy(x => x.r.Code == "never-ran" || x.r.Code == "tool" || x.r.Code == "kind" || x.r.Code == "forced" ? x.r.Text : $"{x.t.Node.Step.Id}: {x.r.Text}")
            .OrderByDescending(g => g.Count()).ToList();
        foreach (var group in groups.Take(8))
            yield return group.Count() == 1 ? $"{group.First().t.Node.Address}: {group.First().r.Text}" : $"{group.Count()} tasks: {group.First().r.Text} ({group.First().t.Node.Address}, …)";
        if (groups.Count > 8) yield return $"and {groups.Count - 8} more causes";
    }

    /// <summary>The last lines of a failed run: what failed, the tool's own line, the command, the log, what was kept, what to do next.</summary>
    public static IEnumerable<string> Failure(TaskState task, int blocked, string workspace, string run)
    {
        var failure = task.Failure!;
        yield return $"✗ {task.Node.Address} failed: {failure.Sentence}";
        if (failure.DecisiveLine is { } line) yield return $"    {line}";
        foreach (var input in task.Node.Inputs) yield return $"  input {input.Role}: {string.Join(", ", input.Refs.Take(4).Select(r => r.Path))}{(input.Refs.Count > 4 ? ", …" : "")}";
        if (failure.Command is { } command) yield return $"  command: {command}";
        var log = new WorkspacePaths(workspace).Log(run, task.Node.Address, task.Attempts);
        if (System.IO.File.Exists(log)) yield return $"  log: {log}";
        if (failure.Kept is { } kept) yield return $"  kept: {kept}";
        if (blocked > 0) yield return $"  {blocked} task{(blocked == 1 ? " waits" : "s wait")} behind it";
        if (failure.Next is { } next) yield return $"  next: {next}";
    }
}
