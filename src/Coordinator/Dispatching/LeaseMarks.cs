using Ait.Chain;
using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Dispatching;

/// <summary>
/// From which task on to look for a device's next seat. Seats are leased in the order of their tasks, and a database that keeps what was
/// there before until it sweeps would step over every seat that the device has had since, each time. Below the mark only leases that ran
/// out can be found: for those it is looked from the beginning when there is nothing above, and every few seconds. A memory only.
/// </summary>
internal sealed class LeaseMarks
{
    private const long MillisBetweenLooks = 10_000;

    private readonly Remembered<Hash256, (long TaskKey, long LookedAt, bool HasMore)> _marks = new(1 << 16);

    /// <summary>The first task to look at, 0 for all.</summary>
    internal long Of(Hash256 gpuId, long now) =>
        _marks.TryFind(gpuId, out (long TaskKey, long LookedAt, bool HasMore) mark) && now - mark.LookedAt is >= 0 and < MillisBetweenLooks ? mark.TaskKey : 0;

    /// <summary>Whether the last lease of the device left more behind it, as far as it could see.</summary>
    internal bool HasMore(Hash256 gpuId) => _marks.TryFind(gpuId, out (long TaskKey, long LookedAt, bool HasMore) mark) && mark.HasMore;

    /// <summary>The device has nothing to lease.</summary>
    internal void Exhausted(Hash256 gpuId)
    {
        if (_marks.TryFind(gpuId, out (long TaskKey, long LookedAt, bool HasMore) mark))
        {
            _marks.Note(gpuId, mark with { HasMore = false });
        }
    }

    /// <summary>Remembers up to which task the device has its seats, as found by looking from one on.</summary>
    internal void Leased(Hash256 gpuId, long taskKey, long from, long now, bool hasMore) => _marks.Note(
        gpuId, (taskKey, from > 0 && _marks.TryFind(gpuId, out (long TaskKey, long LookedAt, bool HasMore) mark) ? mark.LookedAt : now, hasMore));
}
