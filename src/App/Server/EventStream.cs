using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using Spool.App.Queue;

namespace Spool.App.Server;

/// <summary>One thing that is said of a run.</summary>
/// <param name="Id">Attempt and byte behind its line; a listener that was cut off goes on behind it. Null for the end.</param>
/// <param name="Text">JSON.</param>
internal readonly record struct Heard(string? Id, string Text);

/// <summary>
/// What a run says: the lines of its engine, from the file that the engine writes. Each listener reads the file on its own: one that stalls holds up
/// nobody, and nothing is kept for it.
/// </summary>
internal sealed class EventStream(ServerPlace place, JobQueue queue, long id)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100), Beat = TimeSpan.FromSeconds(15);

    /// <summary>Sends it as server-sent events (WHATWG HTML, 9.2); <c>Last-Event-ID</c> says what was heard before.</summary>
    internal async Task SendAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache, no-store";
        var last = context.Request.Headers["Last-Event-ID"].ToString();
        if (last.Length == 0 && context.Request.Query["from"] == "now") last = Now();
        await foreach (var heard in ReadAsync(last, cancel))
        {
            var text = new StringBuilder();
            foreach (var (id, line) in heard) text.Append(id is null ? "event: end\n" : $"id: {id}\n").Append("data: ").Append(line).Append("\n\n");
            await context.Response.WriteAsync(text.Length > 0 ? text.ToString() : ": here\n\n", cancel);
            await context.Response.Body.FlushAsync(cancel);
        }
    }

    /// <summary>What is said, in the batches in which it is read; an empty one is a sign of life, at the beginning of silence and every 15 s. It ends with the run.</summary>
    /// <param name="last">The id of what was heard last; other texts begin at the beginning.</param>
    internal async IAsyncEnumerable<IReadOnlyList<Heard>> ReadAsync(string last, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (attempt, at) = From(last);
        if (at > 0 && !IsLineEnd(attempt, at)) (attempt, at) = (0, 0); // none of ours: from the beginning
        var buffer = new byte[1 << 16];
        var quiet = TimeSpan.Zero;
        while (!cancel.IsCancellationRequested)
        {
            if (queue.Find(id) is not { } run) yield break;
            if (attempt == 0 && run.Attempt > 0) attempt = 1;
            var before = at;
            if (attempt > 0)
            {
                (at, var heard) = Lines(run with { Attempt = attempt }, at, buffer);
                if (heard.Count > 0) yield return heard;
            }
            if (at > before)
            {
                quiet = TimeSpan.Zero;
                continue;
            }
            if (attempt > 0 && run.Attempt > attempt)
            {
                (attempt, at) = (attempt + 1, 0);
                continue;
            }
            if (run.Stage is ServerPlace.Done or ServerPlace.Failed)
            {
                yield return [new Heard(null, $"{{\"status\":\"{run.Status}\"}}")];
                yield break;
            }
            if (quiet == TimeSpan.Zero || quiet > Beat)
            {
                yield return [];
                quiet = TimeSpan.FromTicks(1);
            }
            await Task.Delay(Pause, TimeProvider.System, cancel);
            quiet += Pause;
        }
    }

    /// <summary>The id behind all that was said by now: for who knows the page of the run and wants only what comes.</summary>
    internal string Now()
    {
        if (queue.Find(id) is not { Attempt: > 0 } run || place.Disk.Stat(run.Events(place)) is not { } stat) return "";
        var tail = new byte[Math.Min(stat.Size, 1 << 16)];
        using var file = place.Disk.OpenRead(run.Events(place));
        var count = file.Read(stat.Size - tail.Length, tail);
        // A line that is being written comes whole.
        var whole = stat.Size - tail.Length + tail.AsSpan(0, count).LastIndexOf((byte)'\n') + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{run.Attempt}-{whole}");
    }

    private bool IsLineEnd(int attempt, long at)
    {
        if (queue.Find(id) is not { } run) return false;
        var path = (run with { Attempt = attempt }).Events(place);
        if (place.Disk.Stat(path) is not { } stat || stat.Size < at) return false;
        var one = new byte[1];
        using var file = place.Disk.OpenRead(path);
        return file.Read(at - 1, one) == 1 && one[0] == (byte)'\n';
    }

    private static (int Attempt, long At) From(string last)
    {
        var parts = last.Split('-');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, null, out var attempt) && long.TryParse(parts[1], NumberStyles.None, null, out var at) ? (attempt, at) : (0, 0);
    }

    /// <summary>The whole lines from a place on, and the place behind them.</summary>
    private (long At, List<Heard> Heard) Lines(QueuedRun run, long at, byte[] buffer)
    {
        var heard = new List<Heard>();
        var path = run.Events(place);
        if (place.Disk.Stat(path) is not { } stat || stat.Size <= at) return (at, heard);
        int count;
        using (var file = place.Disk.OpenRead(path)) count = file.Read(at, buffer);
        for (var start = 0; start < count;)
        {
            var end = buffer.AsSpan(start, count - start).IndexOf((byte)'\n');
            if (end < 0)
            {
                // A line longer than the buffer cannot be sent as one; it is passed over whole.
                if (start == 0 && count == buffer.Length) return (at + count, heard);
                break;
            }
            at += end + 1;
            if (end > 0) heard.Add(new(string.Create(CultureInfo.InvariantCulture, $"{run.Attempt}-{at}"), Encoding.UTF8.GetString(buffer, start, end)));
            start += end + 1;
        }
        return (at, heard);
    }
}
