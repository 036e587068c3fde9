using System.CommandLine;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Cli;

/// <summary>What approving and rejecting have in common.</summary>
public abstract class ReviewVerb : Verb
{
    private readonly Argument<string?> _review = new("REVIEW") { Description = "The review (default: the only open one)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _note = new("--note") { Description = "What you have to say", HelpName = "TEXT" };
    private readonly Option<string?> _file = new("--file") { Description = "The workflow (default: spool.yaml here or above)", HelpName = "FILE" };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: the file's folder)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override int Order => 9;
    protected abstract string Verdict { get; }

    protected virtual void Also(Decision decision, TaskState review) { }

    public override void Build(Command command)
    {
        command.Add(_review);
        foreach (var option in (Option[])[_note, _file, _workspace, _json]) command.Add(option);
        command.SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var composition = new Composition();
        var file = WorkflowFile.Locate(composition, parsed.GetValue(_file), parsed.GetValue(_workspace));
        using var decision = await Decision.OpenAsync(composition, file, "spool " + Name, cancel);
        if (decision is null) return WrongText;
        var open = decision.Find([], all: true).Where(t => t.Node.Step.Kind.Traits.IsReview && t.Status == TaskStatus.Waiting && t.Reasons.Any(r => r.Code == "review")).ToList();
        var chosen = parsed.GetValue(_review) is { } name ? Matching.Tasks(open, name) : open;
        if (chosen.Count == 0)
        {
            await Console.Error.WriteLineAsync(open.Count == 0 ? "error: no review is open" : $"error: that review is not open; open: {string.Join(", ", open.Select(t => t.Node.Address))}");
            return Failed;
        }
        if (chosen.Count > 1)
        {
            foreach (var task in chosen) Console.WriteLine($"{task.Node.Address}: {string.Join(", ", task.Node.Inputs.SelectMany(i => i.Refs).Select(r => r.Path))}");
            Console.WriteLine($"several are open; say which: spool {Name} {chosen[0].Node.Address}");
            return WrongText;
        }
        var review = chosen[0];
        decision.Journal.Append(new DecisionMade(decision.WorkflowId, review.Node.Address, review.Key!, Verdict, decision.Who, decision.Now, parsed.GetValue(_note) is { } note ? [note] : []));
        Also(decision, review);
        decision.Journal.Commit();
        if (parsed.GetValue(_json)) JsonOut.Line(w => { w.WriteString("review", review.Node.Address); w.WriteString("verdict", Verdict); w.WriteString("shown", review.Key); });
        else Console.WriteLine($"{review.Node.Address}: {(Verdict == "approve" ? "approved" : "rejected")}\nnext  spool run");
        return Done;
    }
}
