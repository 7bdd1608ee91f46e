using System.Collections.Concurrent;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Miner.Evidencing;
using Ait.Miner.Reporting;
using Ait.Miner.Submission;
using Ait.Protocol;

namespace Ait.Miner.Execution;

/// <summary>Which durations the registry takes of this device's class, as the miner's own node says it.</summary>
internal sealed class PayableDurations
{
    /// <summary>Governance changes bounds rarely, and a settlement judges by those of its own block anyway.</summary>
    private static readonly TimeSpan s_goodFor = TimeSpan.FromMinutes(1);
    private readonly Func<WorkloadType, CancellationToken, Task<DurationBoundsRecord>> _read;
    private readonly Backoff _backoff;
    private readonly IReporter _reporter;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<WorkloadType, (DurationBoundsRecord Bounds, long At)> _known = new();

    /// <param name="read">Asks the registry; throws <see cref="RpcException"/> or <see cref="ContractRevertedException"/> if it cannot be asked.</param>
    /// <param name="backoff">Between questions to a node that does not answer.</param>
    /// <param name="reporter">Told of an outage.</param>
    /// <param name="clock">Measures how old an answer is.</param>
    public PayableDurations(Func<WorkloadType, CancellationToken, Task<DurationBoundsRecord>> read, Backoff backoff, IReporter reporter, TimeProvider clock)
    {
        _read = read;
        _backoff = backoff;
        _reporter = reporter;
        _clock = clock;
    }

    /// <summary>The range of an amount of work. A node that is away is waited for, unless it has answered before.</summary>
    public async Task<DurationRange> OfAsync(WorkloadType type, ComputeUnits units, CancellationToken cancellation)
    {
        bool isKnown = _known.TryGetValue(type, out (DurationBoundsRecord Bounds, long At) known);
        if (isKnown && _clock.GetElapsedTime(known.At) < s_goodFor)
        {
            return DurationRange.Of(known.Bounds, units);
        }

        for (int failures = 1; ; failures++)
        {
            try
            {
                DurationBoundsRecord bounds = await _read(type, cancellation).ConfigureAwait(false);
                _known[type] = (bounds, _clock.GetTimestamp());
                return DurationRange.Of(bounds, units);
            }
            catch (Exception exception) when (exception is RpcException or ContractRevertedException)
            {
                if (isKnown)
                {
                    return DurationRange.Of(known.Bounds, units);
                }

                if (failures == 1)
                {
                    _reporter.Report(DeviceEvents.Waiting(new ContractRefusal(
                        "ChainAway", $"The node does not say which durations the registry takes: {exception.Message}", "Check --rpc, and that the node is running and in step.", IsTransient: true)));
                }

                await Task.Delay(_backoff.After(failures), _clock, cancellation).ConfigureAwait(false);
            }
        }
    }
}
