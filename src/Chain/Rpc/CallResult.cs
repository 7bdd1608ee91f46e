using System.Collections.Immutable;

namespace Ait.Chain.Rpc;

/// <summary>What a simulated call came to. A revert is an answer of the contract, not a failure of the node.</summary>
public abstract record CallResult
{
    private CallResult()
    {
    }

    /// <summary>The call returned.</summary>
    /// <param name="Data">What it returned.</param>
    public sealed record Returned(ImmutableArray<byte> Data) : CallResult
    {
        /// <summary>Whether the bytes are equal.</summary>
        public bool Equals(Returned? other) => other is not null && Data.SequenceEqual(other.Data);

        /// <inheritdoc/>
        public override int GetHashCode() => Data.Length;
    }

    /// <summary>The call reverted.</summary>
    /// <param name="Data">The revert data; empty if the node gives none.</param>
    /// <param name="Message">The node's words.</param>
    public sealed record Reverted(ImmutableArray<byte> Data, string Message) : CallResult
    {
        /// <summary>Whether bytes and words are equal.</summary>
        public bool Equals(Reverted? other) => other is not null && Message == other.Message && Data.SequenceEqual(other.Data);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Message, Data.Length);
    }
}
