using System.Text.Json;
using Spool.Platform;

namespace Spool.Engine.Journal;

/// <summary>
/// The append-only truth of a workspace. <see cref="Append"/> puts events into the batch, <see cref="Commit"/> makes the batch durable with
/// one write and one sync, and only then are the events applied to the state and may be told to anybody. After any error the journal is
/// failed for good: a sync is never tried twice, because the kernel reports a lost write once.
/// One engine writes; the lock and the epoch in every record keep a stale one out.
/// </summary>
public sealed class EventJournal : IDisposable
{
    private readonly IDisk _disk;
    private readonly string _folder;
    private readonly FileLock? _lock;
    private readonly List<byte[]> _batch = [];
    private readonly List<JournalEvent> _events = [];
    private readonly long _segmentBytes;
    private readonly List<NumberedFile> _segments;
    private readonly List<NumberedFile> _snapshots;
    private IDiskFile _file;
    private long _length;
    private uint _previous;
    private bool _failed;

    private EventJournal(IDisk disk, string folder, FileLock? fileLock, JournalContent content, WorkspaceState state, long segmentBytes, IDiskFile file, string path)
    {
        _disk = disk;
        _folder = folder;
        _lock = fileLock;
        _segmentBytes = segmentBytes;
        _file = file;
        _segments = [.. content.Segments, new NumberedFile(content.LastSeq + 1, path)];
        _snapshots = [.. content.Snapshots];
        State = state;
        Seq = SyncedSeq = content.LastSeq;
        Epoch = content.Epoch;
    }

    public WorkspaceState State { get; }
    public long Seq { get; private set; }
    public long SyncedSeq { get; private set; }
    public int Epoch { get; private set; }

    /// <summary>Reads the state without touching anything.</summary>
    public static (WorkspaceState State, long LastSeq, IReadOnlyList<string> Warnings) ReadOnly(IDisk disk, string folder)
    {
        var state = new WorkspaceState();
        var content = JournalFiles.Read(disk, folder, state.Apply, state.Clear);
        return (state, content.LastSeq, content.Warnings);
    }

    /// <summary>
    /// Opens for writing as the next epoch: cuts a torn end off (keeping it in quarantine), starts a new segment, journals the epoch.
    /// <paramref name="witnessed"/> is the last sequence that the index saw durable; a journal that ends before it has been damaged.
    /// </summary>
    public static EventJournal Open(IDisk disk, string folder, FileLock? fileLock, ProcessIdentity owner, string mark, long now, long witnessed,
        out IReadOnlyList<string> warnings, long segmentBytes = 32 << 20)
    {
        DurableFile.CreateFolders(disk, folder);
        var state = new WorkspaceState();
        var content = JournalFiles.Read(disk, folder, state.Apply, state.Clear);
        warnings = content.Warnings;
        if (content.LastSeq < witnessed)
            throw new JournalException($"the journal ends at event {content.LastSeq}, but event {witnessed} was durable: {folder} has been damaged or replaced; nothing was changed");
        if (content.LastSeq == 0) SyncAncestors(disk, folder);
        if (content.Torn is var (tornPath, offset)) Quarantine(disk, folder, tornPath, offset);
        if (content.LastBatch is { } batch) Prove(disk, batch);
        // A segment that was begun but never got a record is begun again.
        var path = JournalFiles.Segment(folder, content.LastSeq + 1);
        var segments = content.Segments.Where(s => s.Seq != content.LastSeq + 1).ToList();
        var file = disk.OpenWrite(path, OpenMode.Truncate);
        file.Sync();
        disk.SyncFolder(folder);
        var journal = new EventJournal(disk, folder, fileLock, content with { Segments = segments }, state, segmentBytes, file, path) { Epoch = content.Epoch + 1 };
        journal.Append(new EpochStarted(journal.Epoch, owner.Pid, owner.StartTicks, owner.BootId, owner.Host, mark, now));
        journal.Commit();
        return journal;
    }

    // Before the first event, every folder on the way down must be durable: an earlier engine may have made them and died before its sync.
    private static void SyncAncestors(IDisk disk, string folder)
    {
        var device = disk.Stat(folder)!.Value.Device;
        for (var above = Path.GetDirectoryName(folder); above is not null && disk.Stat(above) is { } stat && stat.Device == device; above = Path.GetDirectoryName(above))
        {
            try { disk.SyncFolder(above); }
            catch (DiskException e) when (e.Errno == Errors.Denied) { return; } // not ours: nobody makes folders where he may not read
        }
    }

    // The last batch may have been read from the memory of the machine only: its engine was killed before the sync, or the sync failed, after
    // which the kernel takes the bytes for written. Writing them once more makes the next sync tell the truth; more is built on them then.
    private static void Prove(IDisk disk, (string Path, long Start, long End) batch)
    {
        var bytes = DurableFile.Read(disk, batch.Path).AsSpan((int)batch.Start, (int)(batch.End - batch.Start));
        using var file = disk.OpenWrite(batch.Path, OpenMode.Keep);
        file.Write(batch.Start, bytes);
        file.Sync();
    }

    private static void Quarantine(IDisk disk, string folder, string path, long offset)
    {
        var bytes = DurableFile.Read(disk, path);
        var quarantine = Path.Join(Path.GetDirectoryName(folder), "quarantine");
        DurableFile.CreateFolders(disk, quarantine);
        // The tail leaves the segment below, so its copy must be found after a power cut, also when an earlier engine made the folder and died.
        disk.SyncFolder(Path.GetDirectoryName(quarantine)!);
        DurableFile.Write(disk, Path.Join(quarantine, $"{Path.GetFileNameWithoutExtension(path)}-{offset}.tail"), bytes.AsSpan((int)offset));
        using var file = disk.OpenWrite(path, OpenMode.Keep);
        file.Truncate(offset);
        file.Sync();
    }

    /// <summary>Adds an event to the batch; it is not durable, not applied and must not be told before <see cref="Commit"/>.</summary>
    public void Append(JournalEvent e)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(e, JournalJson.Default.JournalEvent);
        if (payload.Length > Frame.MostPayload) throw new JournalException($"an event of {payload.Length} bytes does not fit into the journal");
        _previous = Frame.Write(_batch, payload, ++Seq, SyncedSeq, Epoch, _previous);
        _events.Add(e);
    }

    public bool HasPending => _batch.Count > 0;

    public int SegmentCount => _segments.Count;

    /// <summary>The first sequence of the segment being written, and its length: a later look can tell whether anything was added.</summary>
    public (long Segment, long Bytes) Position => (_segments[^1].Seq, _length);

    /// <summary>
    /// Adds events to a journal that is exactly where the index saw it, without replaying it: a run that has nothing to do costs one small
    /// file and two syncs. Null when the journal is elsewhere. The caller holds the lock.
    /// </summary>
    public static (long Seq, long Bytes)? AppendQuietly(IDisk disk, string folder, long seq, int epoch, (long Segment, long Bytes) position, IReadOnlyList<JournalEvent> events)
    {
        var last = JournalFiles.Segment(folder, position.Segment);
        if (disk.Stat(last) is not { } stat || stat.Size != position.Bytes || disk.Stat(JournalFiles.Segment(folder, seq + 1)) is not null) return null;
        var records = new List<byte[]>();
        uint previous = 0;
        var at = seq;
        foreach (var e in events) previous = Frame.Write(records, JsonSerializer.SerializeToUtf8Bytes(e, JournalJson.Default.JournalEvent), ++at, seq, epoch, previous);
        var bytes = records.SelectMany(r => r).ToArray();
        using var file = disk.OpenWrite(JournalFiles.Segment(folder, seq + 1), OpenMode.New);
        file.Write(0, bytes);
        file.Sync();
        disk.SyncFolder(folder);
        return (at, bytes.Length);
    }

    /// <summary>Makes the batch durable and applies it.</summary>
    public void Commit()
    {
        if (_failed) throw new JournalException("the journal could not be written earlier; the engine must stop and start anew");
        if (_batch.Count == 0) return;
        try
        {
            if (_lock is { StillHeld: false }) throw new JournalException("the lock of this workspace was taken away (its file was deleted or replaced); nothing more is written");
            var bytes = _batch.Count == 1 ? _batch[0] : _batch.SelectMany(b => b).ToArray();
            _file.Write(_length, bytes);
            _file.Sync();
            _length += bytes.Length;
        }
        catch
        {
            _failed = true;
            throw;
        }
        SyncedSeq = Seq;
        foreach (var e in _events) State.Apply(e);
        _batch.Clear();
        _events.Clear();
        if (_length >= _segmentBytes) Rotate();
    }

    /// <summary>
    /// New segment, then snapshot, then the old segments go. Every barrier is needed (shown by removing each in the crash suite):
    /// the new segment's name must be durable before an event in it is acknowledged, the snapshot's bytes and name before a segment is deleted.
    /// Two snapshots are kept, so one damaged snapshot loses nothing.
    /// </summary>
    public void Rotate()
    {
        Commit();
        // Nothing came since the last rotation: the next segment would be this very file.
        if (_length == 0) return;
        try
        {
            var path = JournalFiles.Segment(_folder, Seq + 1);
            var next = _disk.OpenWrite(path, OpenMode.Truncate);
            next.Sync();
            _disk.SyncFolder(_folder);
            _file.Dispose();
            _file = next;
            _length = 0;
            _previous = 0;
            _segments.Add(new NumberedFile(Seq + 1, path));
            var snapshot = JournalFiles.Snapshot(_folder, Seq);
            DurableFile.Write(_disk, snapshot, JournalFiles.EncodeSnapshot(State.Export(), Epoch));
            if (JournalFiles.ReadSnapshot(_disk, snapshot, _ => { }) is null) throw new JournalException($"the snapshot {snapshot} does not read back");
            _snapshots.Add(new NumberedFile(Seq, snapshot));
            if (_snapshots.Count < 2) return;
            var covered = _snapshots[^2].Seq;
            while (_segments.Count > 1 && _segments[1].Seq <= covered + 1)
            {
                _disk.DeleteFile(_segments[0].Path);
                _segments.RemoveAt(0);
            }
            while (_snapshots.Count > 2)
            {
                _disk.DeleteFile(_snapshots[0].Path);
                _snapshots.RemoveAt(0);
            }
        }
        catch
        {
            _failed = true;
            throw;
        }
    }

    /// <summary>
    /// Leaves two snapshots of the state as it is, and no segment before them. The event between the two says once more who is writing, which
    /// changes nothing: without one there would be nothing to make a second snapshot of.
    /// </summary>
    public void Compact()
    {
        Rotate();
        Append(State.LastEpoch ?? throw new JournalException("a journal that is open for writing has an epoch"));
        Rotate();
    }

    public void Dispose() => _file.Dispose();
}
