using System.Collections.Immutable;

using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>What a simulated call of a contract's function came to.</summary>
public abstract record ContractCall
{
    private ContractCall()
    {
    }

    /// <summary>It returned.</summary>
    /// <param name="Values">The decoded outputs.</param>
    public sealed record Returned(ImmutableArray<AbiValue> Values) : ContractCall
    {
        /// <summary>Whether the values are equal.</summary>
        public bool Equals(Returned? other) => other is not null && Values.SequenceEqual(other.Values);

        /// <inheritdoc/>
        public override int GetHashCode() => Values.Length;
    }

    /// <summary>It reverted.</summary>
    /// <param name="Error">The decoded revert.</param>
    public sealed record Reverted(ContractError Error) : ContractCall;
}
