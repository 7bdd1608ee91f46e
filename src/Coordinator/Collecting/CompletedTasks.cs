using System.Collections.Concurrent;
using Ait.Protocol;

namespace Ait.Coordinator.Collecting;

/// <summary>
/// What this process knows of results before their task is decided: which tasks wait for no further result, and the work attestations
/// that it has verified itself. A memory only: what is forgotten here is found in the ledger and verified again.
/// </summary>
internal sealed class CompletedTasks
{
    private const int MostRemembered = 1 << 16;

    private readonly ConcurrentQueue<long> _completed = new();
    private readonly ConcurrentDictionary<(long TaskKey, byte Seat), WorkAttestation> _verified = new();

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
    internal void Complete(long taskKey) => _completed.Enqueue(taskKey);

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
