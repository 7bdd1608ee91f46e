using System.Collections.Immutable;
using Ait.Chain;
using Ait.Miner.Collecting;

namespace Ait.Miner.Evidencing;

/// <summary>Evidence whose report was read and says what was asked for; made by <see cref="EvidenceBinder"/> only. Who signed it is the contract's to check.</summary>
internal sealed class BoundEvidence
{
    internal BoundEvidence(CollectedEvidence collected, ulong blockNumber, Hash256 gpuId)
    {
        Collected = collected;
        BlockNumber = blockNumber;
        GpuId = gpuId;
    }

    public CollectedEvidence Collected { get; }

    public ulong BlockNumber { get; }

    public Hash256 GpuId { get; }

    public ImmutableArray<byte> Report => Collected.Report;
}
