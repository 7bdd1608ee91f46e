using Ait.Coordinator.OnChain;

namespace Ait.Coordinator.Showing;

/// <summary>What the chain says, asked for once a block: onlookers cost its node no more than that.</summary>
internal sealed class PerBlock<T> : IDisposable
    where T : class
{
    private readonly HeadWatch _heads;
    private readonly Func<ChainHead, CancellationToken, Task<T>> _read;
    private readonly SemaphoreSlim _reading = new(1);
    private (ulong Block, T Value)? _kept;

    internal PerBlock(HeadWatch heads, Func<ChainHead, CancellationToken, Task<T>> read)
    {
        _heads = heads;
        _read = read;
    }

    internal async Task<T> ReadAsync(CancellationToken cancellation)
    {
        ChainHead head = await _heads.ReadAsync(cancellation);
        await _reading.WaitAsync(cancellation);
        try
        {
            if (_kept is not { } kept || kept.Block != head.Number)
            {
                _kept = kept = (head.Number, await _read(head, cancellation));
            }

            return kept.Value;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();
}
