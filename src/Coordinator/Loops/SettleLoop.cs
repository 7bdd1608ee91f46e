using System.Collections.Immutable;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Settling;
using Ait.Protocol;

namespace Ait.Coordinator.Loops;

/// <summary>Agreement → settlement. Simulates before it sends, and sends only what the ledger has decided.</summary>
internal sealed class SettleLoop : CoordinatorLoop
{
    /// <summary>How long after its deadline a refused task is given up, whatever the refusal says.</summary>
    private const ulong DeadlineGrace = 60;

    private readonly SettlementStore _store;
    private readonly DispatchStore _dispatch;
    private readonly IMiningChain _chain;
    private readonly ChainFollower _follower;
    private readonly CoordinatorOptions _options;
    private readonly Signals _signals;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;

    public SettleLoop(
        SettlementStore store, DispatchStore dispatch, IMiningChain chain, ChainFollower follower, CoordinatorOptions options,
        Signals signals, LoopHealth health, Leadership leadership, TimeProvider clock, ILogger<SettleLoop> log)
        : base(options.PollInterval, signals.Agreed, health, leadership, clock, log)
    {
        _store = store;
        _dispatch = dispatch;
        _chain = chain;
        _follower = follower;
        _options = options;
        _signals = signals;
        _clock = clock;
        _log = log;
    }

    internal override async Task RoundAsync(CancellationToken cancellation)
    {
        foreach (OpenSettlement pending in _store.Settlements(SettlementState.Pending))
        {
            await SendAsync(pending, cancellation);
        }

        foreach (OpenSettlement mined in _store.Settlements(SettlementState.Mined))
        {
            await ReconcileAsync(mined, cancellation);
        }

        while (_store.NextPayable(_options.SettlementSize) is { Length: > 0 } payable)
        {
            List<PlannedClaim> accepted = [];
            await PlanAsync(payable[0].Task.BatchId!.Value, [.. payable], accepted, cancellation); // Agreed tasks are on chain.
            if (accepted.Count > 0)
            {
                long key = _store.Open(accepted);
                await SendAsync(new OpenSettlement(key, null, [.. accepted]), cancellation);
            }
        }
    }

    private static MiningCall.Settle Call(IEnumerable<PlannedClaim> claims)
    {
        PlannedClaim[] ascending = [.. claims.OrderBy(claim => claim.Payable.Task.Task.Index)];
        int[] indexes = [.. ascending.Select(claim => (int)claim.Payable.Task.Task.Index)];
        return new(
            ascending[0].Payable.Task.BatchId!.Value, // Agreed tasks are on chain.
            [.. ascending.Select(claim => claim.Payable.ToSettlement(claim.Mask))],
            ascending[0].Payable.Tree.Proof(indexes));
    }

    /// <summary>Adds to the accepted claims every task that the contract takes on top of them; the others are deferred or given up.</summary>
    private async Task PlanAsync(ulong batchId, ImmutableArray<PayableTask> tasks, List<PlannedClaim> accepted, CancellationToken cancellation)
    {
        PlannedClaim[] whole = [.. tasks.Select(task => new PlannedClaim(task, Settlement.ClaimMasks(task.Matching, task.RevealedMask)[0], null))];
        ContractRefusal? refusal = await _chain.SimulateAsync(Call([.. accepted, .. whole]), cancellation);
        if (refusal is null)
        {
            accepted.AddRange(whole);
        }
        else if (tasks.Length > 1)
        {
            await PlanAsync(batchId, tasks[..(tasks.Length / 2)], accepted, cancellation);
            await PlanAsync(batchId, tasks[(tasks.Length / 2)..], accepted, cancellation);
        }
        else
        {
            await PlanOneAsync(tasks[0], refusal, accepted, cancellation);
        }
    }

    private async Task PlanOneAsync(PayableTask task, ContractRefusal refusal, List<PlannedClaim> accepted, CancellationToken cancellation)
    {
        if (refusal.Error == "TaskIsAudited" && task.Matching >> SeatDraw.Seats == 0)
        {
            // The share has risen since its seats were drawn.
            _store.AskForAudit(task.Task.TaskKey, refusal.Text);
            LoopLog.Decided(_log, task.Task.TaskId, refusal.Text);
            return;
        }

        ContractRefusal first = refusal;
        bool payable = refusal.Error != Settlement.NeverPayable;
        ulong deadline = task.Task.Task.Deadline;
        foreach (int mask in Settlement.ClaimMasks(task.Matching, task.RevealedMask).Skip(1))
        {
            if (Settlement.Judge(refusal, deadline) != RefusalMeaning.TryFewerClaims)
            {
                break;
            }

            var claim = new PlannedClaim(task, mask, first);
            if (await _chain.SimulateAsync(Call([.. accepted, claim]), cancellation) is not ContractRefusal next)
            {
                accepted.Add(claim);
                return;
            }

            payable |= next.Error != Settlement.NeverPayable;
            refusal = next.Error == "ClaimTooEarly" || refusal.Error != "ClaimTooEarly" ? next : refusal;
        }

        ulong now = (ulong)_clock.GetUtcNow().ToUnixTimeSeconds();
        if (!payable || Settlement.Judge(refusal, deadline) == RefusalMeaning.GiveUp || now > deadline + DeadlineGrace)
        {
            _store.GiveUp(task.Task.TaskKey, refusal.Text);
            LoopLog.Decided(_log, task.Task.TaskId, refusal.Text);
            return;
        }

        if (refusal.PayableAt is null)
        {
            // Nothing of the task itself: the chain may have taken its batch back.
            _dispatch.Reconcile(task.Task.BatchKey, await _chain.ReadBatchAsync(task.Task.BatchId!.Value, cancellation)); // Agreed tasks are on chain.
        }

        long until = Math.Max(
            _clock.GetUtcNow().Add(refusal.PayableAt is null ? Settlement.Patience : TimeSpan.FromMilliseconds(200)).ToUnixTimeMilliseconds(),
            (long)(refusal.PayableAt ?? 0) * 1000);
        _store.Defer(task.Task.TaskKey, until, refusal.Text);
        LoopLog.SettlementDeferred(_log, task.Task.TaskKey, until, refusal.Text);
    }

    private async Task SendAsync(OpenSettlement settlement, CancellationToken cancellation)
    {
        switch (await _chain.SubmitAsync($"settle/{settlement.SettlementKey}", Call(settlement.Claims), cancellation))
        {
            case SubmitOutcome.Mined mined:
                _store.MarkMined(settlement.SettlementKey, mined);
                LoopLog.SettlementMined(_log, settlement.SettlementKey, settlement.Claims.Length, mined.Transaction);
                _signals.Mined.Set();
                break;
            case SubmitOutcome.Refused refused:
                _store.MarkFailed(settlement.SettlementKey, refused.Refusal.Text);
                LoopLog.SettlementRefused(_log, settlement.SettlementKey, refused.Refusal.Text);
                break;
        }
    }

    /// <summary>A mined settlement whose events never came was taken back by a reorganisation, unless the chain says settled.</summary>
    private async Task ReconcileAsync(OpenSettlement mined, CancellationToken cancellation)
    {
        if (mined.BlockNumber is not ulong block || _follower.CoveredBlock < block + (ulong)_options.Confirmations + 2)
        {
            return;
        }

        foreach (PlannedClaim claim in mined.Claims.Where(claim => claim.Payable.Task.Phase != Protocol.Http.TaskPhase.Settled))
        {
            if (!await _chain.IsSettledAsync(claim.Payable.Task.BatchId!.Value, claim.Payable.Task.Task.Index, cancellation))
            {
                _store.MarkFailed(mined.SettlementKey, "taken back by a chain reorganisation");
                return;
            }
        }
    }
}
