using System.Globalization;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Platform;

namespace Spool.App.Queue;

/// <summary>Which runs that are over are kept: the newest, and those that ended not long ago. Nothing said: all.</summary>
/// <param name="Runs">So many of them; null: any number.</param>
/// <param name="Days">Those that ended within so many days; null: any age.</param>
public sealed record Retention(int? Runs, int? Days)
{
    public static Retention All { get; } = new(null, null);

    public bool KeepsAll => Runs is null && Days is null;

    /// <summary>Reads <c>retention: { runs: 500, days: 90 }</c>.</summary>
    public static Retention Read(YamlNode? node, ProblemList problems)
    {
        if (node is null or YamlScalar { IsNull: true }) return All;
        if (node is not YamlMap map)
        {
            problems.Add("SPL0111", node.At, "'retention' must be a mapping, such as { runs: 500, days: 90 }");
            return All;
        }
        foreach (var entry in map.Entries)
            if (entry.Key is not ("runs" or "days")) problems.Add("SPL0110", entry.KeyAt, $"retention has no key '{entry.Key}'", NearestName.Hint(entry.Key, ["runs", "days"]));
        return new Retention(Number("runs"), Number("days"));

        int? Number(string name)
        {
            if (map[name] is not { } value) return null;
            if (value is YamlScalar scalar && int.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1) return number;
            problems.Add("SPL0111", value.At, $"'{name}' of retention must be a whole number from 1");
            return null;
        }
    }

    /// <summary>Reads what stands on the command line: <c>500</c>, <c>90d</c> or <c>500,90d</c>, or <c>all</c>; null when it is none of these.</summary>
    public static Retention? Parse(string text)
    {
        if (text == "all") return All;
        var found = All;
        foreach (var part in text.Split(','))
        {
            if (!int.TryParse(part.TrimEnd('d'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1 || part.EndsWith("dd", StringComparison.Ordinal)) return null;
            if (part.EndsWith('d') ? found.Days is not null : found.Runs is not null) return null;
            found = part.EndsWith('d') ? found with { Days = number } : found with { Runs = number };
        }
        return found;
    }

    /// <summary>The runs that may go, oldest first. Never one that is not over, and none that a person labelled or rated.</summary>
    public IReadOnlyList<QueuedRun> Superfluous(IReadOnlyList<QueuedRun> runs, long now)
    {
        var over = runs.Where(r => r.Stage is ServerPlace.Done or ServerPlace.Failed && r.Label is null && r.Rating is null).OrderBy(Ended).ThenBy(r => r.Id).ToList();
        var tooMany = Runs is { } most ? Math.Max(0, over.Count - most) : 0;
        var before = Days is { } days ? now - (days * 86_400_000L) : long.MinValue;
        return [.. over.Where((r, i) => i < tooMany || Ended(r) < before)];

        static long Ended(QueuedRun run) => run.FinishedAt ?? run.SubmittedAt;
    }
}

/// <summary>
/// Removes runs that are not kept, once an hour, a few at a time so that the queue is never held up: their job, their record and events.
/// Workspaces are not touched: results have their own <c>spool gc</c>. A key of a run that is gone goes too, so that it may be used again.
/// </summary>
public sealed class RetentionSweep(ServerPlace place, JobQueue queue, TimeProvider time, Retention retention)
{
    private const int AtOnce = 50;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1), OrphanAge = TimeSpan.FromDays(1), UploadAge = TimeSpan.FromDays(7);
    private readonly Queue<long> _left = new();
    private long? _lookedAt;

    /// <summary>Call it often; gives how many runs it removed now.</summary>
    public int Round()
    {
        if (_left.Count == 0)
        {
            if (_lookedAt is { } at && time.GetElapsedTime(at) < Hour) return 0;
            _lookedAt = time.GetTimestamp();
            RemoveUploads();
            if (retention.KeepsAll) return 0;
            foreach (var run in retention.Superfluous(queue.All(), time.GetUtcNow().ToUnixTimeMilliseconds())) _left.Enqueue(run.Id);
            if (_left.Count == 0) RemoveLeftovers();
        }
        var removed = 0;
        for (var i = 0; i < AtOnce && _left.TryDequeue(out var id); i++)
        {
            // It may have been tried again or rated since.
            if (queue.Delete(id, run => run is { Label: null, Rating: null })) removed++;
            if (_left.Count == 0) RemoveLeftovers();
        }
        return removed;
    }

    /// <summary>Files that were sent a week ago and that no job speaks of.</summary>
    private void RemoveUploads()
    {
        var folder = Path.Join(place.Root, "uploads", "done");
        if (place.Disk.Stat(folder) is null) return;
        var old = time.GetUtcNow().Subtract(UploadAge).ToUnixTimeMilliseconds() * 1_000_000;
        var spokenOf = new Lazy<HashSet<string>>(() => [.. queue.All().SelectMany(r => r.Job.Inputs).Select(i => i.Source)]);
        foreach (var entry in place.Disk.List(folder))
        {
            var file = Path.Join(folder, entry.Name);
            if (place.Disk.Stat(file, followLinks: false) is { Kind: FileKind.File } stat && stat.ChangedNs < old && !spokenOf.Value.Contains(entry.Name)) place.Disk.DeleteFile(file);
        }
    }

    /// <summary>Folders of runs whose job is gone (a removal was cut off), and keys of such runs.</summary>
    private void RemoveLeftovers() => place.Locked(() =>
    {
        var there = ServerPlace.Stages.SelectMany(s => place.Disk.List(place.Stage(s))).Select(e => ServerPlace.NumberOf(e.Name)).OfType<long>().ToHashSet();
        var old = time.GetUtcNow().Subtract(OrphanAge).ToUnixTimeMilliseconds() * 1_000_000;
        foreach (var entry in place.Disk.List(place.Runs))
        {
            var folder = Path.Join(place.Runs, entry.Name);
            if (entry.Kind == FileKind.Folder && ServerPlace.NumberOf(entry.Name + ".job") is { } id && !there.Contains(id) && place.Disk.Stat(folder) is { } stat && stat.ModifiedNs < old) DurableFile.DeleteTree(place.Disk, folder);
        }
        var keys = Path.Join(place.Queue, "keys");
        foreach (var entry in place.Disk.Stat(keys) is null ? [] : place.Disk.List(keys))
        {
            var file = Path.Join(keys, entry.Name);
            if (KeyNote.Read(DurableFile.ReadText(place.Disk, file)) is { } note && !there.Contains(note.Run)) place.Disk.DeleteFile(file);
        }
        return true;
    });
}
