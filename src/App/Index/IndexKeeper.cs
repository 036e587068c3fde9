using Microsoft.Data.Sqlite;
using Spool.App.Queue;
using Spool.Platform;

namespace Spool.App.Index;

/// <summary>Keeps the index up while the server runs: its one writer. A fault of the index is told once and holds up nothing.</summary>
internal sealed class IndexKeeper(ServerPlace place, JobQueue queue, TimeProvider time, Action<string> say) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;

    internal static IndexKeeper Start(ServerPlace place, JobQueue queue, TimeProvider time, Action<string> say)
    {
        var keeper = new IndexKeeper(place, queue, time, say);
        if (RunIndex.Unavailable is { } why) say(why);
        else keeper._work = Task.Run(keeper.KeepAsync);
        return keeper;
    }

    private async Task KeepAsync()
    {
        var writer = new IndexWriter(place, queue);
        string? told = null;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var index = RunIndex.Write(place);
                // One that was deleted or replaced beneath us is left for the one that lies there.
                var inode = place.Disk.Stat(RunIndex.FileIn(place))?.Inode;
                for (var rounds = 1; !_stop.IsCancellationRequested && place.Disk.Stat(RunIndex.FileIn(place))?.Inode == inode; rounds++)
                {
                    writer.Update(index);
                    // Our own connection may not notice what was done to its files.
                    if (rounds % 3 == 0 && !IsReadable())
                    {
                        index.Dispose();
                        RunIndex.Delete(place);
                        say("the index was damaged and is made anew");
                        break;
                    }
                    told = null;
                    await Task.Delay(Pause, time, _stop.Token);
                }
            }
            catch (OperationCanceledException) { return; }
            catch (Exception e) when (e is SqliteException or DiskException or IOException or InvalidOperationException)
            {
                if (told != e.Message) say($"the index is not kept up: {e.Message}");
                told = e.Message;
                try { await Task.Delay(Pause * 10, time, _stop.Token); }
                catch (OperationCanceledException) { return; }
            }
        }
    }

    private bool IsReadable()
    {
        using var index = RunIndex.Read(place);
        return index is not null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
    }
}
