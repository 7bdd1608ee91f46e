namespace Ait.Coordinator.Tests.Support;

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _millis = 1_800_000_000_000;

    public override long TimestampFrequency => 1000;

    internal ulong Seconds => (ulong)(Interlocked.Read(ref _millis) / 1000);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref _millis));

    public override long GetTimestamp() => Interlocked.Read(ref _millis);

    internal void Advance(TimeSpan time) => Interlocked.Add(ref _millis, (long)time.TotalMilliseconds);
}
