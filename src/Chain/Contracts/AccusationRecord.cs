using System.Collections.Immutable;
using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>What shows that a seat of a task gave a wrong result, as the operator bond takes it.</summary>
/// <param name="BatchId">The task's batch.</param>
/// <param name="Task">The task.</param>
/// <param name="Proof">That it is in the batch.</param>
/// <param name="Opening">What its seat secret is made of.</param>
/// <param name="Accused">The wrong result with its device's signature.</param>
/// <param name="Witnesses">Other seats of the same task with the right one, ascending by seat.</param>
public sealed record AccusationRecord(
    ulong BatchId,
    MiningTaskRecord Task,
    ImmutableArray<Hash256> Proof,
    SeatSecretOpening Opening,
    SeatClaimRecord Accused,
    ImmutableArray<SeatClaimRecord> Witnesses)
{
    /// <summary>The tuple that the contract takes.</summary>
    public AbiValue ToAbi() => AbiValue.List(
        BatchId,
        Task.ToAbi(),
        SeatLetterRecord.Hashes(Proof),
        Opening.AnswerCommitment,
        Opening.EscalationSecret,
        Accused.ToAbi(),
        AbiValue.List(Witnesses.Select(witness => witness.ToAbi())));

    /// <summary>Whether the fields are equal.</summary>
    public bool Equals(AccusationRecord? other) => other is not null
        && BatchId == other.BatchId
        && Task == other.Task
        && Proof.AsSpan().SequenceEqual(other.Proof.AsSpan())
        && Opening == other.Opening
        && Accused == other.Accused
        && Witnesses.SequenceEqual(other.Witnesses);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(BatchId, Task, Opening, Accused, Witnesses.Length);
}
