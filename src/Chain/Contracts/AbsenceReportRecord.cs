using System.Collections.Immutable;
using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>What shows that a device was drawn for a seat that stayed empty, as the attendance registry takes it.</summary>
/// <param name="BatchId">The task's batch.</param>
/// <param name="Task">The task.</param>
/// <param name="SeatSecret">The secret behind seats 0 to 2.</param>
/// <param name="Opening">What the seat secret is made of; for seats 3 to 6, null for the others.</param>
/// <param name="Seat">The silent seat.</param>
/// <param name="Proof">That the task is in the batch.</param>
public sealed record AbsenceReportRecord(
    ulong BatchId, MiningTaskRecord Task, Hash256 SeatSecret, SeatSecretOpening? Opening, byte Seat, ImmutableArray<Hash256> Proof)
{
    /// <summary>The tuple that the contract takes.</summary>
    public AbiValue ToAbi() => AbiValue.List(
        BatchId,
        Task.ToAbi(),
        SeatSecret,
        Opening?.AnswerCommitment ?? Hash256.Zero,
        Opening?.EscalationSecret ?? Hash256.Zero,
        (uint)Seat,
        SeatLetterRecord.Hashes(Proof));

    /// <summary>Whether the fields are equal.</summary>
    public bool Equals(AbsenceReportRecord? other) => other is not null
        && BatchId == other.BatchId
        && Task == other.Task
        && SeatSecret == other.SeatSecret
        && Opening == other.Opening
        && Seat == other.Seat
        && Proof.AsSpan().SequenceEqual(other.Proof.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(BatchId, Task, SeatSecret, Opening, Seat, Proof.Length);
}
