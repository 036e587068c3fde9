using System.Text.Json;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using Spool.Platform;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Report;

/// <summary>
/// What the runs before this one made of each task, read from their plans in the store. This run's own records have replaced "the last result"
/// in the journal's fold, so the plans are the one honest source; where a plan is gone, nothing is said.
/// </summary>
public sealed class EarlierRuns
{
    private const int MostRuns = 5, MostChanges = 40, LongestValue = 300;
    private readonly PlannerWorld _world;
    private readonly Dictionary<string, (string Status, string? Key)> _last = [];
    private readonly Dictionary<string, string> _lastGood = [];
    private int _lastTasks;

    private EarlierRuns(PlannerWorld world) => _world = world;

    /// <summary>False when no earlier plan could be read.</summary>
    public bool Known { get; private set; }

    /// <summary>Reads back until the last full run that succeeded, or five plans.</summary>
    public static EarlierRuns Read(PlannerWorld world, string run)
    {
        var earlier = new EarlierRuns(world);
        var seen = new HashSet<string>();
        foreach (var before in world.State.Runs.Reverse().Where(r => r.Run != run && r.Workflow == world.WorkflowId && r.Plan is not null))
        {
            if (!seen.Add(before.Plan!) || !Digest.TryParse(before.Plan, out var digest)) continue;
            var path = world.Store.PathOf(digest);
            if (world.Disk.Stat(path) is not { Kind: FileKind.File }) continue;
            earlier.Add(RunExport.ReadPlan(DurableFile.Read(world.Disk, path)));
            if ((before.Full && before.Status == "succeeded") || seen.Count >= MostRuns) break;
        }
        return earlier;
    }

    private void Add(IReadOnlyList<JsonElement> plan)
    {
        if (!Known) _lastTasks = plan.Count;
        Known = true;
        foreach (var line in plan)
        {
            var task = line.GetProperty("task").GetString()!;
            var status = line.GetProperty("status").GetString()!;
            var key = line.TryGetProperty("key", out var value) ? value.GetString() : null;
            _last.TryAdd(task, (status, key));
            if (key is not null && status is "succeeded" or "reused") _lastGood.TryAdd(task, key!);
        }
    }

    /// <summary>True when the task's result is not the one that stood there after the last run.</summary>
    public bool Changed(TaskState task)
    {
        if (!Known || !task.HasOutputs) return false;
        if (!_last.TryGetValue(task.Node.Address, out var last) || last.Status is not ("succeeded" or "reused") || last.Key is null) return true;
        if (last.Key == task.Key) return task.Status == TaskStatus.Succeeded && (task.Options?.Varies ?? task.Node.Step.Kind.Traits.Varies);
        if (!_world.State.Records.TryGetValue(last.Key, out var record)) return task.Status == TaskStatus.Succeeded;
        for (var i = 0; i < task.Outputs.Count; i++)
        {
            var before = record.Record.Outputs.FirstOrDefault(o => o.Role == task.Node.Outputs[i].Role);
            if (before is null || before.Digest != task.Outputs[i].Recorded.ToString()) return true;
        }
        return false;
    }

    /// <summary>True when the last run ended with the same tasks and the same results.</summary>
    public bool IsSame(RunResult result) => _lastTasks == result.All.Count + result.OpenSteps.Count && result.All.All(task =>
        _last.TryGetValue(task.Node.Address, out var last) && last.Key == task.Key && (task.HasOutputs ? last.Status is "succeeded" or "reused" : last.Status == RunExport.Word(task.Status)));

    /// <summary>The parts of the key that differ from the last result of this task; null when there was none or it is not known any more.</summary>
    public IReadOnlyList<KeyChange>? Difference(TaskState task)
    {
        if (task.Key is null || !_lastGood.TryGetValue(task.Node.Address, out var key) || key == task.Key || !_world.State.Records.TryGetValue(key, out var record)) return null;
        return Between(record.Record.Parts, task.Parts);
    }

    public static IReadOnlyList<KeyChange>? Between(IReadOnlyList<string[]> before, IReadOnlyList<string[]> now)
    {
        var old = before.ToDictionary(p => p[0], p => p[1]);
        var changes = new List<KeyChange>();
        foreach (var part in now)
        {
            var was = old.GetValueOrDefault(part[0]);
            if (was != part[1]) changes.Add(new KeyChange(part[0], Show(was), Show(part[1])));
            old.Remove(part[0]);
        }
        changes.AddRange(before.Where(p => old.ContainsKey(p[0])).Select(p => new KeyChange(p[0], Show(p[1]), null)));
        return changes.Count == 0 ? null : [.. changes.Take(MostChanges)];
    }

    /// <summary>Values as people compare them: a digest by its first digits, a long text cut.</summary>
    private static string? Show(string? value)
    {
        if (value is null) return null;
        var space = value.LastIndexOf(' ');
        return Digest.TryParse(value[(space + 1)..], out var digest) ? value[..(space + 1)] + digest.Short + "…" : ArtifactTypes.Cut(value, LongestValue);
    }
}
