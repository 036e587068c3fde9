namespace Spool.Tests.Support;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire inside <see cref="Advance"/>, in the order they are due, on the caller's
/// thread, each seeing the moment it was due at. The start has a fraction of a second, as real file times have.
/// </summary>
public sealed class FakeTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<FakeTimer> _timers = [];
    private long _ticks;

    public FakeTime(DateTimeOffset? start = null) =>
        _ticks = (start ?? new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1_234_567)).UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Nanoseconds since 1970, as files have them.</summary>
    public long NowNs => (Interlocked.Read(ref _ticks) - DateTimeOffset.UnixEpoch.UtcTicks) * 100;

    /// <summary>Unix milliseconds, as events have them.</summary>
    public long NowMs => GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Timers that will fire.</summary>
    public int Waiting
    {
        get { lock (_lock) return _timers.Count; }
    }

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    /// <summary>Long enough for a file changed now and a file changed before to look different, and for neither to be racy.</summary>
    public void Tick() => Advance(TimeSpan.FromMilliseconds(50));

    public void Advance(TimeSpan by)
    {
        var end = Interlocked.Read(ref _ticks) + by.Ticks;
        while (Next(end) is { } timer) timer.Fire();
        Interlocked.Exchange(ref _ticks, end);
    }

    /// <summary>Jumps to the moment the next timer is due and fires all that are due then; false when nothing waits.</summary>
    public bool AdvanceToNextTimer()
    {
        long due;
        lock (_lock)
        {
            if (_timers.Count == 0) return false;
            due = _timers.Min(t => t.Due);
        }
        Advance(TimeSpan.FromTicks(Math.Max(0, due - Interlocked.Read(ref _ticks))));
        return true;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    // The first timer due until then, taken off the list or set to its next period; the clock stands at its moment.
    private FakeTimer? Next(long end)
    {
        lock (_lock)
        {
            FakeTimer? first = null;
            foreach (var timer in _timers)
                if (timer.Due <= end && (first is null || timer.Due < first.Due)) first = timer;
            if (first is null) return null;
            if (first.Due > _ticks) Interlocked.Exchange(ref _ticks, first.Due);
            if (first.Period > 0) first.Due += first.Period;
            else _timers.Remove(first);
            return first;
        }
    }

    private sealed class FakeTimer(FakeTime time, TimerCallback callback, object? state) : ITimer
    {
        internal long Due { get; set; }
        internal long Period { get; private set; }

        internal void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = time._ticks + dueTime.Ticks;
                Period = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
                time._timers.Add(this);
            }
            // A timer that is due at once fires at the next Advance, as a real one fires on another thread.
            return true;
        }

        public void Dispose()
        {
            lock (time._lock) time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
