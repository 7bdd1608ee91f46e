namespace Ait.Coordinator.Fetching;

/// <summary>Lets one through at a time, and the next no sooner than an interval after the one before. Who may have to wait long can be turned away instead.</summary>
internal sealed class PacedGate : IDisposable
{
    private readonly TimeSpan _interval;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private DateTimeOffset _next = DateTimeOffset.MinValue;
    private int _present;

    internal PacedGate(TimeSpan interval, TimeProvider clock)
    {
        _interval = interval;
        _clock = clock;
    }

    /// <summary>Does the work in turn; null, at once, if so many wait or work already.</summary>
    internal async Task<T?> PassAsync<T>(Func<Task<T>> work, int most, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return Interlocked.Increment(ref _present) > most ? null : await PassAsync(work, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _present);
        }
    }

    private async Task<T> PassAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            TimeSpan wait = _next - _clock.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, _clock, cancellation);
            }

            _next = _clock.GetUtcNow() + _interval;
            return await work();
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
