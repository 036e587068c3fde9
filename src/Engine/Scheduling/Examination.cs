using Spool.Engine.Artifacts;
using Spool.Engine.Journal;
using Spool.Platform;

namespace Spool.Engine.Scheduling;

/// <summary>What a look at all that is kept of a workspace found. Findings are wrong; notes are worth knowing.</summary>
public sealed record Examination(IReadOnlyList<string> Findings, IReadOnlyList<string> Notes)
{
    /// <summary>Reads format, journal (every CRC, chain and snapshot), records, objects and ownership; writes nothing.</summary>
    /// <param name="marked">Gives the living processes that carry an engine's mark.</param>
    public static Examination Of(IDisk disk, WorkspacePaths paths, bool isOwned, bool deep, Func<string, IReadOnlyList<int>> marked, CancellationToken cancel)
    {
        var findings = new List<string>();
        var notes = new List<string>();
        if (disk.Stat(paths.Spool) is null) return new(["there is no .spool folder here"], []);
        try
        {
            if (disk.Stat(paths.Format) is null) findings.Add("FORMAT is missing");
            else Workspace.CheckFormat(disk, paths);
            if (disk.Stat(paths.Journal) is null) return new(findings, ["nothing was run here yet"]);
            var (state, last, warnings) = EventJournal.ReadOnly(disk, paths.Journal);
            // What a crash leaves is no fault; a snapshot that was whole once is.
            findings.AddRange(warnings.Where(w => w.StartsWith("the snapshot", StringComparison.Ordinal)));
            notes.AddRange(warnings.Where(w => !w.StartsWith("the snapshot", StringComparison.Ordinal)));
            if (WorkspaceIndex.Read(disk, paths.Index, paths.Workspace) is not { } index) notes.Add("the index is missing or damaged; it is made again by the next run");
            else if (index.JournalSeq > last) findings.Add($"the journal ends at event {last}, but event {index.JournalSeq} was durable");
            SnapshotsEqualReplay(state, findings);
            Objects(disk, paths, state, deep, findings, notes, cancel);
            if (!isOwned)
            {
                if (state.LastEpoch is { } epoch && marked(epoch.Mark) is { Count: > 0 } strays) findings.Add($"processes of a dead engine are alive: {string.Join(", ", strays)}");
                foreach (var run in state.OpenRuns) notes.Add($"run {run.Run} was interrupted; the next engine closes it");
            }
            else notes.Add("an engine owns the workspace now; what it is writing is not looked at");
            notes.Add($"{last} events, {state.Records.Count} results, {state.Paths.Count} paths, {state.Runs.Count()} runs");
        }
        catch (JournalException e) { findings.Add(e.Message); }
        catch (DiskException e) { findings.Add(e.Message); }
        return new(findings, notes);
    }

    /// <summary>A state made from its own export must be the same state.</summary>
    private static void SnapshotsEqualReplay(WorkspaceState state, List<string> findings)
    {
        var again = new WorkspaceState();
        foreach (var e in state.Export()) again.Apply(e);
        if (Digest.Of(JournalFiles.EncodeSnapshot(state.Export(), 0)) != Digest.Of(JournalFiles.EncodeSnapshot(again.Export(), 0)))
            findings.Add("a snapshot of the state would not be the state (please report this)");
    }

    private static void Objects(IDisk disk, WorkspacePaths paths, WorkspaceState state, bool deep, List<string> findings, List<string> notes, CancellationToken cancel)
    {
        var store = new ObjectStore(disk, paths.Store);
        var seen = new HashSet<Digest>();
        var named = new List<(Digest Digest, string By)>();
        foreach (var record in state.Records.Values)
            foreach (var output in record.Record.Outputs)
            {
                var digest = Digest.Parse(output.Digest);
                named.Add((digest, record.Task));
                if (output.Folder && !state.Gone.Contains(output.Digest) && store.Has(digest))
                    named.AddRange(store.ReadManifest(digest).Select(e => (e.Digest, record.Task)));
            }
        foreach (var run in state.Runs.TakeLast(5))
            if (Digest.TryParse(run.Plan, out var plan)) named.Add((plan, $"the plan of run {run.Run}"));
        foreach (var edit in state.Edits.Values) named.Add((Digest.Parse(edit.Edit), $"the edit of {edit.Path}"));
        foreach (var (digest, by) in named)
        {
            if (!seen.Add(digest) || state.Gone.Contains(digest.ToString())) continue;
            cancel.ThrowIfCancellationRequested();
            if (!store.Has(digest)) findings.Add($"object {digest.Short} of {by} is missing from the store");
            else if (deep && ContentHash.OfFile(disk, store.PathOf(digest), null, cancel) != digest) findings.Add($"object {digest.Short} of {by} is damaged: its bytes have another digest");
        }
        if (deep)
        {
            var orphans = store.All().Count(o => !seen.Contains(o.Digest));
            if (orphans > 0) notes.Add($"{orphans} objects are not named by any result (left by a crash or gc; spool gc --apply frees them)");
        }
    }
}
