using Spool.App.Queue;
using Spool.Engine.Definition;
using Spool.Engine.Journal;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>
/// Workspaces that the server watches: a change of a file that Spool did not write itself queues a run, one for any number of changes while none
/// of that workspace has begun. Those of <c>--watch</c>, and those of <c>watched.json</c> in the state root, which the page switches.
/// </summary>
internal sealed class WatchedFolders : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private readonly Composition _composition;
    private readonly ServerPlace _place;
    private readonly JobQueue _queue;
    private readonly Action<string> _say;
    private readonly CancellationTokenSource _stop;
    private readonly Dictionary<string, CancellationTokenSource> _watches = [];
    private readonly HashSet<string> _always;

    private WatchedFolders(Composition composition, ServerPlace place, JobQueue queue, IReadOnlyList<WorkflowFile> files, Action<string> say, CancellationToken cancel)
    {
        (_composition, _place, _queue, _say) = (composition, place, queue, say);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _always = [.. files.Select(f => f.File)];
        foreach (var file in files) Begin(file.File);
        _ = FollowAsync();
    }

    internal static WatchedFolders Open(Composition composition, ServerPlace place, JobQueue queue, IReadOnlyList<WorkflowFile> files, Action<string> say, CancellationToken cancel) =>
        new(composition, place, queue, files, say, cancel);

    // Which workspaces are watched may be switched at any time; the list is looked at once a second.
    private async Task FollowAsync()
    {
        try
        {
            while (true)
            {
                var wanted = WatchedList.Read(_place).Concat(_always).ToHashSet();
                foreach (var file in wanted.Where(f => !_watches.ContainsKey(f)).ToList()) Begin(file);
                foreach (var file in _watches.Keys.Where(f => !wanted.Contains(f)).ToList())
                {
                    await _watches[file].CancelAsync();
                    _watches.Remove(file);
                }
                await Task.Delay(Look, _composition.Time, _stop.Token);
            }
        }
        catch (OperationCanceledException) { return; }
    }

    private void Begin(string path)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _watches[path] = stop;
        _ = WatchAsync(WorkflowFile.Locate(_composition, path, null), stop.Token);
    }

    private async Task WatchAsync(WorkflowFile file, CancellationToken cancel)
    {
        try
        {
            var roots = file.Read(_composition, WorkflowArguments.None, new Engine.ProblemList())?.Roots.Values ?? [];
            var spool = Path.Join(file.Workspace, ".spool");
            var report = Path.Join(file.Workspace, Report.ReportFile.Name);
            using var watch = FolderWatch.Open(_composition.Disk, _composition.Time, [.. roots.Append(file.Workspace).Append(Path.GetDirectoryName(file.File)!).Distinct()], p => p == spool || p == report);
            _say($"watching {file.Workspace}");
            Submit(file, "it is watched from now on");
            while (true)
            {
                var changed = await watch.NextAsync(cancel);
                var owned = Owned(file);
                if (changed.FirstOrDefault(p => Matters(file, owned, p)) is { } first) Submit(file, $"{Path.GetRelativePath(file.Workspace, first)} changed");
            }
        }
        catch (OperationCanceledException) { return; }
        catch (Exception e) when (e is DiskException or IOException or JournalException) { _say($"{file.Workspace} is not watched any more: {e.Message}"); }
    }

    private void Submit(WorkflowFile file, string why)
    {
        if (_place.Disk.Stat(file.File) is null)
        {
            _say($"{file.File} is gone; nothing is queued until it is there again");
            return;
        }
        if (_queue.In(ServerPlace.Pending).Any(r => r.Job.Place == file.Workspace && r.Job.Workflow == file.File)) return;
        var waiting = _queue.In(ServerPlace.Running).FirstOrDefault(r => r.Job.Place == file.Workspace && r.Job.Workflow == file.File && r.Status == "waiting");
        if (waiting is not null)
        {
            // What it waited for may be there now; it goes on as the same run.
            DurableFile.WritePlain(_place.Disk, waiting.WakeMark(_place), "changed\n"u8);
            return;
        }
        _say($"run {_queue.Add(new Job(file.File, file.Workspace))} is queued: {why}");
    }

    private IReadOnlyDictionary<string, string> Owned(WorkflowFile file)
    {
        var paths = new WorkspacePaths(file.Workspace);
        return _composition.Disk.Stat(paths.Journal) is null ? new Dictionary<string, string>() : EventJournal.ReadOnly(_composition.Disk, paths.Journal).State.Paths.ToDictionary(p => p.Key, p => p.Value.Digest);
    }

    /// <summary>False for what Spool itself wrote: the bytes at the path are those it published there.</summary>
    private bool Matters(WorkflowFile file, IReadOnlyDictionary<string, string> owned, string path)
    {
        if (!path.StartsWith(file.Workspace + "/", StringComparison.Ordinal)) return true;
        var relative = path[(file.Workspace.Length + 1)..];
        var stat = _composition.Disk.Stat(path, followLinks: false);
        if (stat is { Kind: FileKind.Folder }) return !owned.Keys.Any(p => p.StartsWith(relative + "/", StringComparison.Ordinal)) && _composition.Disk.List(path).Count > 0;
        if (!owned.TryGetValue(relative, out var digest)) return true;
        return stat is not { Kind: FileKind.File } || ContentHash.OfFile(_composition.Disk, path, null, CancellationToken.None).ToString() != digest;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }
}
