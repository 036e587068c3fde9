using Spool.Engine.Planning;

namespace Spool.Engine.Scheduling;

/// <summary>
/// Longest expected path first: a task is as urgent as its own expected time plus the most urgent of its readers. Expected times are those of
/// the task's last result, else of its kind, else one second. Producers always have a lower index, so one pass from the end is enough.
/// </summary>
internal static class Urgencies
{
    internal static void Update(List<TaskState> tasks, PlannerWorld world)
    {
        for (var i = tasks.Count - 1; i >= 0; i--)
        {
            var task = tasks[i];
            if (task.IsOver) continue;
            var behind = 0.0;
            foreach (var reader in task.Node.Readers)
                if (reader.Index < tasks.Count) behind = Math.Max(behind, tasks[reader.Index].Urgency);
            task.Urgency = Expected(task, world) + behind;
        }
    }

    /// <summary>Seconds that a task is expected to take.</summary>
    internal static double Expected(TaskState task, PlannerWorld world) =>
        (world.State.LastOf(world.WorkflowId, task.Node.Address)?.Record.Ms ?? world.State.UsualMs(task.Node.Step.Kind.Name) ?? 1000) / 1000.0;
}
