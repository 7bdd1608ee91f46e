using Ait.Chain;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <summary>Which device executes which task on which seat, before the coordinator's signature makes it a <see cref="SeatLetter"/>.</summary>
/// <param name="BatchId">The batch on chain.</param>
/// <param name="MiningTask">The task, whole, so that its leaf can be recomputed.</param>
/// <param name="Seat">Seat number from 0.</param>
/// <param name="GpuId">The device drawn.</param>
/// <param name="IssuedAt">Unix seconds.</param>
/// <param name="CommitDeadline">Unix seconds by which the commitment must arrive.</param>
public sealed record SeatAssignment(ulong BatchId, MiningTask MiningTask, byte Seat, Hash256 GpuId, ulong IssuedAt, ulong CommitDeadline)
{
    private static readonly Hash256 s_type = Keccak256.Hash(
        "SeatLetter(bytes32 taskId,uint256 batchId,bytes32 leaf,uint8 seat,bytes32 gpuId,uint64 issuedAt,uint64 commitDeadline)"u8);

    /// <summary>The EIP-712 digest that the coordinator signs.</summary>
    /// <param name="domain">The network.</param>
    /// <param name="taskId">Id of the task there, which whoever signs or verifies has at hand.</param>
    internal Hash256 Digest(NetworkDomain domain, Hash256 taskId) => domain.Digest(new Words(stackalloc byte[8 * 32])
        .Add(s_type)
        .Add(taskId)
        .Add(BatchId)
        .Add(MiningTask.Leaf)
        .Add(Seat)
        .Add(GpuId)
        .Add(IssuedAt)
        .Add(CommitDeadline)
        .Hash());
}
