using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Protocol;

namespace Ait.Coordinator.Collecting;

/// <summary>One seat with everything its device may be judged by.</summary>
internal sealed record SeatView(
    TaskRow Task,
    byte Seat,
    Hash256 GpuId,
    Address Operator,
    Address? LeaseHolder,
    long? LeaseDeadline,
    Hash256? Commitment,
    Hash256? RevealedResult,
    int SeatsCommitted,
    int SeatsRevealed,
    string? PaidWei,
    UnpaidReason Reason,
    string? Detail,
    string? RefusedBounds)
{
    internal Hash256 TaskId => Task.TaskId!.Value; // Only seated tasks have seats, and they are on chain.
}
