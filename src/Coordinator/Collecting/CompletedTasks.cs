using System.Collections.Concurrent;
using Ait.Chain;
using Ait.Protocol;

namespace Ait.Coordinator.Collecting;

/// <summary>
/// What this process knows of results before their task is decided: what bounds their durations, which tasks wait for no further result,
/// and the work attestations that it has verified itself. A memory only: what is forgotten here is found in the ledger and verified again.
/// </summary>
internal sealed class CompletedTasks
{
    private const int MostRemembered = 1 << 16;

    private readonly ConcurrentQueue<long> _completed = new();
    private readonly ConcurrentDictionary<(long TaskKey, byte Seat), WorkAttestation> _verified = new();
    private readonly ConcurrentDictionary<(Hash256 TaskId, Hash256 Workload), PricedWork> _work = new();
    private readonly ConcurrentDictionary<(long TaskKey, Hash256 GpuId), CommittedSeat> _committed = new();
    private readonly ConcurrentDictionary<long, (int Level, int Committed)> _opened = new();

    /// <summary>Remembers what bounds the durations of a task's results. A reorganisation gives its id to another task, but that has another workload.</summary>
    internal void Note(Hash256 taskId, Hash256 workload, PricedWork work)
    {
        if (_work.Count >= MostRemembered)
        {
            _work.Clear();
        }

        _work[(taskId, workload)] = work;
    }

    /// <summary>What bounds the durations of a task's results; null if it is not remembered.</summary>
    internal PricedWork? WorkOf(Hash256 taskId, Hash256 workload) => _work.GetValueOrDefault((taskId, workload));

    /// <summary>
    /// Remembers what is on disk and never changes: who sits at a seat that has committed, and to what; how many have committed of those that
    /// may reveal.
    /// </summary>
    internal void Note(LockedSeats seats)
    {
        if (_committed.Count >= MostRemembered || _opened.Count >= MostRemembered)
        {
            _committed.Clear();
            _opened.Clear();
        }

        foreach (LockedTask task in seats.Tasks.Where(task => task.Task.RevealOpenedAt is not null))
        {
            _opened[task.Task.TaskKey] = (task.Task.Level, task.SeatsCommitted);
        }

        foreach (SeatView seat in seats.Seats)
        {
            if (seat is { Commitment: Hash256 commitment, RevealedResult: null })
            {
                _committed[(seat.Task.TaskKey, seat.GpuId)] = new CommittedSeat(seat.Task.TaskKey, seat.GpuId, seat.Seat, seat.Operator, commitment);
            }
            else
            {
                _committed.TryRemove((seat.Task.TaskKey, seat.GpuId), out _);
            }
        }
    }

    /// <summary>A seat that has committed and whose task may reveal; null if it is not remembered.</summary>
    internal CommittedSeat? Committed(long taskKey, Hash256 gpuId) => _opened.ContainsKey(taskKey) ? _committed.GetValueOrDefault((taskKey, gpuId)) : null;

    /// <summary>How many seats of a task have committed of those that were drawn last, if they may reveal; null if it is not remembered.</summary>
    internal int? CommittedOf(SeatedTask task) =>
        task.RevealOpenedAt is not null && _opened.TryGetValue(task.TaskKey, out (int Level, int Committed) opened) && opened.Level == task.Level ? opened.Committed : null;

    /// <summary>Remembers a result that was taken.</summary>
    internal void Note(long taskKey, byte seat, WorkAttestation attestation)
    {
        if (_verified.Count >= MostRemembered)
        {
            _verified.Clear();
        }

        _verified[(taskKey, seat)] = attestation;
    }

    /// <summary>The task waits for no further result.</summary>
    internal void Complete(long taskKey, Hash256 taskId, Hash256 workload)
    {
        _work.TryRemove((taskId, workload), out _);
        _opened.TryRemove(taskKey, out _);
        _completed.Enqueue(taskKey);
    }

    internal bool IsEmpty => _completed.IsEmpty;

    /// <summary>Some of the tasks that wait for no further result, each once.</summary>
    internal IReadOnlyList<long> Take(int most)
    {
        List<long> taken = [];
        while (taken.Count < most && _completed.TryDequeue(out long taskKey))
        {
            taken.Add(taskKey);
        }

        return taken;
    }

    /// <summary>What was verified of a seat; null if nothing. It is forgotten with that.</summary>
    internal WorkAttestation? Recall(long taskKey, byte seat) => _verified.TryRemove((taskKey, seat), out WorkAttestation? attestation) ? attestation : null;
}

/// <summary>A seat with its commitment.</summary>
internal sealed record CommittedSeat(long TaskKey, Hash256 GpuId, byte Seat, Address Operator, Hash256 Commitment);
