using Ait.Chain;
using Ait.Protocol;

namespace Ait.Coordinator.Collecting;

/// <summary>One seat with everything its device may be judged by.</summary>
internal record SeatView(
    SeatedTask Task,
    byte Seat,
    Hash256 GpuId,
    Address Operator,
    Address? LeaseHolder,
    long? LeaseDeadline,
    Hash256? Commitment,
    Hash256? RevealedResult,
    string? PaidWei,
    UnpaidReason Reason,
    string? Detail,
    string? RefusedBounds)
{
    /// <summary>Whether the task has moved on to further seats, or is about to.</summary>
    internal bool IsOfEarlierRound => Seat < Task.FirstOfRound || Task.EscalatingTo is not null;

    internal Hash256 TaskId => Task.TaskId!.Value; // Only seated tasks have seats, and they are on chain.
}

/// <summary>A seat of a task that is locked, with how far the seats are that were drawn last.</summary>
internal sealed record LockedSeat : SeatView
{
    internal LockedSeat(SeatView seat, LockedTask task)
        : base(seat) => (Task, SeatsCommitted, SeatsRevealed) = (task.Task, task.SeatsCommitted, task.SeatsRevealed);

    internal int SeatsCommitted { get; }

    internal int SeatsRevealed { get; }
}

/// <summary>A task that is locked, with how many of the seats that were drawn last have committed and revealed.</summary>
internal sealed record LockedTask(SeatedTask Task, int SeatsCommitted, int SeatsRevealed);
