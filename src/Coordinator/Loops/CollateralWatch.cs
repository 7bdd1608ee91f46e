using Ait.Coordinator.Fetching;
using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Loops;

/// <summary>Says in the log, once a day, which collateral ends within a week or has ended, with its date.</summary>
internal sealed class CollateralWatch : CoordinatorLoop
{
    private readonly CollateralStore _store;
    private readonly CollateralVerifier _verifier;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;

    public CollateralWatch(CollateralStore store, CollateralVerifier verifier, Signals signals, LoopHealth health, Leadership leadership, TimeProvider clock, ILogger<CollateralWatch> log)
        : base(TimeSpan.FromDays(1), signals.Never, health, leadership, clock, log)
    {
        _store = store;
        _verifier = verifier;
        _clock = clock;
        _log = log;
    }

    internal override Task RoundAsync(CancellationToken cancellation)
    {
        foreach (string warning in CollateralShelf.Read(_store, _verifier, _clock.GetUtcNow()).Warnings())
        {
            FetchingLog.EndsSoon(_log, warning);
        }

        return Task.CompletedTask;
    }
}
