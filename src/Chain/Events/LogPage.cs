using System.Collections.Immutable;

namespace Ait.Chain.Events;

/// <summary>One step of a reader.</summary>
/// <param name="Changes">What changed, in the order to apply: removals from the newest log down, then additions from the oldest up.</param>
/// <param name="Cursor">Where to go on; equal to the given cursor if nothing could be read.</param>
/// <param name="IsCaughtUp">Whether every confirmed block is read.</param>
public sealed record LogPage(ImmutableArray<LogChange> Changes, LogCursor Cursor, bool IsCaughtUp)
{
    /// <summary>Whether both are the same step.</summary>
    public bool Equals(LogPage? other) =>
        other is not null && IsCaughtUp == other.IsCaughtUp && Cursor.Equals(other.Cursor) && Changes.SequenceEqual(other.Changes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Changes.Length, Cursor, IsCaughtUp);
}
