using System.CommandLine;
using System.Globalization;
using Spool.Engine;
using Spool.Engine.Journal;
using Spool.Engine.Scheduling;

namespace Spool.App.Cli;

public sealed class CostVerb : Verb
{
    private readonly Argument<string?> _run = new("RUN") { Description = "The run (default: the last one that spent something)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: here or above)", HelpName = "DIR" };
    private readonly Option<bool> _all = new("--all") { Description = "All runs of the workspace together" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line: each payment, then the sum" };

    public override string Name => "cost";
    public override string Summary => "What the calls of a run cost, and what was spent today";
    public override int Order => 12;
    public override IReadOnlyList<string> Examples => ["spool cost", "spool cost 12", "spool cost --all --json | tail -n 1"];

    public override void Build(Command command)
    {
        command.Add(_run);
        foreach (var option in (Option[])[_workspace, _all, _json]) command.Add(option);
        command.SetAction(parsed =>
        {
            using var composition = new Composition();
            var past = PastRuns.Read(composition, parsed.GetValue(_workspace));
            var all = past.State.Payments.ToList();
            var id = parsed.GetValue(_run) is { } given ? past.Run(given).Run : all.LastOrDefault()?.Reserved.Run ?? past.Run(null).Run;
            var payments = parsed.GetValue(_all) ? all : [.. all.Where(p => p.Reserved.Run == id)];
            var name = parsed.GetValue(_all) ? "all runs" : $"run {id}";
            if (parsed.GetValue(_json)) Json(composition, payments, parsed.GetValue(_all) ? null : id);
            else Text(composition, payments, name);
            return Done;
        });
    }

    private static void Json(Composition composition, List<Payment> payments, string? run)
    {
        foreach (var payment in payments) JsonOut.Line(w =>
        {
            w.WriteString("type", "payment");
            w.WriteString("run", payment.Reserved.Run);
            w.WriteString("task", payment.Reserved.Task);
            w.WriteString("provider", payment.Reserved.Provider);
            w.WriteString("model", payment.Reserved.Model);
            w.WriteNumber("usd", payment.Usd);
            w.WriteNumber("reserved_usd", payment.Reserved.Usd);
            w.WriteString("state", payment.Settled is null ? "reserved" : payment.Settled.Estimated ? "estimated" : "settled");
            w.WriteString("at", RunExport.Time(payment.Reserved.At));
            w.WriteStartObject("units");
            foreach (var (unit, count) in payment.Settled?.Units ?? new Dictionary<string, decimal>()) w.WriteNumber(unit, count);
            w.WriteEndObject();
        });
        JsonOut.Line(w =>
        {
            w.WriteString("type", "cost");
            w.WriteString("run", run);
            w.WriteNumber("usd", payments.Sum(p => p.Usd));
            w.WriteNumber("calls", payments.Count);
            w.WriteNumber("today_usd", composition.DayLedger.Today());
        });
    }

    private static void Text(Composition composition, List<Payment> payments, string name)
    {
        if (payments.Count == 0) Console.WriteLine($"{name}: nothing was spent");
        else
        {
            var rows = new List<string[]> { new[] { "STEP", "PROVIDER", "MODEL", "CALLS", "UNITS", "USD" } };
            foreach (var group in payments.GroupBy(p => (p.Reserved.Step, p.Reserved.Provider, p.Reserved.Model)).OrderByDescending(g => g.Sum(p => p.Usd)))
                rows.Add([group.Key.Step, group.Key.Provider, group.Key.Model, group.Count().ToString(CultureInfo.InvariantCulture), Units(group), Money.Text(group.Sum(p => p.Usd))]);
            Columns.Print(Console.Out, rows);
            var open = payments.Count(p => p.Settled is null);
            Console.WriteLine($"{name}: {Money.Text(payments.Sum(p => p.Usd))} for {payments.Count} call{(payments.Count == 1 ? "" : "s")}{(open > 0 ? $", {open} under way" : "")}");
        }
        Console.WriteLine($"today, all runs of this user: {Money.Text(composition.DayLedger.Today())}");
    }

    private static string Units(IEnumerable<Payment> payments) => string.Join(", ", payments.SelectMany(p => p.Settled?.Units ?? new Dictionary<string, decimal>())
        .GroupBy(u => u.Key).Select(g => $"{g.Sum(u => u.Value).ToString("#,0.##", CultureInfo.InvariantCulture)} {g.Key.Replace('_', ' ')}"));
}
