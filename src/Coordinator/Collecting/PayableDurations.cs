using System.Collections.Concurrent;
using Ait.Chain;
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

    /// <summary>The ranges for claims of one device, in their order; <see cref="DurationRange.Any"/> while the node, the device or the task is not known here.</summary>
    internal async Task<IReadOnlyList<DurationRange>> OfAsync(Hash256 gpuId, IReadOnlyList<(PricedWork? Work, ulong Millis)> claims, CancellationToken cancellation)
    {
        Device? device = _devices.Find(gpuId);
        List<DurationRange> ranges = [];
        foreach ((PricedWork? work, ulong millis) in claims)
        {
            ranges.Add(device is null || work is null ? DurationRange.Any : await OfAsync(work, device, millis, cancellation));
        }

        return ranges;
    }

    private async Task<DurationRange> OfAsync(PricedWork task, Device device, ulong millis, CancellationToken cancellation)
    {
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

/// <summary>What bounds a task's duration.</summary>
internal sealed record PricedWork(WorkloadType WorkloadType, ComputeUnits ComputeUnits);
