namespace Spool.Tests.Support;

/// <summary>A clock that goes on only when the test says so.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _now = 1_000_000;

    public override long TimestampFrequency => 1_000_000;

    public override long GetTimestamp() => _now;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddMicroseconds(_now);

    public void Advance(double seconds) => _now += (long)(seconds * TimestampFrequency);
}
