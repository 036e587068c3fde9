using Spool.Engine.Artifacts;
using Spool.Engine.Graph;
using Spool.Engine.Journal;
using Spool.Platform;

namespace Spool.Engine.Planning;

/// <summary>
/// The workspace that a preview is made beside, read only: its remembered results count, with the edits that a person made of them, and
/// their bytes are taken over into the preview's own store by link. So a preview never waits for the engine that owns the workspace.
/// </summary>
public sealed record ParentWorkspace(IDisk Disk, string Workspace, WorkspaceState State, ObjectStore Store, string WorkflowId, StatCache Stats)
{
    /// <summary>The result of a key as it stands in the parent, its objects in <paramref name="own"/>; null when it cannot be had.</summary>
    internal Recorded? Find(string key, TaskNode task, ObjectStore own, CancellationToken cancel)
    {
        if (!State.Records.TryGetValue(key, out var record)) return null;
        var outputs = new List<RecordedOutput>();
        foreach (var output in record.Record.Outputs)
        {
            var binding = task.Outputs.FirstOrDefault(o => o.Role == output.Role);
            if (binding is null || State.Gone.Contains(output.Digest)) return null;
            var digest = Digest.Parse(output.Digest);
            if (!output.Folder)
            {
                if (Take(digest, output.Bytes, binding.Path, own, cancel) is not var (stands, bytes)) return null;
                outputs.Add(output with { Digest = stands.ToString(), Bytes = bytes });
                continue;
            }
            if (!Store.Has(digest)) return null;
            var entries = new List<ManifestEntry>();
            foreach (var entry in Store.ReadManifest(digest))
            {
                if (Take(entry.Digest, entry.Bytes, $"{binding.Path}/{entry.Name}", own, cancel) is not var (stands, bytes)) return null;
                entries.Add(entry with { Digest = stands, Bytes = bytes });
            }
            var manifest = Manifest.Write(entries);
            var folder = Digest.Of(manifest);
            own.Remember(folder, entries);
            if (!own.Has(folder))
            {
                own.PrepareShard(folder);
                DurableFile.WritePlain(Disk, own.PathOf(folder), manifest);
            }
            outputs.Add(output with { Digest = folder.ToString(), Bytes = entries.Sum(e => e.Bytes) });
        }
        return record with { Record = record.Record with { Outputs = outputs } };
    }

    // An edit by hand stands for the result, whether the parent has seen it yet or not.
    private (Digest Digest, long Bytes)? Take(Digest digest, long bytes, string path, ObjectStore own, CancellationToken cancel)
    {
        var full = Path.Join(Workspace, path);
        if (State.Paths.GetValueOrDefault(path) is { } owned && owned.Digest == digest.ToString() && Disk.Stat(full, followLinks: false) is { Kind: FileKind.File } stat
            && Stats.DigestOf(full, stat, null, cancel) is var stands && stands != digest)
            return Put(full, stands, own, link: false, cancel) ? (stands, stat.Size) : null;
        return own.Has(digest) || Put(Store.PathOf(digest), digest, own, link: true, cancel) ? (digest, bytes) : null;
    }

    private bool Put(string from, Digest digest, ObjectStore own, bool link, CancellationToken cancel)
    {
        if (own.Has(digest)) return true;
        if (Disk.Stat(from) is not { Kind: FileKind.File }) return false;
        own.PrepareShard(digest);
        var target = own.PathOf(digest);
        if (Disk.TryReflink(from, target) || (link && Disk.TryHardLink(from, target))) return true;
        if (ContentHash.Copy(Disk, from, target, cancel) == digest) return true;
        Disk.DeleteFile(target);
        return false;
    }
}
