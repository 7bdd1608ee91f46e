using System.Collections.Immutable;

using Ait.Chain.Rpc;

namespace Ait.Chain.Blocks;

/// <summary>A receipt as its block has it.</summary>
/// <param name="Encoded">The bytes that the receipts' trie holds.</param>
/// <param name="Succeeded">False if the transaction reverted.</param>
/// <param name="Logs">What it emitted.</param>
public sealed record MinedReceipt(ImmutableArray<byte> Encoded, bool Succeeded, ImmutableArray<Log> Logs)
{
    /// <summary>Whether both are the same bytes.</summary>
    public bool Equals(MinedReceipt? other) => other is not null && Encoded.AsSpan().SequenceEqual(other.Encoded.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Encoded.Length;
}
