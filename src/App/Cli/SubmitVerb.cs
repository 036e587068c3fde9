using System.CommandLine;
using Spool.App.Queue;
using Spool.Engine;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class SubmitVerb : Verb
{
    private readonly Argument<string> _file = new("FILE") { Description = "Workflow file, or a folder with a spool.yaml" };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "Folder of all inputs and outputs (default: the file's folder)", HelpName = "DIR" };
    private readonly Option<string[]> _vars = new("--var") { Description = "Give a variable a value", HelpName = "NAME=VALUE" };
    private readonly Option<string?> _profile = new("--profile") { Description = "Use a named set of overrides of the workflow", HelpName = "NAME" };
    private readonly Option<int> _priority = new("--priority") { Description = "Higher ones start first (default 0)", HelpName = "N" };
    private readonly Option<decimal?> _budget = new("--budget") { Description = "US dollars that the run may spend", HelpName = "USD" };
    private readonly Option<string?> _key = new("--idempotency-key") { Description = "Submitting again with the same key queues nothing", HelpName = "TEXT" };
    private readonly Option<string?> _state = new("--state") { Description = "The state root of the server (default: SPOOL_STATE, else ~/.local/state/spool)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override string Name => "submit";
    public override string Summary => "Queue a run for the server; it waits there while none serves";
    public override int Order => 17;
    public override IReadOnlyList<string> Examples => ["spool submit talk/spool.yaml", "spool submit talk --var title=Hello --priority 5 --json"];

    public override void Build(Command command)
    {
        command.Add(_file);
        foreach (var option in (Option[])[_workspace, _vars, _profile, _priority, _budget, _key, _state, _json]) command.Add(option);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(_budget) is < 0) throw new UsageException("--budget is an amount of US dollars, 0 or more");
            if (parsed.GetValue(_priority) is < -1_000_000 or > 1_000_000) throw new UsageException("--priority is a whole number up to a million");
            using var composition = ServerState.Compose(parsed.GetValue(_state));
            var file = WorkflowFile.Locate(composition, parsed.GetValue(_file), parsed.GetValue(_workspace));
            if (composition.Disk.Stat(file.File) is not { Kind: FileKind.File }) throw new UsageException(Path.GetFileName(file.File) == Engine.Definition.WorkflowReader.DefaultName && composition.Disk.Stat(Path.GetDirectoryName(file.File)!) is not null
                ? $"{parsed.GetValue(_file)} has no {Engine.Definition.WorkflowReader.DefaultName}; name a folder that has one, or a workflow file" : $"{parsed.GetValue(_file)} is not there");
            if (composition.Disk.Stat(file.Workspace) is { Kind: not FileKind.Folder }) throw new UsageException($"the workspace {file.Workspace} is no folder");
            var json = parsed.GetValue(_json);
            var vars = GivenVariables.Read(composition, parsed.GetValue(_vars) ?? []);
            var arguments = new Engine.Definition.WorkflowArguments { Vars = vars.Values, FromFiles = vars.FromFiles, Profile = parsed.GetValue(_profile) };
            // What is wrong with the text is told now, not hours later in a queue.
            var problems = new ProblemList();
            if (file.Graph(composition, arguments, problems) is null || problems.Any)
            {
                if (json) JsonOut.Line(w => JsonOut.Problems(w, "problems", problems.Problems));
                else ProblemPrinter.Print(composition, Console.Error, problems.Problems, problems.Warnings);
                return WrongText;
            }
            var place = new ServerPlace(composition.Disk, composition.StateRoot);
            var job = new Job(file.File, file.Workspace)
            {
                Vars = vars.Values.GroupBy(v => v.Name).ToDictionary(g => g.Key, g => g.Last().Value),
                Profile = parsed.GetValue(_profile),
                Priority = parsed.GetValue(_priority),
                Budget = parsed.GetValue(_budget),
                IdempotencyKey = parsed.GetValue(_key),
            };
            var id = new JobQueue(place, composition.Time).Add(job);
            var serves = IsServed(composition, place);
            if (json) JsonOut.Line(w => { w.WriteString("id", id.ToString(System.Globalization.CultureInfo.InvariantCulture)); w.WriteBoolean("served", serves); });
            else Console.WriteLine(serves ? $"run {id} is queued; follow it: spool status {id} --follow" : $"run {id} is queued, and starts when a server does: spool serve");
            return Done;
        });
    }

    /// <summary>True while a server has the state root.</summary>
    internal static bool IsServed(Composition composition, ServerPlace place)
    {
        if (composition.Disk.Stat(place.Lock) is null) return false;
        using var file = composition.Disk.OpenRead(place.Lock);
        return !file.TryLock();
    }
}
