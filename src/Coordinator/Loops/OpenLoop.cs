using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Redeeming;

namespace Ait.Coordinator.Loops;

/// <summary>A buyer's workload → openWorkload. Whichever replica was asked, the leading one sends the transaction.</summary>
internal sealed class OpenLoop : CoordinatorLoop
{
    private readonly RedemptionStore _store;
    private readonly IMiningChain _chain;
    private readonly Signals _signals;

    public OpenLoop(
        RedemptionStore store, IMiningChain chain, CoordinatorOptions options, Signals signals, LoopHealth health, Leadership leadership, TimeProvider clock, ILogger<OpenLoop> log)
        : base(options.PollInterval, signals.Asked, health, leadership, clock, log)
    {
        _store = store;
        _chain = chain;
        _signals = signals;
    }

    internal override Task RoundAsync(CancellationToken cancellation) =>
        Task.WhenAll(_store.AskedToOpen().Select(workload => OpenAsync(workload.WorkloadHash, workload.ComputeUnits, cancellation)));

    private async Task OpenAsync(Hash256 hash, ulong units, CancellationToken cancellation)
    {
        switch (await _chain.SubmitAsync($"open/{hash}", new MiningCall.OpenWorkload(hash, units), cancellation))
        {
            case SubmitOutcome.Mined mined:
                _store.MarkOpened(hash, mined.Transaction);
                break;
            case SubmitOutcome.Refused refused:
                _store.RefuseOpening(hash, refused.Refusal.Text);
                break;
        }

        _signals.Opened.Set();
    }
}
