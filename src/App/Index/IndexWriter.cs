using System.Globalization;
using System.Text;
using System.Text.Json;
using Spool.App.Queue;
using Spool.App.Report;
using Spool.Engine.Artifacts;
using Spool.Engine.Journal;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Index;

/// <summary>Brings the index up to what the files say: what is new or has changed since is read once more, the rest stays.</summary>
public sealed class IndexWriter(ServerPlace place, JobQueue queue)
{
    private const int MostText = 64 << 10, MostTexts = 200;

    /// <summary>Makes rows of what the index does not know yet. Gives how many runs were read.</summary>
    /// <param name="progress">Told of each run: how many of how many.</param>
    public int Update(RunIndex index, Action<int, int>? progress = null)
    {
        var known = new Dictionary<long, string>();
        foreach (var row in index.Rows("SELECT id, stamp FROM runs")) known[row.GetInt64(0)] = row.GetString(1);
        var runs = queue.All();
        var changed = runs.Where(r => known.GetValueOrDefault(r.Id) != Stamp(r)).ToList();
        var there = runs.Select(r => r.Id).ToHashSet();
        var gone = known.Keys.Where(id => !there.Contains(id)).ToList();
        if (changed.Count + gone.Count == 0) return 0;
        foreach (var part in changed.Chunk(200))
        {
            using var transaction = index.Begin();
            foreach (var run in part)
            {
                // Another writer (the server, a rebuild) may have added it since the look.
                Forget(index, run.Id);
                Add(index, run);
            }
            foreach (var id in gone) Forget(index, id);
            gone.Clear();
            transaction.Commit();
            progress?.Invoke(Math.Min(changed.IndexOf(part[^1]) + 1, changed.Count), changed.Count);
        }
        foreach (var id in gone) Forget(index, id);
        return changed.Count;
    }

    /// <summary>What a row depends on: when one of these changes, it is read again.</summary>
    private string Stamp(QueuedRun run) => string.Create(CultureInfo.InvariantCulture, $"{run.Stage} {run.Status} {run.Attempt} {run.FinishedAt} {run.Label} {run.Rating} {run.Job.Priority} {(run.Status == "waiting" ? place.Disk.Stat(Path.Join(place.RunFolder(run.Id), "page.json"))?.ModifiedNs : 0)}");

    private static void Forget(RunIndex index, long id)
    {
        index.Run("DELETE FROM runs WHERE id=$id", ("$id", id));
        foreach (var table in (string[])["tasks", "artifacts", "reviews", "costs"]) index.Run($"DELETE FROM {table} WHERE run=$id", ("$id", id));
        index.Run("DELETE FROM texts WHERE run=$id", ("$id", id));
    }

    private void Add(RunIndex index, QueuedRun run)
    {
        var cost = Progress.Read(place, run.Id).CostUsd;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            run.Write(json, Outlook.None with { CostUsd = cost });
            json.WriteEndObject();
        }
        index.Run("INSERT INTO runs VALUES($id,$stage,$stamp,$name,$workflow,$workspace,$status,$submitted,$started,$finished,$label,$rating,$cost,$error,$json)",
            ("$id", run.Id), ("$stage", run.Stage), ("$stamp", Stamp(run)), ("$name", run.Name), ("$workflow", run.Job.IsText ? "(text)" : run.Job.Workflow), ("$workspace", run.Job.Place), ("$status", run.Status),
            ("$submitted", run.SubmittedAt), ("$started", run.StartedAt), ("$finished", run.FinishedAt), ("$label", run.Label), ("$rating", run.Rating), ("$cost", (double?)cost), ("$error", run.Problem), ("$json", Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length)));
        Text(index, "run", run.Id, "", string.Join('\n', new[] { run.Name, run.Label, run.Job.Place, run.Problem, run.Job.IsText ? run.Job.Workflow : null }.Concat(run.Job.Vars.Values).OfType<string>()));
        if (run.Attempt == 0) return;
        Tasks(index, run);
        Artifacts(index, run);
        Decided(index, run);
    }

    private static void Text(RunIndex index, string kind, long run, string reference, string body)
    {
        if (body.Length > 0) index.Run("INSERT INTO texts VALUES($k,$run,$ref,$body)", ("$k", kind), ("$run", run), ("$ref", reference), ("$body", body));
    }

    /// <summary>What the events say of tasks that were not reused; the last word of each counts.</summary>
    private void Tasks(RunIndex index, QueuedRun run)
    {
        if (place.Disk.Stat(run.Events(place)) is null) return;
        foreach (var line in Media.Streams.StreamLines.Lines(place.Disk, run.Events(place)))
        {
            if (!line.Span.StartsWith("{\"type\":\"task\""u8)) continue;
            try
            {
                using var document = JsonDocument.Parse(line);
                var root = document.RootElement;
                var task = root.GetProperty("task").GetString()!;
                var error = root.TryGetProperty("failure", out var failure) ? failure.GetProperty("sentence").GetString() : null;
                index.Run("INSERT OR REPLACE INTO tasks VALUES($run,$task,$stage,$status,$seconds,$error)", ("$run", run.Id), ("$task", task), ("$stage", root.GetProperty("step").GetString()), ("$status", root.GetProperty("status").GetString()),
                    ("$seconds", root.TryGetProperty("seconds", out var seconds) ? seconds.GetDouble() : null), ("$error", error));
                if (error is not null) Text(index, "task", run.Id, task, $"{task}\n{error}\n{(failure.TryGetProperty("decisive_line", out var decisive) ? decisive.GetString() : null)}");
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException) { continue; } // torn by a kill
        }
    }

    private void Artifacts(RunIndex index, QueuedRun run) => RunPage.Look(place, run.Id, root =>
    {
        var finals = root.GetProperty("finals").EnumerateArray().Select(f => f.GetString()).ToHashSet();
        var store = new ObjectStore(place.Disk, new WorkspacePaths(run.Job.Place).Store);
        var texts = 0;
        foreach (var artifact in root.GetProperty("artifacts").EnumerateArray())
        {
            var (path, digest) = (artifact.GetProperty("path").GetString()!, artifact.GetProperty("digest").GetString() ?? "");
            index.Run("INSERT OR REPLACE INTO artifacts VALUES($run,$path,$hash,$type,$codec,$bytes,$producer,$final)", ("$run", run.Id), ("$path", path), ("$hash", digest), ("$type", artifact.GetProperty("type").GetString()),
                ("$codec", Codec(run, digest)), ("$bytes", artifact.GetProperty("bytes").GetInt64()), ("$producer", artifact.TryGetProperty("producer", out var producer) ? producer.GetString() : null), ("$final", finals.Contains(path) ? 1 : 0));
            if (!ArtifactTypes.IsWords(path) || texts >= MostTexts || Body(store, run, path, digest) is not { } body)
            {
                Text(index, "artifact", run.Id, path, path);
                continue;
            }
            texts++;
            Text(index, "text", run.Id, path, path + "\n" + body);
        }
        return true;
    });

    private string? Body(ObjectStore store, QueuedRun run, string path, string digest)
    {
        var file = Digest.TryParse(digest, out var known) && store.Has(known) ? store.PathOf(known) : Path.Join(run.Job.Place, path);
        try
        {
            if (place.Disk.Stat(file) is not { Kind: FileKind.File, Size: <= MostText }) return null;
            return ArtifactTypes.Excerpt(DurableFile.Read(place.Disk, file), MostText);
        }
        catch (DiskException) { return null; }
    }

    /// <summary>The codecs as the report's previews found them.</summary>
    private string? Codec(QueuedRun run, string digest)
    {
        var preview = Path.Join(new WorkspacePaths(run.Job.Place).Spool, "thumbs", digest + ".json");
        if (digest.Length == 0 || place.Disk.Stat(preview) is null) return null;
        try
        {
            using var document = JsonDocument.Parse(DurableFile.Read(place.Disk, preview));
            return document.RootElement.TryGetProperty("codecs", out var codecs) ? string.Join(' ', codecs.EnumerateArray().Select(c => c.GetString())) : null;
        }
        catch (Exception e) when (e is JsonException or DiskException or InvalidOperationException) { return null; }
    }

    /// <summary>Decisions and money of this run, from the journal of its workspace.</summary>
    private void Decided(RunIndex index, QueuedRun run)
    {
        var journal = new WorkspacePaths(run.Job.Place).Journal;
        if (RunPage.Engine(place, run.Id) is not { } engine || place.Disk.Stat(journal) is null) return;
        WorkspaceState state;
        try { state = EventJournal.ReadOnly(place.Disk, journal).State; }
        catch (Exception e) when (e is JournalException or DiskException) { return; }
        foreach (var decision in state.Decisions.Values.Where(d => d.At >= (run.StartedAt ?? 0) && d.At <= (run.FinishedAt ?? long.MaxValue)))
        {
            index.Run("INSERT INTO reviews VALUES($run,$review,$verdict,$who,$at,$notes)", ("$run", run.Id), ("$review", decision.Review), ("$verdict", decision.Verdict), ("$who", decision.Who), ("$at", decision.At), ("$notes", string.Join('\n', decision.Notes)));
            Text(index, "review", run.Id, decision.Review, $"{decision.Review} {decision.Verdict}\n{string.Join('\n', decision.Notes)}");
        }
        foreach (var group in state.Payments.Where(p => p.Reserved.Run == engine).GroupBy(p => (p.Reserved.Provider, p.Reserved.Model)))
            index.Run("INSERT INTO costs VALUES($run,$provider,$model,$usd,$calls)", ("$run", run.Id), ("$provider", group.Key.Provider), ("$model", group.Key.Model), ("$usd", (double)group.Sum(p => p.Usd)), ("$calls", group.Count()));
    }
}
