namespace Spool.App.Queue;

/// <summary>What the server keeps of a run: how many files, how many bytes.</summary>
public static class RunSize
{
    public static (int Files, long Bytes) Of(ServerPlace place, QueuedRun run)
    {
        var (files, bytes) = (1, 0L);
        if (place.Disk.Stat(Path.Join(place.Stage(run.Stage), ServerPlace.Name(run.Id) + ".job")) is { } job) bytes += job.Size;
        foreach (var entry in place.Disk.Stat(place.RunFolder(run.Id)) is null ? [] : place.Disk.List(place.RunFolder(run.Id)))
        {
            files++;
            bytes += place.Disk.Stat(Path.Join(place.RunFolder(run.Id), entry.Name))?.Size ?? 0;
        }
        return (files, bytes);
    }
}
