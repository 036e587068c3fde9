
namespace Spool.Engine.Scheduling;

/// <summary>Ends that somebody asks for: at once, or at a safe point.</summary>
public sealed partial class RunCore
{
    public bool IsCancelled { get; private set; }

    /// <summary>It was cancelled at a safe point: what runs is let come to its end.</summary>
    public bool IsDrained { get; private set; }

    /// <summary>Ends the run: what is not over is cancelled; what runs is ended by its owner and then reported as failed with Cancelled.</summary>
    public void Cancel()
    {
        IsCancelled = true;
        _ready.Clear();
        foreach (var task in _tasks)
            if (!task.IsOver && task.Status is not (TaskStatus.Running or TaskStatus.Publishing)) End(task, TaskStatus.Cancelled, null);
    }

    /// <summary>Ends the run at a safe point: as <see cref="Cancel"/>, but what runs is not ended and its result counts.</summary>
    public void Drain()
    {
        if (!IsCancelled) IsDrained = true;
        Cancel();
    }
}
