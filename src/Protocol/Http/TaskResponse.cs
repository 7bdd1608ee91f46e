using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>A task as anyone may see it. Seats and secret appear only once the task is settled or void.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="BatchId">Its batch on chain; null until committed.</param>
/// <param name="Index">Its position in the batch.</param>
/// <param name="WorkloadHash">What is run.</param>
/// <param name="ComputeUnits">Micro-CU.</param>
/// <param name="Deadline">Unix seconds.</param>
/// <param name="Redeemer">Whose credit on chain pays; zero for subsidised work and for what prepaid credit bought.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="ResultHash">The agreed result.</param>
/// <param name="Transaction">The settlement transaction.</param>
/// <param name="MintedWei">AIT minted, in wei, decimal.</param>
/// <param name="MiningTask">Hex of <see cref="Protocol.MiningTask.ToBytes"/>.</param>
/// <param name="Proof">Merkle proof of the leaf.</param>
/// <param name="SeatSecret">The revealed secret.</param>
/// <param name="Seats">The seats.</param>
public sealed record TaskResponse(
    Hash256 TaskId,
    ulong? BatchId,
    uint Index,
    Hash256 WorkloadHash,
    ulong ComputeUnits,
    ulong Deadline,
    Address Redeemer,
    TaskPhase Phase,
    Hash256? ResultHash,
    Hash256? Transaction,
    string? MintedWei,
    string MiningTask,
    IReadOnlyList<Hash256> Proof,
    Hash256? SeatSecret,
    IReadOnlyList<TaskSeatResponse> Seats);
