using Spool.Engine.Scheduling;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Cli;

/// <summary>
/// Shows a run that a change may have caused: says nothing until something really starts, so a change that dirties nothing is not heard of.
/// As JSON it is one line a reaction, <c>{"type":"reaction","changed","ran","status","tasks","seconds","waiting"}</c>.
/// </summary>
public sealed class WatchReporter(RunReporter? inner, IReadOnlyList<string> changed, string? before, Action<string> ended) : RunReporter
{
    private readonly List<RunFact> _held = [];
    private readonly List<string> _ran = [];
    private bool _shows = changed.Count == 0;

    public override void Tell(RunFact fact)
    {
        if (fact is RunFact.TaskChanged { Task: { Status: TaskStatus.Running } task })
        {
            _ran.Add(task.Node.Address);
            if (!_shows) Show();
        }
        if (_shows) inner?.Tell(fact);
        else if (fact is not RunFact.TaskChanged) _held.Add(fact);
    }

    private void Show()
    {
        _shows = true;
        if (inner is null) return;
        Console.WriteLine($"changed  {string.Join(", ", changed.Take(4))}{(changed.Count > 4 ? $" and {changed.Count - 4} more" : "")}");
        foreach (var fact in _held) inner.Tell(fact);
        _held.Clear();
    }

    public override int Finish(RunResult result)
    {
        var waiting = result.All.Where(t => t.Status == TaskStatus.Waiting).ToList();
        var state = $"{result.Status} {string.Join(' ', waiting.Select(t => t.Node.Address + t.Reasons[^1].Text))}";
        ended(state);
        if (!_shows && state == before) return ExitCode(result);
        if (!_shows) Show();
        if (inner is not null) return inner.Finish(result);
        JsonOut.Line(w =>
        {
            w.WriteString("type", "reaction");
            w.WriteStartArray("changed");
            foreach (var path in changed) w.WriteStringValue(path);
            w.WriteEndArray();
            w.WriteStartArray("ran");
            foreach (var address in _ran.Distinct()) w.WriteStringValue(address);
            w.WriteEndArray();
            w.WriteString("id", result.Id);
            w.WriteString("status", result.Status);
            JsonOut.Counts(w, result.Tasks);
            w.WriteNumber("seconds", Math.Round(result.Elapsed.TotalSeconds, 3));
            w.WriteStartArray("waiting");
            foreach (var task in waiting)
            {
                w.WriteStartObject();
                w.WriteString("task", task.Node.Address);
                w.WriteString("reason", task.Reasons[^1].Text);
                w.WriteEndObject();
            }
            w.WriteEndArray();
        });
        return ExitCode(result);
    }

    public override void Dispose()
    {
        inner?.Dispose();
        base.Dispose();
    }
}
