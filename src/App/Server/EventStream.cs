using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Spool.App.Queue;

namespace Spool.App.Server;

/// <summary>
/// What a run says, as server-sent events (WHATWG HTML, 9.2): the lines of its engine, from the file that the engine writes. The id of an event is
/// attempt and byte behind its line, so a listener that was cut off goes on with <c>Last-Event-ID</c> and misses nothing. Each listener reads the
/// file on its own: one that stalls holds up nobody.
/// </summary>
internal sealed class EventStream(ServerPlace place, JobQueue queue, long id)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100), Beat = TimeSpan.FromSeconds(15);

    internal async Task SendAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache, no-store";
        var (attempt, at) = From(context.Request.Headers["Last-Event-ID"].ToString());
        var buffer = new byte[1 << 16];
        var quiet = TimeSpan.Zero;
        while (!cancel.IsCancellationRequested)
        {
            if (queue.Find(id) is not { } run) return;
            if (attempt == 0 && run.Attempt > 0) attempt = 1;
            var sent = 0;
            if (attempt > 0) (at, sent) = await CopyAsync(context, run with { Attempt = attempt }, at, buffer, cancel);
            if (sent > 0)
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
                await context.Response.WriteAsync($"event: end\ndata: {{\"status\":\"{run.Status}\"}}\n\n", cancel);
                return;
            }
            if (quiet == TimeSpan.Zero || quiet > Beat)
            {
                await context.Response.WriteAsync(": here\n\n", cancel);
                await context.Response.Body.FlushAsync(cancel);
                quiet = TimeSpan.FromTicks(1);
            }
            await Task.Delay(Pause, TimeProvider.System, cancel);
            quiet += Pause;
        }
    }

    private static (int Attempt, long At) From(string last)
    {
        var parts = last.Split('-');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, null, out var attempt) && long.TryParse(parts[1], NumberStyles.None, null, out var at) ? (attempt, at) : (0, 0);
    }

    /// <summary>Sends the whole lines from a place on; gives the place behind them.</summary>
    private async Task<(long At, int Sent)> CopyAsync(HttpContext context, QueuedRun run, long at, byte[] buffer, CancellationToken cancel)
    {
        var path = run.Events(place);
        if (place.Disk.Stat(path) is not { } stat || stat.Size <= at) return (at, 0);
        int count;
        using (var file = place.Disk.OpenRead(path)) count = file.Read(at, buffer);
        var sent = 0;
        var text = new StringBuilder();
        for (var start = 0; start < count;)
        {
            var end = buffer.AsSpan(start, count - start).IndexOf((byte)'\n');
            if (end < 0)
            {
                // A line longer than the buffer cannot be sent as one; it is passed over whole.
                if (start == 0 && count == buffer.Length) return (at + count, 1);
                break;
            }
            at += end + 1;
            if (end > 0) text.Append(CultureInfo.InvariantCulture, $"id: {run.Attempt}-{at}\ndata: ").Append(Encoding.UTF8.GetString(buffer, start, end)).Append("\n\n");
            start += end + 1;
            sent++;
        }
        if (text.Length > 0)
        {
            await context.Response.WriteAsync(text.ToString(), cancel);
            await context.Response.Body.FlushAsync(cancel);
        }
        return (at, sent);
    }
}
