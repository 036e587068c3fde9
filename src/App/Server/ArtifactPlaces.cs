using Spool.App.Queue;
using Spool.Engine.Artifacts;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>
/// Finds the bytes of a digest in the stores of the workspaces that have runs here, never by a path of the asker. The workspaces are remembered:
/// of the queue only folders that changed are looked at again, and there only the jobs that are new are read.
/// </summary>
internal sealed class ArtifactPlaces(ServerPlace place, TimeProvider time)
{
    /// <summary>A change within the same tick of the file system's clock as the look would not show in its time.</summary>
    private const long RacyNs = 50_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, string?> _workspaces = [];
    private readonly Dictionary<string, (long ChangedNs, HashSet<long> Runs)> _stages = [];
    private IReadOnlyList<string> _stores = [];

    /// <summary>How many jobs were read so far.</summary>
    internal int JobsRead { get; private set; }

    /// <summary>Where the bytes lie, absolute; null when no run here has them.</summary>
    internal string? Find(Digest digest)
    {
        foreach (var folder in Stores())
        {
            var path = new ObjectStore(place.Disk, folder).PathOf(digest);
            if (place.Disk.Stat(path, followLinks: false) is { Kind: FileKind.File }) return path;
        }
        return null;
    }

    private IReadOnlyList<string> Stores()
    {
        lock (_gate)
        {
            var changed = false;
            foreach (var stage in ServerPlace.Stages)
            {
                var now = place.Disk.Stat(place.Stage(stage))?.ModifiedNs ?? 0;
                if (_stages.TryGetValue(stage, out var seen) && seen.ChangedNs == now) continue;
                var racy = (time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000) - now < RacyNs;
                _stages[stage] = (racy ? -1 : now, Look(stage));
                changed = true;
            }
            if (!changed) return _stores;
            foreach (var gone in _workspaces.Keys.Where(id => !_stages.Values.Any(s => s.Runs.Contains(id))).ToList()) _workspaces.Remove(gone);
            // The newest runs first: what is looked at is mostly theirs.
            return _stores = [.. _workspaces.OrderByDescending(w => w.Key).Select(w => w.Value).OfType<string>().Distinct(StringComparer.Ordinal).Select(w => new WorkspacePaths(w).Store)];
        }
    }

    /// <summary>The runs of a stage; of new ones the workspace is read.</summary>
    private HashSet<long> Look(string stage)
    {
        var there = new HashSet<long>();
        foreach (var entry in place.Disk.Stat(place.Stage(stage)) is null ? [] : place.Disk.List(place.Stage(stage)))
        {
            if (ServerPlace.NumberOf(entry.Name) is not { } id) continue;
            there.Add(id);
            if (_workspaces.ContainsKey(id)) continue;
            try
            {
                JobsRead++;
                _workspaces[id] = Job.ReadKept(DurableFile.Read(place.Disk, Path.Join(place.Stage(stage), entry.Name))).Place;
            }
            catch (JobFault) { _workspaces[id] = null; }
            catch (DiskException e) when (e.Errno == Errors.NotFound) { continue; } // moved on between the list and the look: the folder's time tells
        }
        return there;
    }
}
