using System.CommandLine;
using Spool.Engine;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Cli;

public sealed class CheckVerb : Verb
{
    private readonly RunOptions _options = new();

    public override string Name => "check";
    public override string Summary => "Find every problem of a workflow before anything runs";
    public override int Order => 5;
    public override IReadOnlyList<string> Examples => ["spool check", "spool check talk.yaml --json"];

    public override void Build(Command command)
    {
        _options.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var composition = new Composition();
            var (file, arguments, _) = _options.Read(parsed, composition);
            var problems = new ProblemList();
            var allowed = Settings.Read(composition, problems).Allow.Concat(parsed.GetValue(_options.Allow) ?? []).ToHashSet();
            var look = await DryPlan.MakeAsync(composition, file, arguments, problems, [], [], new HashSet<string>(), allowed, cancel);
            if (look is not null && !problems.Any) Warn(look, problems);
            if (parsed.GetValue(_options.Json)) JsonOut.Line(w => { JsonOut.Problems(w, "problems", problems.Problems); JsonOut.Problems(w, "warnings", problems.Warnings); });
            else
            {
                ProblemPrinter.Print(composition, problems.Any ? Console.Error : Console.Out, problems.Problems, problems.Warnings);
                if (!problems.Any) Console.WriteLine($"{Path.GetFileName(file.File)} is right: {look!.Graph.Steps.Count} steps, {look.Tasks.Count} tasks{(look.OpenSteps.Count > 0 ? " so far" : "")}{(problems.Warnings.Count > 0 ? $", {problems.Warnings.Count} warnings" : "")}");
            }
            return problems.Any ? WrongText : Done;
        });
    }

    /// <summary>What would wait or fail on this machine, as warnings at the step's place.</summary>
    private static void Warn(DryPlan look, ProblemList problems)
    {
        foreach (var task in look.Tasks.Where(t => t.Status is TaskStatus.Waiting or TaskStatus.Failed))
            foreach (var reason in task.Reasons)
                problems.Warn(task.Status == TaskStatus.Failed ? "SPL0162" : "SPL0161", task.Node.Step.Definition.At, $"{task.Node.Address}: {reason.Text}", task.Failure?.Next);
        foreach (var step in look.OpenSteps.Where(s => s.Status == TaskStatus.Waiting))
            foreach (var reason in step.Reasons) problems.Warn("SPL0161", step.Step.Definition.At, $"{step.Step.WholeAddress}: {reason.Text}");
    }
}
