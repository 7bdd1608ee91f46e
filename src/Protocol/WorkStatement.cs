using Ait.Chain;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <summary>What an enclave says about one run, before its signature makes it a <see cref="WorkAttestation"/>.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="WorkloadHash">What was run.</param>
/// <param name="ResultHash">Hash of the transcript.</param>
/// <param name="GpuId">The GPU that ran it.</param>
/// <param name="DurationMillis">Device time in milliseconds.</param>
public sealed record WorkStatement(Hash256 TaskId, Hash256 WorkloadHash, Hash256 ResultHash, Hash256 GpuId, ulong DurationMillis)
{
    private static readonly Hash256 s_type =
        Keccak256.Hash("WorkAttestation(bytes32 taskId,bytes32 workloadHash,bytes32 resultHash,bytes32 gpuId,uint64 duration)"u8);

    /// <summary>The EIP-712 digest that the enclave key signs.</summary>
    public Hash256 Digest(NetworkDomain domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        return domain.Digest(new Words(stackalloc byte[6 * 32])
            .Add(s_type)
            .Add(TaskId)
            .Add(WorkloadHash)
            .Add(ResultHash)
            .Add(GpuId)
            .Add(DurationMillis)
            .Hash());
    }
}
