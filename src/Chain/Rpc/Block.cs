using System.Collections.Immutable;
using System.Numerics;

namespace Ait.Chain.Rpc;

/// <summary>The parts of a block this client reads.</summary>
/// <param name="Number">The height.</param>
/// <param name="Hash">The hash of the header.</param>
/// <param name="ParentHash">The hash of the block below.</param>
/// <param name="Timestamp">Unix seconds.</param>
/// <param name="GasLimit">Gas the block may use.</param>
/// <param name="GasUsed">Gas the block used.</param>
/// <param name="BaseFeePerGas">Wei burned per gas; zero on chains without EIP-1559.</param>
/// <param name="TransactionHashes">The transactions in order.</param>
public sealed record Block(
    ulong Number,
    Hash256 Hash,
    Hash256 ParentHash,
    ulong Timestamp,
    ulong GasLimit,
    ulong GasUsed,
    BigInteger BaseFeePerGas,
    ImmutableArray<Hash256> TransactionHashes)
{
    /// <summary>Whether both are the same block; its hash says all.</summary>
    public bool Equals(Block? other) => other is not null && Hash == other.Hash;

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode();
}
