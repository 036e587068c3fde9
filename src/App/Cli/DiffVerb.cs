using System.CommandLine;
using Spool.Engine.Planning;

namespace Spool.App.Cli;

public sealed class DiffVerb : Verb
{
    private readonly Argument<string[]> _runs = new("RUN RUN") { Description = "Two runs (default: the last two of the same workflow)", Arity = new ArgumentArity(0, 2) };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: here or above)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a task" };

    public override string Name => "diff";
    public override string Summary => "Compare two runs: which tasks differ, and in what";
    public override int Order => 4;
    public override IReadOnlyList<string> Examples => ["spool diff", "spool diff 40 41 --json"];

    public override void Build(Command command)
    {
        command.Add(_runs);
        command.Add(_workspace);
        command.Add(_json);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        using var composition = new Composition();
        var past = PastRuns.Read(composition, parsed.GetValue(_workspace));
        var names = parsed.GetValue(_runs) ?? [];
        var newer = past.Run(names.Length > 0 ? names[^1] : null);
        var older = names.Length > 1 ? past.Run(names[0]) : past.State.Runs.TakeWhile(r => r.Run != newer.Run).LastOrDefault(r => r.Workflow == newer.Workflow)
            ?? throw new UsageException($"there is no run before {newer.Run} to compare with");
        var before = Keys(past, older);
        var now = Keys(past, newer);
        var json = parsed.GetValue(_json);
        if (!json) Console.WriteLine($"run {older.Run} -> run {newer.Run}");
        var same = 0;
        foreach (var task in before.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
        {
            var reasons = Compare(past, before.GetValueOrDefault(task), now.GetValueOrDefault(task));
            if (reasons.Count == 0) same++;
            else if (json) JsonOut.Line(w => { w.WriteString("task", task); JsonOut.Reasons(w, reasons); });
            else Console.WriteLine($"  {task}: {string.Join("; ", reasons.Select(r => r.Text))}");
        }
        if (!json) Console.WriteLine($"{same} tasks are the same");
        return Done;
    }

    private static IReadOnlyList<Reason> Compare(PastRuns past, string? before, string? now)
    {
        if (before == now) return [];
        if (before is null) return [new Reason("new", "new")];
        if (now is null) return [new Reason("gone", "gone, or without a result")];
        return past.State.Records.TryGetValue(before, out var old) && past.State.Records.TryGetValue(now, out var fresh)
            ? KeyDifference.Between(old.Record.Parts, fresh.Record.Parts) : [new Reason("key", "its key differs; one of the results is no longer remembered")];
    }

    private static Dictionary<string, string?> Keys(PastRuns past, Engine.Journal.RunSummary run) =>
        past.TasksOf(run).ToDictionary(t => t.GetProperty("task").GetString()!, t => t.TryGetProperty("key", out var key) ? key.GetString() : null);
}
