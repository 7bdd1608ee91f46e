using System.Threading.RateLimiting;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Loops;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Redeeming;

/// <summary>Has ids opened on chain so that they can be redeemed to. The coordinator pays for it, so only so many a minute.</summary>
internal sealed class WorkloadOpening : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(50);

    private readonly RedemptionStore _store;
    private readonly Signals _signals;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _pollInterval;
    private readonly TokenBucketRateLimiter _openings;

    public WorkloadOpening(RedemptionStore store, Signals signals, CoordinatorOptions options, TimeProvider clock)
    {
        _store = store;
        _signals = signals;
        _clock = clock;
        _pollInterval = options.PollInterval;
        _openings = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.OpeningsPerMinute,
            TokensPerPeriod = Math.Max(1, options.OpeningsPerMinute / 60),
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        });
    }

    public void Dispose() => _openings.Dispose();

    /// <summary>Takes one of the minute's openings; the refusal if there is none left.</summary>
    internal Refusal? Admit()
    {
        using RateLimitLease lease = _openings.AttemptAcquire();
        return lease.IsAcquired
            ? null
            : new Refusal(
                ProblemCodes.RateLimited, "Too many workloads are being opened now.", "fewer openings a minute", "the limit of this coordinator", "Try again in a minute.");
    }

    /// <summary>Waits until the leading replica has opened what the ledger asks it to; otherwise why it is not open.</summary>
    internal async Task<Refusal?> WaitAsync(Hash256 workloadId, CancellationToken cancellation)
    {
        _signals.Asked.Set();
        DateTimeOffset end = _clock.GetUtcNow() + s_patience;
        while (true)
        {
            Task next = _signals.Opened.Next;
            QuotedWorkload workload = _store.Find(workloadId)!; // Added before.
            if (workload.OpenedTransaction is not null)
            {
                return null;
            }

            if (workload.Refusal is string refusal)
            {
                return new Refusal(ProblemCodes.Unavailable, "The contract does not open this workload.", "an open workload", refusal, "Tell the coordinator's operator.");
            }

            if (_clock.GetUtcNow() > end)
            {
                return new Refusal(
                    ProblemCodes.Unavailable, "The workload is not open on chain yet.", $"a mined transaction within {s_patience.TotalSeconds:0} s", "none", "Ask again; the transaction stays on its way.");
            }

            await Task.WhenAny(next, Task.Delay(_pollInterval, _clock, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
