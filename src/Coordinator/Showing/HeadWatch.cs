using Ait.Coordinator.OnChain;

namespace Ait.Coordinator.Showing;

/// <summary>The newest block, asked for at most once a second however many want to know.</summary>
internal sealed class HeadWatch : IDisposable
{
    private readonly IMiningChain _chain;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _reading = new(1);
    private ChainHead? _head;
    private long _readAt;

    public HeadWatch(IMiningChain chain, TimeProvider clock)
    {
        _chain = chain;
        _clock = clock;
    }

    internal async Task<ChainHead> ReadAsync(CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            if (_head is null || _clock.GetElapsedTime(_readAt) >= LiveFeed.Look)
            {
                _head = await _chain.ReadHeadAsync(cancellation);
                _readAt = _clock.GetTimestamp();
            }

            return _head;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();
}
