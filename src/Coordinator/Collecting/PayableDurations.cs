using System.Collections.Concurrent;
using Ait.Chain.Contracts;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.OnChain;
using Ait.Protocol;

namespace Ait.Coordinator.Collecting;

/// <summary>
/// Which durations the registry takes. What was read once is good enough to take a claim, which the settlement judges again; before one
/// is refused, the registry is asked anew.
/// </summary>
internal sealed class PayableDurations
{
    private readonly IMiningChain _chain;
    private readonly EnrolmentStore _devices;
    private readonly ConcurrentDictionary<(WorkloadType Type, DeviceClass Class), DurationBoundsRecord> _read = new();

    public PayableDurations(IMiningChain chain, EnrolmentStore devices)
    {
        _chain = chain;
        _devices = devices;
    }

    /// <summary>The range for a claim on a seat; <see cref="DurationRange.Any"/> while the node or the device is not known here.</summary>
    internal async Task<DurationRange> OfAsync(SeatView seat, ulong millis, CancellationToken cancellation)
    {
        MiningTask task = seat.Task.Task;
        if (_devices.Find(seat.GpuId) is not Device device)
        {
            return DurationRange.Any;
        }

        (WorkloadType, DeviceClass) key = (task.WorkloadType, device.DeviceClass);
        if (_read.TryGetValue(key, out DurationBoundsRecord? known) && DurationRange.Of(known, task.ComputeUnits) is DurationRange range && range.Contains(millis))
        {
            return range;
        }

        try
        {
            DurationBoundsRecord bounds = await _chain.ReadDurationBoundsAsync(task.WorkloadType, device.DeviceClass, cancellation);
            _read[key] = bounds;
            return DurationRange.Of(bounds, task.ComputeUnits);
        }
        catch (ChainUnavailableException)
        {
            return DurationRange.Any;
        }
    }
}
