using System.Collections.Immutable;
using System.Numerics;

namespace Ait.Chain.Rpc;

/// <summary>Fees of recent blocks.</summary>
/// <param name="OldestBlock">The height of the first.</param>
/// <param name="BaseFeePerGas">Base fees in wei, one more than blocks: the last is of the block to come.</param>
/// <param name="GasUsedRatio">Used share of the gas limit per block.</param>
/// <param name="Rewards">Per block the priority fees in wei at the asked percentiles.</param>
public sealed record FeeHistory(
    ulong OldestBlock,
    ImmutableArray<BigInteger> BaseFeePerGas,
    ImmutableArray<double> GasUsedRatio,
    ImmutableArray<ImmutableArray<BigInteger>> Rewards)
{
    /// <summary>Whether every number is equal.</summary>
    public bool Equals(FeeHistory? other) =>
        other is not null
        && OldestBlock == other.OldestBlock
        && BaseFeePerGas.SequenceEqual(other.BaseFeePerGas)
        && GasUsedRatio.SequenceEqual(other.GasUsedRatio)
        && Rewards.Length == other.Rewards.Length
        && Rewards.Zip(other.Rewards).All(static pair => pair.First.SequenceEqual(pair.Second));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(OldestBlock, BaseFeePerGas.Length);
}
