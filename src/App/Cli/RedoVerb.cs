using System.CommandLine;
using Spool.Engine.Journal;

namespace Spool.App.Cli;

public sealed class RedoVerb : Verb
{
    private readonly Argument<string[]> _tasks = new("TASK") { Description = "Tasks, steps or patterns (narration:*)", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _all = new("--all") { Description = "Every task" };
    private readonly Option<bool> _discard = new("--discard-edit") { Description = "Give up edits by hand of their outputs instead; the edited bytes stay in the store" };
    private readonly Option<string?> _file = new("--file") { Description = "The workflow (default: spool.yaml here or above)", HelpName = "FILE" };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: the file's folder)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override string Name => "redo";
    public override string Summary => "Have tasks made anew at the next run, although nothing changed";
    public override int Order => 7;
    public override IReadOnlyList<string> Examples => ["spool redo narration:intro && spool run", "spool redo 'narration:*'", "spool redo join --discard-edit"];

    public override void Build(Command command)
    {
        command.Add(_tasks);
        foreach (var option in (Option[])[_all, _discard, _file, _workspace, _json]) command.Add(option);
        command.SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var composition = new Composition();
        var file = WorkflowFile.Locate(composition, parsed.GetValue(_file), parsed.GetValue(_workspace));
        var names = parsed.GetValue(_tasks) ?? [];
        if (names.Length == 0 && !parsed.GetValue(_all)) throw new UsageException("name the tasks to redo, or --all");
        using var decision = await Decision.OpenAsync(composition, file, "spool redo", cancel);
        if (decision is null) return WrongText;
        var tasks = decision.Find(names, parsed.GetValue(_all));
        var done = new List<string>();
        foreach (var task in tasks)
        {
            if (parsed.GetValue(_discard))
            {
                foreach (var edit in decision.EditsOf(task))
                {
                    decision.Journal.Append(new EditDiscarded(edit.Path, edit.Edit, decision.Who, decision.Now));
                    done.Add(edit.Path);
                    if (!parsed.GetValue(_json)) Console.WriteLine($"{edit.Path}: the edit is given up; get it back: cp {decision.Store.PathOf(Platform.Digest.Parse(edit.Edit))} {edit.Path}");
                }
            }
            else if (task.BaseKey is { } key)
            {
                decision.Journal.Append(new SaltRaised(key, decision.State.Salt(key) + 1, decision.Who, decision.Now));
                done.Add(task.Node.Address);
            }
        }
        decision.Journal.Commit();
        if (parsed.GetValue(_json)) JsonOut.Line(w => { w.WriteStartArray("done"); foreach (var one in done) w.WriteStringValue(one); w.WriteEndArray(); });
        else if (done.Count == 0) Console.WriteLine(parsed.GetValue(_discard) ? "no output of these tasks was edited" : "these tasks have no key yet: they run anyway");
        else Console.WriteLine(parsed.GetValue(_discard) ? "next  spool run" : $"{done.Count} task{(done.Count == 1 ? "" : "s")} will be made anew: {string.Join(", ", done.Take(8))}{(done.Count > 8 ? ", …" : "")}\nnext  spool run");
        return done.Count > 0 ? Done : Failed;
    }
}
