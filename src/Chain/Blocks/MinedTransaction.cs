using System.Collections.Immutable;

namespace Ait.Chain.Blocks;

/// <summary>A transaction as its block has it.</summary>
/// <param name="Raw">The bytes that are hashed; empty for a type this client cannot write.</param>
/// <param name="Hash">Their hash, computed here; what the node says where it cannot be computed.</param>
/// <param name="To">The callee; null for a creation.</param>
/// <param name="Input">Calldata.</param>
public sealed record MinedTransaction(ImmutableArray<byte> Raw, Hash256 Hash, Address? To, ImmutableArray<byte> Input)
{
    /// <summary>Whether both are the same transaction; its hash says all.</summary>
    public bool Equals(MinedTransaction? other) => other is not null && Hash == other.Hash;

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode();
}
