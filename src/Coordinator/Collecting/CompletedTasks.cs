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
