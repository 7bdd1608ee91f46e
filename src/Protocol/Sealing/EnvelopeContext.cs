using Ait.Chain;
using Ait.Protocol.Codec;

namespace Ait.Protocol.Sealing;

/// <summary>What an envelope is for; sealed for one, it opens for no other.</summary>
/// <param name="Domain">The network.</param>
/// <param name="TaskId">The task.</param>
/// <param name="WorkloadHash">The confidential workload.</param>
/// <param name="GpuId">The device on the seat.</param>
public sealed record EnvelopeContext(NetworkDomain Domain, Hash256 TaskId, Hash256 WorkloadHash, Hash256 GpuId)
{
    /// <summary>The info of HPKE.</summary>
    internal byte[] ToBytes() => new ByteWriter()
        .Bytes("AIT content key v1"u8)
        .Hash(Domain.Separator)
        .Hash(TaskId)
        .Hash(WorkloadHash)
        .Hash(GpuId)
        .ToArray();
}
