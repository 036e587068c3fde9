using System.Globalization;
using Spool.Engine.Artifacts;
using Spool.Engine.Planning;
using Spool.Platform;

namespace Spool.Engine.Scheduling;

/// <summary>How the publication of one result went: what is to be remembered of the files, or why it did not happen.</summary>
internal sealed record PublishOutcome(PublishRequest Request, Failure? Failure, Reason? Wait)
{
    internal List<(string Path, FileStat Stat, Digest Digest)> Placed { get; } = [];
    internal List<string> Removed { get; } = [];
}

/// <summary>
/// Puts results into the store and at their places, a batch at a time, in an order that a crash at any point leaves sound:
/// <para>1. <see cref="Stage"/>: the attempt's files become objects of the store, copies for the human paths are made beside, all is synced.
/// 2. The caller journals intent and result in one durable write: from here on the result cannot be lost, because it is in the store.
/// 3. <see cref="Place"/>: the copies are renamed to their paths. A crash before this is mended by the next run, which restores from the store.</para>
/// New paths are taken with NOREPLACE and owned ones with EXCHANGE, and what came out is looked at afterwards and swapped back if it was not
/// ours; where the file system lacks those calls the check stands right before the rename, with the small gap that this leaves.
/// </summary>
internal sealed class Publisher(IDisk disk, WorkspacePaths paths, ObjectStore store, CancellationToken cancel)
{
    private const long LinkBytes = 64L << 20;
    private static readonly HashSet<string> AlwaysCopied = [".txt", ".md", ".json", ".jsonl", ".srt", ".vtt", ".csv", ".png", ".jpg", ".jpeg", ".webp", ".svg", ".yaml", ".yml"];
    private readonly Dictionary<Publication, string> _staged = [];
    private long _counter;

    /// <summary>Makes objects and copies durable. Objects in <paramref name="trusted"/> are there for sure. Requests that fail are in the result.</summary>
    internal List<PublishOutcome> Stage(IReadOnlyList<PublishRequest> requests, Func<Digest, bool> trusted)
    {
        var outcomes = new List<PublishOutcome>(requests.Count);
        var sync = new SyncSet(disk, paths.Spool);
        var fresh = new HashSet<Digest>();
        foreach (var request in requests)
        {
            try
            {
                foreach (var output in request.Attempt?.Outputs ?? [])
                    foreach (var file in output.Files)
                        if (!trusted(file.Digest) && fresh.Add(file.Digest)) Ingest(file.Path, file.Digest, sync);
                foreach (var recorded in request.Recorded)
                    if (recorded.Folder && Digest.Parse(recorded.Digest) is var folder && request.Attempt is not null && !trusted(folder) && fresh.Add(folder)) WriteManifest(folder, sync);
                foreach (var edit in request.Reconciled.NewEdits) TakeEdit(edit, sync);
                foreach (var output in request.Reconciled.Outputs)
                    if (output.IsFolder && output.Digest != output.Recorded) WriteManifest(output.Digest, sync);
                if (request.Reconciled.Wait is null)
                    foreach (var publication in request.Reconciled.Publications) Prepare(publication, sync);
                outcomes.Add(new PublishOutcome(request, null, null));
            }
            catch (DiskException e) { outcomes.Add(new PublishOutcome(request, FailureOf(e), null)); }
        }
        sync.Flush();
        return outcomes;
    }

    private static Failure FailureOf(DiskException e) => e.IsDiskFull
        ? new Failure(FailureKind.OutOfDisk, e.Message) { Kept = "everything finished before", Next = "free some space, then run again" }
        : new Failure(FailureKind.ToolFailed, e.Message) { Kept = "everything finished before" };

    private void Ingest(string from, Digest digest, SyncSet sync)
    {
        if (store.PrepareShard(digest)) sync.Folder(store.Folder);
        var target = store.PathOf(digest);
        disk.SetMode(from, 0x124); // r--r--r--
        disk.Rename(from, target, RenameMode.Replace);
        sync.File(target);
        sync.Folder(Path.GetDirectoryName(target)!);
    }

    private void WriteManifest(Digest digest, SyncSet sync)
    {
        if (store.PrepareShard(digest)) sync.Folder(store.Folder);
        var temporary = Temporary();
        DurableFile.WritePlain(disk, temporary, Manifest.Write(store.ReadManifest(digest)));
        disk.Rename(temporary, store.PathOf(digest), RenameMode.Replace);
        sync.File(store.PathOf(digest));
        sync.Folder(Path.GetDirectoryName(store.PathOf(digest))!);
    }

    private void TakeEdit(NewEdit edit, SyncSet sync)
    {
        if (store.PrepareShard(edit.Edit)) sync.Folder(store.Folder);
        var temporary = Temporary();
        if (ContentHash.Copy(disk, Path.Join(paths.Workspace, edit.Path), temporary, cancel) != edit.Edit)
        {
            disk.DeleteFile(temporary);
            throw new DiskException("take the edit of", edit.Path + " (it changed meanwhile)", Errors.Again);
        }
        Ingest(temporary, edit.Edit, sync);
    }

    private void Prepare(Publication publication, SyncSet sync)
    {
        if (publication.IsAdoption || publication.IsRemoval) return;
        var source = store.PathOf(publication.Digest);
        var temporary = Temporary();
        if (!disk.TryReflink(source, temporary) && !Link(publication, source, temporary))
        {
            if (ContentHash.Copy(disk, source, temporary, cancel) != publication.Digest)
            {
                disk.DeleteFile(temporary);
                throw new DiskException("read", $"{source} (the object is damaged: run spool doctor --deep)", Errors.Io);
            }
        }
        sync.File(temporary);
        _staged[publication] = temporary;
    }

    // One path per object may be a link; text and pictures are always copies, because people edit them in place.
    private bool Link(Publication publication, string source, string temporary) =>
        publication.Bytes >= LinkBytes && !AlwaysCopied.Contains(Path.GetExtension(publication.Path)) && disk.Stat(source) is { Links: 1 } && disk.TryHardLink(source, temporary);

    private string Temporary() => Path.Join(paths.Temporary, string.Create(CultureInfo.InvariantCulture, $"p{++_counter}"));

    /// <summary>Renames the staged copies to their places.</summary>
    internal void Place(IReadOnlyList<PublishOutcome> outcomes, Func<string, bool> isInside)
    {
        var sync = new SyncSet(disk, paths.Workspace);
        for (var i = 0; i < outcomes.Count; i++)
        {
            var outcome = outcomes[i];
            if (outcome.Failure is not null || outcome.Request.Reconciled.Wait is not null) continue;
            foreach (var publication in outcome.Request.Reconciled.Publications)
            {
                try
                {
                    if (Put(publication, outcome, sync, isInside) is not { } reason) continue;
                    ((List<PublishOutcome>)outcomes)[i] = outcome with { Wait = reason };
                }
                catch (DiskException e) { ((List<PublishOutcome>)outcomes)[i] = outcome with { Failure = FailureOf(e) }; }
                break;
            }
        }
        sync.Flush();
    }

    private Reason? Put(Publication publication, PublishOutcome outcome, SyncSet sync, Func<string, bool> isInside)
    {
        var target = Path.Join(paths.Workspace, publication.Path);
        if (publication.IsAdoption) return null;
        if (publication.IsRemoval)
        {
            if (disk.Stat(target, followLinks: false) is { Kind: FileKind.File }) disk.DeleteFile(target);
            outcome.Removed.Add(publication.Path);
            return null;
        }
        if (!_staged.Remove(publication, out var temporary)) return null;
        var folder = Path.GetDirectoryName(target)!;
        if (!isInside(publication.Path))
        {
            disk.DeleteFile(temporary);
            return new Reason("outside", $"{publication.Path} leads out of the workspace through a link");
        }
        if (disk.Stat(folder) is not { Kind: FileKind.Folder }) foreach (var made in DurableFile.CreateFolders(disk, folder)) sync.Folder(Path.GetDirectoryName(made)!);
        var reason = publication.Was is null ? PutNew(publication, temporary, target) : PutOver(publication, temporary, target);
        if (reason is not null) return reason;
        sync.Folder(folder);
        if (disk.Stat(target, followLinks: false) is { } stat) outcome.Placed.Add((publication.Path, stat, publication.Digest));
        return null;
    }

    private Reason? PutNew(Publication publication, string temporary, string target)
    {
        switch (disk.Rename(temporary, target, RenameMode.NoReplace))
        {
            case RenameOutcome.Done:
                return null;
            case RenameOutcome.NotSupported when disk.Stat(target, followLinks: false) is null:
                disk.Rename(temporary, target, RenameMode.Replace);
                return null;
            default:
                disk.DeleteFile(temporary);
                return new Reason("foreign", $"would overwrite {publication.Path}, which appeared meanwhile and is not Spool's");
        }
    }

    private Reason? PutOver(Publication publication, string temporary, string target)
    {
        var outcome = disk.Rename(temporary, target, RenameMode.Exchange);
        if (outcome == RenameOutcome.NoSource) return PutNew(publication, temporary, target);
        if (outcome == RenameOutcome.NotSupported)
        {
            if (disk.Stat(target) is not null && ContentHash.OfFile(disk, target, null, cancel) != publication.Was) return Swapped();
            disk.Rename(temporary, target, RenameMode.Replace);
            return null;
        }
        if (disk.Stat(temporary, followLinks: false) is { Kind: FileKind.File } && ContentHash.OfFile(disk, temporary, null, cancel) == publication.Was)
        {
            disk.DeleteFile(temporary);
            return null;
        }
        disk.Rename(temporary, target, RenameMode.Exchange);
        return Swapped();

        Reason Swapped()
        {
            disk.DeleteFile(temporary);
            return new Reason("would-overwrite-edit", $"{publication.Path} was edited while its task ran: run again to see what to decide");
        }
    }
}
