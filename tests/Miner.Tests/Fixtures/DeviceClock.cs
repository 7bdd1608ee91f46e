namespace Ait.Miner.Tests.Fixtures;

/// <summary>The clock a run is measured with. Held, it keeps whoever has the device at its first reading.</summary>
internal sealed class DeviceClock : TimeProvider, IDisposable
{
    private readonly ManualResetEventSlim _free = new(initialState: true);

    /// <summary>Added to every second reading: what a run seems to take.</summary>
    public TimeSpan Extra { get; set; }

    private int _readings;

    public void Hold() => _free.Reset();

    public void Release() => _free.Set();

    public override long GetTimestamp()
    {
        _free.Wait(TimeSpan.FromSeconds(120));
        return base.GetTimestamp() + (Interlocked.Increment(ref _readings) % 2 == 0 ? (long)(Extra.TotalSeconds * TimestampFrequency) : 0);
    }

    public void Dispose()
    {
        _free.Set();
        _free.Dispose();
    }
}
