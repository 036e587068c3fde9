using System.CommandLine;

namespace Spool.App.Cli;

public sealed class CancelVerb : Verb
{
    private readonly Argument<string?> _run = new("RUN") { Description = "The run (default: the one going on)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: here or above)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    private readonly Option<bool> _server = new("--server") { Description = "RUN is a run of the server's queue" };

    public override string Name => "cancel";
    public override string Summary => "End the run that another terminal has going; what is finished is kept";
    public override int Order => 14;
    public override IReadOnlyList<string> Examples => ["spool cancel", "spool cancel --workspace talk"];

    public override void Build(Command command)
    {
        command.Add(_run);
        command.Add(_workspace);
        command.Add(_json);
        command.Add(_server);
        command.SetAction(parsed =>
        {
            using var composition = new Composition();
            if (parsed.GetValue(_server) || (parsed.GetValue(_run) is { } named && new ServerRuns(composition) is var runs && runs.AreMeant(parsed.GetValue(_workspace)) && runs.Find(named) is not null)) return Queued(composition, parsed.GetValue(_run), parsed.GetValue(_json));
            var past = PastRuns.Read(composition, parsed.GetValue(_workspace));
            var run = past.Run(parsed.GetValue(_run));
            var done = past.Owner is not null && run.Status == "running" && OwnerSocket.Ask(past.Owner.Socket, "cancel") is not null;
            if (parsed.GetValue(_json)) JsonOut.Line(w => { w.WriteBoolean("cancelled", done); w.WriteString("id", run.Run); });
            else Console.WriteLine(done ? $"run {run.Run} is being cancelled" : $"run {run.Run} is not running ({past.StatusOf(run)})");
            return done ? Done : Failed;
        });
    }

    private static int Queued(Composition composition, string? id, bool json)
    {
        var queue = new Queue.JobQueue(new Queue.ServerPlace(composition.Disk, composition.StateRoot), composition.Time);
        if (!long.TryParse(id, System.Globalization.NumberStyles.None, null, out var number) || queue.Find(number) is not { } run) throw new UsageException($"there is no run {id} in the queue; see: spool list");
        var said = queue.Cancel(run, workspace => OwnerSocket.Ask(PastRuns.LivingOwner(composition, new Spool.Engine.Scheduling.WorkspacePaths(workspace))?.Socket, "cancel") is not null);
        if (json) JsonOut.Line(w => { w.WriteBoolean("cancelled", said); w.WriteString("id", id); });
        else Console.WriteLine(said ? $"run {id} is being cancelled" : $"run {id} is over ({run.Status})");
        return said ? Done : Failed;
    }
}
