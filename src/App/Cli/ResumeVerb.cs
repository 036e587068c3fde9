using System.CommandLine;
using Spool.Engine;
using TaskStatus = Spool.Engine.Planning.TaskStatus;
using Verdict = Spool.Engine.Planning.Verdict;

namespace Spool.App.Cli;

public sealed class ResumeVerb : Verb
{
    private readonly Argument<string?> _file = new("FILE") { Description = "The workflow (default: spool.yaml here or above)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: the file's folder)", HelpName = "DIR" };
    private readonly Option<int?> _jobs = new("--jobs", "-j") { Description = "How many tasks at once (default: the processors)", HelpName = "N" };
    private readonly Option<string[]> _allow = new("--allow") { Description = "Let command steps start this program", HelpName = "PROGRAM" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line" };

    public override string Name => "resume";
    public override string Summary => "Go on with the last run: show what is done, invalidated and blocked, then run with its variables";
    public override int Order => 6;
    public override IReadOnlyList<string> Examples => ["spool resume"];

    public override void Build(Command command)
    {
        command.Add(_file);
        foreach (var option in (Option[])[_workspace, _jobs, _allow, _json]) command.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            using var composition = new Composition();
            var file = WorkflowFile.Locate(composition, parsed.GetValue(_file), parsed.GetValue(_workspace));
            var arguments = LastArguments.Of(composition, file);
            var json = parsed.GetValue(_json);
            var problems = new ProblemList();
            if (!json && await LastArguments.PlanAsync(composition, file, problems, cancel) is { } look && !problems.Any)
            {
                var changed = look.Tasks.Count(t => t.Verdict == Verdict.Run && look.State.LastOf(look.World.WorkflowId, t.Node.Address) is not null);
                Console.WriteLine($"done {look.Tasks.Count(t => t.Verdict == Verdict.Reuse)}, invalidated {changed}, never ran {look.Tasks.Count(t => t.Verdict == Verdict.Run) - changed}, "
                    + $"known later {look.Tasks.Count(t => t.Verdict == Verdict.Pending)}, waiting or blocked {look.Tasks.Count(t => t.Status is TaskStatus.Waiting or TaskStatus.Blocked)}");
            }
            return await new RunSession(composition, file, arguments) { Jobs = parsed.GetValue(_jobs), Json = json, Allow = parsed.GetValue(_allow) ?? [] }.RunAsync(cancel);
        });
    }
}
