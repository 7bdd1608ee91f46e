using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>What a miner may know of its own seat: answer of commitments, results and <c>GET /v1/seats/{taskId}</c>.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="GpuId">The device on the seat.</param>
/// <param name="Phase">Where the seat stands.</param>
/// <param name="RevealOpen">Whether results may be revealed: all seats have committed, or the commit deadline has passed.</param>
/// <param name="Reason">Why it is not paid.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="PaidWei">AIT paid, in wei, decimal.</param>
/// <param name="Transaction">Hash of the settlement transaction.</param>
public sealed record SeatResponse(
    Hash256 TaskId,
    Hash256 GpuId,
    SeatPhase Phase,
    bool RevealOpen,
    UnpaidReason Reason,
    string? Remedy,
    string? PaidWei,
    Hash256? Transaction);
