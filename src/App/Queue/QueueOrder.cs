namespace Spool.App.Queue;

/// <summary>
/// In which order queued runs start. Higher priority first; within one priority those that somebody put in their place, then the rest in the order
/// in which they came, but workspaces take turns: a workspace with a hundred runs does not hold up one with a single run. Whose turn it was last
/// stands behind.
/// </summary>
public static class QueueOrder
{
    /// <summary>The queued runs as they would start.</summary>
    /// <param name="last">The workspace of the run that was started last; null when none was.</param>
    public static IEnumerable<QueuedRun> Sorted(IReadOnlyList<QueuedRun> queued, string? last)
    {
        foreach (var level in queued.GroupBy(r => r.Job.Priority).OrderByDescending(g => g.Key))
        {
            foreach (var placed in level.Where(r => r.Order is not null).OrderBy(r => r.Order).ThenBy(r => r.Id)) yield return placed;
            var turns = new List<(int Turn, QueuedRun Run)>();
            foreach (var workspace in level.Where(r => r.Order is null).GroupBy(r => r.Job.Place))
            {
                var turn = workspace.Key == last ? 1 : 0;
                foreach (var run in workspace.OrderBy(r => r.Id)) turns.Add((turn++, run));
            }
            foreach (var (_, run) in turns.OrderBy(t => t.Turn).ThenBy(t => t.Run.Id)) yield return run;
        }
    }
}
