using System.Collections.Immutable;

namespace Ait.Chain.Rpc;

/// <summary>A log of a mined transaction, compared by content.</summary>
/// <param name="Address">The contract that emitted it.</param>
/// <param name="Topics">The indexed words.</param>
/// <param name="Data">The rest.</param>
/// <param name="BlockNumber">The height of its block.</param>
/// <param name="BlockHash">The hash of its block.</param>
/// <param name="TransactionHash">Its transaction.</param>
/// <param name="TransactionIndex">The position of the transaction in the block.</param>
/// <param name="LogIndex">The position of the log in the block.</param>
public sealed record Log(
    Address Address,
    ImmutableArray<Hash256> Topics,
    ImmutableArray<byte> Data,
    ulong BlockNumber,
    Hash256 BlockHash,
    Hash256 TransactionHash,
    ulong TransactionIndex,
    ulong LogIndex)
{
    /// <summary>Whether every part is equal.</summary>
    public bool Equals(Log? other) =>
        other is not null
        && Address == other.Address
        && BlockNumber == other.BlockNumber
        && BlockHash == other.BlockHash
        && TransactionHash == other.TransactionHash
        && TransactionIndex == other.TransactionIndex
        && LogIndex == other.LogIndex
        && Topics.SequenceEqual(other.Topics)
        && Data.SequenceEqual(other.Data);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(BlockHash, LogIndex);
}
