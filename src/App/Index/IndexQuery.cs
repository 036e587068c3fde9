using System.Text;
using Spool.App.Queue;

namespace Spool.App.Index;

/// <summary>Something found by its text.</summary>
/// <param name="Kind">run, task, text, artifact or review.</param>
/// <param name="Reference">The task, the path or the review; empty for a run.</param>
/// <param name="Excerpt">The words around what was found.</param>
public sealed record Hit(string Kind, long Run, string Reference, string Excerpt, string RunName, string Status, long At);

/// <summary>A final result in the gallery.</summary>
public sealed record Piece(long Run, string Name, string Path, string Digest, string Type, int? Rating, string? Label, long At);

/// <summary>What is asked of the index.</summary>
public static class IndexQuery
{
    /// <summary>How many runs it knows.</summary>
    public static long Count(RunIndex index) => index.One("SELECT count(*) FROM runs") is long count ? count : 0;

    /// <summary>The workspace of the newest run that has these bytes; null when none has.</summary>
    public static string? WorkspaceOf(RunIndex index, string digest) =>
        index.One("SELECT r.workspace FROM artifacts a JOIN runs r ON r.id = a.run WHERE a.src_hash = $d ORDER BY (a.producer IS NULL), a.run DESC LIMIT 1", ("$d", digest)) as string;

    /// <summary>The best hits for some words; words are looked for from their beginnings, and nothing of them is taken as a query language.</summary>
    public static IReadOnlyList<Hit> Search(RunIndex index, string text, int limit)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(20).Select(w => $"\"{w.Replace("\"", "\"\"", StringComparison.Ordinal)}\"*").ToList();
        if (words.Count == 0) return [];
        var hits = new List<Hit>();
        foreach (var row in index.Rows("""
            SELECT t.kind, t.run, t.ref, snippet(texts, 3, '', '', '…', 16), r.name, r.status, coalesce(r.finished_at, r.started_at, r.submitted_at)
            FROM texts t JOIN runs r ON r.id = t.run WHERE texts MATCH $q ORDER BY rank, t.run DESC LIMIT $n
            """, ("$q", string.Join(' ', words)), ("$n", limit)))
            hits.Add(new Hit(row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetString(3).ReplaceLineEndings(" "), row.GetString(4), row.GetString(5), row.GetInt64(6)));
        return hits;
    }

    /// <summary>Final pictures, films and sounds, the newest first.</summary>
    public static IReadOnlyList<Piece> Gallery(RunIndex index, long before, string after, int limit)
    {
        var pieces = new List<Piece>();
        foreach (var row in index.Rows("""
            SELECT a.run, r.name, a.path, a.src_hash, a.type, r.rating, r.label, coalesce(r.finished_at, r.submitted_at) FROM artifacts a JOIN runs r ON r.id = a.run
            WHERE a.final = 1 AND (a.run < $before OR (a.run = $before AND a.path > $after)) AND a.type IN ('video', 'image', 'audio') ORDER BY a.run DESC, a.path LIMIT $n
            """, ("$before", before), ("$after", after), ("$n", limit)))
            pieces.Add(new Piece(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetInt32(5), row.IsDBNull(6) ? null : row.GetString(6), row.GetInt64(7)));
        return pieces;
    }

    /// <summary>The runs that are over, as JSON objects, newest first; null where the index does not know all of them.</summary>
    public static IReadOnlyList<(long Id, string Json)>? Over(RunIndex index, ServerPlace place, RunFilter filter, int limit)
    {
        var there = ServerPlace.Stages.Where(s => s is ServerPlace.Done or ServerPlace.Failed).SelectMany(s => place.Disk.Stat(place.Stage(s)) is null ? [] : place.Disk.List(place.Stage(s))).Select(e => ServerPlace.NumberOf(e.Name)).OfType<long>().ToList();
        var known = 0L;
        foreach (var row in index.Rows("SELECT count(*), coalesce(sum(id), 0) FROM runs WHERE stage IN ('done', 'failed')"))
            known = row.GetInt64(0) == there.Count && row.GetInt64(1) == there.Sum() ? 1 : 0;
        var changed = Path.Join(place.Queue, "changed");
        if (known == 0 || (place.Disk.Stat(changed)?.ModifiedNs ?? 0) > (place.Disk.Stat(RunIndex.FileIn(place) + "-wal")?.ModifiedNs ?? place.Disk.Stat(RunIndex.FileIn(place))!.Value.ModifiedNs)) return null;
        var where = new StringBuilder("stage IN ('done', 'failed')");
        var values = new List<(string, object?)> { ("$n", limit) };
        filter.Write(where, values);
        var found = new List<(long, string)>();
        foreach (var row in index.Rows($"SELECT id, json FROM runs WHERE {where} ORDER BY id DESC LIMIT $n", [.. values])) found.Add((row.GetInt64(0), row.GetString(1)));
        return found;
    }
}
