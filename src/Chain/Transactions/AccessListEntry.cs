using System.Collections.Immutable;

namespace Ait.Chain.Transactions;

/// <summary>An account and the storage slots of it that a transaction announces (EIP-2930).</summary>
/// <param name="Address">The account.</param>
/// <param name="StorageKeys">The slots.</param>
public sealed record AccessListEntry(Address Address, ImmutableArray<Hash256> StorageKeys)
{
    /// <summary>Whether the address and every slot are equal.</summary>
    public bool Equals(AccessListEntry? other) => other is not null && Address == other.Address && StorageKeys.SequenceEqual(other.StorageKeys);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Address, StorageKeys.Length);
}
