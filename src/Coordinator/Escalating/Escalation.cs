using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Settling;
using Ait.Protocol;

namespace Ait.Coordinator.Escalating;

/// <summary>The decisions of this stage: what is put before the contract, who sits on the further seats, what a refusal means.</summary>
internal static class Escalation
{
    /// <summary>How long an escalation waits that is refused for a reason that may pass.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The call that gives a task two more seats, with the claims of a mask; its result is the one most of them state.</summary>
    internal static MiningCall.Escalate Call(OpenEscalation open, int mask)
    {
        ImmutableArray<SeatClaim> claims = Settlement.Claims(open.Revealed, mask);
        Hash256 result = claims.GroupBy(claim => claim.Attestation.Statement.ResultHash).MaxBy(group => group.Count())?.Key ?? Hash256.Zero;
        return new MiningCall.Escalate(
            open.Task.BatchId!.Value, // Seated tasks are on chain.
            new TaskSettlement(open.Task.Task, open.SeatSecret, open.Task.Level > SeatDraw.Seats ? open.Opening : null, result, claims),
            open.Tree.Proof([(int)open.Task.Task.Index]));
    }

    /// <summary>Draws the further seats next to those there are; null where the roster does not give them.</summary>
    internal static ImmutableArray<SeatPlan>? Draw(OpenEscalation open, Hash256 seedBlockHash, ulong commitBlock, ImmutableArray<RosterSlot> roster)
    {
        ImmutableArray<int> slots = SeatDraw.DrawFurther(
            open.Slots[..SeatDraw.Seats], open.Level, open.Opening.EscalationSecret, seedBlockHash, open.TaskId, open.Task.Task.Deadline, commitBlock, roster);
        return slots.Length < open.Level
            ? null
            : [.. slots.Select((slot, seat) => new SeatPlan((byte)seat, slot, roster[slot].GpuId, roster[slot].Operator))];
    }

    /// <summary>Whether the roster has two devices that could sit next to those that do, whatever the seed.</summary>
    internal static bool CanSeat(OpenEscalation open, ulong commitBlock, ImmutableArray<RosterSlot> roster)
    {
        RosterSlot[] seated = [.. open.Slots.Select(slot => roster[slot])];
        RosterSlot[] free = [.. roster.Where(slot => SeatDraw.MaySeat(slot, open.Task.Task.Deadline, commitBlock, seated))];
        return free.Any(first => free.Any(second => SeatDraw.MaySeat(second, open.Task.Task.Deadline, commitBlock, [first])));
    }

    /// <summary>What to do with an escalation that the contract refuses.</summary>
    internal static EscalationRefusal Judge(ContractRefusal refusal) => refusal.Error switch
    {
        "TaskExpired" or "BatchVoid" or "RosterTooSmall" or "EscalationExhausted" => EscalationRefusal.End,
        "DeviceExpired" or "DeviceIsRevoked" or "DeviceNotRegistered" or "SeatNotAssigned" or "WorkAttestationSignatureInvalid"
            or Settlement.NeverPayable or "TaskAgreed" => EscalationRefusal.TryFewerClaims,
        _ => EscalationRefusal.Wait,
    };
}

/// <summary>What a refusal means for an escalation.</summary>
internal enum EscalationRefusal
{
    /// <summary>There will be no further seats.</summary>
    End,

    /// <summary>It may be taken later as it is.</summary>
    Wait,

    /// <summary>It may be taken without one of the claims.</summary>
    TryFewerClaims,
}

/// <summary>A task that is to be given seats up to a level, with what it takes to.</summary>
internal sealed record OpenEscalation(
    TaskRow Task,
    int Level,
    EscalationState State,
    int Attempt,
    int Claims,
    ulong? MinedBlock,
    Hash256 SeatSecret,
    SeatSecretOpening Opening,
    MerkleTree Tree,
    ImmutableArray<int> Slots,
    ImmutableArray<RevealedSeat> Revealed)
{
    internal Hash256 TaskId => Task.TaskId!.Value; // Seated tasks are on chain.

    /// <summary>Whether these are the first further seats of an audited task: they are asked for without showing anybody's result.</summary>
    internal bool IsForAudit => Task.IsAudited && Level == SeatDraw.Seats + 2;

    /// <summary>Whether the seats there are would be enough were the task not audited.</summary>
    internal bool AgreesUnaudited => AgreementDecision.AgreeUnaudited(Task, Revealed) is not null;

    /// <summary>The claims that the contract could take.</summary>
    internal int RevealedMask => Revealed.Aggregate(0, (mask, seat) => mask | (1 << seat.Seat));
}
