namespace Spool.Tests.Support;

/// <summary>Runs everything on the calling thread, one piece at a time, in an order that a seed decides. When nothing is left but timers, the clock jumps.</summary>
public sealed class SeededScheduler(int seed, FakeTime time) : TaskScheduler
{
    private readonly Random _random = new(seed);
    private readonly List<Task> _queue = [];

    public long Steps { get; private set; }

    /// <summary>Runs a whole asynchronous piece of work to its end. Throws what it threw, or that it can never end.</summary>
    public T Run<T>(Func<Task<T>> work)
    {
        var task = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, this).Unwrap();
        while (!task.IsCompleted)
        {
            if (_queue.Count == 0)
            {
                if (time.AdvanceToNextTimer()) continue;
                throw new InvalidOperationException("the run can never end: nothing is left to do");
            }
            var at = _random.Next(_queue.Count);
            var next = _queue[at];
            _queue.RemoveAt(at);
            Steps++;
            TryExecuteTask(next);
        }
        return task.GetAwaiter().GetResult();
    }

    protected override IEnumerable<Task> GetScheduledTasks() => _queue;

    protected override void QueueTask(Task task) => _queue.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;
}
