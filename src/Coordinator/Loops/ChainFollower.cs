using Ait.Chain;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Escalating;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Redeeming;
using Ait.Coordinator.Settling;

namespace Ait.Coordinator.Loops;

/// <summary>The chain's events → the ledger, each page with its cursor in one transaction, so each counts exactly once.</summary>
internal sealed class ChainFollower : CoordinatorLoop
{
    private const string Cursor = "registries";

    private readonly LedgerDatabase _ledger;
    private readonly RedemptionStore _redemptions;
    private readonly IMiningChain _chain;
    private readonly Signals _signals;
    private readonly ILogger _log;
    private ulong _coveredBlock;

    public ChainFollower(
        LedgerDatabase ledger, RedemptionStore redemptions, IMiningChain chain, CoordinatorOptions options,
        Signals signals, LoopHealth health, Leadership leadership, TimeProvider clock, ILogger<ChainFollower> log)
        : base(options.PollInterval, signals.Mined, health, leadership, clock, log)
    {
        _ledger = ledger;
        _redemptions = redemptions;
        _chain = chain;
        _signals = signals;
        _log = log;
    }

    /// <summary>The last block whose events are in the ledger.</summary>
    internal ulong CoveredBlock => Volatile.Read(ref _coveredBlock);

    internal override async Task RoundAsync(CancellationToken cancellation)
    {
        bool reachedHead;
        do
        {
            byte[]? cursor = _ledger.Read(transaction =>
                transaction.First("SELECT record FROM cursors WHERE name = $1", row => row.Bytes(0), Cursor));
            EventPage page = await _chain.ReadEventsAsync(cursor, cancellation);
            await ApplyAsync(page, cursor, cancellation);
            Volatile.Write(ref _coveredBlock, page.BlockNumber);
            reachedHead = page.ReachedHead;
        }
        while (!reachedHead);

        foreach ((Address account, Hash256 workloadHash) in _redemptions.Unconsidered())
        {
            ulong credit = await _chain.ReadCreditAsync(account, workloadHash, cancellation);
            ulong quote = await _chain.ReadQuoteAsync(workloadHash, cancellation);
            RedemptionDecision decision = _redemptions.Consider(account, workloadHash, credit, quote);
            if (decision != RedemptionDecision.Wait)
            {
                LoopLog.Redemption(_log, account, workloadHash, decision.ToString());
            }

            if (decision == RedemptionDecision.Queue)
            {
                _signals.Queued.Set();
            }
        }
    }

    /// <summary>The batch whose commitment or seed an event tells of.</summary>
    private static ulong? BatchOf(MiningEvent found) => found switch
    {
        MiningEvent.BatchCommitted committed => committed.BatchId,
        MiningEvent.SeedPinned pinned => pinned.BatchId,
        _ => null,
    };

    private async Task ApplyAsync(EventPage page, byte[]? cursor, CancellationToken cancellation)
    {
        List<Device> devices = [];
        foreach (Hash256 gpuId in page.Removed.Concat(page.Events).OfType<MiningEvent.DeviceChanged>().Select(changed => changed.GpuId).Distinct())
        {
            if (await _chain.FindDeviceAsync(gpuId, cancellation) is Device device)
            {
                devices.Add(device);
            }
        }

        List<(ulong BatchId, OnChainBatch? Found)> batches = [];
        foreach (ulong batchId in page.Removed.Select(BatchOf).OfType<ulong>().Distinct())
        {
            batches.Add((batchId, await _chain.ReadBatchAsync(batchId, cancellation)));
        }

        List<(Hash256 TaskId, OnChainEscalation Found)> escalations = [];
        foreach (Hash256 taskId in page.Removed.OfType<MiningEvent.Escalated>().Select(removed => removed.TaskId).Distinct())
        {
            escalations.Add((taskId, await _chain.ReadEscalationAsync(taskId, cancellation)));
        }

        if (page.Removed.IsEmpty && page.Events.IsEmpty && cursor is not null && page.Cursor.AsSpan().SequenceEqual(cursor))
        {
            return;
        }

        _ledger.Write("follow chain", transaction =>
        {
            foreach (MiningEvent removed in page.Removed)
            {
                SettlementStore.Undo(transaction, removed);
                RedemptionStore.Undo(transaction, removed);
            }

            foreach ((ulong batchId, OnChainBatch? found) in batches)
            {
                DispatchStore.Reconcile(transaction, batchId, found);
            }

            foreach ((Hash256 taskId, OnChainEscalation found) in escalations)
            {
                EscalationStore.Reconcile(transaction, taskId, found);
            }

            foreach (MiningEvent found in page.Events)
            {
                SettlementStore.Apply(transaction, found);
                RedemptionStore.Apply(transaction, found);
            }

            foreach (Device device in devices)
            {
                EnrolmentStore.Put(transaction, device);
            }

            transaction.Execute(
                "INSERT INTO cursors (name, record) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET record = $2", Cursor, page.Cursor);
        });
        if (!page.Removed.IsEmpty)
        {
            LoopLog.Reorganised(_log, page.Removed.Length);
        }

        if (!page.Events.IsEmpty)
        {
            _signals.Seated.Set();
        }
    }
}
