using Spool.Media.Ffmpeg;
using Spool.Media.Frames;
using Spool.Platform;

namespace Spool.Media.Metrics;

/// <summary>One picture of a stream: its number, the name it is told by, where it lies.</summary>
public sealed record FrameFile(long Index, string Name, string Path)
{
    /// <summary>What its bytes must be; null: whatever lies there.</summary>
    public Digest? Content { get; init; }

    /// <summary>Why it cannot be read, where that is known before.</summary>
    public string? Error { get; init; }
}

/// <summary>A frame and what was found: figures, or why there are none (the end of a sentence that starts with the name).</summary>
public sealed record FrameRecord(long Index, string Name)
{
    /// <summary>Seconds since the start of the film; null for pictures.</summary>
    public double? Seconds { get; init; }
    public FrameMetrics? Metrics { get; init; }
    public string? Error { get; init; }
}

/// <summary>
/// Measures the pictures of a stream in one pass. Workers decode and measure side by side, each frame on its own; what compares a frame with
/// the one before is done afterwards in order, from small planes, so that the number of workers changes nothing. Memory is bounded by the
/// number of workers, not of frames. A frame after a gap in the numbers or after an unreadable frame has nothing before it.
/// </summary>
public sealed class PicturePass(IDisk disk, RunTool run, Metric metrics, double percentile)
{
    /// <summary>Frames decoded side by side, 1 or more.</summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary>Told a small picture of each frame of the list that was read, in order and before its record; null: none are made.</summary>
    public Action<FrameTile>? Tiles { get; init; }

    /// <summary>Measures <paramref name="frames"/> in order and tells of each. <paramref name="before"/> is the frame that stands before the
    /// first one: it is decoded for the comparison only, so that a part of a stream gives what the whole gives.</summary>
    public async Task RunAsync(IReadOnlyList<FrameFile> frames, FrameFile? before, Action<FrameRecord> tell, CancellationToken cancel)
    {
        var all = before is null ? frames : [before, .. frames];
        var slots = new Slot[Math.Max(2, Workers * 4)];
        for (var i = 0; i < slots.Length; i++) slots[i] = new Slot();
        using var free = new SemaphoreSlim(slots.Length);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var next = -1;
        var workers = Enumerable.Range(0, Math.Min(Workers, Math.Max(1, all.Count))).Select(_ => Task.Run(() => WorkAsync(stop.Token), CancellationToken.None)).ToArray();
        try
        {
            Slot? last = null;
            for (var i = 0; i < all.Count; i++)
            {
                var slot = slots[i % slots.Length];
                await slot.Ready.WaitAsync(stop.Token);
                var follows = last?.Metrics is not null && all[i].Index == all[i - 1].Index + 1;
                if (Tiles is not null && slot.Metrics is not null && (i > 0 || before is null)) Tiles(slot.Tile);
                if (i > 0 || before is null) tell(Record(all[i], slot, follows ? last!.Small : null));
                if (last is not null) free.Release();
                last = slot;
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            await Task.WhenAll(workers); // a worker broke; its fault says why
            throw;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(workers).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            foreach (var slot in slots) slot.Ready.Dispose();
        }

        async Task WorkAsync(CancellationToken ended)
        {
            var done = false;
            try
            {
                using var loader = new PictureLoader(disk, run);
                var meter = new FrameMeter(metrics, percentile) { KeepsSmall = Tiles is not null };
                var picture = new Picture();
                while (true)
                {
                    await free.WaitAsync(ended);
                    var i = Interlocked.Increment(ref next);
                    if (i >= all.Count) break;
                    var slot = slots[i % slots.Length];
                    await MeasureAsync(loader, meter, picture, slot, all[i], ended);
                    slot.Ready.Release();
                }
                done = true;
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested) { done = true; }
            finally
            {
                if (!done) await stop.CancelAsync();
            }
        }
    }

    private async Task MeasureAsync(PictureLoader loader, FrameMeter meter, Picture picture, Slot slot, FrameFile frame, CancellationToken cancel)
    {
        (slot.Metrics, slot.Error) = (null, frame.Error);
        if (frame.Error is not null) return;
        try
        {
            await loader.LoadAsync(frame.Path, picture, meter.NeedsColour, cancel, frame.Content);
            slot.Metrics = meter.Measure(picture, slot.Small);
            if (Tiles is not null) slot.Tile.Draw(slot.Small.Luma, meter.NeedsColour ? meter.LastColour : null);
        }
        catch (PictureFault e) { slot.Error = e.Message; }
        catch (DiskException e) { slot.Error = $"cannot be read: {e.Message}"; }
    }

    private FrameRecord Record(FrameFile frame, Slot slot, SmallFrame? before) => new(frame.Index, frame.Name)
    {
        Error = slot.Error,
        Metrics = slot.Metrics is null ? null : slot.Metrics with
        {
            Motion = (metrics & Metric.Motion) != 0 ? FrameChange.Motion(before, slot.Small) : null,
            CutContent = (metrics & Metric.Content) != 0 ? FrameChange.Content(before, slot.Small) : null,
        },
    };

    private sealed class Slot
    {
        internal SemaphoreSlim Ready { get; } = new(0);
        internal SmallFrame Small { get; } = new();
        internal FrameTile Tile { get; } = new();
        internal FrameMetrics? Metrics { get; set; }
        internal string? Error { get; set; }
    }
}
