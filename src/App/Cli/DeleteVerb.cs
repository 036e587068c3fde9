using System.CommandLine;
using System.Globalization;
using Spool.App.Queue;

namespace Spool.App.Cli;

public sealed class DeleteVerb : Verb
{
    private readonly Argument<string[]> _runs = new("RUN") { Description = "Runs of the server that are over", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _status = new("--status") { Description = "All with this status: failed,cancelled", HelpName = "STATUS" };
    private readonly Option<string?> _before = new("--before") { Description = "All submitted before this day: 2026-01-31", HelpName = "DATE" };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Only show what would go" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Ask nothing" };
    private readonly Option<string?> _state = new("--state") { Description = "The state root of the server (default: SPOOL_STATE, else ~/.local/state/spool)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override string Name => "delete";
    public override string Summary => "Forget runs of the server; their workspaces and results stay";
    public override int Order => 45;
    public override IReadOnlyList<string> Examples => ["spool delete 41", "spool delete --status failed,cancelled --dry-run", "spool delete --before 2026-01-31 --yes"];

    public override void Build(Command command)
    {
        command.Add(_runs);
        foreach (var option in (Option[])[_status, _before, _dryRun, _yes, _state, _json]) command.Add(option);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_status) is { } words && RunFilter.UnknownStatus(words) is { } unknown) throw new UsageException($"there is no status '{unknown}'; statuses: {string.Join(", ", RunFilter.Statuses)}");
        using var composition = ServerState.Compose(parsed.GetValue(_state));
        var runs = new ServerRuns(composition);
        var (named, status, before) = (parsed.GetValue(_runs) ?? [], parsed.GetValue(_status), parsed.GetValue(_before));
        if (named.Length == 0 && status is null && before is null) throw new UsageException("say which runs: their numbers, --status or --before");
        DateTimeOffset day = default;
        if (before is not null && !DateTimeOffset.TryParse(before, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out day)) throw new UsageException($"--before {before} is no date such as 2026-01-31");
        var filter = RunFilter.None with { Status = status?.Split(','), Until = before is null ? null : day.ToUnixTimeMilliseconds() };
        var wanted = (named.Length > 0 ? named.Select(runs.Get).ToList() : [.. runs.Queue.All()]).Where(filter.Takes).ToList();
        if (named.Length > 0 && wanted.FirstOrDefault(r => r.Stage is not (ServerPlace.Done or ServerPlace.Failed)) is { } going) throw new UsageException($"run {going.Id} is not over; end it first: spool cancel {going.Id}");
        wanted = [.. wanted.Where(r => r.Stage is ServerPlace.Done or ServerPlace.Failed)];
        var (files, bytes) = wanted.Select(r => RunSize.Of(runs.Place, r)).Aggregate((Files: 0, Bytes: 0L), (sum, one) => (sum.Files + one.Files, sum.Bytes + one.Bytes));
        var (json, dry) = (parsed.GetValue(_json), parsed.GetValue(_dryRun));
        if (!json) Console.WriteLine($"{Words.Count(wanted.Count)} run{(wanted.Count == 1 ? "" : "s")}, {Words.Count(files)} files, {Words.Bytes(bytes)}; workspaces and results stay");
        if (!dry && !json && !parsed.GetValue(_yes) && wanted.Count > 0)
        {
            if (Console.IsInputRedirected) throw new UsageException("nothing was deleted; say so with --yes");
            Console.Write("Forget them? [y/N] ");
            if (Console.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
            {
                Console.WriteLine("nothing was deleted");
                return Done;
            }
        }
        var deleted = dry ? 0 : wanted.Count(r => runs.Queue.Delete(r.Id));
        if (json) JsonOut.Line(w =>
        {
            w.WriteNumber("runs", wanted.Count);
            w.WriteNumber("files", files);
            w.WriteNumber("bytes", bytes);
            w.WriteNumber("deleted", deleted);
            w.WriteBoolean("dry_run", dry);
        });
        return Done;
    }
}
