using System.Collections.Immutable;
using Ait.Chain;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Escalating;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol;

namespace Ait.Coordinator.Loops;

/// <summary>Seats that cannot agree → escalate → pinned second seed → two more seats. Before each step the chain is asked where the task stands.</summary>
internal sealed class EscalateLoop : CoordinatorLoop
{
    private readonly EscalationStore _store;
    private readonly IMiningChain _chain;
    private readonly CoordinatorOptions _options;
    private readonly Signals _signals;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;

    public EscalateLoop(
        EscalationStore store, IMiningChain chain, CoordinatorOptions options, Signals signals, LoopHealth health, Leadership leadership, TimeProvider clock, ILogger<EscalateLoop> log)
        : base(options.PollInterval, signals.Escalated, health, leadership, clock, log)
    {
        _store = store;
        _chain = chain;
        _options = options;
        _signals = signals;
        _clock = clock;
        _log = log;
    }

    internal override async Task RoundAsync(CancellationToken cancellation)
    {
        IReadOnlyList<OpenEscalation> pending = _store.Pending();
        IReadOnlyList<OpenEscalation> unpinned = _store.Unpinned();
        if (pending.Count == 0 && unpinned.Count == 0)
        {
            return;
        }

        ChainHead head = await _chain.ReadHeadAsync(cancellation);
        foreach (OpenEscalation lost in unpinned)
        {
            await PinAgainAsync(lost, head, cancellation);
        }

        Dictionary<long, (BatchRow Batch, ImmutableArray<RosterSlot> Roster)> rosters = [];
        foreach (OpenEscalation open in pending)
        {
            if (!rosters.TryGetValue(open.Task.BatchKey, out (BatchRow Batch, ImmutableArray<RosterSlot> Roster) drawn))
            {
                BatchRow batch = _store.Batch(open.Task.BatchKey);
                drawn = (batch, [.. (await _chain.ReadRosterAsync(batch.RosterLength!.Value, cancellation)).Select(device => device.ToRosterSlot())]); // Seated tasks are on chain.
                rosters.Add(open.Task.BatchKey, drawn);
            }

            await AdvanceAsync(open, drawn.Batch, drawn.Roster, head, cancellation);
        }
    }

    private async Task AdvanceAsync(OpenEscalation open, BatchRow batch, ImmutableArray<RosterSlot> roster, ChainHead head, CancellationToken cancellation)
    {
        ulong commitBlock = batch.CommitBlock!.Value; // As above.
        OnChainEscalation found = await _chain.ReadEscalationAsync(open.TaskId, cancellation);
        if (found.Level < open.Level)
        {
            // That there is nobody to audit with, the contract believes only once it has drawn.
            if (!open.IsForAudit && !Escalation.CanSeat(open, commitBlock, roster))
            {
                End(open, $"RosterTooSmall: the roster of block {commitBlock} has no two devices to sit next to the {open.Slots.Length} of this task, each of its own operator and host chip");
                return;
            }

            if (!await EscalateAsync(open, cancellation))
            {
                return;
            }

            found = await _chain.ReadEscalationAsync(open.TaskId, cancellation);
            if (found.Level < open.Level)
            {
                return; // The node lags behind what it has mined.
            }
        }

        if (found.SeedBlockHash == Hash256.Zero && !await PinAsync(open, found, head, cancellation))
        {
            return;
        }

        found = await _chain.ReadEscalationAsync(open.TaskId, cancellation);
        if (found.SeedBlockHash != Hash256.Zero)
        {
            await SeatAsync(open, found.SeedBlockHash, commitBlock, roster, cancellation);
        }
    }

    /// <summary>Puts the task's claims before the contract; true once it has taken them.</summary>
    private async Task<bool> EscalateAsync(OpenEscalation open, CancellationToken cancellation)
    {
        if (open is { State: EscalationState.Sent, MinedBlock: not null })
        {
            _store.Retry(open, Now(), "taken back by a chain reorganisation");
            return false;
        }

        if (open.State == EscalationState.Decided)
        {
            if (await PlanAsync(open, cancellation) is not int claims)
            {
                return false;
            }

            open = _store.Send(open, claims);
        }

        switch (await _chain.SubmitAsync($"escalate/{open.TaskId}/{open.Level}/{open.Attempt}", Escalation.Call(open, open.Claims), cancellation))
        {
            case SubmitOutcome.Mined mined:
                _store.MarkMined(open, mined.BlockNumber);
                LoopLog.EscalationMined(_log, open.TaskId, open.Level, mined.BlockNumber);
                _signals.Mined.Set();
                return true;
            case SubmitOutcome.Refused refused:
                _store.Retry(open, Now() + (long)Escalation.Patience.TotalMilliseconds, refused.Refusal.Text);
                return false;
            default:
                return false;
        }
    }

    /// <summary>The claims with which the contract takes the escalation now; null if it is to wait or has ended.</summary>
    private async Task<int?> PlanAsync(OpenEscalation open, CancellationToken cancellation)
    {
        int claims = open.IsForAudit ? 0 : open.RevealedMask;
        ContractRefusal? refusal = await _chain.SimulateAsync(Escalation.Call(open, claims), cancellation);
        if (open.AgreesUnaudited && refusal is { Error: "EscalationTooEarly" or "TaskAgreed" } && (open.IsForAudit || refusal.Error == "TaskAgreed"))
        {
            End(open, $"the registry audits fewer tasks now: {refusal.Text}", isExempt: true);
            return null;
        }

        if (refusal is not null && Escalation.Judge(refusal) == EscalationRefusal.TryFewerClaims)
        {
            // Without any the contract only waits longer: for a third of the task's time, then for two.
            claims = 0;
            refusal = await _chain.SimulateAsync(Escalation.Call(open, claims), cancellation);
        }

        if (refusal is null)
        {
            return claims;
        }

        if (Escalation.Judge(refusal) == EscalationRefusal.End || Now() > (long)open.Task.Task.Deadline * 1000)
        {
            End(open, refusal.Text);
            return null;
        }

        _store.Defer(open, refusal.PayableAt is ulong at ? (long)at * 1000 : Now() + (long)Escalation.Patience.TotalMilliseconds, refusal.Text);
        return null;
    }

    /// <summary>Pins the second seed; true once it is.</summary>
    private async Task<bool> PinAsync(OpenEscalation open, OnChainEscalation found, ChainHead head, CancellationToken cancellation)
    {
        if (head.Number <= found.SeedBlock)
        {
            return false;
        }

        if (head.Number > found.SeedBlock + SeedLoop.HashWindow)
        {
            End(open, $"SeedTooOld: seed block {found.SeedBlock} of the escalation is {head.Number - found.SeedBlock} blocks back");
            return false;
        }

        switch (await _chain.SubmitAsync($"pin-escalation/{open.TaskId}/{found.SeedBlock}", new MiningCall.PinEscalation(open.TaskId), cancellation))
        {
            case SubmitOutcome.Mined:
                return true;
            case SubmitOutcome.Refused { Refusal: { Error: "SeedTooOld" } refusal }:
                End(open, refusal.Text);
                return false;
            case SubmitOutcome.Refused { Refusal: { Error: not ("SeedNotReady" or "NotEscalated") } refusal }:
                throw new ChainUnavailableException($"The contract refuses pinEscalation: {refusal.Text}");
            default:
                return false;
        }
    }

    /// <summary>Pins a seed again that a reorganisation took back; the seats stay if it is the same.</summary>
    private async Task PinAgainAsync(OpenEscalation open, ChainHead head, CancellationToken cancellation)
    {
        OnChainEscalation found = await _chain.ReadEscalationAsync(open.TaskId, cancellation);
        if (found.Level >= open.Level && found.SeedBlockHash == Hash256.Zero && !await PinAsync(open, found, head, cancellation))
        {
            return;
        }

        _store.Reconcile(open.TaskId, await _chain.ReadEscalationAsync(open.TaskId, cancellation));
    }

    private async Task SeatAsync(OpenEscalation open, Hash256 seedBlockHash, ulong commitBlock, ImmutableArray<RosterSlot> roster, CancellationToken cancellation)
    {
        ImmutableArray<SeatPlan>? plan = Escalation.Draw(open, seedBlockHash, commitBlock, roster);
        ImmutableArray<int> onChain = await _chain.ReadEscalatedSeatsAsync(
            open.Task.BatchId!.Value, open.Task.Task, open.SeatSecret, open.Opening.EscalationSecret, cancellation); // Seated tasks are on chain.
        if (plan is not { } seats)
        {
            bool isExempt = onChain.Length == SeatDraw.Seats;
            End(open, $"RosterTooSmall: the draw over the roster of block {commitBlock} gave no {open.Level} seats", isExempt);
            return;
        }

        if (!seats.Select(seat => seat.Slot).SequenceEqual(onChain))
        {
            // Nothing is handed out on a draw the contract would not accept.
            throw new InvalidOperationException(
                $"The draw of the further seats of task {open.TaskId} disagrees with the contract: expected slots {string.Join(", ", onChain)}, found {string.Join(", ", seats.Select(seat => seat.Slot))}.");
        }

        if (_store.Seat(open, seedBlockHash, seats, _options.CommitWindow))
        {
            LoopLog.FurtherSeated(_log, open.TaskId, open.Level);
            _signals.Seated.Set();
        }
    }

    private void End(OpenEscalation open, string reason, bool isExempt = false)
    {
        string why = open.AgreesUnaudited && !isExempt
            ? "the task is audited, and there is no further seat to agree"
            : $"{open.Level - 2} seats did not agree, and there are no further ones";
        if (_store.End(open, $"NoAgreement: {why}. {reason}", isExempt))
        {
            LoopLog.EscalationEnded(_log, open.TaskId, reason);
            _signals.Agreed.Set();
        }
    }

    private long Now() => _clock.GetUtcNow().ToUnixTimeMilliseconds();
}
