using Spool.Engine.Definition;
using System.CommandLine;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;

namespace Spool.App.Cli;

/// <summary>
/// What approving and rejecting have in common. An engine that owns the workspace is asked through its socket and goes on at once; with none
/// the decision is journalled, and the command that goes on is printed.
/// </summary>
public abstract class ReviewVerb : Verb
{
    private readonly Argument<string?> _review = new("REVIEW") { Description = "The review: STEP, STEP:ITEM or a pattern such as listen:* (default: the only open one)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _run = new("--run") { Description = "The run it belongs to (default: the last one)", HelpName = "ID" };
    private readonly Option<string?> _note = new("--note") { Description = "What you have to say; it reaches what makes the content anew", HelpName = "TEXT" };
    private readonly Option<string?> _at = new("--at") { Description = "The time that the note is about: 0:14.2, or a range 0:14-0:20", HelpName = "TIME" };
    private readonly Option<string?> _input = new("--input") { Description = "Only what this input of the review shows is made anew", HelpName = "ROLE" };
    private readonly Option<string?> _file = new("--file") { Description = "The workflow (default: spool.yaml here or above)", HelpName = "FILE" };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: the file's folder)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override int Order => 9;
    protected abstract string Verdict { get; }

    protected virtual Option<bool>? DiscardEdit => null;

    public override void Build(Command command)
    {
        command.Add(_review);
        foreach (var option in (Option[])[_run, _note, _at, _input, _file, _workspace, _json]) command.Add(option);
        if (DiscardEdit is { } discard) command.Add(discard);
        command.SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var composition = new Composition();
        var file = ReviewTarget.Locate(composition, parsed.GetValue(_file), parsed.GetValue(_workspace), parsed.GetValue(_run));
        var wanted = new ReviewDecision(Verdict, ReviewTarget.Notes(parsed.GetValue(_note), parsed.GetValue(_at)), Environment.UserName)
        {
            Input = parsed.GetValue(_input),
            DiscardEdit = DiscardEdit is { } discard && parsed.GetValue(discard),
            Since = composition.Began.ToUnixTimeMilliseconds(),
        };
        var (json, name) = (parsed.GetValue(_json), parsed.GetValue(_review));
        // An engine that owns the workspace may be between two runs and hear nothing for a moment; one that is gone is not asked.
        for (var asked = false; ; asked = true)
        {
            if (ReviewTarget.AskOwner(composition, file, name, wanted) is { } answer) return Tell(json, answer.Taken, answer.Said, name, null, next: null);
            if (PastRuns.LivingOwner(composition, new WorkspacePaths(file.Workspace)) is not { } owner) break;
            if (asked) await Task.Delay(TimeSpan.FromMilliseconds(200), composition.Time, cancel);
            else if (owner.Socket is null) await Console.Error.WriteLineAsync($"pid {owner.Pid} owns this workspace ({owner.Command}); waiting for it");
        }
        using var decision = await Decision.OpenAsync(composition, file, "spool " + Name, cancel);
        if (decision is null) return WrongText;
        var reviews = decision.Find([], all: true).Where(t => t.Node.Step.Kind.Traits.IsReview).ToList();
        var named = name is null ? reviews : [.. Matching.Tasks(reviews, name)];
        var open = decision.Open(name, Verdict);
        if (open.Count == 0) return Tell(json, false, NotOpen(decision, name, named, reviews), name, null, null);
        if (open.Count > 1 && name?.Contains('*', StringComparison.Ordinal) != true)
        {
            if (json) return Tell(json, false, $"several are open: {string.Join(", ", open.Select(t => t.Node.Address))}; name one", name, null, null) == Done ? Done : WrongText;
            foreach (var task in open) Console.WriteLine($"{task.Node.Address}: {string.Join(", ", task.Node.Inputs.SelectMany(i => i.Refs).Select(r => r.Path))}");
            Console.WriteLine($"several are open; say which: spool {Name} {open[0].Node.Address}");
            return WrongText;
        }
        var told = new List<string>();
        foreach (var review in open)
        {
            if (decision.Take(review, wanted) is var (taken, said) && !taken) return Tell(json, false, said, review.Node.Address, review.Key, null);
            else told.Add(said);
        }
        return Tell(json, true, string.Join('\n', told), open.Count == 1 ? open[0].Node.Address : name, open.Count == 1 ? open[0].Key : null, Next(composition, file));
    }

    private int Tell(bool json, bool taken, string said, string? review, string? shown, string? next)
    {
        if (json) JsonOut.Line(w =>
        {
            w.WriteString("review", review);
            w.WriteString("verdict", Verdict);
            w.WriteBoolean("taken", taken);
            w.WriteString("said", said);
            if (shown is not null) w.WriteString("shown", shown);
            if (next is not null) w.WriteString("next", next);
        });
        else if (taken) Console.WriteLine(next is null ? said : $"{said}\nnext  {next}");
        else Console.Error.WriteLine("error: " + said);
        return taken ? Done : Failed;
    }

    /// <summary>The command that goes on from here.</summary>
    public static string Next(Composition composition, WorkflowFile file)
    {
        var here = Path.GetRelativePath(composition.CurrentFolder, file.File);
        if (here == WorkflowReader.DefaultName && Path.GetDirectoryName(file.File) == file.Workspace) return "spool run";
        return $"spool run {here}{(Path.GetDirectoryName(file.File) == file.Workspace ? "" : $" --workspace {Path.GetRelativePath(composition.CurrentFolder, file.Workspace)}")}";
    }

    private static string NotOpen(Decision decision, string? name, IReadOnlyList<TaskState> named, IReadOnlyList<TaskState> reviews)
    {
        if (name is not null && named.Count == 0) return $"there is no review '{name}'{(reviews.Count > 0 ? $"; reviews: {string.Join(", ", reviews.Select(t => t.Node.Address))}" : "")}";
        var made = named.Select(t => t.Key is null ? null : decision.State.Decisions.GetValueOrDefault(t.Key)).FirstOrDefault(d => d is not null);
        return made is null || name is null ? "no review is open" : $"{made.Review} was {(made.Verdict == "approve" ? "approved" : "rejected")} by {made.Who} already, and shows the same since";
    }
}
