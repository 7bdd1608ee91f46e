using System.Collections.Immutable;
using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol;

namespace Ait.Coordinator.Settling;

/// <summary>The decisions of this stage: which claims to present, and what a refusal by the contract means.</summary>
internal static class Settlement
{
    /// <summary>How long a task waits whose settlement is refused for a reason that may pass.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The refusal of a claim that no waiting mends: what a seat has signed does not change, and bounds hardly do.</summary>
    internal const string NeverPayable = "DurationOutOfBounds";

    /// <summary>
    /// Sets of seats to claim for, in order of preference, as bit masks: every result that arrived, then the matching ones,
    /// then those without one of them that are still enough. One claim the contract refuses must not cost the others their pay.
    /// </summary>
    internal static IReadOnlyList<int> ClaimMasks(int matching, int revealed)
    {
        List<int> masks = [matching | revealed];
        if (masks[0] != matching)
        {
            masks.Add(matching);
        }

        for (int seat = SeatDraw.MostSeats - 1; seat >= 0; seat--)
        {
            int fewer = matching & ~(1 << seat);
            if (fewer != matching && QuorumRule.IsAgreed(fewer))
            {
                masks.Add(fewer);
            }
        }

        return masks;
    }

    /// <summary>What to do with a task the contract refuses to settle with these claims.</summary>
    internal static RefusalMeaning Judge(ContractRefusal refusal, ulong taskDeadline) => refusal.Error switch
    {
        "TaskExpired" or "BatchVoid" or "BatchUnitsExceeded" => RefusalMeaning.GiveUp,
        "ClaimTooEarly" when refusal.PayableAt <= taskDeadline => RefusalMeaning.Defer,
        "ClaimTooEarly" or "DeviceExpired" or "DeviceIsRevoked" or "DeviceNotRegistered" or "SeatNotAssigned"
            or "WorkAttestationSignatureInvalid" or NeverPayable => RefusalMeaning.TryFewerClaims,
        _ => RefusalMeaning.Defer,
    };

    /// <summary>The claims of a mask, ascending by seat.</summary>
    internal static ImmutableArray<SeatClaim> Claims(ImmutableArray<RevealedSeat> revealed, int mask) =>
        [.. revealed.Where(seat => (mask & (1 << seat.Seat)) != 0).OrderBy(seat => seat.Seat).Select(seat => new SeatClaim(seat.Seat, seat.Attestation))];
}

/// <summary>What a refusal means for a task.</summary>
internal enum RefusalMeaning
{
    /// <summary>It will never settle.</summary>
    GiveUp,

    /// <summary>It may settle later as it is.</summary>
    Defer,

    /// <summary>It may settle without one of the claims.</summary>
    TryFewerClaims,
}

/// <summary>An agreed task ready to be put before the contract.</summary>
internal sealed record PayableTask(
    TaskRow Task, Chain.Hash256 SeatSecret, Chain.Contracts.SeatSecretOpening? Opening, Chain.MerkleTree Tree, ImmutableArray<RevealedSeat> Revealed, int Matching)
{
    internal int RevealedMask => Revealed.Aggregate(0, (mask, seat) => mask | (1 << seat.Seat));

    internal TaskSettlement ToSettlement(int mask) => new(
        Task.Task,
        SeatSecret,
        Opening,
        Task.ResultHash!.Value, // Agreed tasks have one.
        Settlement.Claims(Revealed, mask));
}

/// <summary>A task with the claims that the contract takes, and why it does not take the others.</summary>
internal sealed record PlannedClaim(PayableTask Payable, int Mask, ContractRefusal? WhyNotAll);
