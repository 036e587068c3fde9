namespace Spool.Engine.Scheduling;

/// <summary>Whether and when a failed attempt is tried again, by the kind of its failure alone.</summary>
public static class RetryPolicy
{
    /// <summary>The pause before the next attempt; null when there is none.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="asked">What the step says under <c>retry:</c>.</param>
    /// <param name="spread">0 to 1, so that many tasks do not come back at one moment.</param>
    public static TimeSpan? Pause(FailureKind kind, int attempt, int asked, double spread)
    {
        var most = kind switch
        {
            FailureKind.HostLost or FailureKind.Unavailable => Math.Max(3, asked),
            FailureKind.OutOfMemory or FailureKind.InputChanged => Math.Max(1, asked),
            FailureKind.ToolFailed or FailureKind.BadOutput or FailureKind.TimedOut => asked,
            _ => 0,
        };
        if (attempt > most) return null;
        if (kind == FailureKind.InputChanged) return TimeSpan.Zero;
        return TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, attempt)) * (0.9 + (0.2 * spread)));
    }
}
