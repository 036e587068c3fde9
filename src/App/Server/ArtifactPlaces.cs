using Spool.App.Queue;
using Spool.Engine.Artifacts;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>
/// Finds the bytes of a digest in the stores of the workspaces that have runs here, never by a path of the asker. The workspaces are remembered:
/// the queue is looked at again only when one of its folders changed, and then only the jobs that are new are read.
/// </summary>
internal sealed class ArtifactPlaces(ServerPlace place, TimeProvider time)
{
    /// <summary>A change within the same tick of the file system's clock as the look would not show in its time.</summary>
    private const long RacyNs = 50_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, string?> _workspaces = [];
    private long[] _seen = [];
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
            var now = ServerPlace.Stages.Select(s => place.Disk.Stat(place.Stage(s))?.ModifiedNs ?? 0).ToArray();
            if (_seen.AsSpan().SequenceEqual(now)) return _stores;
            Look();
            var clock = time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
            _seen = now.Any(n => clock - n < RacyNs) ? [] : now;
            return _stores;
        }
    }

    private void Look()
    {
        var there = new HashSet<long>();
        foreach (var stage in ServerPlace.Stages)
        {
            foreach (var entry in place.Disk.Stat(place.Stage(stage)) is null ? [] : place.Disk.List(place.Stage(stage)))
            {
                if (ServerPlace.NumberOf(entry.Name) is not { } id) continue;
                there.Add(id);
                if (_workspaces.ContainsKey(id)) continue;
                try
                {
                    JobsRead++;
                    _workspaces[id] = Job.Read(DurableFile.Read(place.Disk, Path.Join(place.Stage(stage), entry.Name))).Place;
                }
                catch (JobFault) { _workspaces[id] = null; }
                catch (DiskException e) when (e.Errno == Errors.NotFound) { continue; } // moved on between the list and the look: the folder's time tells
            }
        }
        foreach (var gone in _workspaces.Keys.Where(id => !there.Contains(id)).ToList()) _workspaces.Remove(gone);
        // The newest runs first: what is looked at is mostly theirs.
        _stores = [.. _workspaces.OrderByDescending(w => w.Key).Select(w => w.Value).OfType<string>().Distinct(StringComparer.Ordinal).Select(w => new WorkspacePaths(w).Store)];
    }
}
