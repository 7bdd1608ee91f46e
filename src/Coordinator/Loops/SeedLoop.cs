using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Chain;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol;

namespace Ait.Coordinator.Loops;

/// <summary>Committed batch → pinned seed → seats. Pins while the seed block's hash can still be read.</summary>
internal sealed class SeedLoop : CoordinatorLoop
{
    /// <summary>How many blocks back a contract can read a block's hash.</summary>
    internal const ulong HashWindow = 256;

    private readonly DispatchStore _store;
    private readonly IMiningChain _chain;
    private readonly CoordinatorOptions _options;
    private readonly Signals _signals;
    private readonly ILogger _log;

    public SeedLoop(
        DispatchStore store, IMiningChain chain, CoordinatorOptions options, Signals signals, LoopHealth health, Leadership leadership, TimeProvider clock, ILogger<SeedLoop> log)
        : base(options.PollInterval, signals.Mined, health, leadership, clock, log)
    {
        _store = store;
        _chain = chain;
        _options = options;
        _signals = signals;
        _log = log;
    }

    internal override async Task RoundAsync(CancellationToken cancellation)
    {
        IReadOnlyList<BatchRow> committed = _store.Batches(BatchPhase.Committed);
        if (committed.Count > 0)
        {
            ChainHead head = await _chain.ReadHeadAsync(cancellation);
            foreach (BatchRow batch in committed)
            {
                await PinAsync(batch, head, cancellation);
            }
        }

        foreach (BatchRow batch in _store.BatchesToDraw())
        {
            await DrawAsync(batch, cancellation);
        }
    }

    private async Task PinAsync(BatchRow batch, ChainHead head, CancellationToken cancellation)
    {
        ulong batchId = batch.BatchId!.Value; // Committed batches have an id and a seed block.
        ulong seedBlock = batch.SeedBlock!.Value;
        if (head.Number <= seedBlock)
        {
            return;
        }

        OnChainBatch? onChain = await _chain.ReadBatchAsync(batchId, cancellation);
        if (!IsSame(batch, onChain))
        {
            _store.Reconcile(batch.BatchKey, onChain);
            return;
        }

        if (onChain.SeedBlockHash != Hash256.Zero)
        {
            _store.Seed(batch.BatchKey, onChain.SeedBlockHash, onChain.SeedTime);
            return;
        }

        if (head.Number > seedBlock + HashWindow)
        {
            GiveUp(batch, $"SeedTooOld: seed block {seedBlock} is {head.Number - seedBlock} blocks back");
            return;
        }

        switch (await _chain.SubmitAsync($"pin/{batchId}", new MiningCall.PinSeed(batchId), cancellation))
        {
            case SubmitOutcome.Mined:
                if (await _chain.ReadBatchAsync(batchId, cancellation) is { } pinned && pinned.SeedBlockHash != Hash256.Zero)
                {
                    _store.Seed(batch.BatchKey, pinned.SeedBlockHash, pinned.SeedTime);
                }

                break;
            case SubmitOutcome.Refused { Refusal: { Error: "SeedTooOld" or "BatchVoid" or "BatchUnknown" } refusal }:
                GiveUp(batch, refusal.Text);
                break;
            case SubmitOutcome.Refused { Refusal: { Error: not "SeedNotReady" } refusal }:
                throw new ChainUnavailableException($"The contract refuses pinSeed: {refusal.Text}");
        }
    }

    /// <summary>Whether what the chain has under the batch's id is this batch still.</summary>
    private static bool IsSame(BatchRow batch, [NotNullWhen(true)] OnChainBatch? found) => found?.Root == batch.Root && found.CommitBlock == batch.CommitBlock;

    private void GiveUp(BatchRow batch, string reason)
    {
        _store.VoidBatch(batch.BatchKey, reason);
        LoopLog.BatchVoid(_log, batch.Root, reason);
    }

    private async Task DrawAsync(BatchRow batch, CancellationToken cancellation)
    {
        ulong batchId = batch.BatchId!.Value; // Seeded batches are on chain and have their seed.
        OnChainBatch? known = await _chain.ReadBatchAsync(batchId, cancellation);
        if (!IsSame(batch, known) || known.SeedBlockHash != batch.SeedBlockHash)
        {
            _store.Reconcile(batch.BatchKey, known);
            return;
        }

        ImmutableArray<RosterSlot> roster = [.. (await _chain.ReadRosterAsync(batch.RosterLength!.Value, cancellation)).Select(device => device.ToRosterSlot())];
        ushort auditShare = await _chain.ReadAuditShareAsync(cancellation);
        List<(long, ImmutableArray<SeatPlan>, bool)> seated = [];
        foreach ((TaskRow task, Hash256 seatSecret) in _store.Undrawn(batch.BatchKey))
        {
            Hash256 taskId = task.TaskId!.Value;
            ImmutableArray<SeatPlan>? seats = Dispatch.Draw(
                task.Task, taskId, seatSecret, batch.SeedBlockHash!.Value, batch.CommitBlock!.Value, roster);
            ImmutableArray<int>? onChain = await _chain.ReadSeatsAsync(batchId, task.Task, seatSecret, cancellation);
            ImmutableArray<int>? drawn = seats is { } plan ? [.. plan.Select(seat => seat.Slot)] : null;
            if (drawn.HasValue != onChain.HasValue || (drawn is { } own && !own.AsSpan().SequenceEqual(onChain!.Value.AsSpan())))
            {
                // Nothing is handed out on a draw the contract would not accept.
                throw new InvalidOperationException(
                    $"The draw of task {taskId} disagrees with the contract: expected slots {Show(onChain)}, found {Show(drawn)}.");
            }

            if (seats is { } agreed)
            {
                // By the share of now: what it is when the task settles, the contract says then.
                ushort lot = SeatDraw.AuditLot(seatSecret, batch.SeedBlockHash!.Value);
                seated.Add((task.TaskKey, agreed, SeatDraw.IsAudited(lot, auditShare, batch.RosterLength!.Value, null)));
            }
            else
            {
                _store.VoidUnseatable(task.TaskKey, "RosterTooSmall: no three devices of distinct operators and hosts are valid to the deadline");
            }
        }

        if (seated.Count > 0)
        {
            _store.Seat(seated, _options.CommitWindow);
            LoopLog.Seated(_log, seated.Count, batchId);
            _signals.Seated.Set();
        }
    }

    private static string Show(ImmutableArray<int>? slots) => slots is { } some ? string.Join(", ", some) : "none";
}
