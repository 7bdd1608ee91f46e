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
    private readonly ConcurrentDictionary<Hash256, DeviceClass> _classes = new();

    public PayableDurations(IMiningChain chain, EnrolmentStore devices)
    {
        _chain = chain;
        _devices = devices;
    }

    /// <summary>The ranges for claims of one device, in their order; <see cref="DurationRange.Any"/> while the node, the device or the task is not known here.</summary>
    internal async Task<IReadOnlyList<DurationRange>> OfAsync(Hash256 gpuId, IReadOnlyList<(PricedWork? Work, ulong Millis)> claims, CancellationToken cancellation)
    {
        Device? device = null;
        List<DurationRange> ranges = [];
        foreach ((PricedWork? work, ulong millis) in claims)
        {
            if (work is not null && Known(work, gpuId, millis) is DurationRange known)
            {
                ranges.Add(known);
                continue;
            }

            device ??= _devices.Find(gpuId);
            ranges.Add(device is null || work is null ? DurationRange.Any : await OfAsync(work, device, cancellation));
        }

        return ranges;
    }

    /// <summary>The range as it was read once, if it takes the duration.</summary>
    private DurationRange? Known(PricedWork task, Hash256 gpuId, ulong millis) =>
        _classes.TryGetValue(gpuId, out DeviceClass deviceClass) && _read.TryGetValue((task.WorkloadType, deviceClass), out DurationBoundsRecord? known)
        && DurationRange.Of(known, task.ComputeUnits) is DurationRange range && range.Contains(millis) ? range : null;

    private async Task<DurationRange> OfAsync(PricedWork task, Device device, CancellationToken cancellation)
    {
        try
        {
            DurationBoundsRecord bounds = await _chain.ReadDurationBoundsAsync(task.WorkloadType, device.DeviceClass, cancellation);
            _read[(task.WorkloadType, device.DeviceClass)] = bounds;
            _classes[device.GpuId] = device.DeviceClass;
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
