using System.Net;
using Spool.Platform;

namespace Spool.App.Server.Showing;

/// <summary>Something cannot be shown: the status of the answer and a sentence for people.</summary>
internal sealed class NotShownException(HttpStatusCode status, string sentence) : Exception(sentence)
{
    internal HttpStatusCode Status { get; } = status;
}

/// <summary>One thing that is being made.</summary>
internal sealed class Making(TimeProvider time)
{
    private readonly CancellationTokenSource _stop = new();
    private double _progress;
    private long _asked = time.GetTimestamp();

    internal Task<string> Task { get; set; } = null!;
    internal CancellationToken Stop => _stop.Token;

    /// <summary>Those who wait for it.</summary>
    internal int Waiting { get; set; }

    /// <summary>Its maker is at work.</summary>
    internal bool Begun { get; set; }

    /// <summary>0 to 1.</summary>
    internal double Progress
    {
        get => Volatile.Read(ref _progress);
        set => Volatile.Write(ref _progress, Math.Clamp(value, 0, 1));
    }

    internal TimeSpan SinceAsked => time.GetElapsedTime(Interlocked.Read(ref _asked));

    internal void Ask() => Interlocked.Exchange(ref _asked, time.GetTimestamp());

    internal void Cancel() => _stop.Cancel();
}

/// <summary>
/// Makes each thing once, however many ask for it, and few things at once: two makers, of which one at most makes something long. What nobody
/// waits for any more is given up, but something long that has begun is made to its end: whoever asked comes back for it.
/// </summary>
internal sealed class Makers(MediaShelf shelf, TimeProvider time) : IDisposable
{
    /// <summary>Something long that waits for its turn is given up when nobody asked for it in this time.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(Digest, string), Making> _going = [];
    private readonly Dictionary<(Digest, string), (NotShownException Why, long At)> _failed = [];
    private readonly SemaphoreSlim _both = new(2), _long = new(1);
    private const int MostFailed = 1000;

    /// <summary>What could not be made is not tried again for this long.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(5);

    /// <summary>Makes a thing, or waits for its maker; the path of what was made.</summary>
    /// <param name="make">Writes the file at the path that it is given.</param>
    /// <exception cref="NotShownException">It cannot be made.</exception>
    internal async Task<string> MakeAsync(Digest digest, string name, Func<string, Making, Task> make, CancellationToken cancel)
    {
        if (shelf.Find(digest, name) is { } kept) return kept;
        Making making;
        lock (_gate)
        {
            making = Begin(digest, name, make, isLong: false);
            making.Waiting++;
        }
        try { return await making.Task.WaitAsync(cancel); }
        finally
        {
            lock (_gate)
            {
                if (--making.Waiting == 0 && !making.Task.IsCompleted)
                {
                    _going.Remove((digest, name));
                    making.Cancel();
                }
            }
        }
    }

    /// <summary>Has something long made without waiting for it: its path when it is there, else how far it is.</summary>
    /// <exception cref="NotShownException">It cannot be made.</exception>
    internal async Task<(string? Path, double Progress)> AskAsync(Digest digest, string name, Func<string, Making, Task> make)
    {
        if (shelf.Find(digest, name) is { } kept) return (kept, 1);
        Making making;
        lock (_gate) making = Begin(digest, name, make, isLong: true);
        making.Ask();
        return making.Task.IsCompleted ? (await making.Task, 1) : (null, making.Progress);
    }

    private Making Begin(Digest digest, string name, Func<string, Making, Task> make, bool isLong)
    {
        if (_going.TryGetValue((digest, name), out var going)) return going;
        if (_failed.TryGetValue((digest, name), out var failed))
        {
            if (time.GetElapsedTime(failed.At) < Settled) throw new NotShownException(failed.Why.Status, failed.Why.Message);
            _failed.Remove((digest, name));
        }
        var making = new Making(time);
        _going[(digest, name)] = making;
        making.Task = Task.Run(() => RunAsync(digest, name, make, making, isLong), CancellationToken.None);
        return making;
    }

    private async Task<string> RunAsync(Digest digest, string name, Func<string, Making, Task> make, Making making, bool isLong)
    {
        var temporary = shelf.Temporary(name);
        try
        {
            if (isLong) await _long.WaitAsync(making.Stop);
            try
            {
                await _both.WaitAsync(making.Stop);
                try
                {
                    if (isLong && making.SinceAsked > Forgotten) throw new NotShownException(HttpStatusCode.ServiceUnavailable, "it was not made, because nobody asked for it any more; ask again");
                    making.Begun = true;
                    await make(temporary, making);
                    return shelf.Keep(digest, name, temporary);
                }
                finally { _both.Release(); }
            }
            finally { if (isLong) _long.Release(); }
        }
        catch (NotShownException e)
        {
            lock (_gate)
            {
                if (_failed.Count >= MostFailed) _failed.Clear();
                // What the server lacks now it may have in a moment; what the bytes are they stay.
                if (e.Status is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.InsufficientStorage)) _failed[(digest, name)] = (e, time.GetTimestamp());
            }
            throw;
        }
        finally
        {
            shelf.Discard(temporary);
            lock (_gate)
            {
                if (_going.GetValueOrDefault((digest, name)) == making) _going.Remove((digest, name));
            }
        }
    }

    /// <summary>Gives everything up: the server ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var making in _going.Values) making.Cancel();
            _going.Clear();
        }
    }
}
