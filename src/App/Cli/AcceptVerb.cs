using System.CommandLine;
using Spool.Engine.Journal;
using Spool.Engine.Planning;

namespace Spool.App.Cli;

public sealed class AcceptVerb : Verb
{
    private readonly Argument<string[]> _tasks = new("TASK") { Description = "Tasks, steps or patterns", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _all = new("--all") { Description = "Every task that would run although it has an older result" };
    private readonly Option<string?> _file = new("--file") { Description = "The workflow (default: spool.yaml here or above)", HelpName = "FILE" };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: the file's folder)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override string Name => "accept";
    public override string Summary => "Declare the older result, or your own edit, valid for what changed, without running";
    public override int Order => 8;
    public override IReadOnlyList<string> Examples => ["spool accept 'clips:*'        after an update of ffmpeg that does not matter", "spool accept join            my edit of its output is the result"];

    public override void Build(Command command)
    {
        command.Add(_tasks);
        foreach (var option in (Option[])[_all, _file, _workspace, _json]) command.Add(option);
        command.SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var composition = new Composition();
        var file = WorkflowFile.Locate(composition, parsed.GetValue(_file), parsed.GetValue(_workspace));
        var names = parsed.GetValue(_tasks) ?? [];
        if (names.Length == 0 && !parsed.GetValue(_all)) throw new UsageException("name the tasks to accept, or --all");
        using var decision = await Decision.OpenAsync(composition, file, "spool accept", cancel);
        if (decision is null) return WrongText;
        var done = new List<string>();
        // Accepting one result gives its readers their inputs, so it is looked again until nothing more is found.
        while (true)
        {
            var round = decision.Find(names, parsed.GetValue(_all)).Count(task => Accept(decision, task, done));
            if (round == 0) break;
            decision.Journal.Commit();
            await decision.LookAgainAsync(cancel);
        }
        if (parsed.GetValue(_json)) JsonOut.Line(w => { w.WriteStartArray("done"); foreach (var one in done) w.WriteStringValue(one); w.WriteEndArray(); });
        else Console.WriteLine(done.Count == 0 ? "nothing to accept: these tasks have no older result, or are up to date" : $"accepted: {string.Join(", ", done.Take(8))}{(done.Count > 8 ? $" and {done.Count - 8} more" : "")}");
        return done.Count > 0 ? Done : Failed;
    }

    private static bool Accept(Decision decision, TaskState task, List<string> done)
    {
        if (task.Key is null || done.Contains(task.Node.Address)) return false;
        var record = decision.State.Records.GetValueOrDefault(task.Key);
        var edits = decision.EditsOf(task).ToDictionary(e => e.Path);
        if (task.Verdict == Verdict.Wait && record is not null && edits.Count > 0)
        {
            var outputs = record.Record.Outputs.Select(o =>
            {
                var path = task.Node.Outputs.First(b => b.Role == o.Role).Path;
                return edits.TryGetValue(path, out var edit) ? o with { Digest = edit.Edit, Bytes = edit.Bytes } : o;
            }).ToList();
            foreach (var edit in edits.Values) decision.Journal.Append(new EditAccepted(edit.Path, edit.Edit, decision.Who, decision.Now));
            decision.Journal.Append(record with { Record = record.Record with { Outputs = outputs, AcceptedBy = decision.Who }, At = decision.Now });
        }
        else if (task.Verdict == Verdict.Run && decision.State.LastOf(decision.WorkflowId, task.Node.Address) is { } last && last.Record.Kind == task.Node.Step.Kind.Name)
        {
            decision.Journal.Append(new Recorded(last.Run, decision.WorkflowId, task.Node.Address, task.Node.Step.Id, decision.Now,
                last.Record with { Key = task.Key, Parts = task.Parts, AcceptedBy = decision.Who }));
        }
        else return false;
        done.Add(task.Node.Address);
        return true;
    }
}
