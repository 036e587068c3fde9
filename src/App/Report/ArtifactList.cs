using Spool.Engine;
using Spool.Engine.Graph;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Report;

/// <summary>A file or folder that the page tells of.</summary>
/// <param name="Path">As in the workflow; folders end in a slash.</param>
/// <param name="Full">Where it stands, absolute.</param>
internal sealed record ListedArtifact(string Path, string Full, long Bytes, Digest Digest, TaskState? Producer)
{
    public IReadOnlyList<string>? Children { get; init; }
}

/// <summary>All artifacts of the tasks on the page: what they made and the sources they read, each path once.</summary>
internal sealed class ArtifactList(Workspace workspace, PlannerWorld world, ReportLimits limits)
{
    private readonly Dictionary<string, ListedArtifact> _all = [];
    private readonly List<string> _order = [];

    internal IEnumerable<ListedArtifact> All => _order.Select(p => _all[p]);

    /// <summary>Files and folders that are not listed because there are too many.</summary>
    internal int LeftOut { get; private set; }

    /// <summary>Files of folders that are not listed because their folder has too many.</summary>
    internal int MembersLeftOut { get; private set; }

    internal ListedArtifact? Find(string path) => _all.GetValueOrDefault(path);

    internal void AddOutputs(TaskState task)
    {
        if (!task.HasOutputs) return;
        for (var i = 0; i < task.Outputs.Count; i++)
        {
            var output = task.Outputs[i];
            var full = System.IO.Path.Join(workspace.Paths.Workspace, output.Path);
            if (!output.IsFolder)
            {
                Add(new ListedArtifact(output.Path, full, output.Bytes, output.Digest, task));
                continue;
            }
            if (task.Node.Step.Kind.Outputs.FirstOrDefault(r => r.Name == task.Node.Outputs[i].Role) is { IsPreview: true })
            {
                Add(new ListedArtifact(output.Path + "/", full, output.Bytes, output.Digest, task));
                continue;
            }
            var names = Members(task, i);
            Add(new ListedArtifact(output.Path + "/", full, output.Bytes, output.Digest, task) { Children = [.. names.Take(limits.Members).Select(e => $"{output.Path}/{e.Name}")] });
            MembersLeftOut += Math.Max(0, names.Count - limits.Members);
            foreach (var entry in names.Take(limits.Members)) Add(new ListedArtifact($"{output.Path}/{entry.Name}", System.IO.Path.Join(full, entry.Name), entry.Bytes, entry.Digest, task));
        }
    }

    /// <summary>What lies in an output folder; empty where the store has forgotten it.</summary>
    internal IReadOnlyList<Engine.Artifacts.ManifestEntry> Members(TaskState task, int output)
    {
        if (!task.HasOutputs || !task.Outputs[output].IsFolder) return [];
        return workspace.Store.Has(task.Outputs[output].Digest) || !workspace.State.Gone.Contains(task.Outputs[output].Digest.ToString()) ? workspace.Store.ReadManifest(task.Outputs[output].Digest) : [];
    }

    /// <summary>Outputs of any task, listed or not, that may be files of a curation, with the places of their bytes.</summary>
    internal IEnumerable<(string Path, IReadOnlyList<string> Places)> Curated(IEnumerable<TaskState> tasks)
    {
        foreach (var task in tasks.Where(t => t.HasOutputs))
            for (var i = 0; i < task.Outputs.Count; i++)
            {
                var output = task.Outputs[i];
                if (!CurationFiles.MayHold(output.Path)) continue;
                var files = output.IsFolder ? Members(task, i).Select(e => (Path: $"{output.Path}/{e.Name}", e.Digest)) : [(output.Path, output.Digest)];
                foreach (var (path, digest) in files) yield return (path, [workspace.Store.PathOf(digest), System.IO.Path.Join(workspace.Paths.Workspace, path)]);
            }
    }

    /// <summary>The files that no task made.</summary>
    internal void AddSources(TaskState task)
    {
        foreach (var binding in task.Node.Inputs)
        {
            if (binding.Shape == RoleShape.Folder && binding.Refs is [InputRef.Source folder])
            {
                // Footage of thousands of frames has panels of its own.
                var input = task.Inputs.FirstOrDefault(i => i.Role == binding.Role);
                if (input is { View: FolderView.Whole }) AddSourceFolder(folder.Path, input.Files);
                continue;
            }
            foreach (var source in binding.Refs.OfType<InputRef.Source>().Take(limits.Members))
            {
                if (_all.ContainsKey(source.Path)) continue;
                var full = world.Sources.Full(source.Path);
                if (workspace.Stats.TryGet(full, out var known)) Add(new ListedArtifact(source.Path, full, known.Stat.Size, known.Digest, null));
                else if (world.Disk.Stat(full) is { Kind: FileKind.File } stat) Add(new ListedArtifact(source.Path, full, stat.Size, default, null));
            }
        }
    }

    private void AddSourceFolder(string path, IReadOnlyList<Engine.Attempts.AttemptFile> files)
    {
        if (files.Count == 0) return;
        var full = world.Sources.Full(path);
        Add(new ListedArtifact(path + "/", full, files.Sum(f => f.Bytes), default, null) { Children = [.. files.Take(limits.Members).Select(f => $"{path}/{f.Name}")] });
        MembersLeftOut += Math.Max(0, files.Count - limits.Members);
        foreach (var file in files.Take(limits.Members)) Add(new ListedArtifact($"{path}/{file.Name}", System.IO.Path.Join(full, file.Name), file.Bytes, file.Digest, null));
    }

    private void Add(ListedArtifact artifact)
    {
        if (_all.ContainsKey(artifact.Path)) return;
        if (_order.Count >= limits.Artifacts)
        {
            LeftOut++;
            return;
        }
        _all.Add(artifact.Path, artifact);
        _order.Add(artifact.Path);
    }

    /// <summary>Where its bytes may lie: in the store they cannot have changed since.</summary>
    internal IReadOnlyList<string> Places(ListedArtifact artifact) => artifact.Digest.IsEmpty ? [artifact.Full] : [workspace.Store.PathOf(artifact.Digest), artifact.Full];

    /// <summary>The address of the file beside the page; null for a dropped intermediate.</summary>
    internal string? Address(ListedArtifact artifact)
    {
        if (artifact.Path.EndsWith('/')) return null;
        if (artifact.Producer is { } task && task.Node.Outputs.Any(o => !o.Keep && o.Path == artifact.Path)) return null;
        return ArtifactTypes.Address(System.IO.Path.GetRelativePath(workspace.Paths.Workspace, artifact.Full));
    }
}
