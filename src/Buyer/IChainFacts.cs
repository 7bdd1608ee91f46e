using Ait.Chain;

namespace Ait.Buyer;

/// <summary>What the chain says of devices and tasks: asked of a node, never of the coordinator.</summary>
public interface IChainFacts
{
    /// <summary>The device of a GPU at the newest block; null if it was never registered.</summary>
    public Task<SeatDevice?> FindDeviceAsync(Hash256 gpuId, CancellationToken cancellation);

    /// <summary>How many seats the contract gives a task now: 3, or 5 or 7 if it has escalated.</summary>
    public Task<int> CountSeatsAsync(Hash256 taskId, CancellationToken cancellation);
}
