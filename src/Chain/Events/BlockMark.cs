using System.Collections.Immutable;

using Ait.Chain.Rpc;

namespace Ait.Chain.Events;

/// <summary>A block that was read, kept while it may still be reorganised away.</summary>
/// <param name="Number">Its height.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Logs">The logs read from it, in order.</param>
public sealed record BlockMark(ulong Number, Hash256 Hash, ImmutableArray<Log> Logs)
{
    /// <summary>Whether both are the same block with the same logs.</summary>
    public bool Equals(BlockMark? other) => other is not null && Number == other.Number && Hash == other.Hash && Logs.SequenceEqual(other.Logs);

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode();
}
