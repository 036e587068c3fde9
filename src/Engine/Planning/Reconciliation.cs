using Spool.Engine.Artifacts;
using Spool.Engine.Graph;
using Spool.Engine.Journal;
using Spool.Platform;

namespace Spool.Engine.Planning;

/// <summary>An edit by hand that was not known yet; its bytes are to be taken into the store.</summary>
public sealed record NewEdit(string Path, Digest Was, Digest Edit, long Bytes);

/// <summary>What must be done so that the workspace shows a result, and what readers of it get.</summary>
public sealed record Reconciled(IReadOnlyList<KnownOutput> Outputs, IReadOnlyList<Publication> Publications, IReadOnlyList<NewEdit> NewEdits, Reason? Wait)
{
    /// <summary>Objects of the store whose bytes were changed through a hard link by an edit in place.</summary>
    public IReadOnlyList<Digest> Lost { get; init; } = [];

    /// <summary>Outputs that stand as a person left them.</summary>
    public IReadOnlyList<string> Edited { get; init; } = [];
}

/// <summary>
/// Compares a result with what stands at its paths. The rules, per file:
/// nothing there: publish; the same bytes: fine (adopted when they were not ours); bytes that Spool wrote there: replace; otherwise somebody
/// else's. If the path was ours, it is an edit: it stands while the result is what it was before the edit, else the task waits. A foreign file
/// is never overwritten: the task waits.
/// </summary>
public sealed class Reconciliation(PlannerWorld world, CancellationToken cancel)
{
    private readonly List<Publication> _publications = [];
    private readonly List<NewEdit> _newEdits = [];
    private readonly List<string> _edited = [];
    private readonly List<Digest> _lost = [];
    private Reason? _wait;

    /// <summary>Compares one task's result with the workspace.</summary>
    /// <param name="restore">False: a missing file is not put back (dropped intermediates that nobody must read).</param>
    public static Reconciled Compare(PlannerWorld world, TaskNode task, IReadOnlyList<RecordedOutput> result, bool restore, CancellationToken cancel) =>
        new Reconciliation(world, cancel).Compare(task, result, restore);

    private Reconciled Compare(TaskNode task, IReadOnlyList<RecordedOutput> result, bool restore)
    {
        var outputs = new KnownOutput[task.Outputs.Count];
        for (var i = 0; i < outputs.Length; i++)
        {
            var binding = task.Outputs[i];
            var recorded = result.First(r => r.Role == binding.Role);
            var digest = Digest.Parse(recorded.Digest);
            outputs[i] = binding.IsFolder
                ? Folder(task, binding, digest, recorded.Bytes, restore && binding.Keep)
                : new KnownOutput(binding.Path, false, One(binding.Path, digest, recorded.Bytes, restore && binding.Keep), recorded.Bytes, digest);
        }
        return new Reconciled(outputs, _publications, _newEdits, _wait) { Edited = _edited, Lost = _lost };
    }

    private KnownOutput Folder(TaskNode task, OutputBinding binding, Digest digest, long bytes, bool restore)
    {
        var entries = world.Store.ReadManifest(digest);
        var changed = false;
        var effective = new List<ManifestEntry>(entries.Count);
        foreach (var entry in entries)
        {
            var stands = One($"{binding.Path}/{entry.Name}", entry.Digest, entry.Bytes, restore);
            changed |= stands != entry.Digest;
            effective.Add(entry with { Digest = stands });
        }
        Leftovers(task, binding, entries);
        if (!changed) return new KnownOutput(binding.Path, true, digest, bytes, digest);
        var edited = Digest.Of(Manifest.Write(effective));
        world.Store.Remember(edited, effective);
        return new KnownOutput(binding.Path, true, edited, bytes, digest);
    }

    /// <summary>Files of the folder's last content that are no longer part of it go away, unless somebody edited them.</summary>
    private void Leftovers(TaskNode task, OutputBinding binding, IReadOnlyList<ManifestEntry> now)
    {
        var before = world.State.LastOf(world.WorkflowId, task.Address)?.Record.Outputs.FirstOrDefault(o => o.Role == binding.Role && o.Folder);
        if (before is null || !Digest.TryParse(before.Digest, out var old) || !world.Store.Has(old)) return;
        foreach (var entry in world.Store.ReadManifest(old))
        {
            if (now.Any(n => n.Name == entry.Name)) continue;
            var path = $"{binding.Path}/{entry.Name}";
            if (world.State.Paths.TryGetValue(path, out var owned) && OnDisk(path) is { } stands && stands.ToString() == owned.Digest)
                _publications.Add(new Publication(path, stands, entry.Bytes, stands) { IsRemoval = true });
        }
    }

    /// <summary>Looks at one path; gives the digest that readers get.</summary>
    private Digest One(string path, Digest digest, long bytes, bool restore)
    {
        var full = Path.Join(world.Workspace, path);
        if (world.Disk.Stat(full, followLinks: false) is not { } stat)
        {
            if (restore) _publications.Add(new Publication(path, digest, bytes, null));
            return digest;
        }
        var owned = world.State.Paths.GetValueOrDefault(path);
        if (stat.Kind != FileKind.File)
        {
            _wait ??= new("foreign", $"would overwrite {path}, which is {(stat.Kind == FileKind.Folder ? "a folder" : "no regular file")} that Spool did not make");
            return digest;
        }
        var stands = world.Stats.DigestOf(full, stat, null, cancel);
        if (stands == digest)
        {
            if (owned is null || owned.Digest != digest.ToString()) _publications.Add(new Publication(path, digest, bytes, stands) { IsAdoption = true });
            return digest;
        }
        var text = stands.ToString();
        if (owned is null)
        {
            _wait ??= new("foreign", $"would overwrite {path}, which Spool did not write: move it away, or give the step another path");
            return digest;
        }
        if (text == owned.Digest || text == owned.Was)
        {
            _publications.Add(new Publication(path, digest, bytes, stands));
            return digest;
        }
        if (stat.Links > 1 && world.Disk.Stat(world.Store.PathOf(Digest.Parse(owned.Digest))) is { } original && original.Inode == stat.Inode) _lost.Add(Digest.Parse(owned.Digest));
        if (world.State.Edits.GetValueOrDefault(path)?.Edit != text) _newEdits.Add(new NewEdit(path, Digest.Parse(owned.Digest), stands, stat.Size));
        if (owned.Digest == digest.ToString())
        {
            _edited.Add(path);
            return stands;
        }
        _wait ??= new("would-overwrite-edit", $"would overwrite an edit of {path}: spool redo {owned.Task} --discard-edit, or spool accept {owned.Task}");
        return digest;
    }

    private Digest? OnDisk(string path)
    {
        var full = Path.Join(world.Workspace, path);
        return world.Disk.Stat(full, followLinks: false) is { Kind: FileKind.File } stat ? world.Stats.DigestOf(full, stat, null, cancel) : null;
    }
}
