using System.Collections.Immutable;
using System.Numerics;

namespace Ait.Chain.Rpc;

/// <summary>What became of a mined transaction.</summary>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="BlockNumber">The height of its block.</param>
/// <param name="BlockHash">The hash of its block.</param>
/// <param name="TransactionIndex">Its position in the block.</param>
/// <param name="From">The sender.</param>
/// <param name="To">The callee; null for a creation.</param>
/// <param name="ContractAddress">The created contract; null for a call.</param>
/// <param name="GasUsed">Gas used.</param>
/// <param name="EffectiveGasPrice">Wei paid per gas.</param>
/// <param name="Succeeded">False if it reverted.</param>
/// <param name="Logs">The logs it emitted.</param>
public sealed record TransactionReceipt(
    Hash256 TransactionHash,
    ulong BlockNumber,
    Hash256 BlockHash,
    ulong TransactionIndex,
    Address From,
    Address? To,
    Address? ContractAddress,
    ulong GasUsed,
    BigInteger EffectiveGasPrice,
    bool Succeeded,
    ImmutableArray<Log> Logs)
{
    /// <summary>Whether both are of the same transaction in the same block.</summary>
    public bool Equals(TransactionReceipt? other) =>
        other is not null && TransactionHash == other.TransactionHash && BlockHash == other.BlockHash;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(TransactionHash, BlockHash);
}
