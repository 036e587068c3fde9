using System.Globalization;
using System.Text;
using Spool.Platform;

namespace Spool.Engine.Scheduling;

/// <summary>
/// Pools that all engines of a user on this machine share: each unit is a file under the state root that its holder has locked, so a unit comes
/// back with the death of its holder. A task takes all it needs under one lock, or nothing. The body of a slot names its holder.
/// </summary>
public sealed class HostPools(IDisk disk, string folder, IReadOnlyDictionary<string, double> capacities, ProcessIdentity me)
{
    private readonly HashSet<string> _made = [];

    /// <summary>The slots, to be disposed when the task has ended; null when not all are free now. A task that needs none gets an empty list.</summary>
    public IReadOnlyList<IDisposable>? TryTake(Needs needs)
    {
        var wanted = needs.Amounts.Where(a => capacities.ContainsKey(a.Pool) && a.Amount > 0).ToList();
        if (wanted.Count == 0) return [];
        Make(folder);
        using var gate = disk.OpenWrite(Path.Join(folder, "lock"), OpenMode.Keep);
        if (!gate.TryLock()) return null;
        var taken = new List<IDisposable>();
        foreach (var (pool, amount) in wanted)
        {
            var left = (int)Math.Ceiling(Math.Min(amount, capacities[pool]));
            var pools = Path.Join(folder, pool);
            Make(pools);
            for (var slot = 1; slot <= (int)capacities[pool] && left > 0; slot++)
            {
                var file = disk.OpenWrite(Path.Join(pools, slot.ToString(CultureInfo.InvariantCulture)), OpenMode.Keep);
                if (file.TryLock())
                {
                    var body = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{me.Pid} {me.StartTicks}\n"));
                    file.Truncate(body.Length);
                    file.Write(0, body);
                    taken.Add(file);
                    left--;
                }
                else file.Dispose();
            }
            if (left == 0) continue;
            foreach (var file in taken) file.Dispose();
            return null;
        }
        return taken;
    }

    private void Make(string path)
    {
        if (_made.Add(path)) DurableFile.CreateFolders(disk, path);
    }
}
