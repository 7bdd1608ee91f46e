using System.Collections.Immutable;
using Ait.Chain.Abi;
using Ait.Chain.Signing;

namespace Ait.Chain.Contracts;

/// <summary>A seat letter as the coordinator bond takes it.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Index">The task's position in it.</param>
/// <param name="Leaf">The task's leaf.</param>
/// <param name="Seat">The seat, from 0 to 6.</param>
/// <param name="GpuId">The device that is asked.</param>
/// <param name="IssuedAt">Unix seconds.</param>
/// <param name="CommitDeadline">Unix seconds by which a commitment must arrive.</param>
/// <param name="Siblings">From the letter's digest up to the root that was signed; empty if the signature is its own.</param>
/// <param name="Signature">Of the coordinator; travels in the compact form of EIP-2098.</param>
public sealed record SeatLetterRecord(
    ulong BatchId, uint Index, Hash256 Leaf, byte Seat, Hash256 GpuId, ulong IssuedAt, ulong CommitDeadline, ImmutableArray<Hash256> Siblings, Signature Signature)
{
    /// <summary>The tuple that the contract takes.</summary>
    public AbiValue ToAbi()
    {
        (Hash256 r, Hash256 vs) = Signature.ToCompactWords();
        return AbiValue.List(
            BatchId,
            Index,
            Leaf,
            (uint)Seat,
            GpuId,
            IssuedAt,
            CommitDeadline,
            Hashes(Siblings),
            r,
            vs);
    }

    /// <summary>Whether the fields are equal.</summary>
    public bool Equals(SeatLetterRecord? other) => other is not null
        && BatchId == other.BatchId
        && Index == other.Index
        && Leaf == other.Leaf
        && Seat == other.Seat
        && GpuId == other.GpuId
        && IssuedAt == other.IssuedAt
        && CommitDeadline == other.CommitDeadline
        && Siblings.AsSpan().SequenceEqual(other.Siblings.AsSpan())
        && Signature == other.Signature;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(BatchId, Index, Seat, GpuId, Signature);

    internal static AbiValue Hashes(ImmutableArray<Hash256> hashes) => AbiValue.List(hashes.Select(hash => (AbiValue)hash));
}
