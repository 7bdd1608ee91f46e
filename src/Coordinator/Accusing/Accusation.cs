using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;

namespace Ait.Coordinator.Accusing;

/// <summary>The decisions of this stage: which seats of a canary gave a wrong result that two others contradict.</summary>
internal static class Accusation
{
    /// <summary>How many other seats must have the known answer, as the operator bond demands.</summary>
    internal const int Witnesses = 2;

    /// <summary>How long until a slashing is looked after again.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The seats whose signed result is not the answer; none where too few others signed it.</summary>
    internal static IEnumerable<RevealedSeat> Wrong(ImmutableArray<RevealedSeat> revealed, Hash256 answer) =>
        revealed.Count(seat => seat.Attestation.Statement.ResultHash == answer) < Witnesses
            ? []
            : revealed.Where(seat => seat.Attestation.Statement.ResultHash != answer);

    internal static MiningCall.Accuse Call(FailedCanary canary, RevealedSeat accused) => new(
        canary.Task.BatchId!.Value, // Seated tasks are on chain.
        canary.Task.Task,
        canary.Tree.Proof([(int)canary.Task.Task.Index]),
        canary.EscalationSecret,
        canary.Answer,
        ToClaim(accused),
        [.. canary.Revealed.Where(seat => seat.Attestation.Statement.ResultHash == canary.Answer.Result).Take(Witnesses).Select(ToClaim)]);

    private static SeatClaim ToClaim(RevealedSeat seat) => new(seat.Seat, seat.Attestation);
}

/// <summary>A canary that has ended, with what shows who failed it.</summary>
internal sealed record FailedCanary(TaskRow Task, Hash256 EscalationSecret, CanaryAnswer Answer, MerkleTree Tree, ImmutableArray<RevealedSeat> Revealed)
{
    internal Hash256 TaskId => Task.TaskId!.Value; // Seated tasks are on chain.

    internal IEnumerable<RevealedSeat> Wrong => Accusation.Wrong(Revealed, Answer.Result);
}

/// <summary>A seat that is to be slashed, or looked after.</summary>
internal sealed record OpenAccusation(FailedCanary Canary, RevealedSeat Accused, AccusationState State, int Attempt)
{
    internal Hash256 GpuId => Accused.Attestation.Statement.GpuId;
}
