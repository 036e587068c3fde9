using Spool.Engine.Journal;
using Spool.Engine.Planning;

namespace Spool.App.Cli;

/// <summary>
/// What the tasks that will or may run are likely to cost: the mean of what tasks of the same step, else of the same kind, cost before in
/// this workspace. Tasks that call a paid provider for the first time have no history and are counted apart.
/// </summary>
public sealed record CostForecast(decimal Usd, int Tasks, int Unknown)
{
    public static CostForecast Of(WorkspaceState state, IEnumerable<TaskState> tasks)
    {
        var perTask = state.Payments.GroupBy(p => (p.Reserved.Run, p.Reserved.Task)).Select(g => (g.First().Reserved.Step, g.First().Reserved.Kind, Usd: g.Sum(p => p.Usd))).ToList();
        var steps = perTask.GroupBy(p => p.Step).ToDictionary(g => g.Key, g => g.Average(p => p.Usd));
        var kinds = perTask.GroupBy(p => p.Kind).ToDictionary(g => g.Key, g => g.Average(p => p.Usd));
        var (usd, count, unknown) = (0m, 0, 0);
        foreach (var task in tasks.Where(t => t.Verdict is Verdict.Run or Verdict.Pending && t.Options?.ProvidersUsed().Count > 0))
        {
            if (steps.TryGetValue(task.Node.Step.Id, out var one) || kinds.TryGetValue(task.Node.Step.Kind.Name, out one)) (usd, count) = (usd + one, count + 1);
            else unknown++;
        }
        return new CostForecast(usd, count, unknown);
    }
}
