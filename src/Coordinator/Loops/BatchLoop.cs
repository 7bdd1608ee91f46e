using System.Security.Cryptography;
using Ait.Chain;
using Ait.Coordinator.Covering;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol;

namespace Ait.Coordinator.Loops;

/// <summary>Queue → sealed batch → commitBatch. At most one batch is on its way to the chain.</summary>
internal sealed class BatchLoop : CoordinatorLoop
{
    private readonly DispatchStore _store;
    private readonly EnrolmentStore _devices;
    private readonly CoverGate _cover;
    private readonly IMiningChain _chain;
    private readonly NetworkDomain _domain;
    private readonly CoordinatorOptions _options;
    private readonly Signals _signals;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private bool _isWaiting;

    public BatchLoop(
        DispatchStore store, EnrolmentStore devices, CoverGate cover, IMiningChain chain, NetworkDomain domain, CoordinatorOptions options,
        Signals signals, LoopHealth health, Leadership leadership, TimeProvider clock, ILogger<BatchLoop> log)
        : base(options.BatchInterval, signals.Never, health, leadership, clock, log)
    {
        _store = store;
        _devices = devices;
        _cover = cover;
        _chain = chain;
        _domain = domain;
        _options = options;
        _signals = signals;
        _clock = clock;
        _log = log;
    }

    internal override async Task RoundAsync(CancellationToken cancellation)
    {
        IReadOnlyList<BatchRow> unfinished = _store.Batches(BatchPhase.Sealed);
        foreach (BatchRow batch in unfinished)
        {
            await CommitAsync(batch, cancellation);
        }

        ulong deadline = (ulong)_clock.GetUtcNow().Add(_options.TaskLifetime).ToUnixTimeSeconds();
        if (_store.CountWaiting() == 0 || !Dispatch.CanSeat(_devices.All(), deadline))
        {
            return;
        }

        // A full batch leaves more behind it, which need not wait for the next round.
        BatchRow? batchSealed;
        do
        {
            int covered = await _cover.MostTasksAsync(cancellation);
            if (covered == 0)
            {
                return;
            }

            SubsidyState subsidy = await _chain.ReadSubsidyAsync(cancellation);
            ulong affordable = subsidy.UnitsAt((await _chain.ReadTotalsAsync(cancellation)).MintRate);
            batchSealed = _store.Seal(Math.Min(_options.BatchSize, covered), affordable, deadline, FreshSecret);
            Tell(subsidy, affordable);
            if (batchSealed is not null)
            {
                await CommitAsync(batchSealed, cancellation);
            }
        }
        while (batchSealed?.TaskCount == _options.BatchSize);
    }

    /// <summary>Says once that subsidised work has to wait, and once that it goes on.</summary>
    private void Tell(SubsidyState subsidy, ulong affordable)
    {
        bool waits = _store.NextSubsidised() > affordable;
        if (waits && !_isWaiting)
        {
            LoopLog.SubsidyExhausted(_log, Wei.Text(subsidy.Available));
        }
        else if (!waits && _isWaiting)
        {
            LoopLog.SubsidyAgain(_log, Wei.Text(subsidy.Available));
        }

        _isWaiting = waits;
    }

    private static Hash256 FreshSecret() => new(RandomNumberGenerator.GetBytes(Hash256.Size));

    private async Task CommitAsync(BatchRow batch, CancellationToken cancellation)
    {
        var call = new MiningCall.CommitBatch(batch.Root, batch.TaskCount, batch.ComputeUnits, _store.SubsidisedUnits(batch.BatchKey), batch.LatestDeadline);
        switch (await _chain.SubmitAsync($"commit/{batch.Root}", call, cancellation))
        {
            case SubmitOutcome.Mined mined:
                MiningEvent.BatchCommitted found = mined.Events.OfType<MiningEvent.BatchCommitted>().FirstOrDefault(committed => committed.Root == batch.Root)
                    ?? throw new ChainUnavailableException($"The node's receipt of {mined.Transaction} lacks the BatchCommitted event; it may be out of sync.");
                OnChainBatch onChain = await _chain.ReadBatchAsync(found.BatchId, cancellation)
                    ?? throw new ChainUnavailableException($"The node does not know batch {found.BatchId} that it has mined; it may be out of sync.");
                _store.Commit(batch.BatchKey, onChain, mined.Transaction, _domain);
                LoopLog.BatchCommitted(_log, found.BatchId, batch.TaskCount, found.SeedBlock);
                _signals.Mined.Set();
                break;
            case SubmitOutcome.Refused { Refusal: { Error: "DeadlineOutOfBounds" or "TaskExpired" or "SubsidyExhausted" } refusal }:
                _store.VoidBatch(batch.BatchKey, refusal.Text);
                LoopLog.BatchVoid(_log, batch.Root, refusal.Text);
                break;
            case SubmitOutcome.Refused refused:
                throw new ChainUnavailableException($"The contract refuses commitBatch: {refused.Refusal.Text}");
        }
    }
}
