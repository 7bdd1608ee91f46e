using System.Collections.Immutable;

using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>Everything the mining registry needs to settle one task.</summary>
/// <param name="Task">The leaf.</param>
/// <param name="Proof">Its Merkle proof.</param>
/// <param name="SeatSecret">The secret behind the seats.</param>
/// <param name="ResultHash">The agreed result.</param>
/// <param name="Claims">Ascending by seat.</param>
public sealed record TaskSettlementRecord(
    MiningTaskRecord Task,
    ImmutableArray<Hash256> Proof,
    Hash256 SeatSecret,
    Hash256 ResultHash,
    ImmutableArray<SeatClaimRecord> Claims)
{
    /// <summary>Whether every part is equal.</summary>
    public bool Equals(TaskSettlementRecord? other) =>
        other is not null
        && Task == other.Task
        && SeatSecret == other.SeatSecret
        && ResultHash == other.ResultHash
        && Proof.SequenceEqual(other.Proof)
        && Claims.SequenceEqual(other.Claims);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Task, SeatSecret, ResultHash);

    internal AbiValue ToAbi() => AbiValue.List(
        Task.ToAbi(),
        AbiValue.List(Proof.Select(static node => (AbiValue)node)),
        SeatSecret,
        ResultHash,
        AbiValue.List(Claims.Select(static claim => claim.ToAbi())));
}
