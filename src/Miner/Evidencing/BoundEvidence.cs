using Ait.Chain;
using Ait.Miner.Collecting;

namespace Ait.Miner.Evidencing;

/// <summary>Evidence whose report was read and says what was asked for; made by <see cref="EvidenceBinder"/> only. Who signed it is the contract's to check.</summary>
internal sealed class BoundEvidence
{
    internal BoundEvidence(CollectedEvidence collected, BoundGpuEvidence? gpu, ulong blockNumber, Hash256 gpuId)
    {
        Collected = collected;
        Gpu = gpu;
        BlockNumber = blockNumber;
        GpuId = gpuId;
    }

    public CollectedEvidence Collected { get; }

    /// <summary>Null where the GPU has no evidence of its own.</summary>
    public BoundGpuEvidence? Gpu { get; }

    public ulong BlockNumber { get; }

    public Hash256 GpuId { get; }
}
