using Ait.Chain;

namespace Ait.Coordinator.Collecting;

/// <summary>Tasks that are locked and seats of theirs, each as the ledger has it and with what the transaction at hand has changed since.</summary>
internal sealed class LockedSeats
{
    private readonly Dictionary<long, LockedTask> _tasks = [];
    private readonly Dictionary<(Hash256 TaskId, Hash256 GpuId), SeatView> _seats = [];

    internal LockedSeats(IEnumerable<LockedTask> tasks, IEnumerable<SeatView> seats)
    {
        foreach (LockedTask task in tasks)
        {
            _tasks.Add(task.Task.TaskKey, task);
        }

        foreach (SeatView seat in seats)
        {
            _seats[(seat.TaskId, seat.GpuId)] = seat;
        }
    }

    internal IReadOnlyCollection<LockedTask> Tasks => _tasks.Values;

    internal IReadOnlyCollection<SeatView> Seats => _seats.Values;

    /// <summary>A device's seat as it stands now; null if it has none.</summary>
    internal LockedSeat? Find(Hash256 taskId, Hash256 gpuId) => _seats.TryGetValue((taskId, gpuId), out SeatView? seat) ? Now(seat) : null;

    /// <summary>The tasks whose reveal is due.</summary>
    internal IReadOnlyList<LockedTask> Due(long now) => [.. _tasks.Values.Where(task => task.Task.RevealOpenedAt is null && Collection.IsRevealDue(task, now))];

    internal void Commit(LockedSeat seat, Hash256 commitment)
    {
        LockedTask task = _tasks[seat.Task.TaskKey];
        _tasks[seat.Task.TaskKey] = task with { SeatsCommitted = task.SeatsCommitted + 1 };
        _seats[(seat.TaskId, seat.GpuId)] = seat with { Commitment = commitment };
    }

    /// <summary>The seat with its result.</summary>
    internal LockedSeat Reveal(LockedSeat seat, Hash256 result, string? refusedBounds)
    {
        LockedTask task = _tasks[seat.Task.TaskKey];
        _tasks[seat.Task.TaskKey] = task with { SeatsRevealed = task.SeatsRevealed + (seat.Seat < seat.Task.FirstOfRound ? 0 : 1) };
        SeatView revealed = seat with { RevealedResult = result, RefusedBounds = refusedBounds };
        _seats[(seat.TaskId, seat.GpuId)] = revealed;
        return Now(revealed);
    }

    internal void Open(LockedTask task, long now, long deadline) =>
        _tasks[task.Task.TaskKey] = task with { Task = task.Task with { RevealOpenedAt = now, RevealDeadline = deadline } };

    private LockedSeat Now(SeatView seat) => new(seat, _tasks[seat.Task.TaskKey]);
}
