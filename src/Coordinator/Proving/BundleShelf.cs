using Ait.Chain;
using Ait.Coordinator.OnChain;

namespace Ait.Coordinator.Proving;

/// <summary>Bundles of settled tasks, made when they are asked for. Few are made at once and the last ones are kept: each costs a node dozens of questions.</summary>
internal sealed class BundleShelf : IDisposable
{
    private const int Width = 2;
    private const int Kept = 64;
    private readonly IMiningChain _chain;
    private readonly SemaphoreSlim _making = new(Width, Width);
    private readonly Lock _gate = new();
    private readonly Dictionary<Hash256, byte[]> _bundles = [];
    private readonly Queue<Hash256> _order = [];

    public BundleShelf(IMiningChain chain) => _chain = chain;

    /// <summary>A task's bundle; null if the chain does not show it settled.</summary>
    internal async Task<byte[]?> ReadAsync(ulong batchId, Hash256 taskId, CancellationToken cancellation)
    {
        if (Find(taskId) is { } kept)
        {
            return kept;
        }

        await _making.WaitAsync(cancellation);
        try
        {
            byte[]? bundle = Find(taskId) ?? await _chain.ReadBundleAsync(batchId, taskId, cancellation);
            if (bundle is not null)
            {
                Keep(taskId, bundle);
            }

            return bundle;
        }
        finally
        {
            _making.Release();
        }
    }

    public void Dispose() => _making.Dispose();

    private byte[]? Find(Hash256 taskId)
    {
        lock (_gate)
        {
            return _bundles.GetValueOrDefault(taskId);
        }
    }

    private void Keep(Hash256 taskId, byte[] bundle)
    {
        lock (_gate)
        {
            if (_bundles.TryAdd(taskId, bundle))
            {
                _order.Enqueue(taskId);
            }

            while (_order.Count > Kept)
            {
                _bundles.Remove(_order.Dequeue());
            }
        }
    }
}
