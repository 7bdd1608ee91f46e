using Ait.Chain;

namespace Ait.Coordinator.Collecting;

/// <summary>Seats whose tasks are locked, each as the ledger has it and with what the transaction at hand has changed since.</summary>
internal sealed class LockedSeats
{
    private readonly Dictionary<(Hash256 TaskId, Hash256 GpuId), LockedSeat> _seats = [];
    private readonly Dictionary<Hash256, LockedSeat> _tasks = []; // By task one of its seats, with how the task stands.

    internal LockedSeats(IReadOnlyCollection<SeatView> seats)
    {
        foreach (IGrouping<Hash256, SeatView> task in seats.GroupBy(seat => seat.TaskId))
        {
            int committed = task.Count(seat => seat.Commitment is not null && seat.Seat >= seat.Task.FirstOfRound);
            int revealed = task.Count(seat => seat.RevealedResult is not null && seat.Seat >= seat.Task.FirstOfRound);
            foreach (SeatView seat in task)
            {
                Put(new LockedSeat(seat, committed, revealed));
            }
        }
    }

    /// <summary>A device's seat as it stands now; null if it has none.</summary>
    internal LockedSeat? Find(Hash256 taskId, Hash256 gpuId) => _seats.TryGetValue((taskId, gpuId), out LockedSeat? seat) && _tasks[taskId] is LockedSeat task
        ? seat with { Task = task.Task, SeatsCommitted = task.SeatsCommitted, SeatsRevealed = task.SeatsRevealed }
        : null;

    /// <summary>A seat of each task whose reveal is due.</summary>
    internal IReadOnlyList<LockedSeat> Due(long now) => [.. _tasks.Values.Where(task => task.Task.RevealOpenedAt is null && Collection.IsRevealDue(task, now))];

    internal void Commit(LockedSeat seat, Hash256 commitment) => Put(seat with { Commitment = commitment, SeatsCommitted = seat.SeatsCommitted + 1 });

    /// <summary>The seat with its result.</summary>
    internal LockedSeat Reveal(LockedSeat seat, Hash256 result, string? refusedBounds) =>
        Put(seat with { RevealedResult = result, RefusedBounds = refusedBounds, SeatsRevealed = seat.SeatsRevealed + (seat.Seat < seat.Task.FirstOfRound ? 0 : 1) });

    internal void Open(LockedSeat seat, long now, long deadline) => Put(seat with { Task = seat.Task with { RevealOpenedAt = now, RevealDeadline = deadline } });

    private LockedSeat Put(LockedSeat seat)
    {
        _seats[(seat.TaskId, seat.GpuId)] = seat;
        _tasks[seat.TaskId] = seat;
        return seat;
    }
}
