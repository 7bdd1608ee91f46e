using System.Collections.Concurrent;
using System.Collections.Immutable;
using Ait.Chain;
using Ait.Coordinator.Ledger;
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
    private readonly Remembered<(long TaskKey, byte Seat), VerifiedResult> _verified = new(MostRemembered);
    private readonly Remembered<(Hash256 TaskId, Hash256 Workload), PricedWork> _work = new(MostRemembered);
    private readonly Remembered<(long TaskKey, Hash256 GpuId), CommittedSeat> _committed = new(MostRemembered);
    private readonly Remembered<long, (int Level, int Committed)> _opened = new(MostRemembered);

    /// <summary>Remembers what bounds the durations of a task's results. A reorganisation gives its id to another task, but that has another workload.</summary>
    internal void Note(Hash256 taskId, Hash256 workload, PricedWork work) => _work.Note((taskId, workload), work);

    /// <summary>What bounds the durations of a task's results; null if it is not remembered.</summary>
    internal PricedWork? WorkOf(Hash256 taskId, Hash256 workload) => _work.TryFind((taskId, workload), out PricedWork? work) ? work : null;

    /// <summary>
    /// Remembers what is on disk and never changes: who sits at a seat that has committed, and to what; how many have committed of those that
    /// may reveal.
    /// </summary>
    internal void Note(LockedSeats seats)
    {
        foreach (LockedTask task in seats.Tasks.Where(task => task.Task.RevealOpenedAt is not null))
        {
            _opened.Note(task.Task.TaskKey, (task.Task.Level, task.SeatsCommitted));
        }

        foreach (SeatView seat in seats.Seats)
        {
            if (seat is { Commitment: Hash256 commitment, RevealedResult: null })
            {
                _committed.Note((seat.Task.TaskKey, seat.GpuId), new CommittedSeat(seat.Task.TaskKey, seat.GpuId, seat.Seat, seat.Operator, commitment));
            }
            else
            {
                _committed.Forget((seat.Task.TaskKey, seat.GpuId));
            }
        }
    }

    /// <summary>A seat that has committed and whose task may reveal; null if it is not remembered.</summary>
    internal CommittedSeat? Committed(long taskKey, Hash256 gpuId) => _opened.TryFind(taskKey, out _) ? CommittedIn(taskKey, gpuId) : null;

    /// <summary>A seat that has committed; null if it is not remembered. It may have revealed since, to another process.</summary>
    internal CommittedSeat? CommittedIn(long taskKey, Hash256 gpuId) => _committed.TryFind((taskKey, gpuId), out CommittedSeat? seat) ? seat : null;

    /// <summary>How many seats of a task have committed of those that were drawn last, if they may reveal; null if it is not remembered.</summary>
    internal int? CommittedOf(SeatedTask task) =>
        task.RevealOpenedAt is not null && _opened.TryFind(task.TaskKey, out (int Level, int Committed) opened) && opened.Level == task.Level ? opened.Committed : null;

    /// <summary>Remembers a result that was taken: it is on disk and never changes.</summary>
    internal void Note(long taskKey, VerifiedResult result) => _verified.Note((taskKey, result.Seat), result);

    /// <summary>The task waits for no further result.</summary>
    internal void Complete(long taskKey, Hash256 taskId, Hash256 workload)
    {
        _work.Forget((taskId, workload));
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

    /// <summary>
    /// The results of a task if all of its first three seats have committed and revealed to this process, which is all that there is of it
    /// before it escalates; null if there may be others. They are forgotten with that.
    /// </summary>
    internal ImmutableArray<VerifiedResult>? RecallAll(long taskKey)
    {
        if (!_opened.TryForget(taskKey, out (int Level, int Committed) opened) || opened != (SeatDraw.Seats, SeatDraw.Seats))
        {
            return null;
        }

        ImmutableArray<VerifiedResult> results =
            [.. Enumerable.Range(0, SeatDraw.Seats).Select(seat => _verified.TryFind((taskKey, (byte)seat), out VerifiedResult? result) ? result : null).OfType<VerifiedResult>()];
        if (results.Length < SeatDraw.Seats)
        {
            return null;
        }

        foreach (VerifiedResult result in results)
        {
            _verified.Forget((taskKey, result.Seat));
        }

        return results;
    }

    /// <summary>What was verified of a seat; null if nothing. It is forgotten with that.</summary>
    internal WorkAttestation? Recall(long taskKey, byte seat) => _verified.TryForget((taskKey, seat), out VerifiedResult? result) ? result.Attestation : null;
}

/// <summary>A result whose attestation was verified, and whether the registry can take it.</summary>
internal sealed record VerifiedResult(byte Seat, WorkAttestation Attestation, bool IsPayable);

/// <summary>A seat with its commitment.</summary>
internal sealed record CommittedSeat(long TaskKey, Hash256 GpuId, byte Seat, Address Operator, Hash256 Commitment)
{
    /// <summary>The seat of a task that has not ended, without its result.</summary>
    internal SeatView ToView(SeatedTask task) => new(task, Seat, GpuId, Operator, null, null, Commitment, null, null, UnpaidReason.None, null, null);
}
