using System.CommandLine;
using Spool.Engine;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;

namespace Spool.App.Cli;

public sealed class WhyVerb : Verb
{
    private readonly Argument<string> _task = new("TASK") { Description = "A task (narration:intro), a step, or a path that one writes" };
    private readonly Argument<string?> _file = new("FILE") { Description = "The workflow (default: spool.yaml here or above)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: the file's folder)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a task" };

    public override string Name => "why";
    public override string Summary => "Say why a task would run or be reused, and what made its result";
    public override int Order => 3;
    public override IReadOnlyList<string> Examples => ["spool why narration:intro", "spool why out/talk.mp4"];

    public override void Build(Command command)
    {
        command.Add(_task);
        command.Add(_file);
        command.Add(_workspace);
        command.Add(_json);
        command.SetAction(async (parsed, cancel) =>
        {
            using var composition = new Composition();
            var file = WorkflowFile.Locate(composition, parsed.GetValue(_file), parsed.GetValue(_workspace));
            var problems = new ProblemList();
            var look = await LastArguments.PlanAsync(composition, file, problems, cancel);
            if (look is null || problems.Any)
            {
                ProblemPrinter.Print(composition, Console.Error, problems.Problems, []);
                return WrongText;
            }
            var name = parsed.GetValue(_task)!;
            var tasks = Matching.Tasks(look.Tasks, name);
            if (tasks.Count == 0 && look.OpenSteps.FirstOrDefault(s => s.Step.Id == name || s.Step.WholeAddress == name) is { } open)
            {
                Console.WriteLine($"{open.Step.WholeAddress}: {string.Join("; ", open.Reasons.Select(r => r.Text))}");
                return Done;
            }
            if (tasks.Count == 0) throw new UsageException($"there is no task '{name}'; {NearestName.Hint(name, look.Tasks.Select(t => t.Node.Address)) ?? "see: spool plan --verbose"}");
            foreach (var task in tasks) Show(look, task, parsed.GetValue(_json));
            return Done;
        });
    }

    private static void Show(DryPlan look, TaskState task, bool json)
    {
        var record = task.Key is null ? null : look.State.Records.GetValueOrDefault(task.Key);
        if (json)
        {
            JsonOut.Line(w =>
            {
                w.WriteString("task", task.Node.Address);
                w.WriteString("verdict", task.Verdict.ToString().ToLowerInvariant());
                JsonOut.Reasons(w, task.Reasons);
                w.WriteString("key", task.Key);
                w.WriteStartObject("parts");
                foreach (var part in task.Parts) w.WriteString(part[0], part[1]);
                w.WriteEndObject();
            });
            return;
        }
        Console.WriteLine($"{task.Node.Address}: {task.Verdict.ToString().ToLowerInvariant()}{(task.Reasons.Count > 0 ? " because " + string.Join("; ", task.Reasons.Select(r => r.Text)) : ", nothing changed")}");
        foreach (var producer in task.Node.Producers.Take(8)) Console.WriteLine($"  reads from {producer.Address}");
        if (record is not null) Console.WriteLine($"  its result was made by {record.Task} in run {record.Run}, {RunExport.Time(record.At)}, in {Words.Duration(record.Record.Ms / 1000.0)}");
        if (task.Key is not null) Console.WriteLine($"  key {task.Key[..12]} over:");
        foreach (var part in task.Parts) Console.WriteLine($"    {part[0]} = {(part[1].Length > 100 ? part[1][..100] + "…" : part[1]).ReplaceLineEndings("⏎")}");
    }
}

/// <summary>Finds tasks by what people type.</summary>
public static class Matching
{
    /// <summary>By address, by a pattern with *, by step, or by a path that the task writes.</summary>
    public static IReadOnlyList<TaskState> Tasks(IReadOnlyList<TaskState> tasks, string name)
    {
        var exact = tasks.Where(t => t.Node.Address == name).ToList();
        if (exact.Count > 0) return exact;
        if (name.Contains('*', StringComparison.Ordinal))
        {
            var pattern = new System.Text.RegularExpressions.Regex("^" + System.Text.RegularExpressions.Regex.Escape(name).Replace("\\*", ".*", StringComparison.Ordinal) + "$", System.Text.RegularExpressions.RegexOptions.NonBacktracking);
            return [.. tasks.Where(t => pattern.IsMatch(t.Node.Address))];
        }
        var step = tasks.Where(t => t.Node.Step.Id == name).ToList();
        return step.Count > 0 ? step : [.. tasks.Where(t => t.Node.Outputs.Any(o => o.Path == name.TrimEnd('/')))];
    }
}

/// <summary>Plans with the variables of the last run of the workflow, which is what questions about it mean.</summary>
public static class LastArguments
{
    public static Engine.Definition.WorkflowArguments Of(Composition composition, WorkflowFile file)
    {
        var paths = new WorkspacePaths(file.Workspace);
        if (composition.Disk.Stat(paths.Journal) is null) return Engine.Definition.WorkflowArguments.None;
        var state = Engine.Journal.EventJournal.ReadOnly(composition.Disk, paths.Journal).State;
        var id = file.File.StartsWith(file.Workspace + "/", StringComparison.Ordinal) ? file.File[(file.Workspace.Length + 1)..] : file.File;
        var last = state.Runs.LastOrDefault(r => r.Workflow == id);
        if (last is null) return Engine.Definition.WorkflowArguments.None;
        var problems = new ProblemList();
        var plain = file.Read(composition, Engine.Definition.WorkflowArguments.None, problems);
        if (plain is null) return Engine.Definition.WorkflowArguments.None;
        // Only what differs from the file; values of variables that it no longer has are gone with them.
        return new()
        {
            Vars = [.. last.Vars.Where(v => plain.Variables.Any(x => x.Name == v.Key && x.Type != Engine.Definition.VariableType.Secret) && plain.ShownVars.GetValueOrDefault(v.Key) != v.Value)
                .Select(v => (v.Key, v.Value))],
        };
    }

    public static Task<DryPlan?> PlanAsync(Composition composition, WorkflowFile file, ProblemList problems, CancellationToken cancel)
    {
        // A question starts nothing, so every program counts as allowed.
        var allowed = new EveryProgram(Settings.Read(composition, problems).Allow);
        return DryPlan.MakeAsync(composition, file, Of(composition, file), problems, [], [], new HashSet<string>(), allowed, cancel);
    }

    private sealed class EveryProgram(IEnumerable<string> known) : IReadOnlySet<string>
    {
        private readonly HashSet<string> _known = [.. known];

        public int Count => _known.Count;
        public bool Contains(string item) => true;
        public IEnumerator<string> GetEnumerator() => _known.GetEnumerator();
        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
        public bool IsProperSubsetOf(IEnumerable<string> other) => _known.IsProperSubsetOf(other);
        public bool IsProperSupersetOf(IEnumerable<string> other) => _known.IsProperSupersetOf(other);
        public bool IsSubsetOf(IEnumerable<string> other) => _known.IsSubsetOf(other);
        public bool IsSupersetOf(IEnumerable<string> other) => _known.IsSupersetOf(other);
        public bool Overlaps(IEnumerable<string> other) => _known.Overlaps(other);
        public bool SetEquals(IEnumerable<string> other) => _known.SetEquals(other);
    }
}
