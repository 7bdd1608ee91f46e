using Ait.Chain;

namespace Ait.Coordinator.Collecting;

/// <summary>Seats whose tasks are locked, each as the ledger has it and with what the transaction at hand has changed since.</summary>
internal sealed class LockedSeats
{
    private readonly Dictionary<(Hash256 TaskId, Hash256 GpuId), SeatView> _seats = [];
    private readonly Dictionary<Hash256, SeatView> _tasks = []; // By task one of its seats, with how the task stands.

    internal LockedSeats(IEnumerable<SeatView> seats)
    {
        foreach (SeatView seat in seats)
        {
            _seats[(seat.TaskId, seat.GpuId)] = seat;
            _tasks[seat.TaskId] = seat;
        }
    }

    /// <summary>A device's seat as it stands now; null if it has none.</summary>
    internal SeatView? Find(Hash256 taskId, Hash256 gpuId) => _seats.TryGetValue((taskId, gpuId), out SeatView? seat) && _tasks[taskId] is SeatView task
        ? seat with { Task = task.Task, SeatsCommitted = task.SeatsCommitted, SeatsRevealed = task.SeatsRevealed }
        : null;

    /// <summary>A seat of each task whose reveal is due.</summary>
    internal IReadOnlyList<SeatView> Due(long now) => [.. _tasks.Values.Where(task => task.Task.RevealOpenedAt is null && Collection.IsRevealDue(task, now))];

    internal void Commit(SeatView seat, Hash256 commitment) => Put(seat with { Commitment = commitment, SeatsCommitted = seat.SeatsCommitted + 1 });

    /// <summary>The seat with its result.</summary>
    internal SeatView Reveal(SeatView seat, Hash256 result, string? refusedBounds) =>
        Put(seat with { RevealedResult = result, RefusedBounds = refusedBounds, SeatsRevealed = seat.SeatsRevealed + 1 });

    internal void Open(SeatView seat, long now, long deadline) => Put(seat with { Task = seat.Task with { RevealOpenedAt = now, RevealDeadline = deadline } });

    private SeatView Put(SeatView seat)
    {
        _seats[(seat.TaskId, seat.GpuId)] = seat;
        _tasks[seat.TaskId] = seat;
        return seat;
    }
}
