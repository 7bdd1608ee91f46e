using System.Collections.Immutable;

namespace Ait.Chain.Events;

/// <summary>How far a reader has come. The host stores it, as JSON, together with what it made of the logs.</summary>
/// <param name="NextBlock">The first block not read.</param>
/// <param name="Recent">The latest blocks read, ascending, by which a reorganisation is noticed and undone.</param>
public sealed record LogCursor(ulong NextBlock, ImmutableArray<BlockMark> Recent)
{
    /// <summary>A cursor that has read nothing below a block.</summary>
    public static LogCursor StartingAt(ulong block) => new(block, []);

    /// <summary>Whether both have come equally far on the same chain.</summary>
    public bool Equals(LogCursor? other) => other is not null && NextBlock == other.NextBlock && Recent.SequenceEqual(other.Recent);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(NextBlock, Recent.Length);
}
