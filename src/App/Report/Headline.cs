using Spool.App.Cli;
using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Report;

/// <summary>One sentence on how the run ended, and the command to go on.</summary>
public static class Headline
{
    private const int Longest = 160;

    public static string Of(RunResult result)
    {
        var counts = result.Tasks;
        var time = Words.Duration(result.Elapsed.TotalSeconds);
        var sentence = result.Status switch
        {
            _ when result.Stopped is { } stopped => $"Stopped: {stopped}",
            "succeeded" when counts.Ran == 0 => $"Nothing to do: {Words.Count(counts.Reused)} reused",
            "succeeded" => $"Done in {time}: {Words.Count(counts.Ran)} ran{(counts.Reused > 0 ? $", {Words.Count(counts.Reused)} reused" : "")}{Because(result.All)}",
            "running" => $"{Words.Count(counts.Ran + counts.Reused + counts.Skipped)} of {Words.Count(counts.Total)} done{(counts.Failed > 0 ? $", {counts.Failed} failed" : "")}",
            "cancelled" => $"Cancelled after {time}: {Words.Count(counts.Ran)} ran and are kept",
            "waiting" => Waiting(result),
            _ => Failed(result),
        };
        return ArtifactTypes.Cut(sentence.ReplaceLineEndings(" "), Longest);
    }

    /// <summary>The command it asks for; null when nothing is to be done.</summary>
    public static string? Next(RunResult result, string workflow) => result.Status switch
    {
        "succeeded" or "running" => null,
        "failed" when result.Stopped is null => $"spool logs {result.Id} --failed",
        "waiting" => $"spool status {result.Id}",
        _ => workflow == WorkflowReader.DefaultName ? "spool run" : $"spool run {workflow}",
    };

    private static string Failed(RunResult result)
    {
        var failed = result.All.Where(t => t.Status == TaskStatus.Failed).ToList();
        var open = result.OpenSteps.FirstOrDefault(s => s.Status == TaskStatus.Failed);
        if (failed.Count == 0) return open is null ? "Failed" : $"Failed: {open.Step.WholeAddress}: {(open.Reasons.Count > 0 ? open.Reasons[0].Text : "")}";
        var more = failed.Count > 1 ? $" and {failed.Count - 1} more" : "";
        var blocked = result.Tasks.Blocked > 0 ? $"; {Words.Count(result.Tasks.Blocked)} blocked" : "";
        return $"Failed: {failed[0].Node.Address}{more}{blocked}: {failed[0].Failure?.Sentence}";
    }

    private static string Waiting(RunResult result)
    {
        var waiting = result.All.Where(t => t.Status == TaskStatus.Waiting).Select(t => (t.Node.Address, t.Reasons))
            .Concat(result.OpenSteps.Where(s => s.Status == TaskStatus.Waiting).Select(s => (Address: s.Step.WholeAddress, s.Reasons))).ToList();
        if (waiting.Count == 0) return "Waiting";
        return $"Waiting: {waiting[0].Address}{(waiting.Count > 1 ? $" and {waiting.Count - 1} more" : "")}: {(waiting[0].Reasons is [.., var reason] ? reason.Text : "")}";
    }

    /// <summary>The causes that no other task of the run handed on; nothing for a first run, where all is new.</summary>
    private static string Because(IReadOnlyList<TaskState> tasks)
    {
        var ran = tasks.Where(t => t.Status == TaskStatus.Succeeded).Select(t => t.Node).ToHashSet();
        var causes = tasks.Where(t => t.Status == TaskStatus.Succeeded && !t.Node.Producers.Any(ran.Contains))
            .SelectMany(t => t.Reasons.Where(r => r.Code is not ("never-ran" or "failed-before")).Select(r => (Task: t.Node, Reason: r, Text: Cause(t.Node, r))))
            .DistinctBy(c => c.Text).GroupBy(c => (c.Task.Step, Part: c.Reason.Text.Split(':')[0]))
            .Select(g => g.Count() == 1 ? g.First().Text : $"{g.Key.Step.Id}: {g.Key.Part} changed ({Words.Count(g.Count())} tasks)").ToList();
        return causes.Count == 0 ? "" : $", because {causes[0]}{(causes.Count > 1 ? $" and {causes.Count - 1} more" : "")}";
    }

    private static string Cause(TaskNode task, Reason reason)
    {
        // "input text: content changed" is plain only beside the task; here the file's name says it.
        foreach (var binding in task.Inputs)
            if (reason.Code == "input" && binding.Refs is [InputRef.Source source] && reason.Text == $"input {binding.Role}: content changed") return $"{source.Path} changed";
        return reason.Code is "forced" or "tool" ? reason.Text : $"{task.Address}: {reason.Text}";
    }
}
