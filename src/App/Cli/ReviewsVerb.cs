using System.CommandLine;
using Spool.Engine;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class ReviewsVerb : Verb
{
    private readonly Option<string?> _run = new("--run") { Description = "The run they belong to (default: the last one)", HelpName = "ID" };
    private readonly Option<string?> _file = new("--file") { Description = "The workflow (default: spool.yaml here or above)", HelpName = "FILE" };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: the file's folder)", HelpName = "DIR" };
    private readonly Option<bool> _all = new("--all") { Description = "Also those that were decided" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line" };

    public override string Name => "reviews";
    public override string Summary => "What waits for your decision, and what changed in it since it was asked";
    public override int Order => 9;
    public override IReadOnlyList<string> Examples => ["spool reviews", "spool reviews --json | jq -r .review"];

    public override void Build(Command command)
    {
        foreach (var option in (Option[])[_run, _file, _workspace, _all, _json]) command.Add(option);
        command.SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var composition = new Composition();
        var file = ReviewTarget.Locate(composition, parsed.GetValue(_file), parsed.GetValue(_workspace), parsed.GetValue(_run));
        var problems = new ProblemList();
        if (await LastArguments.PlanAsync(composition, file, problems, cancel) is not { } look)
        {
            ProblemPrinter.Print(composition, Console.Error, problems.Problems, []);
            return WrongText;
        }
        var shown = 0;
        foreach (var task in look.Tasks.Where(t => t.Node.Step.Kind.Traits.IsReview && t.Key is not null))
        {
            var state = Of(look.State, task);
            if (state is not ("open" or "rejected") && !parsed.GetValue(_all)) continue;
            shown++;
            if (parsed.GetValue(_json)) Json(look, task, state);
            else Text(composition, look, task, state);
        }
        if (shown == 0 && !parsed.GetValue(_json)) Console.WriteLine("no review is open");
        return Done;
    }

    internal static string Of(WorkspaceState state, TaskState task) =>
        state.Decisions.TryGetValue(task.Key!, out var decision) ? decision.Verdict == "approve" ? "approved" : "rejected" : "open";

    private static void Json(DryPlan look, TaskState task, string state) => JsonOut.Line(w => Write(w, look, task, state));

    internal static void Write(System.Text.Json.Utf8JsonWriter w, DryPlan look, TaskState task, string state)
    {
        w.WriteString("review", task.Node.Address);
        w.WriteString("state", state);
        w.WriteString("message", task.Message);
        w.WriteString("shown", task.Key);
        if (look.State.Asked(look.World.WorkflowId, task.Node.Address) is { } asked && asked.Shown == task.Key) w.WriteString("since", RunExport.Time(asked.At));
        w.WriteStartArray("files");
        foreach (var file in task.Shown)
        {
            w.WriteStartObject();
            w.WriteString("role", file.Role);
            w.WriteString("path", file.Path);
            w.WriteString("digest", file.Digest);
            w.WriteBoolean("edited", look.Tasks.Any(t => t.Outputs.Any(o => o.Path == file.Path && o.Digest != o.Recorded)));
            w.WriteEndObject();
        }
        w.WriteEndArray();
        w.WriteStartArray("notes");
        foreach (var note in Notes(look, task)) w.WriteStringValue(note);
        w.WriteEndArray();
    }

    private static IEnumerable<string> Notes(DryPlan look, TaskState task) =>
        task.Node.Producers.Select(p => look.Core.Tasks[p.Index].BaseKey).OfType<string>().SelectMany(look.State.Notes).Select(n => n.Note).Distinct();

    private static void Text(Composition composition, DryPlan look, TaskState task, string state)
    {
        Console.WriteLine($"{task.Node.Address}  {state}{(task.Message.Length > 0 ? "  " + TerminalText.Plain(task.Message) : "")}");
        foreach (var file in task.Shown) Console.WriteLine($"  look   {TerminalText.Plain(file.Path)}");
        foreach (var note in Notes(look, task)) Console.WriteLine($"  note   {TerminalText.Plain(note)}");
        foreach (var line in Changes(composition, look, task)) Console.WriteLine("  " + TerminalText.Plain(line));
        if (state == "open") Console.WriteLine($"  next   spool approve {task.Node.Address}   or   spool reject {task.Node.Address} --note '…'");
        else if (state == "rejected") Console.WriteLine($"  {string.Join("; ", task.Reasons.Select(r => r.Text))}");
    }

    /// <summary>What is shown now against what the same review showed when it last asked, for texts.</summary>
    private static IEnumerable<string> Changes(Composition composition, DryPlan look, TaskState task)
    {
        var asked = look.State.Asked(look.World.WorkflowId, task.Node.Address);
        var before = asked is not null && asked.Shown == task.Key ? look.State.AskedBefore(look.World.WorkflowId, task.Node.Address) : asked;
        foreach (var file in task.Shown)
        {
            if (before?.Files.FirstOrDefault(f => f.Role == file.Role && f.Path == file.Path) is not { } old || old.Digest == file.Digest) continue;
            var store = look.World.Store.PathOf(Digest.Parse(old.Digest));
            var now = Path.Join(look.World.Workspace, file.Path);
            if (!LineDiff.IsText(composition.Disk, store) || !LineDiff.IsText(composition.Disk, now))
            {
                yield return $"changed {file.Path}";
                continue;
            }
            yield return $"changed {file.Path}:";
            foreach (var line in LineDiff.Of(DurableFile.ReadText(composition.Disk, store), DurableFile.ReadText(composition.Disk, now), 40)) yield return "  " + line;
        }
    }
}
