using Spool.Platform;
using Spool.Tests.Support;

namespace Spool.Tests.Journal;

/// <summary>What an exploration saw.</summary>
internal sealed class Found
{
    internal long States { get; set; }
    internal List<string> Violations { get; } = [];
}

/// <summary>Runs a journal workload up to every crash point and lists the disks that each may leave.</summary>
internal static class CrashExplorer
{
    internal delegate void Workload(IDisk disk, JournalHistory history);

    internal delegate (VirtualDisk Disk, JournalHistory History) Start();

    /// <summary>Every crash point, every allowed state, the rule of the journal.</summary>
    /// <param name="mutant">A disk that forgets barriers, put before the real one.</param>
    internal static Found Explore(Workload workload, int most, TearDetail detail, Func<IDisk, IDisk>? mutant = null, bool stopAtFirst = false)
    {
        var found = new Found();
        foreach (var (state, history) in States(workload, most, detail, mutant: mutant))
        {
            found.States++;
            if (JournalCheck.Violation(state, history) is not { } violation) continue;
            found.Violations.Add($"{violation}; {state.Origin}");
            if (stopAtFirst) break;
        }
        return found;
    }

    /// <summary>The states after a power cut before each effect, and after the last one.</summary>
    internal static IEnumerable<(VirtualDisk State, JournalHistory History)> States(Workload workload, int most, TearDetail detail, Start? start = null, Func<IDisk, IDisk>? mutant = null)
    {
        for (var at = 1; ; at++)
        {
            var (disk, history, cut) = Run(workload, at, start, mutant);
            foreach (var state in disk.CrashStates(most, at, detail)) yield return (state, history);
            if (!cut) yield break;
        }
    }

    /// <summary>How many calls with an effect the workload makes.</summary>
    internal static int Effects(Workload workload, Start? start = null)
    {
        var (disk, history) = start?.Invoke() ?? (new VirtualDisk(), new JournalHistory());
        var counter = new CrashAtDisk(disk, int.MaxValue);
        workload(counter, history);
        return counter.Effects;
    }

    /// <summary>The disk and the promises at one crash point.</summary>
    internal static (VirtualDisk Disk, JournalHistory History, bool Cut) Run(Workload workload, int at, Start? start = null, Func<IDisk, IDisk>? mutant = null)
    {
        var (disk, history) = start?.Invoke() ?? (new VirtualDisk(), new JournalHistory());
        var cutting = new CrashAtDisk(disk, at);
        try { workload(mutant?.Invoke(cutting) ?? cutting, history); }
        catch (PowerCut) { }
        return (disk, history, cutting.HasCut);
    }
}
