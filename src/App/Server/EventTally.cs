using System.Buffers;
using System.Text.Json;
using Spool.App.Queue;
using Spool.Engine;

namespace Spool.App.Server;

/// <summary>
/// What has happened since this server began, counted from the events that engines write: each byte of them is read once. What happened before
/// is not counted, so that a counter never falls, also when old runs are removed.
/// </summary>
internal sealed class EventTally(ServerPlace place)
{
    internal static readonly double[] Bounds = [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200];
    private const int MostKinds = 200, LongestLine = 16 << 20;
    private readonly Dictionary<long, Seen> _seen = [];
    private bool _begun;

    /// <summary>How long tasks took, by the kind of their step.</summary>
    internal sealed class Times
    {
        internal long[] Buckets { get; } = new long[Bounds.Length + 1];
        internal double Sum { get; set; }
        internal long Count { get; set; }
    }

    private sealed class Seen
    {
        internal int Attempt { get; set; }
        internal long Offset { get; set; }
        internal bool IsOver { get; set; }
        internal decimal Cost { get; set; }
    }

    internal SortedDictionary<string, long> Tasks { get; } = new(StringComparer.Ordinal);
    internal SortedDictionary<string, long> Failures { get; } = new(StringComparer.Ordinal);
    internal SortedDictionary<string, long> Finished { get; } = new(StringComparer.Ordinal);
    internal SortedDictionary<string, Times> Steps { get; } = new(StringComparer.Ordinal);
    internal long Retries { get; private set; }
    internal long EngineStarts { get; private set; }
    internal decimal Cost { get; private set; }

    /// <summary>Looks at all runs once more. The first look only notes where they stand.</summary>
    internal void Look(IReadOnlyList<QueuedRun> runs)
    {
        foreach (var run in runs)
        {
            var isOver = run.Stage is ServerPlace.Done or ServerPlace.Failed;
            if (!_seen.TryGetValue(run.Id, out var seen))
            {
                _seen[run.Id] = seen = new Seen { Attempt = _begun ? 0 : run.Attempt };
                if (!_begun)
                {
                    seen.IsOver = isOver;
                    // Read to the end, uncounted, by its size.
                    if (!isOver) seen.Offset = place.Disk.Stat(run.Events(place))?.Size ?? 0;
                }
            }
            if (seen.IsOver && isOver && seen.Attempt == run.Attempt) continue;
            if (seen.IsOver && !isOver) seen.IsOver = false;
            if (run.Attempt > seen.Attempt) EngineStarts += run.Attempt - seen.Attempt;
            for (; seen.Attempt < run.Attempt; seen.Attempt++, seen.Offset = 0, seen.Cost = 0)
                if (seen.Attempt > 0) Read(run with { Attempt = seen.Attempt }, seen);
            if (run.Attempt > 0) Read(run, seen);
            if (!isOver) continue;
            seen.IsOver = true;
            Add(Finished, run.Status);
        }
        if (_seen.Count > runs.Count)
        {
            var there = runs.Select(r => r.Id).ToHashSet();
            foreach (var gone in _seen.Keys.Where(id => !there.Contains(id)).ToList()) _seen.Remove(gone);
        }
        _begun = true;
    }

    private void Read(QueuedRun run, Seen seen)
    {
        var path = run.Events(place);
        if (place.Disk.Stat(path) is not { } stat || stat.Size <= seen.Offset) return;
        using var file = place.Disk.OpenRead(path);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            while (file.Read(seen.Offset, buffer) is > 0 and var count)
            {
                var start = 0;
                for (int end; (end = buffer.AsSpan(start, count - start).IndexOf((byte)'\n')) >= 0; start += end + 1) Count(buffer.AsMemory(start, end), seen);
                if (start == 0)
                {
                    // A line that is not whole yet, or one longer than the buffer.
                    if (count < buffer.Length) return;
                    if (buffer.Length >= LongestLine) start = count;
                    else
                    {
                        var larger = buffer.Length * 4;
                        ArrayPool<byte>.Shared.Return(buffer);
                        buffer = ArrayPool<byte>.Shared.Rent(larger);
                    }
                }
                seen.Offset += start;
            }
        }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
    }

    private void Count(ReadOnlyMemory<byte> line, Seen seen)
    {
        if (line.Length < 2) return;
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.TryGetProperty("cost_usd", out var cost) && cost.TryGetDecimal(out var usd) && usd > seen.Cost)
            {
                Cost += usd - seen.Cost;
                seen.Cost = usd;
            }
            if (root.GetProperty("type").GetString() != "task") return;
            if (root.GetProperty("status").GetString() is { } status && Enum.TryParse<Engine.Planning.TaskStatus>(status, ignoreCase: true, out var known)) Add(Tasks, known.ToString().ToLowerInvariant());
            if (root.TryGetProperty("attempts", out var attempts)) Retries += attempts.GetInt32() - 1;
            if (root.TryGetProperty("failure", out var failure) && Enum.TryParse<FailureKind>(failure.GetProperty("kind").GetString(), out var kind)) Add(Failures, kind.ToString());
            if (root.TryGetProperty("seconds", out var seconds) && root.TryGetProperty("kind", out var step) && step.GetString() is { } name && IsKind(name)) Time(name, seconds.GetDouble());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException) { return; } // torn by a kill
    }

    private void Time(string kind, double seconds)
    {
        if (!Steps.TryGetValue(kind, out var times))
        {
            if (Steps.Count >= MostKinds) return;
            Steps[kind] = times = new Times();
        }
        var bucket = Array.FindIndex(Bounds, b => seconds <= b);
        times.Buckets[bucket < 0 ? Bounds.Length : bucket]++;
        times.Sum += seconds;
        times.Count++;
    }

    // Names of kinds are ours; nothing else may become a label.
    private static bool IsKind(string name) => name.Length <= 40 && name.All(c => char.IsAsciiLetterLower(c) || c is '.' or '-');

    private static void Add(SortedDictionary<string, long> counts, string what) => counts[what] = counts.GetValueOrDefault(what) + 1;
}
