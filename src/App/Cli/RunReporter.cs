using Spool.Engine.Planning;
using Spool.Engine.Scheduling;

namespace Spool.App.Cli;

/// <summary>Shows a run: as JSON lines, as plain lines, or live on a terminal.</summary>
public abstract class RunReporter : IRunReporter, IDisposable
{
    public abstract void Tell(RunFact fact);

    /// <summary>Gives the terminal back, also when the run ended without <see cref="Finish"/>.</summary>
    public virtual void Dispose() { }

    /// <summary>Shows the end; gives the exit code.</summary>
    public abstract int Finish(RunResult result);

    /// <summary>Exit codes by the precedence 130, 2, 1, 3, 0.</summary>
    public static int ExitCode(RunResult result) => result.Status switch
    {
        "succeeded" => Verb.Done,
        "cancelled" => Verb.Cancelled,
        "waiting" => Verb.Waiting,
        _ => Verb.Failed,
    };
}

/// <summary>The contract for scripts: one object a line, for every task that was not reused, and one for the run at the end.</summary>
public sealed class JsonReporter(bool verbose) : RunReporter
{
    /// <summary>Adds to the last line.</summary>
    public Action<System.Text.Json.Utf8JsonWriter>? Extra { get; set; }

    /// <summary>Tells also what a server counts: kinds of steps, attempts.</summary>
    public bool IsServed { get; init; }

    public override void Tell(RunFact fact)
    {
        switch (fact)
        {
            case RunFact.TaskChanged { Task: { IsOver: true } task } when !RunExport.IsLeftOut(task) && (verbose || task.Status != Engine.Planning.TaskStatus.Reused):
                Line(task.Node.Address, task.Node.Step, task.Status, task.Reasons, task);
                break;
            case RunFact.Warning warning:
                JsonOut.Line(w => { w.WriteString("type", "warning"); w.WriteString("text", warning.Text); });
                break;
        }
    }

    private void Line(string address, Engine.Graph.StepNode step, Engine.Planning.TaskStatus status, IReadOnlyList<Reason> reasons, TaskState? task) => JsonOut.Line(w =>
    {
        w.WriteString("type", "task");
        w.WriteString("task", address);
        w.WriteString("step", step.Id);
        if (IsServed) w.WriteString("kind", step.Kind.Name);
        w.WriteString("status", RunExport.Word(status));
        JsonOut.Reasons(w, reasons);
        if (task?.BlockedOn is { } blocker) w.WriteString("blocked_on", blocker);
        if (task?.Failure is { } failure)
        {
            w.WriteStartObject("failure");
            w.WriteString("kind", failure.Kind.ToString());
            w.WriteString("sentence", failure.Sentence);
            w.WriteString("decisive_line", failure.DecisiveLine);
            if (failure.ExitCode is { } code) w.WriteNumber("exit_code", code);
            w.WriteString("command", failure.Command);
            w.WriteString("next", failure.Next);
            w.WriteEndObject();
        }
        if (IsServed && task is { Attempts: > 1 }) w.WriteNumber("attempts", task.Attempts);
        if (task?.Result is { } result) w.WriteNumber("seconds", Math.Round(result.Elapsed.TotalSeconds, 3));
    });

    public override int Finish(RunResult result)
    {
        foreach (var step in result.OpenSteps) Line(step.Step.WholeAddress, step.Step, step.Status, step.Reasons, null);
        JsonOut.Line(w =>
        {
            w.WriteString("type", "run");
            w.WriteString("id", result.Id);
            w.WriteString("status", result.Status);
            JsonOut.Counts(w, result.Tasks);
            w.WriteNumber("seconds", Math.Round(result.Elapsed.TotalSeconds, 3));
            w.WriteStartArray("outputs");
            foreach (var output in result.Outputs) w.WriteStringValue(output);
            w.WriteEndArray();
            if (result.Removed.Count > 0)
            {
                w.WriteStartArray("removed");
                foreach (var path in result.Removed) w.WriteStringValue(path);
                w.WriteEndArray();
            }
            if (result.Stopped is not null) w.WriteString("error", result.Stopped);
            Extra?.Invoke(w);
        });
        return ExitCode(result);
    }
}
